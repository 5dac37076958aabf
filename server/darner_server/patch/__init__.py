"""A model's reply and its edits: whatever the reply, each is applied in the right place or rejected. Pure, no I/O."""

from darner_server.patch.applier import Applied, Applier, apply_reply
from darner_server.patch.edit import BridgeName, Edit, Kind, Located, Refusal, RefusalKind, Refused, Splice, malformed
from darner_server.patch.finished_hunks import FinishedHunks
from darner_server.patch.formats.format_instructions import REPLY_FORMATS, rules
from darner_server.patch.match.locate import locate
from darner_server.patch.match.splices import spliced
from darner_server.patch.repair_prompt import repair_text
from darner_server.patch.reply.code_requests import RULES as MAP_RULES
from darner_server.patch.reply.code_requests import CodeRequests
from darner_server.patch.reply.parser import Parser
from darner_server.patch.reply.reasoning import is_only_reasoning
from darner_server.patch.rewrite.requested_removals import prose
from darner_server.patch.text.diff import unified_diff

__all__ = [
    "MAP_RULES",
    "REPLY_FORMATS",
    "Applied",
    "Applier",
    "BridgeName",
    "CodeRequests",
    "Edit",
    "FinishedHunks",
    "Kind",
    "Located",
    "Parser",
    "Refusal",
    "RefusalKind",
    "Refused",
    "Splice",
    "apply_reply",
    "is_only_reasoning",
    "locate",
    "malformed",
    "prose",
    "repair_text",
    "rules",
    "spliced",
    "unified_diff",
]
