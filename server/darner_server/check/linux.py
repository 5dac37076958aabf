"""The calls of Linux that Python 3.11 has no name for. Each raises OSError with what was attempted."""

import ctypes
import errno
import os
import struct

CLONE_NEWNS = 0x0002_0000
CLONE_NEWUTS = 0x0400_0000
CLONE_NEWIPC = 0x0800_0000
CLONE_NEWUSER = 0x1000_0000
CLONE_NEWPID = 0x2000_0000
CLONE_NEWNET = 0x4000_0000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_BIND, MS_REC, MS_PRIVATE = 4_096, 16_384, 1 << 18

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP = 1, 4, 24
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 36, 38

_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_MOUNT_ATTR_RDONLY = 1
_MOUNT_SETATTR = 442  # one number on all architectures, like all calls since 2019
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_CAPSET = {"x86_64": 126, "aarch64": 91}
_KEYCTL = {"x86_64": 250, "aarch64": 219}
_CAP_VERSION_3 = 0x2008_0522
_LAST_CAPABILITY = 63


_loaded: list[ctypes.CDLL] = []


def _libc() -> ctypes.CDLL:
    if not _loaded:
        _loaded.append(ctypes.CDLL(None, use_errno=True))
    return _loaded[0]


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def syscall(number: int, *arguments: object, what: str) -> int:
    """A system call by its number; integers are passed as the 64 bits that the kernel expects."""
    words = (ctypes.c_long(each) if isinstance(each, int) else each for each in arguments)
    call = _libc().syscall
    call.restype = ctypes.c_long
    return _checked(call(ctypes.c_long(number), *words), what)


def unshare(flags: int) -> None:
    """Leave the namespaces that the flags name for new ones."""
    _checked(_libc().unshare(ctypes.c_int(flags)), "new namespaces")


def mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    """The call of this name: a file system, or with MS_BIND a folder, at a second place."""
    words = (os.fsencode(source), os.fsencode(target), kind.encode(), ctypes.c_ulong(flags), os.fsencode(data))
    _checked(_libc().mount(*words), f"mounting {kind or 'a folder'} on {target}")


def set_read_only(target: str, *, read_only: bool, recursive: bool) -> None:
    """Turn writing through a mount, and those below it, off or on."""
    attributes = struct.pack("=QQQQ", *((_MOUNT_ATTR_RDONLY, 0) if read_only else (0, _MOUNT_ATTR_RDONLY)), 0, 0)
    syscall(
        _MOUNT_SETATTR, _AT_FDCWD, os.fsencode(target), _AT_RECURSIVE if recursive else 0, attributes, len(attributes),
        what=f"making {target} read-only",
    )  # fmt: skip


def prctl(option: int, *arguments: int) -> None:
    """A setting of this process."""
    words = [ctypes.c_ulong(each) for each in (*arguments, 0, 0, 0, 0)[:4]]
    _checked(_libc().prctl(ctypes.c_int(option), *words), f"prctl {option}")


def restore_signal(number: int) -> None:
    """Let a signal have its effect again: Python ignores some, and so would the programs that it starts."""
    _libc().signal(ctypes.c_int(number), ctypes.c_void_p(0))


def drop_privileges() -> None:
    """Give up all capabilities, also those that running a program as root would bring back, and the session's keys."""
    for capability in range(_LAST_CAPABILITY + 1):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            break  # past the last one that this kernel knows, or not ours to drop
    prctl(PR_SET_NO_NEW_PRIVS, 1)  # nor would a program with rights of its own (setuid)
    machine = os.uname().machine
    if machine in _CAPSET:
        header, data = struct.pack("=Ii", _CAP_VERSION_3, 0), bytes(24)
        syscall(_CAPSET[machine], header, data, what="giving up capabilities")
    if machine in _KEYCTL:
        try:
            syscall(_KEYCTL[machine], 1, 0, what="leaving the session's keyring")
        except OSError as error:
            if error.errno not in {errno.EPERM, errno.ENOSYS}:  # a container's filter, which holds for the check too
                raise


def landlock_version() -> int:
    """The version of Landlock that the kernel offers. Raises OSError where there is none."""
    return syscall(_LANDLOCK_CREATE, 0, 0, 1, what="Landlock")


def landlock_ruleset(files: int, network: int, scopes: int) -> int:
    """A descriptor of new rules that forbid these accesses, in bits."""
    rules = struct.pack("=QQQ", files, network, scopes)
    sizes = 24 if scopes else 16 if network else 8
    return syscall(_LANDLOCK_CREATE, rules, sizes, 0, what="Landlock rules")


def landlock_allow(ruleset: int, path: str, files: int) -> None:
    """Allow these accesses beneath a path."""
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = struct.pack("=Qi", files, handle)
        syscall(_LANDLOCK_ADD, ruleset, 1, rule, 0, what=f"a Landlock rule for {path}")
    finally:
        os.close(handle)


def landlock_restrict(ruleset: int) -> None:
    """Put this process and all that it starts under the rules."""
    syscall(_LANDLOCK_RESTRICT, ruleset, 0, what="applying Landlock rules")


def filter_calls(instructions: bytes) -> None:
    """Apply a seccomp filter (classic BPF, 8 bytes an instruction) to this process and all that it starts."""
    program = ctypes.create_string_buffer(instructions, len(instructions))
    pointer = struct.pack("HxxxxxxP", len(instructions) // 8, ctypes.addressof(program))
    words = (ctypes.c_ulong(2), ctypes.c_char_p(pointer), ctypes.c_ulong(0), ctypes.c_ulong(0))
    _checked(_libc().prctl(ctypes.c_int(22), *words), "a seccomp filter")  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
