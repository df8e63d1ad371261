"""Takes everything from a process that decoding does not need, if the system supports it: files, networks, programs.

With Landlock (https://docs.kernel.org/userspace-api/landlock.html) it can read libraries and configuration only, write
no file, and not look into other processes of the same user. With a seccomp filter
(https://docs.kernel.org/userspace-api/seccomp_filter.html) it can open no socket, start no program and kill no process.
A crafted picture that takes over the decoder is confined with it. Neither can be undone.
"""

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

from app.core.project import ROOT

# The first picture that needs a library loads it; ImageMagick and numpy look at the machine.
READ = (
    *("/usr", "/lib", "/lib64", "/etc/ImageMagick-6", "/etc/ImageMagick-7", "/etc/ld.so.cache"),
    *("/etc/alternatives", "/etc/localtime", "/sys/devices/system", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat"),
    *("/dev/null", "/dev/urandom"),
)

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every architecture
VERSION, PATH_BENEATH = 1, 1
EXECUTE, READ_FILE, READ_DIR = 1 << 0, 1 << 2, 1 << 3
FILES = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}  # Landlock version: access rights
NETWORK = {4: 3}  # binding and connecting by TCP
SCOPES = {6: 3}  # abstract sockets and signals outside

NO_NEW_PRIVILEGES, SET_SECCOMP, FILTER = 38, 22, 2
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
# the architecture (AUDIT_ARCH_*) and its numbers of: socket, connect, execve, execveat, ptrace,
# process_vm_readv, process_vm_writev, io_uring_setup, bpf, keyctl, kill, pidfd_send_signal
CALLS = {
    "x86_64": (0xC000003E, (41, 42, 59, 322, 101, 310, 311, 425, 321, 250, 62, 424)),
    "aarch64": (0xC00000B7, (198, 203, 221, 281, 117, 270, 271, 425, 280, 219, 129, 424)),
}


def confine(more: Iterable[Path] = ()) -> list[str]:
    """Confines this process for good: to the files in READ, our own and `more`, and in its system calls.

    Call it before there are threads. Returns what is in force: "files" and "calls", or less if the kernel or the
    container does not support it.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return []
    done = []
    ours = (ROOT / "app", ROOT / "deploy" / "imagemagick", Path(sys.prefix), Path(sys.base_prefix))
    if _confine_files(libc, [*map(Path, READ), *ours, *more]):
        done.append("files")
    if _confine_calls(libc):
        done.append("calls")
    return done


def _confine_files(libc: ctypes.CDLL, readable: Iterable[Path]) -> bool:
    version = libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), VERSION)
    if version < 1:
        return False
    files, network, scopes = (_of(version, rights) for rights in (FILES, NETWORK, SCOPES))
    attributes = struct.pack("QQQ", files, network, scopes)[: 8 if version < 4 else 16 if version < 6 else 24]
    ruleset = libc.syscall(CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)
    if ruleset < 0:
        return False
    try:
        for path in readable:
            _let_read(libc, ruleset, path)
        return bool(libc.syscall(RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _of(version: int, rights: dict[int, int]) -> int:
    return max((all_of_them for since, all_of_them in rights.items() if since <= version), default=0)


def _let_read(libc: ctypes.CDLL, ruleset: int, path: Path) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # not on this system
        return
    try:
        rights = EXECUTE | READ_FILE | (READ_DIR if path.is_dir() else 0)
        libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, struct.pack("=Qi", rights, descriptor), 0)
    finally:
        os.close(descriptor)


def _confine_calls(libc: ctypes.CDLL) -> bool:
    if platform.machine() not in CALLS or sys.maxsize < 2**32:
        return False
    processor, refused = CALLS[platform.machine()]
    steps = [
        _step(0x20, 4),  # load the architecture
        _step(0x15, processor, 1, 0),  # on another architecture the numbers differ: refuse every call
        _step(0x06, REFUSE),
        _step(0x20, 0),  # load the call's number
        *(_step(0x15, number, len(refused) - index, 0) for index, number in enumerate(refused)),
        _step(0x06, ALLOW),
        _step(0x06, REFUSE),
    ]
    code = b"".join(steps)
    program = ctypes.create_string_buffer(code, len(code))
    described = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(program))
    return bool(libc.prctl(SET_SECCOMP, FILTER, described, 0, 0) == 0)


def _step(code: int, operand: int, if_so: int = 0, if_not: int = 0) -> bytes:
    """One instruction of a BPF program; `if_so` and `if_not` are the numbers of instructions to skip."""
    return struct.pack("HBBI", code, if_so, if_not, operand)
