"""Kinds of files by the ends of their names, in lower case, as `str.endswith` takes them."""

from __future__ import annotations

MARKDOWN = (".md", ".mdx", ".markdown")
DOCUMENTS = (*MARKDOWN, ".txt", ".rst", ".adoc")
HTML = (".html", ".htm", ".xhtml")
XML = (".xml", ".svg", ".xaml")
COMPONENTS = (".jsx", ".tsx", ".vue", ".svelte")  # code with tags in it
TAGGED = (*HTML, *XML, *COMPONENTS)
TEMPLATES = (".hbs", ".jinja", ".j2")
TABLES = (".csv", ".tsv")
TRANSLATIONS = (".po", ".pot", ".strings")
YAML = (".yaml", ".yml")
SETTINGS = (".toml", ".ini", ".cfg", ".conf", ".properties")
JSON = (".json", ".ipynb", ".geojson", ".webmanifest")
CODE = (
    *(".py", ".pyi", ".js", ".mjs", ".cjs", ".ts", ".mts", ".go", ".rs", ".java", ".kt", ".c", ".h", ".cc", ".cpp"),
    *(".cs", ".rb", ".css", ".scss", ".sql", ".swift", ".lua", ".ex", ".hs", *YAML, ".toml", ".ini", ".json"),
)
_PROSE = (
    *(*DOCUMENTS, *TEMPLATES, ".mdc", ".asciidoc", ".qmd", ".rmd", ".org", ".textile", ".wiki", ".tex", ".mkd"),
    *(".mdown", ".jinja2", ".tmpl", ".tpl", ".prompt", ".prompty", ".log", ".pod", ".liquid", ".njk"),
    *(".cursorrules", ".clinerules", ".windsurfrules"),
)


def is_code(path: str) -> bool:
    """Return whether a file is in a language other than the shell's."""
    return path.lower().endswith(CODE)


def is_prose(path: str) -> bool:
    """Return whether a file is for people by its name, or may be as it has no suffix: a line of it may be anything."""
    name = path.rsplit("/", 1)[-1]
    return name.lower().endswith(_PROSE) or "." not in name
