"""What the preprocessor would take out of a text in C or C++, blanked: the grammars know no macros."""

import re

WITH_MACROS = frozenset({"c", "cpp", "objc"})
_NAME = rb"[A-Z][A-Z0-9_]*[A-Z0-9](?:\([^()\n]*\))?"
# a macro between a keyword and the name of a type; at the end of a namespace's name
_BETWEEN = re.compile(rb"\b(?:class|struct|union|enum|enum class)[ \t\n]+(" + _NAME + rb")(?=[ \t\n]+(?:\w|\[\[))")
_NAMESPACE = re.compile(rb"\bnamespace[ \t]+[\w:]+[ \t]+(" + _NAME + rb")(?=[ \t\n]*\{)")
_FINAL = re.compile(rb"\b(?:class|struct)[ \t]+\w+[ \t]+([A-Z][A-Z0-9_]*(?:FINAL|OVERRIDE|SEALED))(?=[ \t\n]*[:{])")
# before the type of what a function returns, where the grammars take the macro for that type
_SPECIFIER = re.compile(
    rb"^[ \t]*(?:template[ \t]*<[^\n;{}]{0,200}>[ \t]*)?"
    rb"(?:(?:static|inline|virtual|constexpr|friend|explicit|extern(?:[ \t]+\"C\")?)[ \t]+)*(" + _NAME + rb")"
    rb"(?=[ \t]+[A-Za-z_][^\n;={}()]*[ \t*&]"
    rb"(?:operator[^\s\w()]{1,3}|~?[A-Za-z_]\w*(?:<[^<>()\n]*>)?(?:::~?\w+)*)[ \t]*\()",
    re.MULTILINE,
)
# between that type and the function's name: how it is called
_CALLING = re.compile(
    rb"(?<![\w:])(?!(?:static|inline|extern|virtual|const|constexpr|friend|explicit|else|return|struct|enum|union|class"
    rb"|typename|volatile|register|new|mutable|case|goto|throw|unsigned|signed|define|defined|elif|undef)\b)"
    rb"[a-z]\w*[ \t*&]+([A-Z][A-Z0-9_]*[A-Z0-9])(?=[ \t]+[A-Za-z_]\w*[ \t]*\()"
)
_BEHIND = re.compile(rb"\)\s*(?:const\s+)?(" + _NAME + rb")(?=\s*[{;])")  # a function's parameters
_EXPORT = re.compile(
    rb"^[ \t]*(export)(?=[ \t]+(?:module|class|struct|enum|union|namespace|template|using|inline|constexpr|concept)\b)",
    re.MULTILINE,
)
_LINE = re.compile(
    rb"^[ \t]*(\w*(?:BEGIN|END|NAMESPACE|DECLS|EXTERN_C|_OBJECT|_GADGET|GENERATED_BODY|GENERATED_UCLASS_BODY|_PROPERTY"
    rb"|_INTERFACES|_CLASSINFO|_ENUM|_FLAG|_DISABLE_\w+|UCLASS|USTRUCT|UENUM|UPROPERTY|UFUNCTION|UINTERFACE"
    rb"|DISALLOW_\w+|DECLARE_\w+|NONCOPYABLE)\w*(?:\([^;{}\n]*\))?)[ \t]*;?[ \t\r]*$",
    re.MULTILINE,
)
_SECTIONS = re.compile(
    rb"^[ \t]*((?:public|private|protected)[ \t]+)?((?:Q_SLOTS|slots|Q_SIGNALS|signals))[ \t]*(?=:)", re.MULTILINE
)
_WORDS = re.compile(rb"[A-Z][A-Z]|\bexport\b|\bsignals\b|\bslots\b")
_OPEN = b",(=|&+-<?"  # what an expression goes on after: a lone name there is a value


def without_macros(language: str, data: bytes) -> bytes:
    """Give the text with blanks in the place of macros that hide definitions; no byte moves. Else the same object."""
    if language not in WITH_MACROS or not _WORDS.search(data):
        return data
    spans = [found.span(1) for found in _LINE.finditer(data) if _stands_alone(data, found.start(1))]
    if language == "cpp":
        for pattern in (_BETWEEN, _NAMESPACE, _FINAL, _SPECIFIER, _CALLING, _BEHIND, _EXPORT):
            spans += [found.span(1) for found in pattern.finditer(data)]
    elif language == "c":
        spans += [
            found.span(1) for pattern in (_BETWEEN, _SPECIFIER, _CALLING, _BEHIND) for found in pattern.finditer(data)
        ]
    text = data
    if spans:
        blanked = bytearray(data)
        for begin, end in spans:
            blanked[begin:end] = re.sub(rb"[^\n]", b" ", data[begin:end])
        text = bytes(blanked)
    if language == "cpp" and (b"signals" in data or b"SIGNALS" in data or b"slots" in data or b"SLOTS" in data):
        text = _SECTIONS.sub(_section, text)
    return text


def _stands_alone(data: bytes, begin: int) -> bool:
    """Whether a statement, a block or a line of the preprocessor ends before a place."""
    before = data[:begin].rstrip()[-1:] if begin < _FAR else data[begin - _FAR : begin].rstrip()[-1:]
    return before not in _OPEN or not before


_FAR = 2_000  # bytes of blanks that are looked back


def _section(found: re.Match[bytes]) -> bytes:
    """`public slots` is `public` for the grammar, and so is `signals`."""
    if found[1]:
        return found[0][: -len(found[2])] + b" " * len(found[2])
    size = len(found[0])
    return b"public".rjust(size)
