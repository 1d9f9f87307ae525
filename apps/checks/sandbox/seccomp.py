"""The system-call filter of the sandbox, as the classic BPF program that `bwrap --seccomp` reads.

Everything is allowed but a list of calls that no numerical program needs and that widen the kernel's surface: new
namespaces and mounts, other processes' memory, sockets, io_uring, bpf, and memory that escapes RLIMIT_AS.
"""

import errno
import platform
import struct

from apps.checks.sandbox.errors import SandboxUnavailableError

LD_WORD, JUMP_EQUAL, JUMP_GREATER_EQUAL, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
OFFSET_NUMBER, OFFSET_ARCHITECTURE, OFFSET_FIRST_ARGUMENT = 0, 4, 16
X32_BIT = 0x40000000
# CLONE_NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
NEW_NAMESPACES = 0x00000080 | 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000

ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}

# name: (number on x86_64, number on aarch64), None where the architecture has no such call
REFUSED: dict[str, tuple[int | None, int | None]] = {
    # other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    # mounts and namespaces
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "unshare": (272, 97),
    "setns": (308, 268),
    # a wide kernel surface
    "bpf": (321, 280),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262),
    "lookup_dcookie": (212, 18),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    # memory that RLIMIT_AS does not count
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    # the network: an empty network namespace has only loopback, and even that is not needed
    "socket": (41, 198),
    # the machine
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "acct": (163, 89),
    "syslog": (103, 116),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
    "vhangup": (153, 58),
    "iopl": (172, None),
    "ioperm": (173, None),
}
CLONE = (56, 220)
CLONE3 = (435, 435)  # its flags are behind a pointer a filter cannot follow; ENOSYS makes the C library use clone


def program(machine: str | None = None) -> bytes:
    """The filter for `machine` (default: this one); raises SandboxUnavailableError on an unknown architecture."""
    machine = machine or platform.machine()
    if machine not in ARCHITECTURES:
        raise SandboxUnavailableError(
            f"This runner's processor ({machine}) has no system-call filter: run it on x86_64 or aarch64."
        )
    architecture, column = ARCHITECTURES[machine]
    code = [_load(OFFSET_ARCHITECTURE), _jump(JUMP_EQUAL, architecture, 1, 0), _return(KILL), _load(OFFSET_NUMBER)]
    if machine == "x86_64":
        code += [_jump(JUMP_GREATER_EQUAL, X32_BIT, 0, 1), _return(KILL)]
    for numbers in REFUSED.values():
        number = numbers[column]
        if number is not None:
            code += [_jump(JUMP_EQUAL, number, 0, 1), _return(ERRNO | errno.EPERM)]
    code += [_jump(JUMP_EQUAL, CLONE3[column], 0, 1), _return(ERRNO | errno.ENOSYS)]
    code += [
        _jump(JUMP_EQUAL, CLONE[column], 0, 3),
        _load(OFFSET_FIRST_ARGUMENT),
        _jump(JUMP_ANY_BIT, NEW_NAMESPACES, 0, 1),
        _return(ERRNO | errno.EPERM),
        _return(ALLOW),
    ]
    return b"".join(code)


def _instruction(code: int, operand: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, operand)


def _load(offset: int) -> bytes:
    return _instruction(LD_WORD, offset)


def _jump(test: int, operand: int, if_true: int, if_false: int) -> bytes:
    return _instruction(test, operand, if_true, if_false)


def _return(action: int) -> bytes:
    return _instruction(RETURN, action)
