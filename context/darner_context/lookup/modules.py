"""From an import to the files it means."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from posixpath import dirname, join, normpath
from typing import cast

from darner_context.syntax.imports import Import

_ES_ENDINGS = (".ts", ".tsx", ".d.ts", ".js", ".jsx", ".mjs", ".mts", ".cts", ".cjs", ".vue", ".svelte")
_COMMENT = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TRAILING = re.compile(r",(\s*[}\]])")
_DEEPEST = 8  # conditions within conditions of package.json exports
_PACKAGES = 2_000  # package.json files that are read
_MANY = 12  # paths of one name that are simply tried one after the other
_MOST = 60  # files of a package that an import stands for


class Paths:
    """All paths of the workspace, by name and by folder."""

    def __init__(self, paths: Iterable[str], read: Callable[[str], str | None]) -> None:
        self.all = dict.fromkeys(paths)
        self.by_name: dict[str, list[str]] = {}
        self._read = read
        self._configs: dict[str, dict[str, list[str]]] = {}
        self._go: dict[str, str] = {}
        self._folders: dict[str, dict[str, list[str]]] = {}
        self._known: dict[tuple[str, str, str, str], list[str]] = {}
        for path in self.all:
            name = path[path.rfind("/") + 1 :]
            if name in self.by_name:
                self.by_name[name].append(path)
            else:
                self.by_name[name] = [path]

    @cached_property
    def by_folder(self) -> dict[str, list[str]]:
        """The same by folder; most languages never ask."""
        found: dict[str, list[str]] = {}
        for path in self.all:
            found.setdefault(path.rpartition("/")[0], []).append(path)
        return found

    def resolve(self, language: str, path: str, wanted: Import) -> list[str]:
        """List the files that may hold what is imported, the most likely first."""
        key = (language, path if language == "rust" else dirname(path), wanted.module, wanted.name)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._resolve(language, path, wanted)
        return found

    def _resolve(self, language: str, path: str, wanted: Import) -> list[str]:
        if language == "python":
            return self._python(path, wanted)
        if language in {"typescript", "tsx", "javascript", "vue", "svelte", "html", "astro"}:
            return self._ecmascript(path, wanted.module)
        if language == "go":
            return self._go_package(path, wanted.module)
        if language == "rust":
            return self._rust(path, wanted)
        if language in {"c", "cpp", "objc", "cuda", "glsl", "hlsl"}:
            return self._relative(path, wanted.module) or self._ending(wanted.module, path)
        if language in {"java", "kotlin", "scala", "groovy"}:
            return self._java(path, wanted, language)
        return self._other(path, wanted)

    def _ending(self, tail: str, near: str) -> list[str]:
        """List paths that end in some folders and a name, the nearest to `near` first."""
        tail = tail.strip("/")
        above, _, name = tail.rpartition("/")
        tried: Sequence[str] = self.by_name.get(name, ())
        if not tried:
            return []
        if above and len(tried) > _MANY:
            tried = self._within(name).get(above.rpartition("/")[2], ())
        found = [each for each in tried if each == tail or each.endswith("/" + tail)]
        return (
            sorted(found, key=lambda each: (-_shared(each, near), len(each), each))[:_MOST] if len(found) > 1 else found
        )

    def _within(self, name: str) -> dict[str, list[str]]:
        """Group the many paths of one name, __init__.py above all, by the names of their folders."""
        found = self._folders.get(name)
        if found is None:
            found = self._folders[name] = {}
            for each in self.by_name[name]:
                found.setdefault(dirname(each).rpartition("/")[2], []).append(each)
        return found

    def _relative(self, path: str, module: str) -> list[str]:
        target = normpath(join(dirname(path), module))
        return [target] if target in self.all else []

    def _python(self, path: str, wanted: Import) -> list[str]:
        module = wanted.module
        level = len(module) - len(module.lstrip("."))
        tail = module[level:].replace(".", "/")
        if level:
            folder = dirname(path)
            for _ in range(level - 1):
                folder = dirname(folder)
            stem = join(folder, tail) if tail else folder
        else:
            stem = tail
        named = wanted.name and wanted.name != "*"
        within = f"{stem}/{wanted.name}".lstrip("/") if named else stem
        tried = [f"{within}.py", f"{within}.pyi", f"{within}/__init__.py"] if within else ["__init__.py"]
        if not named:
            tried.append(f"{within}/__init__.pyi".lstrip("/"))
        found = (
            [each for each in tried if each in self.all]
            if level
            else [each for one in tried for each in self._ending(one, path)]
        )
        return found + self.resolve("python", path, wanted._replace(name="")) if named else found

    def _ecmascript(self, path: str, module: str) -> list[str]:
        if module.startswith("."):
            return self._es_file(normpath(join(dirname(path), module)))
        for pattern, targets in self._aliases(path).items():
            head, star, tail = pattern.partition("*")
            if module == pattern or (star and module.startswith(head) and module.endswith(tail)):
                middle = module[len(head) : len(module) - len(tail) if tail else None]
                for target in targets:
                    if found := self._es_file(normpath(target.replace("*", middle))):
                        return found
        return []

    def _es_file(self, target: str) -> list[str]:
        target = "" if target == "." else target
        stem = re.sub(r"(?:\.d)?\.(?:[mc]?[jt]sx?)$", "", target)
        tried = (
            target,
            *(stem + each for each in _ES_ENDINGS),
            *(join(target, "index" + each) for each in _ES_ENDINGS),
        )
        return [each for each in dict.fromkeys(tried) if each in self.all][:2]

    def _aliases(self, path: str) -> dict[str, list[str]]:
        """Map tsconfig paths, and the packages of the workspace with their exports, for files below a folder."""
        folder = dirname(path)
        if folder in self._configs:
            return self._configs[folder]
        found = dict(self._aliases(folder)) if folder else self._packages()
        for name in ("tsconfig.json", "jsconfig.json"):
            options = _object(_json(self._read(join(folder, name))).get("compilerOptions"))
            base = join(folder, str(options.get("baseUrl") or "."))
            for pattern, targets in _object(options.get("paths")).items():
                if isinstance(targets, list):
                    found[pattern] = [join(base, str(each)) for each in cast("list[object]", targets)]
            if "baseUrl" in options:
                found.setdefault("*", []).append(join(base, "*"))
        self._configs[folder] = found
        return found

    def _packages(self) -> dict[str, list[str]]:
        """Map the packages of the workspace, and what they export."""
        found: dict[str, list[str]] = {}
        for path in self.by_name.get("package.json", ())[:_PACKAGES]:
            folder = dirname(path)
            package = _json(self._read(path))
            if not isinstance(own := package.get("name"), str):
                continue
            for key, target in _object(package.get("exports")).items():
                if inner := _first_string(target):
                    found[own + key.lstrip(".")] = _sources(folder, inner)
            main = str(package.get("source") or package.get("module") or package.get("main") or "index")
            found.setdefault(own, [*_sources(folder, main), join(folder, "src"), folder])
            found.setdefault(own + "/*", [join(folder, "*"), join(folder, "src", "*")])
        return found

    def _go_package(self, path: str, module: str) -> list[str]:
        folder = dirname(path)
        while True:
            if folder not in self._go:
                text = self._read(join(folder, "go.mod")) or ""
                named = re.search(r"^module\s+(\S+)", text, re.MULTILINE)
                self._go[folder] = named[1] if named else ""
            own = self._go[folder]
            if own and (module == own or module.startswith(own + "/")):
                return self._go_files(join(folder, module[len(own) :].strip("/")).rstrip("/"))
            if not folder:
                break
            folder = dirname(folder)
        tail = module.split("/", 1)[-1]
        return self._go_files(tail) if "." in module.split("/", 1)[0] and "/" in tail else []

    def _go_files(self, folder: str) -> list[str]:
        files = self.by_folder.get(folder, ())
        return [each for each in files if each.endswith(".go") and not each.endswith("_test.go")][:_MOST]

    def _rust(self, path: str, wanted: Import) -> list[str]:
        segments = [*wanted.module.split("::"), wanted.name] if wanted.module else [wanted.name]
        segments = [each for each in segments if each and each != "*"]
        base = _rust_module(path)
        crate = self._rust_crate(path)
        while segments and segments[0] in {"self", "super", "crate"}:
            head = segments.pop(0)
            base = crate if head == "crate" else base if head == "self" else dirname(base)
        else:  # noqa: PLW0120 - the first segment, whatever the loop did, decides below
            pass
        roots, least = [base, crate], 0
        if wanted.module.split("::")[0] not in {"self", "super", "crate"} and segments:
            name = segments[0].replace("_", "-")
            for crate_name in (segments[0], name):
                lib = self._ending(f"{crate_name}/src/lib.rs", path)
                if lib:
                    segments.pop(0)
                    roots = [dirname(lib[0])]
                    break
            else:
                short = name.split("-")[-1]
                lib = self._ending(f"{short}/src/lib.rs", path) if "-" in name else []
                if lib:
                    segments.pop(0)
                    roots = [dirname(lib[0])]
                else:
                    least = 1  # a module of that name, or nothing of this workspace
        for root in roots:
            for count in range(len(segments), least - 1, -1):
                stem = join(root, *segments[:count]) if segments[:count] else root
                tried = (
                    (stem + ".rs", stem + "/mod.rs")
                    if count
                    else (stem + "/lib.rs", stem + "/main.rs", stem + ".rs", stem + "/mod.rs")
                )
                if found := [each for each in tried if each in self.all]:
                    return found
        return []

    def _rust_crate(self, path: str) -> str:
        """Name the folder of a file's crate root: the nearest above it with a root's file, or else its `src`."""
        parts = path.split("/")[:-1]
        above = ["/".join(parts[:size]) for size in range(len(parts), -1, -1)]
        for folder in above:
            if join(folder, "lib.rs") in self.all or join(folder, "main.rs") in self.all:
                return folder
        return next((folder for folder in above if folder.rpartition("/")[2] == "src"), above[0])

    def _java(self, path: str, wanted: Import, language: str) -> list[str]:
        ending = {"java": ".java", "kotlin": ".kt", "scala": ".scala", "groovy": ".groovy"}[language]
        stem = wanted.module.replace(".", "/")
        endings = dict.fromkeys((ending, ".java", ".kt"))
        if wanted.name == "*":
            for folder in self.by_folder:
                if folder == stem or folder.endswith("/" + stem):
                    return [each for each in self.by_folder[folder] if each.endswith(ending)][:_MOST]
        for each in endings:
            found = self._ending(f"{stem}/{wanted.name}{each}", path) or self._ending(stem + each, path)
            if found:
                return found
        return []

    def _other(self, path: str, wanted: Import) -> list[str]:
        ending = "." + path.rpartition(".")[2]
        module = re.sub(r"^package:\w+/", "", wanted.module)
        plain = module if "/" in module or wanted.name in {"*", ""} else module.replace(".", "/")
        for tail in (plain, plain + ending, f"{plain}/{wanted.name}{ending}"):
            if found := self._relative(path, tail) or self._ending(tail.lstrip("./"), path):
                return found
        return []


def _shared(one: str, other: str) -> int:
    count = 0
    for left, right in zip(one.split("/"), other.split("/"), strict=False):
        if left != right:
            break
        count += 1
    return count


def _rust_module(path: str) -> str:
    """Name the folder with the submodules of a file."""
    folder, _, name = path.rpartition("/")
    return folder if name in {"mod.rs", "lib.rs", "main.rs"} else path.removesuffix(".rs")


def _json(text: str | None) -> dict[str, object]:
    if not text:
        return {}
    import json  # most languages' imports are resolved without

    try:
        return _object(json.loads(text))
    except (ValueError, RecursionError):
        pass
    try:
        plain = _COMMENT.sub(lambda found: found[1] or "", text)
        return _object(json.loads(_TRAILING.sub(r"\1", plain)))
    except (ValueError, RecursionError):
        return {}


def _object(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _first_string(value: object, depth: int = 0) -> str | None:
    if isinstance(value, str):
        return value
    if depth < _DEEPEST and isinstance(value, dict):
        held = _object(cast("object", value))
        order = [held.get(key) for key in ("types", "source", "import", "default")] + list(held.values())
        return next((found for each in order if (found := _first_string(each, depth + 1))), None)
    return None


def _sources(folder: str, target: str) -> list[str]:
    """List where the source of a built file may be: dist/x.js is made of src/x.ts."""
    inner = target.removeprefix("./")
    top, slash, rest = inner.partition("/")
    tried = [inner]
    if slash and top in {"dist", "lib", "build", "out", "esm", "cjs", "es"}:
        tried += [f"src/{rest}", rest]
        if "/" in rest:
            tried.append(f"src/{rest.partition('/')[2]}")
    return [join(folder, each) for each in tried]
