"""The files that imports of JavaScript and TypeScript mean: relative ones, aliases, and packages of the workspace."""

import re
from posixpath import dirname, join, normpath

from darner_context.lookup.json_config import as_list, as_object, as_strings, read_json
from darner_context.lookup.path_table import PathTable, ancestors

_ENDINGS = (
    ".ts", ".tsx", ".d.ts", ".js", ".jsx", ".mjs", ".mts", ".cts", ".cjs", ".vue", ".svelte", ".d.mts", ".d.cts",
    ".astro", ".json",
)  # fmt: skip
_DEEPEST = 8  # conditions within conditions of package.json exports; configurations that extend others
_PACKAGES = 2_000  # package.json files that are read
_TOOLS = (
    "vite",
    "vitest",
    "webpack",
    "rollup",
    "astro",
    "nuxt",
    "svelte",
    "rspack",
    "rsbuild",
    "babel",
    "vue",
    "esbuild",
)
_BUNDLERS = tuple(f"{tool}.config.{ending}" for tool in _TOOLS for ending in ("ts", "js", "mjs", "mts", "cjs", "cts"))
_ALIASES = re.compile(r"\balias(?:es)?['\"]?\s*[:=(]\s*(?:\w+\()?[\[{]((?:[^{}\[\]]|\{[^{}]*\}|\[[^\[\]]*\]){0,8000})")
_FIND = re.compile(r"find\s*:\s*['\"/]\^?([^'\"/\n]+(?:/[^'\"\n]*?)?)/?\$?['\"/][^}]*?replacement\s*:\s*([^}]+)")
_PAIR = re.compile(r"(?:^|[,{\[\n])\s*(?:['\"]([^'\"\n]+)['\"]|([@~$#\w]+))\s*:\s*([^\n]*(?:\n\s+[^:\n]*(?=\n|$))?)")
_QUOTED = re.compile(r"['\"`]([^'\"`\n]*)['\"`]")
Aliases = dict[str, list[str]]  # patterns with at most one star, and the paths that they stand for


class EcmaScriptModules:
    """Resolves module specifiers; reads each configuration once."""

    def __init__(self, paths: PathTable) -> None:
        self._paths = paths
        self._configs: dict[str, Aliases] = {}
        self._imports: dict[str, Aliases] = {}
        self._packages_known: Aliases | None = None
        self._folders: dict[str, str] = {}  # of packages, by their names

    def resolve(self, path: str, module: str) -> list[str]:
        """List the files that a module specifier in a file may mean."""
        module = module.split("?", 1)[0]  # vite's `./x.vue?raw`
        if module.startswith("."):
            return self._file(normpath(join(dirname(path), module)))
        if module.startswith("#"):
            return self._matching(self._imports_of(path), module)
        found = self._matching(self._aliases(path), module) or self._matching(self._packages(), module)
        if not found and module.startswith("/"):
            found = self._file(module[1:])
        return found

    def _matching(self, aliases: Aliases, module: str) -> list[str]:
        """The files of the pattern that fits best: an exact one, else the one with the longest beginning."""
        fitting: list[tuple[int, int, str, list[str]]] = []
        for pattern, targets in aliases.items():
            head, star, tail = pattern.partition("*")
            if module == pattern:
                fitting.append((1, len(head), "", targets))
            elif star and len(module) >= len(head) + len(tail) and module.startswith(head) and module.endswith(tail):
                fitting.append((0, len(head), module[len(head) : len(module) - len(tail) if tail else None], targets))
        fitting.sort(key=lambda each: (-each[0], -each[1]))
        for _, _, middle, targets in fitting:
            for target in targets:
                if found := self._file(normpath(target.replace("*", middle))):
                    return found
        return []

    def _file(self, target: str) -> list[str]:
        target = "" if target == "." else target
        stem = re.sub(r"(?:\.d)?\.(?:[mc]?[jt]sx?)$", "", target)
        known = self._paths.all
        tried = (
            target,
            *((target + each for each in _ENDINGS) if stem != target else ()),
            *(stem + each for each in _ENDINGS),
            *(join(target, "index" + each) for each in _ENDINGS),
        )
        return [each for each in dict.fromkeys(tried) if each in known][:2]

    def _aliases(self, path: str) -> Aliases:
        """Map what the configurations above a file define, the nearest first."""
        folder = dirname(path)
        if folder in self._configs:
            return self._configs[folder]
        found = dict(self._aliases(folder)) if folder else {}
        for name in ("tsconfig.json", "jsconfig.json"):
            text = self._paths.read(join(folder, name))
            if text:
                found.update(self._of_config(join(folder, name), read_json(text), 0))
        for name in _BUNDLERS if any(join(folder, each) in self._paths.all for each in _BUNDLERS) else ():
            if join(folder, name) in self._paths.all:
                for pattern, targets in self._of_bundler(folder, name).items():
                    found.setdefault(pattern, targets)
        self._configs[folder] = found
        return found

    def _of_config(self, path: str, config: dict[str, object], depth: int) -> Aliases:
        """The paths of a tsconfig, with those of what it extends and of the projects that it refers to."""
        folder = dirname(path)
        found: Aliases = {}
        if depth > _DEEPEST:
            return found
        for each in as_list(config.get("references")):
            target = as_object(each).get("path")
            if isinstance(target, str):
                found.update(self._of_file(normpath(join(folder, target)), depth))
        for base in as_strings(config.get("extends")):
            found.update(self._of_extended(folder, base, depth))
        options = as_object(config.get("compilerOptions"))
        base = join(folder, str(options.get("baseUrl") or "."))
        for pattern, targets in as_object(options.get("paths")).items():
            found[pattern] = [join(base, each) for each in as_strings(targets)]
        if "baseUrl" in options:
            found["*"] = [join(base, "*")]
        roots = as_strings(options.get("rootDirs"))
        if roots:
            found.setdefault("*", []).extend(join(folder, each, "*") for each in roots)
        return found

    def _of_file(self, target: str, depth: int) -> Aliases:
        for each in (target, target + ".json", join(target, "tsconfig.json")):
            text = self._paths.read(each) if each.endswith(".json") else None
            if text:
                return self._of_config(each, read_json(text), depth + 1)
        return {}

    def _of_extended(self, folder: str, base: str, depth: int) -> Aliases:
        if base.startswith("."):
            return self._of_file(normpath(join(folder, base)), depth)
        self._packages()
        name, inner = _package_of(base)
        own = self._folders.get(name)
        homes = [own] if own is not None else []
        homes += [join(each, "node_modules", name) for each in ancestors(join(folder, "x"))]
        for home in homes:
            package = read_json(self._paths.read(join(home, "package.json")))
            told = str(package.get("tsconfig") or "tsconfig.json")
            exported = _first_string(as_object(package.get("exports")).get(f"./{inner}")) if inner else None
            if found := self._of_file(normpath(join(home, exported or inner or told)), depth):
                return found
        return {}

    def _of_bundler(self, folder: str, name: str) -> Aliases:
        """The aliases of a bundler's configuration, as far as they are written out."""
        text = self._paths.read(join(folder, name)) or ""
        found: Aliases = {}
        if name.startswith("svelte"):
            found["$lib"], found["$lib/*"] = [join(folder, "src/lib")], [join(folder, "src/lib/*")]
        if name.startswith("nuxt"):
            for sign in ("~", "@", "~~", "@@"):
                found[f"{sign}/*"] = [join(folder, "*"), join(folder, "app/*"), join(folder, "src/*")]
        for block in _ALIASES.finditer(text):
            pairs = [(each[1], each[2]) for each in _FIND.finditer(block[1])]
            pairs += [(each[1] or each[2], each[3]) for each in _PAIR.finditer(block[1]) if not pairs]
            for key, value in pairs:
                parts = [part.strip("/") for part in _QUOTED.findall(value)]
                parts = [
                    part.removeprefix("./")
                    for part in parts
                    if part not in {"", ".", "url"} and "import.meta" not in part
                ]
                if not parts:
                    continue
                target = normpath(join(folder, *parts))
                exact = key.endswith("$")
                found[key.removesuffix("$")] = [target]
                if not exact:
                    found[key.rstrip("/") + "/*"] = [target + "/*"]
        return found

    def _imports_of(self, path: str) -> Aliases:
        """The names with a hash of the nearest package."""
        for folder in ancestors(path):
            if folder in self._imports:
                return self._imports[folder]
            text = self._paths.read(join(folder, "package.json"))
            if text:
                found: Aliases = {}
                for key, target in as_object(read_json(text).get("imports")).items():
                    found[key] = [each for inner in _strings(target) for each in _sources(folder, inner)]
                self._imports[folder] = found
                return found
        return {}

    def _packages(self) -> Aliases:
        """Map the packages of the workspace, and what they export."""
        if self._packages_known is not None:
            return self._packages_known
        found: Aliases = {}
        for path in self._paths.by_name.get("package.json", ())[:_PACKAGES]:
            folder = dirname(path)
            package = read_json(self._paths.read(path))
            if not isinstance(own := package.get("name"), str):
                continue
            self._folders.setdefault(own, folder)
            exports = package.get("exports")
            entries = as_object(exports)
            if isinstance(exports, str) or (entries and not any(key.startswith(".") for key in entries)):
                entries = {".": exports}
            for key, target in entries.items():
                inner = [each for one in _strings(target) for each in _sources(folder, one)]
                if inner:
                    found[own + key.removeprefix(".")] = inner
            for versions in as_object(package.get("typesVersions")).values():
                for key, targets in as_object(versions).items():
                    inner = [each for one in as_strings(targets) for each in _sources(folder, one)]
                    if key == "*":
                        found.setdefault(own, [each.replace("*", "index") for each in inner])
                    found.setdefault(f"{own}/{key}", inner)
            main = str(
                package.get("source") or package.get("types") or package.get("module") or package.get("main") or "index"
            )
            found.setdefault(own, []).extend(
                [*_sources(folder, main), join(folder, "src"), folder, join(folder, "lib")]
            )
            found.setdefault(own + "/*", []).extend([join(folder, "*"), join(folder, "src", "*")])
        self._packages_known = found
        return found


def _package_of(name: str) -> tuple[str, str]:
    parts = name.split("/")
    size = 2 if name.startswith("@") else 1
    return "/".join(parts[:size]), "/".join(parts[size:])


def _strings(value: object, depth: int = 0) -> list[str]:
    """All paths of a conditional export, those of sources and types first."""
    if isinstance(value, str):
        return [value]
    if depth >= _DEEPEST:
        return []
    if listed := as_strings(value):
        return listed
    held = as_object(value)
    order = [*(key for key in ("source", "types", "import", "default") if key in held), *held]
    return [each for key in dict.fromkeys(order) for each in _strings(held[key], depth + 1)]


def _first_string(value: object) -> str | None:
    return next(iter(_strings(value)), None)


def _sources(folder: str, target: str) -> list[str]:
    """List where the source of a built file may be: dist/x.js is made of src/x.ts."""
    inner = target.removeprefix("./")
    top, slash, rest = inner.partition("/")
    tried = [inner]
    if slash and top in {"dist", "lib", "build", "out", "esm", "cjs", "es", "types", "typings"}:
        tried += [f"src/{rest}", rest]
        if "/" in rest:
            tried.append(f"src/{rest.partition('/')[2]}")
    return [join(folder, each) for each in tried]
