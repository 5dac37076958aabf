"""What checkers print, as diagnostics, and which of them are a patch's."""

import pytest

from darner_server.check.project.diagnostics import Diagnostic, new, read

RUFF = """a.py:1:8: F401 [*] `os` imported but unused
src/b c.py:2:5: invalid-syntax: Expected an expression
Found 2 errors.
[*] 1 fixable with the `--fix` option.
"""
TY = """a.py:3:12: error[invalid-return-type] Return type does not match returned value: expected `int`
a.py:4:1: warning[possibly-unresolved-reference] Name `x` used when possibly not defined
Found 2 diagnostics
"""
PYRIGHT = """/work/space/a.py
  /work/space/a.py:3:12 - error: Type "str" is not assignable to return type "int"
    "str" is not assignable to "int" (reportReturnType)
  /work/space/a.py:9:5 - error: "re" is not accessed (reportUnusedImport)
  /work/space/a.py:9:6 - warning: Import "x" could not be resolved from source (reportMissingModuleSource)
2 errors, 1 warning, 0 informations
"""
TSC = """src/a.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.
  Types of property 'a' are incompatible.
src/b.ts(1,1): error TS6133: 'x' is declared but its value is never read.
"""
GO = """# example.com/m
# [example.com/m]
vet: ./a.go:5:9: cannot use "x" (untyped string constant) as int value in return statement
./b.go:7:2: Printf format %d has arg "x" of wrong type string
"""
CARGO = """src/main.rs:2:5: error[E0308]: mismatched types: expected `i32`, found `&str`
src/main.rs:4:9: warning: unused variable: `x`
error: could not compile `m` (bin "m") due to 1 previous error
"""


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (RUFF, ["a.py:1: F401: `os` imported but unused", "src/b c.py:2: invalid-syntax: Expected an expression"]),
        (TY, ["a.py:3: invalid-return-type: Return type does not match returned value: expected `int`"]),
        (
            PYRIGHT,
            [
                'a.py:3: Type "str" is not assignable to return type "int"',
                'a.py:9: reportUnusedImport: "re" is not accessed',
            ],
        ),
        (
            TSC,
            [
                "src/a.ts:3: TS2322: Type 'string' is not assignable to type 'number'.",
                "src/b.ts:1: TS6133: 'x' is declared but its value is never read.",
            ],
        ),
        (
            GO,
            [
                'a.go:5: cannot use "x" (untyped string constant) as int value in return statement',
                'b.go:7: Printf format %d has arg "x" of wrong type string',
            ],
        ),
        (CARGO, ["src/main.rs:2: E0308: mismatched types: expected `i32`, found `&str`"]),
        ("\x1b[1ma.py\x1b[0m:1:8: \x1b[31mF401\x1b[0m unused\r\n", ["a.py:1: F401: unused"]),
        ('All checks passed!\n\nTraceback (most recent call last):\n  File "a.py", line 1\n12:30:01 started\n', []),
    ],
    ids=["ruff", "ty", "pyright", "tsc", "go vet", "cargo", "colour", "no diagnostics"],
)
def test_what_a_checker_prints(output: str, expected: list[str]) -> None:
    assert [str(each) for each in read(output, ("/work/space",))] == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([("a.py", 1, "F401")], [("a.py", 9, "F401")], []),  # moved down
        ([("a.py", 1, "F401")], [("a.py", 1, "F401"), ("a.py", 2, "F401")], [2]),  # one more of the same
        ([("a.py", 1, "F401"), ("a.py", 2, "F401")], [("a.py", 1, "F401")], []),
        ([("a.py", 1, "F401")], [("b.py", 1, "F401")], [1]),
        ([("a.py", 1, "F401")], [("a.py", 1, "E999")], [1]),
        ([], [], []),
    ],
)
def test_what_is_new(
    before: list[tuple[str, int, str]], after: list[tuple[str, int, str]], expected: list[int]
) -> None:
    old, now = ([Diagnostic(path, line, code, "message") for path, line, code in each] for each in (before, after))
    assert [each.line for each in new(old, now)] == expected


def test_a_line_number_in_a_message_makes_nothing_new() -> None:
    old, now = ([Diagnostic("a.py", 1, "F811", f"redefinition of `f` from line {line}")] for line in (3, 4))
    assert new(old, now) == []
