"""Lines that stand for others: which are known, and that none is ever written."""

import pytest

from darner_server.patch import apply_reply
from darner_server.patch.text import placeholder_lines

SURE = """\
# rest unchanged
// rest of the function stays the same
/* existing code */
<!-- the rest of the template is unchanged -->
-- remaining columns unchanged
; rest of the config as before
{/* existing code here */}
{# rest of the block unchanged #}
(* rest of the function unchanged *)
REM rest of the script unchanged
// other methods remain the same
# your existing code here
// same as before
# no changes here
# code omitted for brevity
// keep the rest of the file as is
# everything else stays the same
[rest of the code unchanged]
"// existing dependencies": "..."
// ... rest of the code ...
# restlicher Code bleibt gleich
# wie zuvor
// le reste du code est inchangé
# código existente sin cambios
// restante do código inalterado
// resto del codice invariato
# rest van de code ongewijzigd
// остальной код без изменений
# reszta kodu bez zmian
// 其余代码不变
# 此处省略
// 残りのコードは変更なし
# 나머지 코드는 동일"""
LIKELY = [
    "# ...",
    "// ...",
    "/* ... */",
    "<!-- ... -->",
    "# unchanged",
    "// same as above",
    "// other methods",
    '"...": "..."',
]
HONEST = """\
# return the rest of the arguments
// remaining bytes to read
    ...rest,
  ...existing
# the same as in foo()
// original URL
return rest
print("...")
// REST endpoints
# if nothing changed, return early
# existing users keep their settings
 * @param rest the remaining arguments
"unchanged": true,
// 方法
# 其他"""


@pytest.mark.parametrize("line", SURE.split("\n"))
def test_a_line_that_stands_for_others(line: str) -> None:
    assert placeholder_lines.gaps([line], ["a"]) == [0]
    assert placeholder_lines.gaps([line], [line]) == []  # the file's own


@pytest.mark.parametrize("line", LIKELY)
def test_a_line_that_does_so_only_where_lines_go(line: str) -> None:
    assert placeholder_lines.gaps(["a", line, "b"], ["a", "x", "y", "b"]) == [1]
    assert placeholder_lines.gaps(["a", line, "b"], ["a", "b"]) == []


@pytest.mark.parametrize("line", HONEST.split("\n"))
def test_an_honest_line(line: str) -> None:
    assert placeholder_lines.gaps(["a", line, "c"], ["a", "b", "c"]) == []


OLD = "def f(a):\n    b = 1\n    c = 2\n    audit(a)\n    return a\n"


def block(before: str, after: str, path: str = "a.py") -> str:
    return f"{path}\n```\n<<<<<<< SEARCH\n{before}=======\n{after}>>>>>>> REPLACE\n```\n"


@pytest.mark.parametrize(
    "gap", ["# rest of the function unchanged", "# ...", "# unchanged", "# 省略", "# same as before"]
)
def test_it_is_filled_in_from_the_search_text_or_the_file(gap: str) -> None:
    new = f"def f(a):\n    check(a)\n    b = 1\n    {gap}\n    return a\n"
    full = OLD.replace("    b", "    check(a)\n    b")
    assert apply_reply(block(OLD, new), {"a.py": OLD}).files == {"a.py": full}
    assert apply_reply(f"a.py\n```\n{new}```\n", {"a.py": OLD}).files == {"a.py": full}


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (block(OLD, "def f(a):\n    check(a)\n    # rest of the function unchanged\n"), "leaves lines out"),
        (block(OLD, "def f(a):\n    d = 1\n    # ...\n"), "leaves lines out"),
        (block(OLD, "def f(a): pass  # body unchanged\n"), "leaves"),
        (block("", "x = 1\n# rest of the code here\n", "b.py"), "abbreviates"),
        ("*** Begin Patch\n*** Add File: b.py\n+x = 1\n+# ... existing code ...\n*** End Patch", "abbreviates"),
        ('{"path": "a.py", "old_string": "    b = 1\\n    c = 2\\n", "new_string": "    # existing code\\n"}', "changes no file"),
        ("--- a/a.py\n+++ b/a.py\n@@ @@\n def f(a):\n-    b = 1\n-    c = 2\n+    # 其余代码不变\n     audit(a)\n", None),
        ("a.js\n```\nfunction f() { /* unchanged */ }\n```\n", "leaves"),
    ],
)  # fmt: skip
def test_it_is_never_written(reply: str, reason: str | None) -> None:
    files = {"a.py": OLD, "a.js": "function f() {\n  return 1;\n}\n"}
    applied = apply_reply(reply, files)
    assert applied.files == files
    if reason is not None:
        assert reason in applied.refused[0].reason


LOOP = "function total(items) {\n  let sum = 0;\n  for (const each of items) {\n    sum += each.price;\n  }\n  audit(sum);\n  return sum;\n}\n"


@pytest.mark.parametrize(
    ("comment", "stands"),
    [
        *((each, True) for each in ("keep the loop", "etc.", "and so on", "as above", "ditto", "leave as is", "truncated", "see above", "more code", "⋮", ":", "✂️")),
        *((each, True) for each in ("{...}", "<...>", "-----8<-----", ". . .", "... (lines 2 to 7)", "hier folgt der restliche Code", "बाकी कोड वही", "logic continues here")),
        *((each, False) for each in ("summed by the database now", "removed: nobody needs the sum", "TODO: ask billing for the total", "prices come from the index page")),
    ],
)  # fmt: skip
def test_a_comment_that_takes_the_place_of_code(comment: str, stands: bool) -> None:
    """It is a placeholder unless it says something of its own."""
    new = f"function total(items) {{\n  if (!items) return 0;\n  // {comment}\n}}\n"
    applied = apply_reply(f"a.js\n```\n<<<<<<< SEARCH\n{LOOP}=======\n{new}>>>>>>> REPLACE\n```\n", {"a.js": LOOP})
    if not stands:
        assert applied.files == {"a.js": new}
        return
    assert applied.files in ({"a.js": LOOP}, {"a.js": LOOP.replace("{\n  let", "{\n  if (!items) return 0;\n  let")})


@pytest.mark.parametrize(
    "line", ["(unchanged)", "[unchanged]", "{{ rest }}", "~~~ unchanged ~~~", "etc.", "<rest>", "-- same --", "# k2..k28", "# remaining k's", "# other k"]
)  # fmt: skip
def test_a_remark_that_takes_the_place_of_lines(line: str) -> None:
    old = "".join(f"k{number} = {number}\n" for number in range(30))
    new = f"k0 = 7\n{line}\nk29 = 29\n"
    reply = f"a.xyz\n```\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n```\n"
    assert apply_reply(reply, {"a.xyz": old}).files in ({"a.xyz": old}, {"a.xyz": old.replace("k0 = 0", "k0 = 7")})


@pytest.mark.parametrize("line", ["[other]", "continue", "k = [more]", "# total of k0 to k29", "(k)"])
def test_lines_that_take_the_place_of_others(line: str) -> None:
    old = "".join(f"k{number} = {number}\n" for number in range(30))
    new = f"k0 = 7\n{line}\nk29 = 29\n"
    reply = f"a.xyz\n```\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n```\n"
    assert apply_reply(reply, {"a.xyz": old}).files == {"a.xyz": new}


@pytest.mark.parametrize("comment", ["keep the loop", "see above", "as before, but in cents", "⋮"])
def test_a_comment_beside_code_that_stays_is_a_comment(comment: str) -> None:
    new = LOOP.replace("  let", f"  // {comment}\n  let")
    applied = apply_reply(f"a.js\n```\n<<<<<<< SEARCH\n{LOOP}=======\n{new}>>>>>>> REPLACE\n```\n", {"a.js": LOOP})
    assert applied.files == {"a.js": new}
