"""Forbid memory that no process's size shows, with a filter of system calls.

A file in memory (`memfd_create`) or a System V segment (`shmget`) can be filled and
left unmapped: then it is in no process, and no limit on processes binds it. Nothing
that is graded needs one. The filter is the kernel's own (seccomp): once it is set, no
process here or below can take it away. Of Python's library alone, for the worker
imports it inside the sandbox.
"""

import ctypes
import errno
import os
import platform
import struct

# Numbers of memfd_create, memfd_secret and shmget, after the machine's own in seccomp:
# linux/audit.h, and arch/x86/entry/syscalls/syscall_64.tbl or asm-generic/unistd.h.
GENERIC = (279, 447, 194)
MACHINES = {
    "x86_64": (0xC000003E, (319, 447, 29)),
    "aarch64": (0xC00000B7, GENERIC),
    "riscv64": (0xC00000F3, GENERIC),
}
FIRST_FOREIGN = 0x40000000  # calls of x86_64's own second table begin here

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
KILL, ALLOW, REFUSE = 0x80000000, 0x7FFF0000, 0x00050000 | errno.ENOSYS
LOAD, JUMP_IF_EQUAL, JUMP_IF_AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
CALL, MACHINE = 0, 4  # where `struct seccomp_data` has them


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def filter_code(machine: str) -> bytes:
    """Return the filter: a machine of another kind ends the process.

    Examples
    --------
    >>> len(filter_code("x86_64")) // 8
    10
    """
    number, calls = MACHINES[machine]
    steps = [(LOAD, 0, 0, MACHINE), (JUMP_IF_EQUAL, 1, 0, number), (RETURN, 0, 0, KILL)]
    steps += [(LOAD, 0, 0, CALL)]
    to_the_end = len(calls)
    steps += [(JUMP_IF_AT_LEAST, to_the_end + 1, 0, FIRST_FOREIGN)]
    for passed, call in enumerate(calls):
        steps += [(JUMP_IF_EQUAL, to_the_end - passed, 0, call)]
    steps += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, REFUSE)]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def forbid_hidden_memory() -> None:
    """Refuse such calls from now on, in this process and all that it starts.

    Raises
    ------
    OSError
        If this system has no such filters.
    """
    code = filter_code(platform.machine())
    program = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(
        PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0
    ):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
