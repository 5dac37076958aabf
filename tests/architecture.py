"""Who may import whom: the tables, what the code really imports, and the table of ARCHITECTURE.md.

`python -m tests.architecture` writes the table into ARCHITECTURE.md.
"""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "ARCHITECTURE.md"
BASES = (ROOT / "context", ROOT / "clients", ROOT / "server")

# The rooms of each package, lowest floor first. A room is a folder or a file; it imports lower floors of its package only.
FLOORS = {
    "darner_context": "request text < imports languages prompt secrets system < syntax < git < workspace < facts < store < indexing lookup"
    " < localization < ranking < next_edits < index",
    "darner_clients": "dialect endpoint errors chat < auto_budget testing transport < endpoint_warnings refusals < wire"
    " < discovery < client < routing",
    "darner_server": "context_json directory_handles display_text document_origin import_path interruptible_read key_validation process_alive"
    " user_directories < key_store < journal validation write_plan < endpoint_table file_writer < settings",
    "darner_server.patch": "lazy_pattern < edit hidden_files protected_paths < autorun_files paths text < formats < repair_prompt reply < match < rewrite"
    " < working_texts < file_resolver < applier finished_hunks",
    "darner_server.engine": "embedded_model failed_endpoints events garbage_collection masking base_version_offsets privacy save syntax_gate task"
    " < prompt < patch_state < reply_stream < turns < run < engine",
    "darner_server.check": "patched_copy failure_excerpt isolation keyless_environment linux plain_copy project scratch trusted_commands"
    " visible_files < landlock namespaces supervisor < launcher sandbox < verdict",
    "darner_server.verification": "draft_choice patch_check repair < drafts",
    "darner_server.local": "cancellable_thread lock models server_state"
    " < checksum download_process health server_process < hub package_index < download < server",
    "darner_server.lsp": "client_log errors explanations suggestions < transport < progress server_capabilities text"
    " < client_capabilities engine_host handshake patch_params < edits < next_edits < session < model_request patch_check < patch_run < handlers < server < startup",
    "darner_server.cli": "exit_codes output daemon < autorun_files locations model recovery"
    " < undo < command_setup < apply patch_events context doctor < setup < patch_check < patch < arguments < app < warm_process",
}

# What each package may import besides itself and the standard library. "package.room" allows that room alone.
OUTSIDE = {
    "darner_context": "splintr tiktoken tree_sitter",
    "darner_clients": "certifi httpcore httpx",
    "darner_server": "keyring platformdirs pydantic pydantic_core darner_clients.auto_budget darner_clients.endpoint darner_context.request"
    " darner_context.system darner_context.text darner_server.patch.protected_paths",
    "darner_server.patch": "",
    "darner_server.engine": "darner_clients darner_context darner_server darner_server.local darner_server.patch",
    "darner_server.check": "darner_context.git darner_context.request darner_context.secrets darner_context.syntax"
    " darner_context.system",
    "darner_server.verification": "darner_clients darner_context darner_server darner_server.check darner_server.engine darner_server.patch",
    "darner_server.local": "filelock darner_clients darner_context.system darner_server.__init__",
    "darner_server.lsp": "cattrs lsprotocol pygls darner_clients darner_context darner_server darner_server.engine"
    " darner_server.check darner_server.verification darner_server.patch",
    "darner_server.cli": "keyring rich typer darner_clients darner_context darner_server darner_server.engine"
    " darner_server.check darner_server.verification darner_server.local darner_server.lsp.startup darner_server.lsp.transport darner_server.patch",
}

# Libraries that one file, or one folder, knows.
KNOWN_IN = {
    "tiktoken": "darner_context.text.vocabularies",
    "splintr": "darner_context.text.tokenizer",
    "tree_sitter": "darner_context.syntax.parser",
    "httpx": "darner_clients.transport",
    "filelock": "darner_server.local.lock",
    "pygls": "darner_server.lsp",
    "typer": "darner_server.cli.arguments.commands",
}


@dataclass(frozen=True, slots=True)
class Module:
    """A module by its full name, with the full names of what it imports, also inside functions and for types only."""

    name: str
    imports: frozenset[str]
    prints: tuple[int, ...]  # lines

    @property
    def package(self) -> str:
        """The longest name in FLOORS that it lies in."""
        return package_of(self.name)

    @property
    def room(self) -> str:
        """The folder or file of its package."""
        return room_of(self.name)


def package_of(name: str) -> str:
    """Return the package of a module, "" of one that is not ours."""
    found = [each for each in FLOORS if name == each or name.startswith(f"{each}.")]
    return max(found, key=len, default="")


def room_of(name: str) -> str:
    """Return the room of a module in its package."""
    return name.removeprefix(package_of(name)).lstrip(".").partition(".")[0] or "__init__"


def read(name: str, source: str, known: frozenset[str]) -> Module:
    """Read a module's source. `known` are the full names of all modules of ours."""
    found: set[str] = set()
    prints: list[int] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: imports are absolute"
            base = str(node.module)
            found.update(f"{base}.{alias.name}" if f"{base}.{alias.name}" in known else base for alias in node.names)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            prints.append(node.lineno)
    return Module(name, frozenset(found - {name}), tuple(prints))


def code() -> list[Module]:
    """Read every module of the three packages."""
    files = {
        ".".join(path.relative_to(base).with_suffix("").parts).removesuffix(".__init__"): path
        for base in BASES
        for path in base.rglob("*.py")
    }
    known = frozenset(files)
    return [read(name, path.read_text(encoding="utf-8"), known) for name, path in sorted(files.items())]


def offenders(modules: list[Module]) -> list[str]:
    """List the imports that the tables do not allow, and the rooms they do not name."""
    floors = {package: [floor.split() for floor in text.split("<")] for package, text in FLOORS.items()}
    found: list[str] = []
    for module in modules:
        package, room = module.package, module.room
        at = _floor(floors[package], room)
        if at is None:
            found.append(f"{module.name}: no floor of {package} names {room}")
            continue
        for name in sorted(module.imports):
            if package_of(name) == package:
                other = _floor(floors[package], room_of(name))
                allowed = room_of(name) in (room, "__init__") or (other is not None and other < at)
            else:
                allowed = _outside(package, name)
            if not allowed:
                found.append(f"{module.name} imports {name}")
    return found


def _floor(floors: list[list[str]], room: str) -> int | None:
    if room == "__init__":
        return len(floors)  # it stands for its package
    return next((number for number, rooms in enumerate(floors) if room in rooms), None)


def _outside(package: str, name: str) -> bool:
    top = name.partition(".")[0]
    allowed = OUTSIDE[package].split()
    if not package_of(name):
        return top in sys.stdlib_module_names or top in allowed
    return package_of(name) in allowed or f"{package_of(name)}.{room_of(name)}" in allowed


def strangers(modules: list[Module]) -> list[str]:
    """List who imports a library that another file or folder is to know alone."""
    return [
        f"{module.name} imports {name}"
        for module in modules
        for name in sorted(module.imports)
        if (home := KNOWN_IN.get(name.partition(".")[0])) is not None
        if module.name != home and not module.name.startswith(f"{home}.")
    ]


def circles(arrows: dict[str, set[str]]) -> list[list[str]]:
    """List the groups of names that reach each other (Tarjan's strongly connected components)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        order[name] = low[name] = len(order)
        stack.append(name)
        for other in sorted(arrows.get(name, ())):
            if other not in order:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], order[other])
        if low[name] == order[name]:
            group = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(group) > 1:
                found.append(sorted(group))

    for name in sorted(arrows):
        if name not in order:
            visit(name)
    return found


def between_files(modules: list[Module]) -> dict[str, set[str]]:
    """Map each module to those of ours that it imports."""
    known = {module.name for module in modules}
    return {module.name: {name for name in module.imports if name in known} for module in modules}


def between_rooms(modules: list[Module]) -> dict[str, set[str]]:
    """Map each room to the rooms that its modules import."""
    found: dict[str, set[str]] = {}
    for module in modules:
        here = f"{module.package}.{module.room}"
        there = {f"{package_of(name)}.{room_of(name)}" for name in module.imports if package_of(name)}
        found.setdefault(here, set()).update(there - {here})
    return found


def table() -> str:
    """Return the tables as the page shows them."""
    rows = ["| Package | Rooms, each importing only floors to its left | May import besides |", "|---|---|---|"]
    for package, floors in FLOORS.items():
        others = ", ".join(f"`{name.removesuffix('.__init__')}`" for name in OUTSIDE[package].split())
        rows.append(f"| `{package}` | {floors.replace(' < ', ' **<** ')} | {others or 'nothing'} |")
    return "\n".join(rows)


_BETWEEN = re.compile(r"(?<=<!-- imports -->\n).*?(?=\n<!-- /imports -->)", re.DOTALL)


def shown() -> str:
    """Return the table that the page shows."""
    found = _BETWEEN.search(PAGE.read_text(encoding="utf-8"))
    return found[0] if found is not None else ""


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(_BETWEEN.sub(lambda _: table(), text), encoding="utf-8")
