"""What parsing finds in a text: definitions with their parts, symbols as editors see them, faults."""

from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

# a passage is no definition but some lines of a file; a scope only holds definitions (Rust's impl)
DefinitionKind = Literal[
    "class", "interface", "enum", "type", "function", "method", "constructor", "macro", "operator", "constant",
    "enum_variant", "field", "module", "other", "scope", "passage",
]  # fmt: skip


class Definition(NamedTuple):
    """A named thing. Lines are 1-based and inclusive; `container` is the dotted chain of what it is defined in."""

    name: str
    kind: DefinitionKind
    doc: int  # first line of the comment above; `start` where there is none
    start: int  # first line, decorators and attributes included
    line: int  # the line of the name
    head: int  # last line of the signature
    doc_end: int  # last line of a docstring below the signature; `head` where there is none
    end: int
    container: str | None


@dataclass(frozen=True, slots=True)
class Symbol:
    """A definition as the engine and the editors see it."""

    name: str
    kind: DefinitionKind
    start_line: int
    end_line: int
    container: str | None


@dataclass(frozen=True, slots=True)
class SyntaxFault:
    """A place where the text does not parse. Line and column are 1-based; the column counts characters."""

    line: int
    column: int
    message: str


CLASSES: frozenset[DefinitionKind] = frozenset({"class", "interface", "enum", "type"})


FUNCTIONS: frozenset[DefinitionKind] = frozenset({"function", "method", "constructor", "macro"})


VALUES: frozenset[DefinitionKind] = frozenset({"constant", "field"})


# from what queries call a definition to its kind
KINDS: dict[str, DefinitionKind] = {
    **{kind: kind for kind in get_args(DefinitionKind)},
    "property": "field", "member": "field", "attribute": "field", "event": "field", "variable": "constant",
    "object": "class", "struct": "class", "union": "class", "mixin": "class", "extension": "class",
    "trait": "interface", "protocol": "interface", "namespace": "module", "package": "module",
    "subroutine": "function", "test": "function", "call": "function", "getter": "method", "setter": "method",
}  # fmt: skip


SCOPES: frozenset[DefinitionKind] = frozenset((*CLASSES, *FUNCTIONS, "module"))
