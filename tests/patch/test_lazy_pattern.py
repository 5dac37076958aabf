"""Patterns that are compiled when they are first used."""

import pkgutil
import re
from importlib import import_module

import pytest

import darner_server.patch
from darner_server.patch.lazy_pattern import compile_patterns, lazy_pattern

TEXT = "one = 1, two = 22"


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("search", (TEXT,)),
        ("search", (TEXT, 4, 9)),
        ("match", (TEXT,)),
        ("fullmatch", ("ONE",)),
    ],
)
def test_a_match_is_that_of_the_pattern(method: str, arguments: tuple[object, ...]) -> None:
    lazy, plain = lazy_pattern("one|[0-9]+", re.IGNORECASE), re.compile("one|[0-9]+", re.IGNORECASE)
    for _ in range(2):  # the first use and the next
        found, expected = getattr(lazy, method)(*arguments), getattr(plain, method)(*arguments)
        assert (found and found.span()) == (expected and expected.span())


def test_everything_else_is_that_of_the_pattern() -> None:
    lazy, plain = lazy_pattern(rb"(?P<digit>\d)"), re.compile(rb"(?P<digit>\d)")
    assert (lazy.pattern, lazy.flags, lazy.groupindex) == (plain.pattern, plain.flags, plain.groupindex)
    assert lazy.findall(b"a1b2") == [b"1", b"2"]
    assert [each.start() for each in lazy.finditer(b"a1b2")] == [1, 3]
    assert (lazy.split(b"a1b"), lazy.sub(b"x", b"a1"), lazy.subn(b"x", b"a1")) == (
        [b"a", b"1", b"b"],
        b"ax",
        (b"ax", 1),
    )


def test_it_is_compiled_when_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []

    def record(source: str, flags: int) -> re.Pattern[str]:
        compiled.append(source)
        return compile_at_once(source, flags)

    compile_at_once = re.compile
    monkeypatch.setattr(re, "compile", record)
    used, unused = lazy_pattern("a"), lazy_pattern("b")
    assert compiled == []
    assert (used.search("a") is not None, used.match("b")) == (True, None)
    assert compiled == ["a"]
    compile_patterns()
    assert compiled.count("a") == compiled.count("b") == 1
    assert unused.search("b") is not None
    assert compiled.count("b") == 1


def test_every_pattern_of_the_package_can_be_compiled() -> None:
    for each in pkgutil.walk_packages(darner_server.patch.__path__, "darner_server.patch."):
        import_module(each.name)
    compile_patterns()
