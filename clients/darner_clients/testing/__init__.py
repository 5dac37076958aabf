"""A scripted endpoint on a real socket, for tests: it speaks as the real ones do and fails on demand.

    async with ScriptedEndpoint(Script(replies=(Said("hello", "Hi!"),), window=4096)) as scripted:
        endpoint = scripted.endpoint("fast")

As a program (its first line of output is the URL): python -m darner_clients.testing --script FILE.json
"""

from darner_clients.testing.quota import Quota
from darner_clients.testing.script import Fault, Said, Script, script_from_json
from darner_clients.testing.server import Exchange, ScriptedEndpoint

__all__ = ["Exchange", "Fault", "Quota", "Said", "Script", "ScriptedEndpoint", "script_from_json"]
