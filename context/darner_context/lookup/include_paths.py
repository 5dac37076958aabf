"""The files that includes of C and C++ mean: beside the file, in the folders that its compiler is given, anywhere."""

import json
import re
from posixpath import join, normpath

from darner_context.lookup.json_config import as_list, as_object, as_strings
from darner_context.lookup.path_table import PathTable, ancestors

_FLAG = re.compile(r"(?:^|\s)-(?:I|iquote|isystem|idirafter)\s*(\"[^\"]+\"|\S+)")
_DATABASES = ("compile_commands.json", "build/compile_commands.json", "out/compile_commands.json", "compile_flags.txt")
_LISTED = re.compile(r"\b(?:target_)?include_directories\s*\(([^()]{0,4000}+)\)", re.IGNORECASE)
_WORDS = frozenset({"PUBLIC", "PRIVATE", "INTERFACE", "SYSTEM", "BEFORE", "AFTER"})


class IncludePaths:
    """Resolves includes; reads each database once."""

    def __init__(self, paths: PathTable) -> None:
        self._paths = paths
        self._databases: dict[str, dict[str, list[str]]] = {}  # by folder: the include folders of files; "" of all

    def resolve(self, path: str, name: str) -> list[str]:
        """List the files that an include in a file may mean."""
        found = self._paths.relative(path, name)
        if found:
            return found
        for folder in self._folders(path):
            target = normpath(join(folder, name))
            if target in self._paths.all:
                return [target]
        return self._paths.ending(name, path)

    def _folders(self, path: str) -> list[str]:
        for folder in ancestors(path):
            known = self._database(folder)
            if known:
                own = next(
                    (known[each] for each in known if each and (each == path or each.endswith("/" + path))), None
                )
                return own or known.get("", [])
        return []

    def _database(self, folder: str) -> dict[str, list[str]]:
        found = self._databases.get(folder)
        if found is None:
            found = self._databases[folder] = {}
            for name in _DATABASES:
                text = self._paths.read(join(folder, name))
                if text and name.endswith(".txt"):
                    found[""] = self._known(
                        folder, [each.strip('"') for each in _FLAG.findall(" ".join(text.split("\n")))]
                    )
                elif text:
                    self._read_commands(folder, text, found)
                if found:
                    break
            else:
                self._read_cmake(folder, found)
        return found

    def _read_commands(self, folder: str, text: str, found: dict[str, list[str]]) -> None:
        try:
            rows: object = json.loads(text)
        except (ValueError, RecursionError):
            return
        everything: dict[str, None] = {}
        for row in as_list(rows):
            told = as_object(row)
            command = " ".join(as_strings(told.get("arguments"))) or str(told.get("command") or "")
            base = str(told.get("directory") or "")
            flags = [each.strip('"').replace('\\"', "") for each in _FLAG.findall(command)]
            folders = self._known(folder, [normpath(join(base, each)) for each in flags])
            file = normpath(join(base, str(told.get("file") or ""))).lstrip("/")
            found.setdefault(file, folders)
            everything.update(dict.fromkeys(folders))
        if everything:
            found[""] = [*everything]

    def _read_cmake(self, folder: str, found: dict[str, list[str]]) -> None:
        text = self._paths.read(join(folder, "CMakeLists.txt"))
        folders: list[str] = []
        for block in _LISTED.finditer(text or ""):
            for each in block[1].split()[0 if block[0].lower().startswith("include") else 1 :]:
                inner = re.sub(r"\$\{[^}]*\}/?|\$<[\w]+:|>", "", each.strip('"'))
                if each not in _WORDS and "$<INSTALL" not in each:
                    folders.append(normpath(join(folder, inner)))
        if folders:
            found[""] = self._known("", folders)

    def _known(self, folder: str, told: list[str]) -> list[str]:
        """The folders of the workspace that absolute or relative ones stand for: the longest end that is one."""
        known: dict[str, None] = {}
        for each in told:
            parts = [part for part in each.split("/") if part and part != "."]
            if not each.startswith("/") and folder:
                parts = [*folder.split("/"), *parts]
            for begin in range(len(parts)):
                tail = "/".join(parts[begin:])
                if any(one == tail or one.startswith(tail + "/") for one in self._paths.by_folder):
                    known[tail] = None
                    break
        return [*known]
