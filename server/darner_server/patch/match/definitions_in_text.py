"""Definitions seen by plain text: what a snippet defines, and which lines of a file define the same."""

from __future__ import annotations

import re
from dataclasses import dataclass

from darner_server.patch.lazy_pattern import lazy_pattern
from darner_server.patch.text.file_types import DOCUMENTS, YAML
from darner_server.patch.text.normalize import indent

_MODIFIERS = (
    r"(?:(?:export|default|declare|pub(?:\([^)]*\))?|public|private|protected|internal|fileprivate|static|final|abstract|async|"
    r"override|unsafe|extern(?:\s+\"C\")?|const|virtual|inline|open|sealed|readonly|data|suspend|local|mutating|case|value|"
    r"annotation|partial|operator|infix|tailrec|required|convenience|companion)\s+)*"
)
_WORDS = lazy_pattern(
    rf"({_MODIFIERS})"
    r"(def|enum\s+(?:class|struct)|class|function\*?|fn|func|fun|struct|enum|trait|interface|protocol|type|record|object|"
    r"module|namespace|sub)"
    r"(?:\s*<[^>]*>)?(?:\s+\(\s*(?:\w+\s+)?\*?(\w+)[^)]*\))?"  # the receiver in Go
    r"\s+((?:[A-Za-z_$][\w$]*(?:\.|::|:(?=\w)))*)([A-Za-z_$][\w$]*[?!]?)(?![\w$])(.*)"
)
_BOUND = lazy_pattern(
    r"(?:export\s+)?(?:default\s+)?(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*(?::[^=]+)?=\s*(?:async\s+)?"
    r"(function\b|\(|<[^>]*>\s*\(|[\w$]+\s*=>)"
)
_BEFORE = lazy_pattern(
    r"((?:(?:@[\w.]+(?:\([^()]*\))?|[\w$<>\[\],.*&:?~]+)\s+)*)[*&]*((?:[A-Za-z_]\w*::)*)([A-Za-z_$#~][\w$]*)\s*(?:<[^>]*>)?\("
)
_BEHIND = lazy_pattern(
    r"\s*(?:(?:const|noexcept|override|final|mutable|async\*?|sync\*?|rethrows|throws(?:\s+[\w.,\s]+)?|where\s[^{]*|&&?|->\s*[^{;=]+|"
    r":\s*[^;={]+(?:\{[^{}]*\}[^;={]*)?)\s*)*(?:\{.*)?"
)
_INITIALISERS = lazy_pattern(r"\s*:\s*\w+[({].*")  # of a constructor in C++
_NOT_NAMES = frozenset(
    re.findall(
        r"\w+",
        "if for while switch catch return else elif with try do until unless foreach when match new await yield throw "
        "function super typeof sizeof using lock assert print guard let in is as not and or synchronized",
    )
)
_TYPED_ARROW = lazy_pattern(r"[:|]\s*\(?\s*(?:new\s*)?\([^()]*\)\s*=>\s*[\w<>\[\]|. ]+\)?")
_VALUE = lazy_pattern(r"=(?![>=])\s*(?:\"[^\"]*\"|'[^']*'|`[^`]*`|[^,\"'`]*)")
_ANNOTATION = lazy_pattern(r"@[\w.]+(?:\([^()]*\))?")
_NO_PARAMETER = lazy_pattern(
    r"[\"'`]|=>|\bfunction\b|\bnew\b|\blambda\b|==|&&\s*\w+\s*[()]|\|\||(?:^|,)\s*(?:-?\d|!|\.(?!\.)|:\w)|[\w$]\("
)
_ABOVE = lazy_pattern(r"\s*(?:@|#\[|#(?!include)|//|/\*|\*|<!--)")
_COMMENT = lazy_pattern(r"\s*(?:#(?!\[)|//|/\*|\*|<!--|--)")
ENDS = lazy_pattern(r"[)\]}]|end\b(?!\s*[=:(.])")  # what ends a definition is as deep as its head
_BRACED_CALLS = (
    *(".kt", ".kts", ".swift", ".gradle", ".groovy", ".rb", ".rs", ".go", ".php", ".scala", ".css", ".scss", ".tf"),
)
_METHODS_ONLY = (".java", ".cs")
_NO_CODE = (*DOCUMENTS, *YAML, ".json", ".toml", ".css", ".html", ".xml")
_SEVERAL = lazy_pattern(r"@(property|overload|[\w.]+\.(?:setter|getter|deleter|register))\b")
_MOST = 40  # lines that the parameters of a definition may take
_FUNCTIONS = ("function", "method")


@dataclass(frozen=True, slots=True)
class Head:
    """What a line begins to define. `kind` is "function", "method" or the word itself, such as "class"."""

    name: str
    kind: str
    owner: str = ""  # the type in its name, as in Go's receivers

    def __str__(self) -> str:
        """Word it for a sentence."""
        return f"the {self.kind} {self.owner + '.' if self.owner else ''}{self.name}"


def head_of(bodies: list[str], line: int, path: str = "") -> Head | None:
    """Return what the line begins the definition of. A call with a block (`it("adds", () => {`) is none."""
    text = bodies[line].strip()
    if not text or path.endswith(_NO_CODE):
        return None
    found = _WORDS.match(text)
    if found is not None:
        return _named(found, bodies, line)
    if "(" not in text or text[0] in ")}]{\"'`#/*<=.|&":
        return _arrow(text, bodies, line) if "=>" in text else None
    return _arrow(text, bodies, line) or _typed(bodies, line, path)


def _named(found: re.Match[str], bodies: list[str], line: int) -> Head | None:
    modifiers, word, receiver, owner, name, rest = found.groups()
    word = word.split()[0].rstrip("*")
    if name in ("class", "struct") or (
        word in ("type", "object", "module", "record", "sub", "protocol")
        and rest.lstrip()[:1] in (":", "(", ".", ",")
        and word != "record"
    ):
        return None
    if word in ("def", "function", "fn", "func", "fun", "sub"):
        if not rest.lstrip()[:1] and word == "func":
            return None
        first = re.match(r"[^(]*\(\s*(?:&\s*)?(?:'\w+\s+)?(?:mut\s+)?(self|cls)\b", _joined(bodies, line))
        of_class = (
            first
            or receiver
            or re.search(r"private|public|protected|override|mutating|abstract|convenience", modifiers)
        )
        of_class = of_class and (word != "function" or re.search(r"private|public|protected|abstract", modifiers))
        of_class = of_class and not (
            word in ("fn", "fun", "func") and not first and not receiver and "override" not in modifiers
        )
        return Head(name, "method" if of_class else "function", receiver or owner.rstrip(".:"))
    return Head(name, word, owner.rstrip(".:"))


def _arrow(text: str, bodies: list[str], line: int) -> Head | None:
    found = _BOUND.match(text)
    if found is None:
        return None
    if found[2].endswith("("):
        whole = _joined(bodies, line)
        end = _closing(whole, whole.index("=", found.end(1)))
        if end is None or not re.match(r"\s*(?::[^=]+)?=>", whole[end:]):
            return None
    return Head(found[1], "function")


def _typed(bodies: list[str], line: int, path: str) -> Head | None:
    """Read `name(parameters) {`, with or without a type before the name."""
    found = _BEFORE.match(bodies[line].strip())
    if found is None:
        return None
    before, owner, name = found[1], found[2], found[3]
    words = set(re.findall(r"[A-Za-z_$]+", f"{before} {name}"))
    typed = bool(_ANNOTATION.sub("", before).split()) or bool(owner)
    if _NOT_NAMES & words or (not typed and (name.isupper() and len(name) > 1)) or before.rstrip().endswith(","):
        return None
    if path.endswith(_BRACED_CALLS) and not (path.endswith(".swift") and name == "init"):
        return None
    if path.endswith((".py", ".pyi")):
        return None
    text = _joined(bodies, line)
    opens = text.index("(", found.end() - 1)
    end = _closing(text, opens)
    if end is None or not _are_parameters(text[opens + 1 : end - 1]):
        return None
    behind = text[end:].strip()
    if not behind:
        following = next((body.strip() for body in bodies[line + 1 + text.count("\n", 0, end) :] if body.strip()), "")
        return _method(name, owner, path, before) if typed and following.startswith("{") else None
    if "{" not in behind or not (_BEHIND.fullmatch(behind) or _INITIALISERS.fullmatch(behind)):
        return None
    return _method(name, owner, path, before)


def _method(name: str, owner: str, path: str, before: str) -> Head:
    typed = bool(_ANNOTATION.sub("", before).split()) or bool(owner)
    accessor = next((word for word in before.split() if word in ("get", "set")), None)
    free = (
        path.endswith((".c", ".h", ".cc", ".cpp", ".cxx", ".hpp", ".hh", ".sh", ".bash", ".zsh", ".dart")) or not path
    )
    if accessor is not None:
        return Head(name, f"{accessor}ter")
    return Head(name, "function" if free and (typed or path.endswith(("sh", ".c"))) else "method", owner.rstrip(":"))


def _are_parameters(text: str) -> bool:
    plain = _ANNOTATION.sub("", _TYPED_ARROW.sub(":x", text))
    return _NO_PARAMETER.search(_VALUE.sub("", plain)) is None


def _joined(bodies: list[str], line: int) -> str:
    """Return the line, and those behind it up to the one that closes the bracket it opens."""
    text = bodies[line].strip()
    for body in bodies[line + 1 : line + _MOST]:
        if text.count("(") <= text.count(")"):
            break
        text += "\n" + body.strip()
    return text


def _closing(text: str, opens: int) -> int | None:
    """Return what is behind the bracket that closes the first one from `opens` on."""
    depth = 0
    for at in range(opens, len(text)):
        depth += (text[at] == "(") - (text[at] == ")")
        if text[at] == ")" and depth <= 0:
            return at + 1
    return None


def only_one(bodies: list[str], path: str = "") -> tuple[Head, int] | None:
    """Return the definition that a snippet consists of, and its line; None if the snippet holds anything else."""
    content = [number for number, body in enumerate(bodies) if body.strip()]
    if not content:
        return None
    depth = min(len(indent(bodies[number]).expandtabs()) for number in content)
    found: tuple[Head, int] | None = None
    decorated = False
    for number in content:
        body = bodies[number]
        deeper = len(indent(body).expandtabs()) != depth
        if deeper and found is None and not decorated and not _ABOVE.match(body):
            return None
        decorated = decorated or body.lstrip().startswith(("@", "#["))
        if deeper or _ABOVE.match(body):
            continue
        if found is None:
            head = head_of(bodies, number, path)
            if head is None:
                return None
            found = head, number
        elif body.strip()[0] != "{" and not ENDS.match(body.strip()):
            return None
    return found


def places(name: str, bodies: list[str], path: str = "") -> list[int]:
    """Return the lines that begin a definition of that name."""
    heads = ((number, head_of(bodies, number, path)) for number, body in enumerate(bodies) if name in body)
    return [number for number, head in heads if head is not None and head.name == name]


def marks(line: int, bodies: list[str]) -> set[str]:
    """Return which decorators directly above a definition in Python make it one of several of its name."""
    found: set[str] = set()
    while line and bodies[line - 1].lstrip().startswith("@"):
        line -= 1
        found.update(_SEVERAL.findall(bodies[line]))
    return found


def same(one: tuple[Head, int], snippet: list[str], line: int, bodies: list[str], path: str = "") -> bool:
    """Return whether the snippet's definition is a new form of the one at `line` of a file, as far as text can show.

    A function is no method, an interface no class; and what is in a class or function of the file must either
    be indented so in the snippet, or be a method for certain, or begin with the very same line.
    """
    (head, at), there = one, head_of(bodies, line, path)
    if there is None or head.kind != there.kind or head.owner != there.owner:
        return False
    if marks(at, snippet) - {"property"} != marks(line, bodies) - {"property"}:
        return False
    if head.kind not in (*_FUNCTIONS, "getter", "setter") or indent(snippet[at]) == indent(bodies[line]):
        return True
    if head.kind != "function" or path.endswith(_METHODS_ONLY) or snippet[at].strip() == bodies[line].strip():
        return True
    return any(body.strip() in ("@staticmethod", "@classmethod") for body in snippet[:at]) and bool(
        indent(bodies[line])
    )


def above(line: int, bodies: list[str]) -> int:
    """Return the first of the decorators and comments that are directly above a definition."""
    depth = indent(bodies[line])
    while line and _ABOVE.match(bodies[line - 1]) and indent(bodies[line - 1]).startswith(depth):
        line -= 1
    return line


def end(line: int, bodies: list[str]) -> int | None:
    """Return the line after a definition, by indentation and its closing bracket; None if it is uncertain."""
    depth = len(indent(bodies[line]).expandtabs())
    last = line + 1
    braced = "{" in bodies[line]
    while last < len(bodies):
        body = bodies[last]
        if body.strip() and len(indent(body).expandtabs()) <= depth:
            text = body.strip()
            if text[0] == "}" or (ENDS.match(text) is not None and text[0] not in ")]"):
                last += 1
                break
            if text[0] not in ")]{" and not (_COMMENT.match(body) and _goes_on(last, depth, bodies)):
                break
            braced = braced or text[0] == "{"
        last += 1
    while last > line + 1 and (not bodies[last - 1].strip()):
        last -= 1
    text = "\n".join(bodies[line:last])
    if text.count('"""') % 2 or text.count("'''") % 2 or text.count("`") % 2:
        return None  # a string that runs over several lines hides where the definition ends
    if braced and text.count("{") != text.count("}"):
        return None
    return last


def _goes_on(line: int, depth: int, bodies: list[str]) -> bool:
    """Return whether lines of a definition follow below a comment that stands at its margin or further out."""
    for body in bodies[line:]:
        if body.strip() and not _COMMENT.match(body):
            return len(indent(body).expandtabs()) > depth
    return False
