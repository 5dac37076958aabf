"""What the model answered: every reply a model can write, applied in the right place or refused. Pure, no I/O."""

from darner_server.patch.applier import Applied, Applier, apply_reply
from darner_server.patch.diff import unified_diff
from darner_server.patch.drafts import LATE
from darner_server.patch.edit import Edit, Located, Refused, Splice
from darner_server.patch.formats import REPLY_FORMATS, rules
from darner_server.patch.intent import prose
from darner_server.patch.locate import locate
from darner_server.patch.parser import Parser
from darner_server.patch.reasoning import is_only_reasoning
from darner_server.patch.rebase import rebase
from darner_server.patch.repair import repair_text
from darner_server.patch.splicing import spliced

__all__ = [
    "LATE",
    "REPLY_FORMATS",
    "Applied",
    "Applier",
    "Edit",
    "Located",
    "Parser",
    "Refused",
    "Splice",
    "apply_reply",
    "is_only_reasoning",
    "locate",
    "prose",
    "rebase",
    "repair_text",
    "rules",
    "spliced",
    "unified_diff",
]
