"""The files that imports of Go mean: packages of the modules in the workspace, replaced and vendored ones."""

import re
from posixpath import dirname, join, normpath

from darner_context.lookup.path_table import MOST, PathTable, ancestors

_MODULE = re.compile(r"^\s*module\s+[\"`]?([^\s\"`(]+)", re.MULTILINE)
_REPLACE = re.compile(
    r"^\s*(?:replace\s+)?[\"`]?([^\s\"`()]+)[\"`]?(?:\s+v\S+)?\s*=>\s*[\"`]?(\.{1,2}[^\s\"`]*)", re.MULTILINE
)


class GoModules:
    """Resolves import paths; reads each go.mod and go.work once."""

    def __init__(self, paths: PathTable) -> None:
        self._paths = paths
        self._modules: dict[str, dict[str, str]] = {}  # by folder: import paths of modules, and the folders they are in

    def resolve(self, path: str, module: str) -> list[str]:
        """List the files of the package that an import path means."""
        for folder in ancestors(path):
            known = self._known(folder)
            for name in sorted(known, key=len, reverse=True):
                if module == name or module.startswith(name + "/"):
                    inner = join(known[name], module[len(name) :].strip("/")).rstrip("/")
                    if found := self._files(inner):
                        return found
            if found := self._files(join(folder, "vendor", module)):
                return found
        for folder in self._all_modules():
            name = self._all_modules()[folder]
            if module == name or module.startswith(name + "/"):
                return self._files(join(folder, module[len(name) :].strip("/")).rstrip("/"))
        tail = module.split("/", 1)[-1]
        return self._files(tail) if "." in module.split("/", 1)[0] and "/" in tail else []

    def _known(self, folder: str) -> dict[str, str]:
        """What the go.mod and the go.work of a folder say."""
        found = self._modules.get(folder)
        if found is None:
            found = self._modules[folder] = {}
            for name in ("go.work", "go.mod"):
                text = self._paths.read(join(folder, name)) or ""
                text = re.sub(r"//[^\n]*", "", text)
                for each in _REPLACE.finditer(text):
                    found[each[1]] = normpath(join(folder, each[2])).removeprefix("./").removeprefix(".")
                if name == "go.mod" and (named := _MODULE.search(text)):
                    found.setdefault(named[1], folder)
        return found

    def _all_modules(self) -> dict[str, str]:
        """The modules of the workspace by their folders: go.work may join them."""
        if "\n" not in self._modules:
            found: dict[str, str] = {}
            work = re.sub(r"//[^\n]*", "", self._paths.read("go.work") or "")
            used = re.findall(r"^\s*(?:use\s+)?[\"`]?(\.{1,2}(?:/[^\s\"`()]*)?)[\"`]?\s*\)?\s*$", work, re.MULTILINE)
            folders = [normpath(each).removeprefix("./").removeprefix(".") for each in used]
            folders += [dirname(each) for each in self._paths.by_name.get("go.mod", ())]
            for folder in folders:
                named = _MODULE.search(self._paths.read(join(folder, "go.mod")) or "")
                if named:
                    found.setdefault(folder, named[1])
            self._modules["\n"] = found
        return self._modules["\n"]

    def _files(self, folder: str) -> list[str]:
        files = self._paths.by_folder.get(folder, ())
        return [each for each in files if each.endswith(".go") and not each.endswith("_test.go")][:MOST]
