"""The texts of a patch's files as the edits so far left them."""

from collections.abc import Iterator, Mapping

from darner_server.patch.text.indexed_text import Document


class WorkingTexts:
    """Opens a file's text when it is first needed. `files` may be lazy; it is iterated by `paths` only."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files
        self._documents: dict[str, Document | None] = {}  # None: deleted

    @property
    def changed(self) -> dict[str, str | None]:
        """The new text of every file that differs now; None for one that is deleted."""
        texts = {path: None if document is None else document.text for path, document in self._documents.items()}
        return {path: text for path, text in texts.items() if text != self._files.get(path)}

    def paths(self) -> Iterator[str]:
        """The files that there were before the first edit."""
        return iter(self._files)

    def before(self, path: str) -> str | None:
        """A file's text before the first edit; None if there was no such file."""
        return self._files.get(path)

    def exists(self, path: str) -> bool:
        """Whether there is such a file now."""
        return self._documents[path] is not None if path in self._documents else path in self._files

    def text(self, path: str) -> str | None:
        """A file's text now; None if there is no such file."""
        if path in self._documents:
            document = self._documents[path]
            return None if document is None else document.text
        return self._files.get(path)

    def document(self, path: str) -> Document | None:
        """A file's text, opened to be changed; None if there is no such file."""
        if path not in self._documents:
            text = self._files.get(path)
            if text is None:
                return None
            self._documents[path] = Document(text)
        return self._documents[path]

    def opened(self, path: str) -> Document | None:
        """The text of a file that has been opened; None for every other."""
        return self._documents.get(path)

    def put(self, path: str, document: Document | None) -> None:
        """Create a file, put another text in its place or, with None, delete it."""
        self._documents[path] = document
