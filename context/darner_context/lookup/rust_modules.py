"""The files that paths of Rust mean: modules of the crate, and other crates of the workspace."""

from posixpath import dirname, join, normpath

from darner_context.imports.record import AT_PATH, Import
from darner_context.lookup.json_config import as_object as _table
from darner_context.lookup.path_table import PathTable, ancestors
from darner_context.text.toml import read_toml

_ROOTS = frozenset({"self", "super", "crate"})
_MANIFESTS = 2_000  # Cargo.toml files that are read


class RustModules:
    """Resolves the paths of `use`; reads each Cargo.toml once."""

    def __init__(self, paths: PathTable) -> None:
        self._paths = paths
        self._crates: dict[str, str] | None = None  # by name: the file of the crate's root
        self._renamed: dict[str, dict[str, str]] = {}  # by folder: the dependencies under another name

    def resolve(self, path: str, wanted: Import) -> list[str]:
        """List the files that a path may mean, the likeliest first."""
        if wanted.module.startswith(AT_PATH):
            return self._at_path(path, wanted)
        known = self._paths.all
        module = wanted.module.replace("r#", "")
        segments = [*module.split("::"), wanted.name.replace("r#", "")] if module else [wanted.name.replace("r#", "")]
        segments = [each for each in segments if each and each != "*"]
        base, crate = _folder_of(path), self._crate(path)
        while segments and segments[0] in _ROOTS:
            head = segments.pop(0)
            base = crate if head == "crate" else base if head == "self" else dirname(base)
        roots, least = [base, crate], 0
        root_file = ""
        if module.split("::")[0] not in _ROOTS and segments:
            root_file = self._crate_named(path, segments[0])
            if root_file:
                segments.pop(0)
                roots = [dirname(root_file)]
            else:
                least = 1  # a module of that name, or nothing of this workspace
        for root in roots:
            for count in range(len(segments), least - 1, -1):
                stem = join(root, *segments[:count]) if segments[:count] else root
                tried = (
                    (stem + ".rs", stem + "/mod.rs")
                    if count
                    else (root_file, stem + "/lib.rs", stem + "/main.rs", stem + ".rs", stem + "/mod.rs")
                )
                if found := [each for each in dict.fromkeys(tried) if each in known]:
                    return found
        return []

    def _at_path(self, path: str, wanted: Import) -> list[str]:
        """What a path attribute or `include!` names, relative to the file; in inline modules, to their folder."""
        target = wanted.module.removeprefix(AT_PATH)
        inner = join(_folder_of(path), target)
        tried = [join(dirname(path), target), inner, join(dirname(path), target.rpartition("/")[2])]
        return [each for each in dict.fromkeys(map(normpath, tried)) if each in self._paths.all][:1]

    def _crate_named(self, path: str, name: str) -> str:
        """The root file of the crate that a name stands for in a file; "" for a crate from elsewhere."""
        for folder in ancestors(path):
            renamed = self._dependencies(folder)
            if name in renamed:
                return renamed[name]
        crates = self._all_crates()
        if name in crates:
            return crates[name]
        dashed = name.replace("_", "-")
        for each in (name, dashed, *([dashed.rpartition("-")[2]] if "-" in dashed else ())):
            lib = self._paths.ending(f"{each}/src/lib.rs", path)
            if lib:
                return lib[0]
        return ""

    def _all_crates(self) -> dict[str, str]:
        if self._crates is None:
            self._crates = {}
            for manifest in self._paths.by_name.get("Cargo.toml", ())[:_MANIFESTS]:
                told = self._manifest(dirname(manifest))
                name, root = _library(told, dirname(manifest))
                if name and root in self._paths.all:
                    self._crates.setdefault(name, root)
        return self._crates

    def _manifest(self, folder: str) -> dict[str, object]:
        told = read_toml(self._paths.read(join(folder, "Cargo.toml")) or "")
        return {} if isinstance(told, str) else told

    def _dependencies(self, folder: str) -> dict[str, str]:
        """The dependencies of a manifest that have a path, or another name than their crate."""
        found = self._renamed.get(folder)
        if found is None:
            found = self._renamed[folder] = {}
            told = self._manifest(folder)
            tables = [told, *_tables(_table(told.get("target"))), _table(told.get("workspace"))]
            for table in tables:
                for kind in ("dependencies", "dev-dependencies", "build-dependencies"):
                    for name, value in _table(table.get(kind)).items():
                        held = _table(value)
                        target, package = held.get("path"), held.get("package")
                        root = ""
                        if isinstance(target, str):
                            home = normpath(join(folder, target))
                            home = "" if home == "." else home
                            root = _library(self._manifest(home), home)[1]
                        elif isinstance(package, str):
                            root = self._all_crates().get(package.replace("-", "_"), "")
                        if root in self._paths.all:
                            found.setdefault(name.replace("-", "_"), root)
        return found

    def _crate(self, path: str) -> str:
        """Name the folder of a file's crate root: the nearest above it with a root's file, or else its `src`."""
        parts = path.split("/")[:-1]
        above = ["/".join(parts[:size]) for size in range(len(parts), -1, -1)]
        for folder in above:
            if join(folder, "lib.rs") in self._paths.all or join(folder, "main.rs") in self._paths.all:
                return folder
        return next((folder for folder in above if folder.rpartition("/")[2] == "src"), above[0])


def _library(told: dict[str, object], folder: str) -> tuple[str, str]:
    """The name of a package's library, as code names it, and its root file."""
    package, lib = _table(told.get("package")), _table(told.get("lib"))
    name = lib.get("name") or package.get("name")
    root = lib.get("path") or "src/lib.rs"
    return str(name or "").replace("-", "_"), normpath(join(folder, str(root)))


def _tables(value: dict[str, object]) -> list[dict[str, object]]:
    return [_table(each) for each in value.values()]


def _folder_of(path: str) -> str:
    """Name the folder in which the submodules of a file are."""
    folder, _, name = path.rpartition("/")
    return folder if name in {"mod.rs", "lib.rs", "main.rs"} else path.removesuffix(".rs")
