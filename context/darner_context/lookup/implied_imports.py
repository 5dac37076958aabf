"""What a file sees without an import: fixtures, global usings, its component, constants that load themselves."""

from __future__ import annotations

import re
from posixpath import join
from typing import TYPE_CHECKING

from darner_context.imports.record import Import
from darner_context.lookup.path_table import ancestors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from darner_context.lookup.reader import IndexReader

Implied = tuple[Import, list[str]]
_CONSTANT = re.compile(r"(?<![\w:.@$'\"])((?:[A-Z]\w*::)*[A-Z]\w*)")
_USINGS = ("GlobalUsings.cs", "Usings.cs", "GlobalUsing.cs", "_Imports.razor", "_ViewImports.cshtml")
_TEMPLATE = re.compile(r"['\"]([\w./-]+\.(?:html?|jinja2?|j2|erb|twig|tmpl|gohtml|hbs|ejs|pug))['\"]")
_TEMPLATES = 40
_CONSTANTS = 200  # of Ruby, in a window


def implied_imports(reader: IndexReader, path: str, language: str, text: str) -> list[Implied]:
    """List what the tools of a language import by themselves for a file; `text` is what is looked at of it."""
    name = path.rpartition("/")[2]
    if language == "python" and (name.startswith("test_") or name.endswith("_test.py") or name == "conftest.py"):
        return list(_fixtures(reader, path))
    if language in {"python", "ruby", "go", "php", "javascript", "typescript"} and (
        named := list(_templates(reader, path, text))
    ):
        return named + (list(_constants(reader, path, text)) if language == "ruby" else [])
    if language == "csharp" or name.endswith((".razor", ".cshtml")):
        return list(_global_usings(reader, path))
    if language == "html":
        component = path.removesuffix(".html") + ".ts"
        return [(_ALL, [component])] if component in reader.paths.all else []
    if language == "ruby":
        return list(_constants(reader, path, text))
    return []


def _templates(reader: IndexReader, path: str, text: str) -> Iterator[Implied]:
    """The templates that a view names."""
    for name in list(dict.fromkeys(_TEMPLATE.findall(text)))[:_TEMPLATES]:
        if targets := reader.paths.ending(name.removeprefix("./"), path)[:2]:
            yield Import(name, "*", "", 0), targets


_ALL = Import("", "*", "*", 0)


def _fixtures(reader: IndexReader, path: str) -> Iterator[Implied]:
    """The conftest files above a test, the nearest first."""
    for folder in ancestors(path):
        conftest = join(folder, "conftest.py")
        if conftest in reader.paths.all and conftest != path:
            yield Import(folder or ".", "*", "*", 0), [conftest]


def _global_usings(reader: IndexReader, path: str) -> Iterator[Implied]:
    for folder in ancestors(path):
        for name in _USINGS:
            usings = join(folder, name)
            facts = reader.facts(usings) if usings in reader.paths.all and usings != path else None
            for each in facts.imports if facts is not None else ():
                yield each._replace(line=0), reader.resolve(usings, each)


def _constants(reader: IndexReader, path: str, text: str) -> Iterator[Implied]:
    """Constants of Ruby: in the modules around first, as Ruby itself looks for them."""
    facts = reader.facts(path)
    around = [
        f"{each.container.replace('.', '::')}::{each.name}" if each.container else each.name
        for each in (facts.definitions if facts is not None else ())
        if each.kind in {"module", "class"}
    ]
    own = set(facts.definitions.names) if facts is not None else set[str]()
    for constant in list(dict.fromkeys(_CONSTANT.findall(text)))[:_CONSTANTS]:
        if constant in own:
            continue
        module, _, name = constant.rpartition("::")
        scopes = {each.rsplit("::", depth)[0] for each in around for depth in range(each.count("::") + 1)}
        for scope in [*sorted(scopes, key=lambda each: (-each.count("::"), each)), ""]:
            inner = "::".join(filter(None, (scope, module)))
            targets = reader.resolve(path, Import(inner, name, "", 0))
            if targets and targets != [path]:
                yield Import(inner, name, "" if module else name, 0), targets
                break
