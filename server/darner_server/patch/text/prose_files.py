"""Files that are read by people: a line of theirs may be anything, also a fence or a file's name."""

from __future__ import annotations

_ENDS = (
    *(".md", ".mdx", ".markdown", ".txt", ".mdc", ".rst", ".adoc", ".asciidoc", ".qmd", ".rmd", ".org", ".textile"),
    *(".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".prompt", ".prompty", ".log", ".pod", ".hbs", ".liquid", ".njk"),
    *(".wiki", ".tex", ".mkd", ".mdown", ".cursorrules", ".clinerules", ".windsurfrules"),
)


def is_prose(path: str) -> bool:
    """Tell whether a file is prose by its name, or may be as it has no suffix."""
    name = path.rsplit("/", 1)[-1]
    return name.lower().endswith(_ENDS) or "." not in name
