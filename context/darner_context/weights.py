"""The one table of weights: what each signal adds to the odds that a definition is needed."""

from types import MappingProxyType

WEIGHTS = MappingProxyType(
    {
        "bias": -6.0,
        "import": 1.5,
        "unused import": 3.0,
        "name in scope": 1.5,
        "name in file": 1.0,
        "tied": 1.0,
        "alone": 1.0,
        "base class": 1.0,
        "inherited": 1.5,
        "inherited, named here": 1.0,
        "type at hand": 1.0,
        "member": 1.5,
        "member, named here": 1.5,
        "member of small type": 1.5,
        "module imported": 0.7,
        "same package": 1.0,
        "same package, named here": 0.5,
        "used together": 2.5,
        "caller": 1.0,
        "test of it": 0.0,
        "named in the instruction": 3.0,
        "words of the instruction": 2.0,
        "name like the instruction": 2.0,
        "file like the instruction": 1.0,
        "popular": 1.0,
        "like the words around": 0.7,
        "method": 0.6,
        "function": 0.6,
        "class": 0.6,
        "constructor": -0.3,
        "constant": -0.5,
        "field": -1.5,
        "module": -2.0,
        "other kind": -1.0,
        "private": -0.5,
        "in a test": -3.0,
        "generated": -1.0,
        "recent file": 1.0,
    }
)

# signals that are no reason by themselves
PLAIN = frozenset(
    ("method", "function", "class", "constructor", "constant", "field", "module", "other kind", "popular", "alone")
)

# what showing more of a definition is worth, beside the line that names it
SIGNATURE_WORTH = 0.15
BODY_WORTH = 0.75
CLASS_BODY_WORTH = 0.6
SMALL = 12  # tokens that any piece costs in attention and in marks around it
