"""Which file an edit is about: its name, as models write it, among the files that there are."""

from darner_server.patch import paths
from darner_server.patch.edit import Edit, Refusal, Refused
from darner_server.patch.protected_paths import is_of_repository
from darner_server.patch.text import lines
from darner_server.patch.text.normalize import fold
from darner_server.patch.working_texts import WorkingTexts


class FileResolver:
    """Finds files in `texts`. `target` is the file of edits that name none.

    `root` is the absolute path that is cut off names of new files.
    """

    def __init__(self, texts: WorkingTexts, target: str | None, root: str | None) -> None:
        self._texts = texts
        self._target = target
        self._root = (paths.normal(root) or "") + "/" if root else None

    def resolve(self, edit: Edit) -> str | Refused:
        """Return the file an edit is about, among those that are there or, for a new one, as it is written."""
        named = self._named(edit)
        if isinstance(named, Refused):
            return named
        path = paths.normal(named)
        if path is None:
            return Refused(edit, named, Refusal("outside", f"{named} is outside the workspace"))
        if is_of_repository(path):
            return Refused(edit, path, reserved(path))
        if self._root is not None:
            path = path.removeprefix(self._root)
        if paths.is_elsewhere(path) and not self._texts.exists(path):
            reason = f"{path} is outside the workspace; name the file below its root"
            return Refused(edit, path, Refusal("outside", reason))
        known = next((each for each in (path, *_shorter(path)) if self._texts.exists(each)), None)
        if known is not None:
            return known
        makes = edit.kind in ("create", "whole") or (edit.kind == "replace" and not edit.before)
        if self._is_about_target(path, makes=makes):
            return self._target or path
        if makes:
            outside = Refusal("outside", f"{path} is outside the workspace")
            return Refused(edit, path, outside) if paths.is_absolute(path) else path
        alike = [each for each in self._texts.paths() if each.endswith(f"/{path}") and self._texts.exists(each)]
        if len(alike) == 1:
            return alike[0]
        others = f", but {' and '.join(alike)}" if alike else ""
        return Refused(edit, path, Refusal("missing-file", f"there is no file {path}{others}"))

    def _named(self, edit: Edit) -> str | Refused:
        """Return the name of an edit's file: the first reading that is there, else its path, else the target."""
        there = self._there(edit)
        if edit.said in there:
            return edit.said  # the whole line is a file's name
        if edit.said and edit.path not in edit.readings and (len(there) > 1 or edit.path is not None):
            names = list(dict.fromkeys((*there, *(each for each in (edit.path,) if each and self._texts.exists(each)))))
            holding = [each for each in names if self._holds(each, edit.before or "")]
            if len(holding) == 1:
                return holding[0]
            if holding or edit.path is None:
                return Refused(edit, None, _unclear_file(edit.said))
            return edit.path
        if there:
            return there[0]
        if edit.path is None and edit.said:
            return Refused(edit, None, _unclear_file(edit.said))
        named = edit.path or self._target
        names = list(self._texts.paths()) if named is None else [named]
        if len(names) == 1:
            return names[0]
        if edit.format == "bare":
            return Refused(edit, None, Refusal("no-edit", "the reply contains no edit"))
        return Refused(edit, None, Refusal("unclear-file", "the edit does not name its file"))

    def _there(self, edit: Edit) -> list[str]:
        """Return the readings of an edit's file name that are there."""
        found: list[str] = []
        for reading in edit.readings:
            path = paths.normal(reading)
            if path is None or is_of_repository(path):
                continue
            if self._root is not None:
                path = path.removeprefix(self._root)
            found += [each for each in (path, *_shorter(path)) if self._texts.exists(each)][:1]
        return found

    def _holds(self, path: str, text: str) -> bool:
        """Whether a file has all lines of a text."""
        document = self._texts.document(path)
        wanted = {fold(line) for line in lines.bodies(lines.split(text)) if line.strip()}
        return document is not None and (text in document.text or wanted <= set(map(fold, document.bodies)))

    def _is_about_target(self, path: str, *, makes: bool) -> bool:
        """A name that no file has is taken for the target's if only its folders differ, or it was only an example.

        Models give a buffer that has no real name yet one that they make up.
        """
        if self._target is None or not self._texts.exists(self._target):
            return False
        name = self._target.rsplit("/", 1)[-1]
        unnamed = "." not in name and (not makes or not (self._texts.text(self._target) or "").strip())
        return path.rsplit("/", 1)[-1] == name or paths.is_example(path) or unnamed


def reserved(path: str) -> Refusal:
    """The refusal of an edit to data of the version control system."""
    return Refusal("reserved", f"{path} belongs to the repository itself; a patch never changes it")


def _unclear_file(words: str) -> Refusal:
    return Refusal("unclear-file", f'the words "{words}" do not identify a file')


def _shorter(path: str) -> list[str]:
    """Return what is left of a path without the a/ or b/ of a diff, or of an absolute one without its first folders."""
    if path.startswith(("a/", "b/")):
        return [path[2:]]
    if not paths.is_absolute(path):
        return []
    parts = path.strip("/").split("/")
    return ["/".join(parts[number:]) for number in range(len(parts))]
