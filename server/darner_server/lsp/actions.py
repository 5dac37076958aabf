"""Code actions: fix, implement, do what a comment says, explain, write a docstring or tests. No model is asked here."""

from collections.abc import Iterator
from typing import Any

from lsprotocol import types

from darner_server.lsp.counterparts import tests_of
from darner_server.lsp.documents import Document
from darner_server.lsp.places import Remark, is_stub, remark_at, window_around
from darner_server.lsp.raw import as_list, as_object, at, text_at
from darner_server.lsp.session import Session
from darner_server.visible import plain

_LONGEST_TITLE = 60


def code_actions(session: Session, params: types.CodeActionParams) -> list[Any]:
    """What can be done at a place; a client that resolves actions gets their commands when one is chosen."""
    document = session.documents.get(params.text_document.uri)
    if document is None or session.untrusted or not session.client.apply_edit:
        return []
    wanted = params.context.only
    actions = [
        each
        for each in _actions(session, document, params)
        if wanted is None or any(_is_kind(str(each.kind), str(getattr(kind, "value", kind))) for kind in wanted)
    ]
    if not session.client.action_literals:
        return [each.command for each in actions]
    if session.client.resolves_commands:
        for each in actions:
            each.data, each.command = {"command": _plain(each.command)}, None
    return actions


def resolve(session: Session, action: types.CodeAction) -> types.CodeAction:
    """Give the chosen action its command."""
    del session
    told = as_object(at(action.data, "command"))
    if told:
        action.command = types.Command(
            text_at(told, "title"), text_at(told, "command"), arguments=as_list(told.get("arguments"))
        )
    return action


def _actions(session: Session, document: Document, params: types.CodeActionParams) -> Iterator[types.CodeAction]:
    first, last = params.range.start, params.range.end
    for diagnostic in params.context.diagnostics:
        yield _fix(document, diagnostic)
    remark = remark_at(document.lines, first.line, last.line)
    if remark is not None:
        yield _do(document, remark)
    path = session.folders.path_of(document.uri, document.language)
    if first == last:
        stub = _stub(path, document, first.line)
        if stub is not None:
            name, place = stub
            yield _patch(document, f"Implement {name}", "refactor.rewrite", f"Implement {name}: write its body.", place)
        return
    place = _range(params.range)
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


def _fix(document: Document, diagnostic: types.Diagnostic) -> types.CodeAction:
    line = diagnostic.range.start.line + 1
    source = f"{diagnostic.source}: " if diagnostic.source else ""
    code = f" ({diagnostic.code})" if diagnostic.code else ""
    said = f"line {line}: {source}{diagnostic.message}{code}"
    action = _patch(
        document,
        f"Fix: {diagnostic.message}",
        "quickfix",
        f"Fix this problem at {said}",
        _range(diagnostic.range),
        diagnostics=[said],
    )
    action.diagnostics = [diagnostic]
    return action


def _do(document: Document, remark: Remark) -> types.CodeAction:
    start = {"line": remark.line, "character": 0}
    place = {"start": start, "end": start}
    return _patch(document, remark.said, "refactor.rewrite", remark.said, place, remark=remark.line)


def _stub(path: str, document: Document, line: int) -> tuple[str, dict[str, Any]] | None:
    """The function around a line, if it does nothing yet."""
    from darner_context.syntax import enclosing  # noqa: PLC0415 - see engines.py

    window = window_around(document.lines, line)
    found = enclosing(path, window.text, line - window.first + 1)
    if found is None or found.kind not in {"function", "method"}:
        return None
    first, last = found.start_line - 1 + window.first, found.end_line - 1 + window.first
    if not is_stub(document.lines[first : last + 1]):
        return None
    end = len(document.lines[last].rstrip("\r\n")) if last < len(document.lines) else 0
    return found.name, {"start": {"line": first, "character": 0}, "end": {"line": last, "character": end}}


def _patch(
    document: Document, title: str, kind: str, instruction: str, place: dict[str, Any], **more: object
) -> types.CodeAction:
    asked = {"textDocument": {"uri": document.uri}, "range": place, "instruction": instruction, **more}
    return _command(title, kind, "darner.patch", asked)


def _command(title: str, kind: str, command: str, argument: dict[str, Any]) -> types.CodeAction:
    title = plain(" ".join(title.split()))
    short = title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1] + "…"
    shown = f"darner: {short}"
    return types.CodeAction(shown, kind=kind, command=types.Command(shown, command, arguments=[argument]))


def _plain(command: types.Command | None) -> dict[str, Any] | None:
    return (
        None
        if command is None
        else {"title": command.title, "command": command.command, "arguments": list(command.arguments or ())}
    )


def _range(place: types.Range) -> dict[str, Any]:
    return {
        "start": {"line": place.start.line, "character": place.start.character},
        "end": {"line": place.end.line, "character": place.end.character},
    }


def _is_kind(kind: str, wanted: str) -> bool:
    return not wanted or kind == wanted or kind.startswith(f"{wanted}.")
