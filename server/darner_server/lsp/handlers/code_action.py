"""Code actions: fix, implement, do what a comment requests, explain, write a docstring or tests. Queries no model."""

from collections.abc import Iterator
from typing import Any

from darner_server.display_text import plain
from darner_server.lsp.session import Session
from darner_server.lsp.text.documents import OpenDocument
from darner_server.lsp.text.instruction_comments import Comment, comment_at
from darner_server.lsp.text.stubs import is_stub, window_around
from darner_server.lsp.text.tests_of_file import tests_of
from darner_server.lsp.transport.json_values import as_list, as_object, at, integer_at, point_at, text_at

Action = dict[str, Any]  # a CodeAction

_LONGEST_TITLE = 60


def code_actions(session: Session, params: object) -> list[Any]:
    """What can be done at a place; a client that resolves actions gets their commands when one is chosen."""
    document = session.documents.get(text_at(params, "textDocument", "uri"))
    if document is None or session.untrusted or not session.client.apply_edit:
        return []
    wanted = at(params, "context", "only")
    actions = [
        each
        for each in _actions(session, document, params)
        if wanted is None or any(_is_kind(each["kind"], str(kind)) for kind in as_list(wanted))
    ]
    if not session.client.action_literals:
        return [each["command"] for each in actions]
    if session.client.resolves_commands:
        for each in actions:
            each["data"] = {"command": each.pop("command")}
    return actions


def resolve(_session: Session, action: object) -> Action:
    """Give the chosen action its command."""
    command = at(action, "data", "command")
    return as_object(action) | ({"command": command} if command else {})


def _actions(session: Session, document: OpenDocument, params: object) -> Iterator[Action]:
    checked = session.checks.latest
    if checked is not None and checked.repair is not None and document.uri in checked.uris:
        yield _command(f"Repair: {checked.words}", "quickfix", "darner.repair", {})
    first, last = point_at(params, "range", "start"), point_at(params, "range", "end")
    for diagnostic in as_list(at(params, "context", "diagnostics")):
        if text_at(diagnostic, "message") and point_at(diagnostic, "range", "start") is not None:
            yield _fix(document, as_object(diagnostic))
    if first is None or last is None:
        return
    place = as_object(at(params, "range"))
    path = session.folders.path_of(document.uri, document.language)
    comment = comment_at(path, document.lines, first[0], last[0])
    if comment is not None:
        yield _do(document, comment)
    if first == last:
        stub = _stub(path, document, first[0])
        if stub is not None:
            name, body = stub
            yield _patch(document, f"Implement {name}", "refactor.rewrite", f"Implement {name}: write its body.", body)
        return
    yield _command("Explain", "source", "darner.explain", {"textDocument": {"uri": document.uri}, "range": place})
    yield _patch(
        document, "Write a docstring", "refactor.rewrite",
        "Write a documentation comment for the selected code, in the usual form. Change nothing else.", place,
    )  # fmt: skip
    tests = tests_of(path, session.folders.exists)
    yield _patch(
        document, "Write tests", "refactor.rewrite",
        f"Write tests for the selected code. Put them into {tests}.", place, scope="workspace",
    )  # fmt: skip


def _fix(document: OpenDocument, diagnostic: dict[str, Any]) -> Action:
    line = (integer_at(diagnostic, "range", "start", "line") or 0) + 1
    message, source, code = text_at(diagnostic, "message"), text_at(diagnostic, "source"), diagnostic.get("code")
    of, known_as = f"{source}: " if source else "", f" ({code})" if isinstance(code, str | int) and code != "" else ""
    problem = f"line {line}: {of}{message}{known_as}"
    place = as_object(diagnostic["range"])
    action = _patch(
        document, f"Fix: {message}", "quickfix", f"Fix this problem at {problem}", place, diagnostics=[problem]
    )
    return action | {"diagnostics": [diagnostic]}


def _do(document: OpenDocument, comment: Comment) -> Action:
    start = {"line": comment.line, "character": 0}
    place = {"start": start, "end": start}
    return _patch(document, comment.instruction, "refactor.rewrite", comment.instruction, place, remark=comment.line)


def _stub(path: str, document: OpenDocument, line: int) -> tuple[str, dict[str, Any]] | None:
    """The function around a line, if it does nothing yet."""
    from darner_context.syntax.definitions import enclosing

    window = window_around(document.lines, line)
    found = enclosing(path, window.text, line - window.first + 1)
    if found is None or found.kind not in {"function", "method"}:
        return None
    if not is_stub(window.lines[found.start_line - 1 : found.end_line]):
        return None
    first, last = found.start_line - 1 + window.first, found.end_line - 1 + window.first
    end = len(document.lines[last].rstrip("\r\n")) if last < len(document.lines) else 0
    return found.name, {"start": {"line": first, "character": 0}, "end": {"line": last, "character": end}}


def _patch(
    document: OpenDocument, title: str, kind: str, instruction: str, place: dict[str, Any], **more: object
) -> Action:
    argument = {"textDocument": {"uri": document.uri}, "range": place, "instruction": instruction, **more}
    return _command(title, kind, "darner.patch", argument)


def _command(title: str, kind: str, command: str, argument: dict[str, Any]) -> Action:
    title = plain(" ".join(title.split()))
    short = title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1] + "…"
    shown = f"darner: {short}"
    return {
        "title": shown,
        "kind": kind,
        "command": {"title": shown, "command": command, "arguments": [argument]},
    }


def _is_kind(kind: str, wanted: str) -> bool:
    return not wanted or kind == wanted or kind.startswith(f"{wanted}.")
