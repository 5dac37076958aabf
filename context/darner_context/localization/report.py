"""What an instruction or a report of a fault gives literally: words, names, paths, frames of a traceback, messages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from darner_context.localization.report_stop_words import TALK
from darner_context.text.identifiers import IDENTIFIER, KEYWORDS, STOP_WORDS, parts
from darner_context.text.lines import split_lines

_FENCE = re.compile(r"\s*(?:```|~~~)")
_PROMPT = re.compile(r"\s*(?:>>>|\.\.\.|In ?\[\d+\]:|[$%])\s?")
_PATH = re.compile(r"(?:[\w.@+-]+[/\\])*[\w@+-][\w.@+-]*\.[A-Za-z]\w{0,9}\b(?::(\d+))?")
_DOTTED = re.compile(r"\b[A-Za-z_]\w*(?:(?:\.|::|#|->)[A-Za-z_]\w*)+")
_FRAME = re.compile(
    r'File "(?P<a>[^"\n]+)", line (?P<b>\d+)(?:, in (?P<c>[\w.<>]+))?'  # Python
    r"|at (?:(?P<f>[\w.$<>\[\] ]+?) ?\()?(?P<d>[^\s()]+?\.\w+):(?P<e>\d+)(?::\d+)?\)?"  # JavaScript, Java
    r"|(?P<g>[\w./\\@+~-]+\.(?:py|go|rs|rb|kt|c|cc|cpp|ex|php)):(?P<h>\d+)(?::\d+)?(?::? in (?P<i>[\w<>]+)"
    r"|:in [`'](?P<j>[^'`]+)')?"  # pytest, Go, Rust, Ruby
    r"|^(?P<k>[\w./\\~-]+\.py) in (?P<l>\w+)\("  # IPython
)
_ERROR = re.compile(
    r"^[\w .>|]*?\b(?:[A-Z]\w*(?:Error|Exception|Warning)|panic|[Ee]rror|[Ww]arning|fatal)\b[^:\n]{0,40}: +(.{8,300})$"
)
_QUOTED = re.compile(r"""`([^`\n]{4,200})`|"([^"\n]{8,200})"|'([^'\n]{8,200})'|“([^”\n]{8,200})”""")
_TICKED = re.compile(r"`([^`]+)`")
_SEPARATOR = re.compile(r"\.|::|#|->")
_VERSION = re.compile(r"(?i)^[\w. -]*version[\w ]*[:=]|^\s*[-*]?\s*[\w.-]+\s*(?:==|[:=])\s*v?\d+(?:\.\d+)+")
_CALLED = re.compile(r"\b([A-Za-z_]\w+)\s*\(|\b(?:import|from|use|new|extends|class|def|fn|func)\s+([A-Za-z_][\w.:]*)")
_URL = re.compile(r"(?:https?|git)://[^\s)>\]]+")
_BLOB = re.compile(r"/(?:blob|tree|raw)/[^/]+/([^#?]+)(?:#L(\d+))?")
_LINES = 2_000  # of a report that are read
_LINE = 400  # characters of a line: more is data
_TITLE, _PROSE, _CODE = 2.5, 1.0, 0.7  # what a word counts, by where it is
_STRESSED = 1.5  # what is called, or written as code, counts beside another word


@dataclass(frozen=True, slots=True)
class Frame:
    """A place that a traceback names. `function` is empty where it gives none."""

    path: str
    line: int
    function: str


@dataclass(slots=True)
class Report:
    """
    What a text gives literally.

    `words` are stems and `names` identifiers as written, each with its weight; `frames` begin with the innermost;
    `paths` have a line, or 0.
    """

    words: dict[str, float] = field(default_factory=dict[str, float])
    names: dict[str, float] = field(default_factory=dict[str, float])
    dotted: dict[tuple[str, ...], float] = field(default_factory=dict[tuple[str, ...], float])
    paths: dict[str, int] = field(default_factory=dict[str, int])
    frames: list[Frame] = field(default_factory=list[Frame])
    messages: list[str] = field(default_factory=list[str])

    def add_path(self, path: str, line: int) -> None:
        """Note a path, with a line or 0."""
        self.paths[path] = max(self.paths.get(path, 0), line)


def read_report(text: str) -> Report:
    """Read an instruction or a report."""
    report = Report()
    groups: list[list[Frame]] = [[]]
    for number, (line, place) in enumerate(_lines(text)):
        frame = _frame(line)
        if frame is not None:
            groups[-1].append(frame)
        elif groups[-1] and not line.startswith((" ", "\t")) and line.strip():
            groups.append([])
        weight, prose = _TITLE if number == 0 else place, place == _PROSE
        for url in _URL.findall(line):
            if (blob := _BLOB.search(url)) is not None:
                report.add_path(blob[1], int(blob[2] or 0))
        rest = _URL.sub(" ", line)
        _read_literals(report, rest, weight, prose=prose, frame=frame is not None)
        _read_words(report, rest, weight, prose=prose)
    for group in groups:
        outermost_last = bool(group) and group[0].path.endswith(_INNERMOST_FIRST)
        report.frames += group if outermost_last else group[::-1]
    return report


_INNERMOST_FIRST = (".js", ".ts", ".mjs", ".java", ".kt", ".go", ".rs", ".rb", ".php")


def _lines(text: str) -> Iterator[tuple[str, float]]:
    """Give each line with what its words count."""
    fenced = False
    for whole in split_lines(text)[:_LINES]:
        line = whole.rstrip()
        if _FENCE.match(line):
            fenced = not fenced
            continue
        if not line or len(line) > _LINE or _VERSION.search(line):
            continue
        code = fenced or line.startswith(("    ", "\t"))
        prompt = _PROMPT.match(line)
        yield line, _CODE if prompt or code else _PROSE


def _frame(line: str) -> Frame | None:
    found = _FRAME.search(line)
    if found is None:
        return None
    held = found.groupdict()
    path = held["a"] or held["d"] or held["g"] or held["k"] or ""
    function = held["c"] or held["f"] or held["i"] or held["j"] or held["l"] or ""
    function = re.split(r"[.#:]", function.strip())[-1]
    return Frame(path.replace("\\", "/"), int(held["b"] or held["e"] or held["h"] or 0), function)


def _read_literals(report: Report, line: str, weight: float, *, prose: bool, frame: bool) -> None:
    if (error := _ERROR.match(line)) is not None:
        report.messages.append(error[1])
    if prose:
        report.messages += [next(filter(None, found.groups())) for found in _QUOTED.finditer(line)]
    for found in _PATH.finditer(line) if not frame else ():
        report.add_path(found[0].partition(":")[0].replace("\\", "/"), int(found[1] or 0))
    for found in _DOTTED.finditer(line):
        chain = tuple(_SEPARATOR.split(found[0]))
        report.dotted[chain] = max(report.dotted.get(chain, 0.0), weight)


def _read_words(report: Report, line: str, weight: float, *, prose: bool) -> None:
    called = {name for pair in _CALLED.findall(line) for name in pair if name}
    ticked = (
        {name for stretch in _TICKED.findall(line) for name in IDENTIFIER.findall(stretch)} if prose else set[str]()
    )
    for name in IDENTIFIER.findall(line):
        quoted = name in ticked
        code = quoted or "_" in name or not (name.islower() or name.istitle())
        small = name.lower()
        if not quoted and (name in KEYWORDS or (prose and small in STOP_WORDS) or (small in KEYWORDS and not code)):
            continue
        of_name = weight * (_STRESSED if quoted or name in called else 1.0)
        if code or not prose or name in called:
            report.names[name] = max(report.names.get(name, 0.0), of_name)
        of_words = of_name * (_STRESSED if code and prose else 1.0)
        for part in parts(name):
            if quoted or not (part in STOP_WORDS or (prose and part in TALK)):
                report.words[part] = max(report.words.get(part, 0.0), of_words)
