"""Uses of a definition, or of an import, that the edit removed."""

from collections.abc import Iterable

from darner_context.imports.reader import imports
from darner_context.languages.file_language import code_language
from darner_context.lookup.names import NameResolver
from darner_context.lookup.reader import IndexReader
from darner_context.next_edits.changed_names import ChangedNames
from darner_context.next_edits.edit import NextEdit, RecordedEdit
from darner_context.syntax.name_uses import NameUse, name_uses

_MOST = 12  # files, and uses
_TEXT = 300_000  # characters
_LONG = 8  # letters up to which a member's name is an everyday word
_CONFIDENCE = 0.85


def removed_imports(reader: IndexReader, edit: RecordedEdit) -> list[NextEdit]:
    """The uses in a file of names whose import is gone."""
    facts, text = reader.facts(edit.path), reader.text(edit.path)
    if facts is None or text is None:
        return []
    language = code_language(edit.path, text)
    known = {each.alias for each in facts.imports} | set(facts.definitions.names)
    old = {each.alias for each in imports(language, "".join(edit.before))} - known - {"", "*"}
    statements = {each.line for each in facts.imports}
    found: list[NextEdit] = []
    for name in sorted(old):
        for use in name_uses(edit.path, text, name) or []:
            if use.role == "name" and use.line not in statements:
                reason = f"`{name}` is no longer imported"
                found.append(_place(edit.path, use, reason))
    return _first_lines(found)


def _place(path: str, use: NameUse, reason: str) -> NextEdit:
    return NextEdit(path, (use.line, use.start), (use.line, use.end), None, reason, _CONFIDENCE, sure=True)


def _first_lines(found: Iterable[NextEdit]) -> list[NextEdit]:
    chosen: dict[tuple[str, int], NextEdit] = {}
    for each in found:
        chosen.setdefault((each.path, each.start[0]), each)
    return list(chosen.values())[:_MOST]


def removed_definitions(reader: IndexReader, edit: RecordedEdit, names: ChangedNames) -> list[NextEdit]:
    """The uses of definitions that are nowhere any more, among those that the edit's old lines had."""
    found: list[NextEdit] = []
    kept = {name for name in names.gone if any(name in other for other in names.added if other != name)}
    postings = reader.postings(sorted(names.gone - kept))  # `send` that became `_send` is about to be defined again
    resolver = NameResolver(reader)
    for name, each in postings.items():
        if each.definitions or each.uses > _MOST:
            continue
        size = 0
        for path in sorted({*each.used, edit.path}, key=lambda path: (path != edit.path, path)):
            text = reader.text(path)
            size += len(text or "")
            if text is None or size > _TEXT or resolver.resolve(path, name):
                continue
            for use in name_uses(path, text, name) or []:
                if use.role in {"name", "shorthand"} or (use.role == "member" and ("_" in name or len(name) > _LONG)):
                    reason = f"`{name}` is no longer defined"
                    found.append(_place(path, use, reason))
    return _first_lines(found)
