"""From an import to the files it means, by the layout of the workspace alone."""

import re
from collections.abc import Callable, Iterable
from posixpath import dirname, join

from darner_context.imports.record import OWN, Import
from darner_context.lookup.ecmascript_modules import EcmaScriptModules
from darner_context.lookup.go_modules import GoModules
from darner_context.lookup.include_paths import IncludePaths
from darner_context.lookup.json_config import as_object, as_strings, read_json
from darner_context.lookup.path_table import MOST, PathTable, ancestors
from darner_context.lookup.rust_modules import RustModules

_ECMASCRIPT = frozenset({"typescript", "tsx", "javascript", "vue", "svelte", "html", "astro", "mdx"})
_C = frozenset({"c", "cpp", "objc", "cuda", "glsl", "hlsl"})
_JVM = {"java": ".java", "kotlin": ".kt", "scala": ".scala", "groovy": ".groovy"}
_JVM_ENDINGS = (".java", ".kt", ".scala", ".groovy")


class Paths(PathTable):
    """All paths of the workspace, and what imports in them mean."""

    def __init__(self, paths: Iterable[str], read: Callable[[str], str | None]) -> None:
        super().__init__(paths, read)
        self._known: dict[tuple[str, str, str, str], list[str]] = {}
        self._ecmascript = EcmaScriptModules(self)
        self._go = GoModules(self)
        self._rust = RustModules(self)
        self._includes = IncludePaths(self)
        self._by_language: dict[str, Callable[[str, Import], list[str]]] = {
            "python": self._python, "php": self._php, "dart": self._dart_file, "swift": self._swift, "ruby": self._ruby,
        }  # fmt: skip
        self._psr4: list[tuple[str, str]] | None = None  # namespaces of PHP and their folders
        self._dart: dict[str, str] | None = None  # packages of Dart and their folders

    def resolve(self, language: str, path: str, wanted: Import) -> list[str]:
        """List the files that may hold what is imported, the most likely first."""
        own = path if language in {"rust", "c", "cpp", "objc"} else dirname(path)
        key = (language, own, wanted.module, wanted.name)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._resolve(language, path, wanted)
        return found

    def _resolve(self, language: str, path: str, wanted: Import) -> list[str]:
        if language in _ECMASCRIPT:
            return self._ecmascript.resolve(path, wanted.module)
        if language in _C:
            return self._includes.resolve(path, wanted.module) if wanted.name == "*" else []
        if language in _JVM:
            return self._java(path, wanted, _JVM[language])
        match language:
            case "go":
                return self._go.resolve(path, wanted.module)
            case "rust":
                return self._rust.resolve(path, wanted)
            case "python" | "php" | "dart" | "swift" | "ruby":
                return self._by_language[language](path, wanted)
            case _:
                return self._other(path, wanted)

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
        endings = (".py", ".pyi", ".pyx", ".pxd")
        tried = [*(within + each for each in endings[:2]), f"{within}/__init__.py"] if within else ["__init__.py"]
        if not named:
            tried.append(f"{within}/__init__.pyi".lstrip("/"))
        if within:
            tried += [within + each for each in endings[2:]]
        found = (
            [each for each in tried if each in self.all]
            if level
            else [each for one in tried for each in self.ending(one, path)]
        )
        return found + self.resolve("python", path, wanted._replace(name="")) if named else found

    def _java(self, path: str, wanted: Import, ending: str) -> list[str]:
        """The file of a class, or the files of all folders that hold its package; then its outer class."""
        stem = wanted.module.removeprefix(OWN).replace(".", "/")
        endings = dict.fromkeys((ending, *_JVM_ENDINGS))
        if wanted.name == "*":
            folders = self.folders_ending(stem, path)
            held = [each for folder in folders for each in self.by_folder[folder] if each.endswith(_JVM_ENDINGS)]
            if held:
                return held[:MOST]
        else:
            for each in endings:
                if found := self.ending(f"{stem}/{wanted.name}{each}", path):
                    return found
            folders = self.folders_ending(stem, path)
            held = [each for folder in folders for each in self.by_folder[folder] if each.endswith(_JVM_ENDINGS)]
            if held:
                return held[:MOST]
        return [found for each in endings for found in self.ending(stem + each, path)][:MOST]

    def _php(self, path: str, wanted: Import) -> list[str]:
        """The file that composer's autoloader would load; else one in folders of the namespace's name."""
        if wanted.name == "*" and "/" in wanted.module + "." and "\\" not in wanted.module:
            return self._other(path, wanted)
        name = (
            f"{wanted.module}\\{wanted.name}".strip("\\") if wanted.name not in {"", "*"} else wanted.module.strip("\\")
        )
        if self._psr4 is None:
            self._psr4 = self._psr4_folders()
        found: list[str] = []
        for prefix, folder in self._psr4:
            if name.startswith(prefix):
                target = join(folder, name[len(prefix) :].replace("\\", "/")) + ".php"
                if target in self.all:
                    found.append(target)
        if found:
            return found[:1]
        parts = name.split("\\")
        for begin in range(max(1, len(parts) - 1)):
            if near := self.ending("/".join(parts[begin:]) + ".php", path):
                return near
        return []

    def _psr4_folders(self) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        for path in self.by_name.get("composer.json", ())[:MOST]:
            told = read_json(self.read(path))
            for kind in ("autoload", "autoload-dev"):
                for standard in ("psr-4", "psr-0"):
                    for prefix, folders in as_object(as_object(told.get(kind)).get(standard)).items():
                        for each in as_strings(folders):
                            inner = join(dirname(path), each.rstrip("/").removeprefix("./"))
                            found.append((prefix if standard == "psr-4" else "", inner.rstrip("/")))
        return sorted(found, key=lambda each: -len(each[0]))

    def _dart_file(self, path: str, wanted: Import) -> list[str]:
        module = wanted.module
        if not module.startswith("package:"):
            return self.relative(path, module)
        name, _, inner = module.removeprefix("package:").partition("/")
        if self._dart is None:
            self._dart = {}
            for spec in self.by_name.get("pubspec.yaml", ()):
                told = re.search(r"^name:\s*['\"]?(\w+)", self.read(spec) or "", re.MULTILINE)
                if told:
                    self._dart.setdefault(told[1], dirname(spec))
        if name in self._dart:
            target = join(self._dart[name], "lib", inner)
            return [target] if target in self.all else []
        return [each for each in self.ending(f"lib/{inner}", path) if not self._dart][:1]

    def _swift(self, path: str, wanted: Import) -> list[str]:
        """The sources of a package's target."""
        name = wanted.module or wanted.name
        for folder in ancestors(path):
            text = self.read(join(folder, "Package.swift")) or ""
            told = re.search(
                rf"arget\(\s*name:\s*\"{re.escape(name)}\"(?:(?!arget\()[^\"]|\"[^\"]*\"(?!\s*,?\s*path))*?path:\s*\"([^\"]+)\"",
                text,
            )
            for inner in ([told[1]] if told else []) + [f"Sources/{name}"]:
                found = self._below(join(folder, inner), ".swift")
                if found:
                    return found
        for folder in self.folders_ending(f"Sources/{name}", path) or self.folders_ending(name, path):
            if found := self._below(folder, ".swift"):
                return found
        return []

    def _below(self, folder: str, ending: str) -> list[str]:
        inside = [each for each in self.by_folder if each == folder or each.startswith(folder + "/")]
        return [path for each in sorted(inside) for path in self.by_folder[each] if path.endswith(ending)][:MOST]

    def _ruby(self, path: str, wanted: Import) -> list[str]:
        """The file that Zeitwerk would load for a constant, the innermost namespace first."""
        if wanted.name == "*":
            return self._other(path, wanted)
        parts = [each for each in [*wanted.module.split("::"), wanted.name] if each]
        within = "/".join(map(_snake, parts)) + ".rb"
        return self.ending(within, path)

    def _other(self, path: str, wanted: Import) -> list[str]:
        ending = "." + path.rpartition(".")[2]
        module = re.sub(r"^package:\w+/", "", wanted.module)
        plain = module if "/" in module or wanted.name in {"*", ""} else module.replace(".", "/")
        for tail in (plain, plain + ending, f"{plain}/{wanted.name}{ending}"):
            if found := self.relative(path, tail) or self.ending(tail.lstrip("./"), path):
                return found
        return []


def _snake(name: str) -> str:
    return re.sub(
        r"([A-Z]+)([A-Z][a-z])|([a-z\d])([A-Z])", lambda found: f"{found[1] or found[3]}_{found[2] or found[4]}", name
    ).lower()
