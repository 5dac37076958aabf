"""The one table of weights: what each signal adds to the odds that a definition is needed."""

from types import MappingProxyType

WEIGHTS = MappingProxyType(
    {
        "bias": -8.8,
        "import": 0.4,
        "unused import": 2.9,
        "name in scope": 0.9,
        "name in file": 1.7,
        "tied": -0.5,
        "alone": 1.0,
        "base class": 0.0,
        "inherited": 0.75,
        "inherited, named here": 0.5,
        "type at hand": 1.0,
        "member": 1.3,
        "member, named here": -1.4,
        "member of small type": 3.2,
        "module imported": 1.2,
        "same package": 0.5,
        "same package, named here": -0.5,
        "used together": 2.5,
        "PageRank": 1.2,
        "caller": 1.0,
        "test of it": 0.0,
        "named in the instruction": 3.0,
        "words of the instruction": 2.0,
        "name like the instruction": 2.0,
        "file like the instruction": 1.0,
        "like the words around": 1.6,
        "method": 1.1,
        "function": 2.2,
        "class": 1.4,
        "constructor": -2.0,
        "constant": 1.7,
        "field": -3.3,
        "module": -0.5,
        "other kind": -1.0,
        "private": -1.2,
        "in a test": -3.5,
        "generated": -1.0,
        "recent file": 1.0,
        "in the git diff": 2.0,
        "its file in the git diff": 0.7,
    }
)

# the same for a passage, which is no definition
PASSAGE = MappingProxyType(
    {
        "bias": -6.7,
        "passage like the instruction": 2.9,
        "passage like the lines around": 3.6,
        "its file like the instruction": 1.2,
        "its file like the lines around": 1.4,
        "its file like this file": 1.5,
        "of the same name": 0.5,
        "of the same kind": 2.0,
        "in the same folder": 1.1,
        "imported here": 0.6,
        "in a long file": -2.8,
    }
)

# signals that are no reason by themselves
PLAIN = frozenset(("method", "function", "class", "constructor", "constant", "field", "module", "other kind", "alone"))

# what showing more of a definition is worth, beside the line that names it
SIGNATURE_WORTH = 0.15
BODY_WORTH = 0.75
CLASS_BODY_WORTH = 0.6
SMALL = 12  # tokens that any piece costs in attention and in marks around it

# of the budget: what is chosen for the exact place, at most a share, or so many tokens and a smaller share more
PLACE_SHARE = 0.3
PLACE_LEAST = 500
PLACE_MORE = 0.1
