"""Tool calls in a reply, in JSON and in tags: carried out, or the reply is refused. None is dropped in silence."""

import json

import pytest

from darner_server.patch import apply_reply

FILES = {"a.py": "x = 1\ny = 2\nz = 3\n"}
PAIR = {"old_string": "x = 1", "new_string": "x = 5"}
DONE: dict[str, str | None] = {"a.py": "x = 5\ny = 2\nz = 3\n"}
BLOCKS = "------- SEARCH\nx = 1\n=======\nx = 5\n+++++++ REPLACE\n"
V4A = "*** Begin Patch\n*** Update File: a.py\n@@\n-x = 1\n+x = 5\n*** End Patch"


def call(name: str, **arguments: object) -> dict[str, object]:
    return {"name": name, "arguments": arguments}


def shapes(value: object) -> list[str]:
    """The same value as replies hold it."""
    dense, wide = json.dumps(value), json.dumps(value, indent=2)
    return [
        dense,
        wide,
        f"```json\n{wide}\n```",
        f"Sure:\n\n```\n{dense}\n```\nDone.\n",
        f"<tool_call>\n{dense}\n</tool_call>",
    ]


DO: list[tuple[object, dict[str, str | None]]] = [
    ({"path": "a.py", **PAIR}, DONE),
    ({"file_path": "a.py", **PAIR, "replace_all": False}, DONE),
    ({"command": "str_replace", "path": "a.py", "old_str": "x = 1", "new_str": "x = 5"}, DONE),
    ([{"command": "view", "path": "a.py"}, {"command": "str_replace", "path": "a.py", "old_str": "x = 1", "new_str": "x = 5"}], DONE),
    ({"command": "create", "path": "b.py", "file_text": "b = 1\n"}, {"b.py": "b = 1\n"}),
    (call("str_replace_editor", command="create", path="b.py", file_text="b = 1"), {"b.py": "b = 1\n"}),
    (call("write_to_file", path="b.py", content="b = 1\n"), {"b.py": "b = 1\n"}),
    ({"tool": "write_file", "parameters": {"file_path": "b.py", "content": "b = 1\n"}}, {"b.py": "b = 1\n"}),
    (call("replace_in_file", path="a.py", diff=BLOCKS), DONE),
    (call("apply_diff", path="a.py", diff=BLOCKS), DONE),
    (call("apply_patch", input=V4A), DONE),
    ({"name": "apply_patch", "arguments": json.dumps({"input": V4A})}, DONE),
    ({"command": ["apply_patch", V4A]}, DONE),
    (call("edit_file", target_file="a.py", code_edit="x = 1\nq = 1\ny = 2\n# ... existing code ...\n"), {"a.py": "x = 1\nq = 1\ny = 2\nz = 3\n"}),
    (call("edit_file", path="a.py", edits=[{"oldText": "x = 1", "newText": "x = 5"}]), DONE),
    (call("multi_edit", file_path="a.py", edits=[PAIR, {"old_string": "z = 3", "new_string": "z = 4"}]), {"a.py": "x = 5\ny = 2\nz = 4\n"}),
    ({"type": "tool_use", "id": "t1", "name": "Edit", "input": {"file_path": "a.py", **PAIR}}, DONE),
    ({"type": "function", "function": {"name": "edit", "arguments": json.dumps({"path": "a.py", **PAIR})}}, DONE),
    ({"tool_calls": [{"type": "function", "function": {"name": "edit", "arguments": {"path": "a.py", **PAIR}}}]}, DONE),
    ([call("read_file", path="a.py"), call("edit", path="a.py", **PAIR)], DONE),
    (call("search_and_replace", path="a.py", search="x = 1", replace="x = 5"), DONE),
    ({"files": [{"path": "b.py", "content": "b = 1\n"}, {"path": "c.py", "content": "c = 1\n"}]}, {"b.py": "b = 1\n", "c.py": "c = 1\n"}),
    ({"edits": [{"path": "a.py", "search": "x = 1", "replace": "x = 5"}]}, DONE),
    ([{"file": "a.py", "find": "x = 1", "replace": "x = 5", "explanation": "more"}], DONE),
    (call("delete_file", target_file="a.py"), {"a.py": None}),
    (call("move_file", source="a.py", destination="lib/a.py"), {"a.py": None, "lib/a.py": FILES["a.py"]}),
]  # fmt: skip


INSERTED = [
    ({"command": "insert", "path": "a.py", "insert_line": 0, "new_str": "q = 1\n"}, "q = 1\nx = 1\ny = 2\nz = 3\n"),
    ({"command": "insert", "path": "a.py", "insert_line": 1, "insert_text": "q = 1"}, "x = 1\nq = 1\ny = 2\nz = 3\n"),
    ({"command": "insert", "path": "a.py", "insert_line": 3, "new_str": "q = 1"}, "x = 1\ny = 2\nz = 3\nq = 1\n"),
    (call("insert_content", path="a.py", line=2, content="q = 1\n"), "x = 1\nq = 1\ny = 2\nz = 3\n"),
    (call("insert_content", path="a.py", line=0, content="q = 1"), "x = 1\ny = 2\nz = 3\nq = 1\n"),
    (call("str_replace_editor", command="insert", path="a.py", insert_line=2, insert_text="q"), "x = 1\ny = 2\nq\nz = 3\n"),
    ([{"path": "a.py", "old_string": "x = 1", "new_string": "w = 0\nx = 5"}, {"command": "insert", "path": "a.py", "insert_line": 2, "new_str": "q"}],
     "w = 0\nx = 5\ny = 2\nq\nz = 3\n"),
    ([{"command": "insert", "path": "a.py", "insert_line": at, "new_str": f"q{at}"} for at in (1, 2, 3)], "x = 1\nq1\ny = 2\nq2\nz = 3\nq3\n"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "expected"), INSERTED)
def test_a_text_goes_to_the_line_of_the_file_as_it_was_shown(value: object, expected: str) -> None:
    for reply in shapes(value):
        applied = apply_reply(reply, FILES)
        assert (applied.refused, applied.files) == ((), {"a.py": expected}), reply
    crlf = apply_reply(json.dumps(value), {"a.py": FILES["a.py"].replace("\n", "\r\n")})
    assert crlf.files == {"a.py": expected.replace("\n", "\r\n")}


EDIT = json.dumps({"name": "edit_file", "arguments": {"path": "a.py", **PAIR}})
BARE = json.dumps({"path": "a.py", **PAIR})


@pytest.mark.parametrize(
    "reply",
    [
        f"[TOOL_CALLS][{EDIT}]", f"[TOOL_CALLS]edit_file[ARGS]{BARE}", f"<|python_tag|>{EDIT}", f"Action: edit_file\nAction Input: {BARE}",
        "<\uff5ctool▁calls▁begin\uff5c><\uff5ctool▁call▁begin\uff5c>function<\uff5ctool▁sep\uff5c>edit_file\n```json\n" + BARE + "\n```<\uff5ctool▁call▁end\uff5c>",
        f"<|tool_calls_section_begin|><|tool_call_begin|>functions.edit_file:0<|tool_call_argument_begin|>{BARE}<|tool_call_end|>",
        ("<tool_call>edit_file\n<arg_key>path</arg_key>\n<arg_value>a.py</arg_value>\n<arg_key>old_string</arg_key>\n<arg_value>x = 1</arg_value>\n"
        "<arg_key>new_string</arg_key>\n<arg_value>x = 5</arg_value>\n</tool_call>"),
        f"<apply_diff>\n<args>\n<file>\n<path>a.py</path>\n<diff>\n<content>\n{BLOCKS}</content>\n</diff>\n</file>\n</args>\n</apply_diff>",
        "<insert_content>\n<path>a.py</path>\n<line>2</line>\n<content>\nq\n</content>\n</insert_content>",
    ],
)  # fmt: skip
def test_calls_behind_the_marks_of_a_model(reply: str) -> None:
    """Also beside another edit, where a call that is not seen would be dropped in silence."""
    block = "b.py\n```\n<<<<<<< SEARCH\nb = 1\n=======\nb = 2\n>>>>>>> REPLACE\n```\n"
    done = DONE["a.py"] if "insert" not in reply else "x = 1\nq\ny = 2\nz = 3\n"
    for each, b in ((reply, 1), (f"I change x.\n\n{reply}\nDone.\n", 1), (f"{block}\n{reply}\n", 2)):
        applied = apply_reply(each, {**FILES, "b.py": "b = 1\n"})
        assert (applied.refused, applied.files) == ((), {"a.py": done, "b.py": f"b = {b}\n"})


@pytest.mark.parametrize(("value", "expected"), DO, ids=lambda each: json.dumps(each)[:60])
def test_calls(value: object, expected: dict[str, str | None]) -> None:
    for reply in shapes(value):
        applied = apply_reply(reply, FILES, target="a.py")
        assert applied.refused == (), reply
        assert applied.files == {**FILES, **expected}, reply


GOOD = {"path": "a.py", **PAIR}
REFUSED: list[str] = [
    *(
        json.dumps([GOOD, other])
        for other in (
            {"path": "a.py", "old_string": "y = 2", "new_string": None},
            {"path": "a.py", "old_string": "y = 2"},
            {"path": "a.py", "old_str": None, "new_str": "q"},
            {"path": "a.py", "old_string": 2, "new_string": 3},
            {"command": "insert", "path": "a.py", "insert_line": 4, "new_str": "q = 1"},
            {"command": "insert", "path": "a.py", "insert_line": 1},
            {"command": "insert", "path": "a.py", "insert_line": -1, "new_str": "q = 1"},
            {"command": "insert", "path": "a.py", "insert_line": True, "new_str": "q = 1"},
            call("bash", command="sed -i s/1/5/ a.py"),
            call("shell", command=["rm", "a.py"], cmd="rm a.py"),
            call("run_terminal_cmd", command="echo q > a.py"),
            {"command": "undo_edit", "path": "a.py"},
            call("insert_content", path="a.py", line=9, content="q = 1"),
            call("str_replace_editor", command="insert", path="a.py", insert_line=7, insert_text="q"),
            call("write_to_file", path="b.py"),
            call("replace_in_file", path="a.py", diff="nothing"),
            call("replace_lines", path="a.py", start=1, end=2, text="q"),
            call("edit_by_regex", path="a.py", regex="x", replacement="q"),
            {"name": "write_to_file", "arguments": '{"path": "b.py", "content": "cut'},
            {"name": "edit", "arguments": None, "old_string": "x"},
            call("append_to_file", path="a.py", content="q = 1"),
        )
    ),
    json.dumps([GOOD])[:-9],
    json.dumps([GOOD, GOOD], indent=1)[:-20],
    json.dumps(GOOD) + "\n" + json.dumps(GOOD)[:-5],
    '{"tool": "write_to_file", "parameters": {"path": "b.py", "content": "x',
    '[{"path": "a.py", "old_string": "x = 1", "new_string": "x = 5"} {"old_string": "y = 2"]',
]  # fmt: skip


@pytest.mark.parametrize("value", REFUSED)
def test_a_call_that_cannot_be_carried_out_refuses_all(value: str) -> None:
    block = "a.py\n```\n<<<<<<< SEARCH\nz = 3\n=======\nz = 4\n>>>>>>> REPLACE\n```\n"
    for reply in (
        value,
        f"```json\n{value}\n```",
        block + f"\n```json\n{value}\n```\n",
        f"<tool_call>\n{value}\n</tool_call>",
        f"{block}\n{value}\n",
    ):
        applied = apply_reply(reply, FILES, target="a.py")
        assert applied.files == FILES, reply
        assert applied.refused != (), reply


@pytest.mark.parametrize(
    "value",
    [
        '{"path": "a.py", "old_string": "x = 1", "new_string": "x = 5",}',
        '[\n  {"path": "a.py", "old_string": "x = 1", "new_string": "x = 5",},\n]',
        "{'path': 'a.py', 'old_string': 'x = 1', 'new_string': 'x = 5'}",
        '{"path": "a.py", "edits": [{"old_string": "x = 1", "new_string": "x = 5"},],}',
    ],
)
def test_json_as_models_write_it(value: str) -> None:
    for reply in (value, f"```json\n{value}\n```"):
        applied = apply_reply(reply, FILES)
        assert (applied.refused, applied.files) == ((), DONE), reply


DATA = [
    [{"old": "colour", "new": "tint"}],
    {"renames": [{"old": "colour", "new": "tint"}, {"old": "b", "new": "c"}]},
    [{"before": "a", "after": "b"}],
    {"find": "a", "replace": "b"},
    [{"search": "a", "replace": "b", "path": "c"}],
    {"name": "shop", "scripts": {"test": "jest"}},
    [{"old": "a", "new": None}],
    {"path": "b.py", "content": "y"},
]


@pytest.mark.parametrize("value", DATA[:4] + DATA[5:7])
@pytest.mark.parametrize("path", ["rules/renames.json", "x.jsonc", "data.json5", "nb.ipynb"])
def test_a_file_of_data_is_a_file(value: object, path: str) -> None:
    text = json.dumps(value, indent=2) + "\n"
    for files in (
        {},
        {path: text.replace("tint", "color").replace("jest", "tap").replace('"b"', '"q"').replace("null", "1")},
    ):
        applied = apply_reply(f"{path}\n```json\n{text}```\n", files)
        assert (applied.refused, applied.files) == ((), {path: text})


@pytest.mark.parametrize("value", [DATA[0], DATA[4], DATA[7], [PAIR], {"path": "x.json", **PAIR}])
def test_data_or_edits_is_not_guessed(value: object) -> None:
    text = json.dumps(value, indent=2) + "\n"
    files = {"x.json": '[{"old": "colour", "new": "color"}]\n'}
    reply = f"```json\n{text}```\n" if value is DATA[0] else f"x.json\n```json\n{text}```\n"
    applied = apply_reply(reply, files, target="x.json")
    assert applied.files == files or (value is DATA[0] and applied.files == {"x.json": text})


INVOKED = (
    '<function_calls>\n<invoke name="str_replace">\n<parameter name="path">a.py</parameter>\n'
    '<parameter name="old_str">x = 1</parameter>\n<parameter name="new_str">x = 5</parameter>\n'
    "</invoke>\n</function_calls>"
)
TAGS = [
    ("<write_to_file>\n<path>b.py</path>\n<content>\nb = 1\n</content>\n</write_to_file>", {"b.py": "b = 1\n"}),
    (f"<replace_in_file>\n<path>a.py</path>\n<diff>\n{BLOCKS}</diff>\n</replace_in_file>", DONE),
    (f"<apply_diff>\n<path>a.py</path>\n<diff>\n{BLOCKS}</diff>\n</apply_diff>", DONE),
    ("<search_and_replace>\n<path>a.py</path>\n<search>x = 1</search>\n<replace>x = 5</replace>\n</search_and_replace>", DONE),
    ("<str_replace>\n<path>a.py</path>\n<old_str>x = 1</old_str>\n<new_str>x = 5</new_str>\n</str_replace>", DONE),
    (INVOKED, DONE),
    ("<function=write_file>\n<parameter=path>b.py</parameter>\n<parameter=content>\nb = 1\n</parameter>\n</function>", {"b.py": "b = 1\n"}),
    ("a.py\n```xml\n<edit>\n<search>x = 1</search>\n<replace>x = 5</replace>\n</edit>\n```", DONE),
    ("a.py\n```\n<edit>\n<old>\nx = 1\n</old>\n<new>\nx = 5\n</new>\n</edit>\n```", DONE),
    ("<delete_file>\n<path>a.py</path>\n</delete_file>", {"a.py": None}),
    ('<file path="b.py">\nb = 1\n</file>', {"b.py": "b = 1\n"}),
]  # fmt: skip


@pytest.mark.parametrize(("reply", "expected"), TAGS)
def test_calls_in_tags(reply: str, expected: dict[str, str | None]) -> None:
    for each in (reply, f"Sure:\n\n{reply}\n\nDone.\n"):
        applied = apply_reply(each, FILES)
        assert applied.refused == ()
        assert applied.files == {**FILES, **expected}


@pytest.mark.parametrize(
    "reply",
    [
        "<insert_content>\n<path>a.py</path>\n<line>8</line>\n<content>q = 1</content>\n</insert_content>",
        "<write_to_file>\n<path>b.py</path>\n<content>\nb = 1\n",
        "<write_to_file>\n<content>\nb = 1\n</content>\n</write_to_file>",
        "<edit_file>\n<path>a.py</path>\n<line>1</line>\n</edit_file>",
        "<rename_file>\n<path>a.py</path>\n</rename_file>",
        "<function=replace_lines>\n<parameter=path>a.py</parameter>\n</function>",
        '<invoke name="insert">\n<parameter name="path">a.py</parameter>\n</invoke>',
        "a.py\n```xml\n<edit>\n<search>x = 1</search>\n</edit>\n```",
    ],
)
def test_calls_in_tags_that_are_refused(reply: str) -> None:
    block = "a.py\n```\n<<<<<<< SEARCH\nz = 3\n=======\nz = 4\n>>>>>>> REPLACE\n```\n"
    for each in (reply, f"{block}\n{reply}\n"):
        applied = apply_reply(each, FILES, target="a.py")
        assert applied.files == FILES, each
        assert applied.refused != (), each


@pytest.mark.parametrize(
    "path", [".vscode/tasks.json", "x.code-workspace", ".babelrc", "conf/tool.cfg", "x.mcp", "composer.lock"]
)
@pytest.mark.parametrize(
    "value",
    [
        {"type": "shell", "command": "make", "args": ["x"]},
        {"name": "run", "args": {"path": "a"}},
        {"mcpServers": {"x": {"command": "npx", "args": ["-y", "x"]}}},
        {"name": "view", "input": {"path": "a.py"}},
    ],
)
def test_settings_that_look_like_calls_are_a_text(path: str, value: object) -> None:
    text = json.dumps(value, indent=2) + "\n"
    applied = apply_reply(f"{path}\n```json\n{text}```\n", {})
    assert (applied.refused, applied.files) == ((), {path: text})


@pytest.mark.parametrize(
    "value", [{"command": "view", "path": "a.py"}, call("read_file", path="a.py"), [call("bash", command="ls")]]
)
def test_a_call_that_only_reads_is_no_edit(value: object) -> None:
    for reply in shapes(value):
        for files in (FILES, {"a.py": ""}):
            applied = apply_reply(reply, files, target="a.py")
            assert applied.files == files
            assert applied.refused[0].kind == "no-edit"


@pytest.mark.parametrize(
    "reply",
    [
        '{"path": "a.py", "old_string": "", "new_string": "z = 3\\n"}', '{"path": "a.py", "old_string": "", "new_string": "z = 3\\n", "replace_all": true}',
        '{"command": "str_replace", "path": "a.py", "old_str": "", "new_str": "z = 3\\n"}', "<edit_file><path>a.py</path><old_string></old_string><new_string>z = 3\n</new_string></edit_file>",
        "<replace_in_file><path>a.py</path><search>\n</search><replace>\nz = 3\n</replace></replace_in_file>", "a.py\n<<<<<<< SEARCH\n=======\nz = 3\n>>>>>>> REPLACE\n",
        '{"name": "MultiEdit", "arguments": {"file_path": "a.py", "edits": [{"old_string": "", "new_string": "z = 2\\n"}, {"old_string": "z = 2", "new_string": "z = 3"}]}}',
    ],
)  # fmt: skip
def test_an_empty_search_text_fills_an_empty_file_only(reply: str) -> None:
    for text in (None, "", "\n\n"):
        assert apply_reply(reply, {} if text is None else {"a.py": text}).files == {"a.py": "z = 3\n"}
    applied = apply_reply(reply, {"a.py": "x = 1\n"})
    assert applied.files == {"a.py": "x = 1\n"}
    assert applied.refused[0].kind == "malformed"


PARTS: dict[str, dict[str, object]] = {
    "delete_lines": {"start": 1, "end": 2}, "delete_line_range": {"start_line": 1}, "remove_import": {"name": "os"}, "remove_function": {"function_name": "f"}, "deleteNode": {"selector": "x"}, "delete_file": {"lines": "1-2"},
    "delete": {"symbol": "f"}, "remove": {"line": 3}, "rename_symbol": {"from": "x", "to": "b.py"}, "move_function": {"to": "b.py", "name": "f"}, "move_lines": {"destination": "b.py"}, "rename_variable": {"to": "y"},
}  # fmt: skip


@pytest.mark.parametrize("tool", PARTS)
def test_a_tool_for_a_part_of_a_file_deletes_and_moves_no_file(tool: str) -> None:
    files = {"a.py": "import os\n\n\ndef f():\n    return 1\n"}
    arguments = {"path": "a.py", **PARTS[tool]}
    parameters = "".join(f'<parameter name="{key}">{value}</parameter>\n' for key, value in arguments.items())
    equals = "".join(f"<parameter={key}>{value}</parameter>\n" for key, value in arguments.items())
    for reply in (
        json.dumps({"name": tool, "arguments": arguments}),
        json.dumps({"action": tool.split("_", maxsplit=1)[0], **arguments}),
        json.dumps({"command": tool.split("_", maxsplit=1)[0], **arguments}),
        f'<function_calls>\n<invoke name="{tool}">\n{parameters}</invoke>\n</function_calls>\n',
        f"<function={tool}>\n{equals}</function>\n",
    ):
        applied = apply_reply(reply, files)
        assert applied.files == files, reply
        assert applied.refused, reply


@pytest.mark.parametrize(
    "tool", ["delete_file", "deleteFile", "remove_file", "delete", "rm", "fs.delete_file", "mcp__fs__delete_file"]
)
def test_a_tool_that_deletes_a_file(tool: str) -> None:
    for reply in (
        json.dumps({"name": tool, "arguments": {"path": "a.py"}}),
        json.dumps({"name": tool, "arguments": {"path": "a.py", "explanation": "unused"}}),
        f'<invoke name="{tool}">\n<parameter name="path">a.py</parameter>\n</invoke>\n',
    ):
        assert apply_reply(reply, {"a.py": "x\n"}).files == {"a.py": None}, reply
