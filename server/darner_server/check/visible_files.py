"""Which of the machine's folders a confined check sees: programs and libraries, none of the user's own files."""

import os

# Where programs of a user lie; the folders beside them hold keys.
_TOOL_NAMES = (
    ".cargo/bin .cargo/registry .cargo/git .rustup .pyenv .nvm .volta .fnm .asdf .sdkman .rbenv .bun/bin .deno/bin "
    ".local/bin .local/lib .local/share/uv .local/share/pnpm .local/share/mise go .m2/repository .gradle/wrapper "
    ".npm-global .nix-profile .cache/ms-playwright"
)
_TOOLS = _TOOL_NAMES.split()
_CACHES = (".cache/go-build",)  # built code: without it Go compiles its library for a minute

# Keys, sockets of servers that do as they are told (Docker), what other programs of the user left there.
_HIDDEN = ("/home", "/root", "/run", "/tmp", "/var/tmp", "/mnt", "/media")  # noqa: S108 - hidden, not used
_SYSTEM = ("/run/current-system", "/run/systemd/resolve")


def hidden_folders(home: str) -> list[str]:
    """The folders that a check finds empty, outermost first."""
    real = os.path.realpath(home)
    found = {os.path.realpath(each) for each in (*_HIDDEN, real) if os.path.isdir(each)}
    outer = [each for each in sorted(found) if not any(_is_in(each, other) for other in found - {each})]
    return [each for each in outer if each != "/"]


def tool_folders(home: str, search_path: str) -> list[str]:
    """The folders in hidden places that a check sees all the same, none within another."""
    hidden = hidden_folders(home)
    programs = [_whole(each) for each in search_path.split(os.pathsep) if os.path.isabs(each)]
    named = [*(os.path.join(home, each) for each in _TOOLS), *programs, *_SYSTEM]
    real = {os.path.realpath(each) for each in named if os.path.isdir(each)}
    fit = {each for each in real if any(_is_in(each, other) and each != other for other in hidden)}
    fit.discard(os.path.realpath(home))
    return sorted(each for each in fit if not any(_is_in(each, other) for other in fit - {each}))


def cache_folders(home: str) -> list[str]:
    """The folders in the home that a build reads its caches from."""
    found = (os.path.join(home, each) for each in _CACHES)
    return [os.path.realpath(each) for each in found if os.path.isdir(each)]


def _whole(folder: str) -> str:
    """A folder of programs with its libraries beside it, where it is deep enough to hold nothing else."""
    parent, name = os.path.split(folder)
    return parent if name == "bin" and parent.count("/") > 3 and not parent.endswith("/.local") else folder  # noqa: PLR2004


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
