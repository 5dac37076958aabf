"""A scripted endpoint on a real socket, for tests: it speaks as the real ones do and fails on demand.

    async with ScriptedEndpoint(Script(replies=(ScriptedReply("hello", "Hi!"),), window=4096)) as scripted:
        endpoint = scripted.endpoint("fast")

As a program (its first line of output is the URL): python -m darner_clients.testing --script FILE.json
"""

from darner_clients.testing.quota import SimulatedQuota
from darner_clients.testing.script import Fault, Script, ScriptedReply, script_from_json
from darner_clients.testing.server import RecordedRequest, ScriptedEndpoint

__all__ = [
    "Fault",
    "RecordedRequest",
    "Script",
    "ScriptedEndpoint",
    "ScriptedReply",
    "SimulatedQuota",
    "script_from_json",
]
