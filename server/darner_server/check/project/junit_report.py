"""The report file of a test run (JUnit's XML): which tests ran, and which of them failed."""

import re
from dataclasses import dataclass
from html import unescape

_CASE = re.compile(r"<testcase\b([^<>]*?)(?:/>|>(.*?)</testcase>)", re.DOTALL)
_ATTRIBUTE = re.compile(r"\b(classname|name)=\"([^\"]*)\"")
_FAILED = re.compile(r"<(?:failure|error)\b")
_SKIPPED = re.compile(r"<skipped\b")


@dataclass(frozen=True, slots=True)
class JunitReport:
    """The names of the tests that passed and of those that failed; skipped ones are neither."""

    passed: frozenset[str]
    failed: frozenset[str]


def read_report(text: str) -> JunitReport | None:
    """None if there is no test in it: then the exit code alone counts."""
    passed: set[str] = set()
    failed: set[str] = set()
    for attributes, body in _CASE.findall(text):
        words = dict(_ATTRIBUTE.findall(attributes))
        name = unescape(".".join(filter(None, (words.get("classname"), words.get("name")))))
        if _FAILED.search(body):
            failed.add(name)
        elif not _SKIPPED.search(body):
            passed.add(name)
    return JunitReport(frozenset(passed - failed), frozenset(failed)) if passed or failed else None
