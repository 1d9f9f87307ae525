"""What can go wrong on somebody's machine, each as one sentence that says what to do."""

import re

NO_NETWORK = re.compile(
    r"NewConnectionError|ConnectTimeoutError|ReadTimeoutError|NameResolutionError|Temporary failure in name resolution"
    r"|Network is unreachable|Connection refused|Max retries exceeded|ProxyError|No matching distribution found"
    r"|ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT"
)
NO_COMPILER = re.compile(
    r"command '?\S*(?:gcc|cc|clang|g\+\+|c\+\+)\S*'? failed: No such file or directory"
    r"|unable to execute '\S*(?:gcc|cc|clang|g\+\+)\S*'"
    r"|(?:gcc|cc|g\+\+|make): (?:command )?not found"
    r"|No CMAKE_C_COMPILER could be found|Unknown compiler\(s\)|Python\.h: No such file"
    r"|can't find Rust compiler|cargo.{0,40}is not installed"
)
NO_VENV = re.compile(r"ensurepip is not\s+available|No module named '?(?:ensurepip|venv)")
DISK_FULL = re.compile(r"No space left on device|ENOSPC|Errno 28")
COMPILED = re.compile(
    r"(?:Failed building wheel for|Failed to build|could not build wheels for)\s+'?([A-Za-z0-9_.-]+)", re.I
)


INCOMPLETE_PYTHON = (
    "Python's venv module is incomplete here: sudo apt install python3-venv (python3.12-venv for a Python 3.12, "
    "and so on), then run the same command again."
)


class Problem(Exception):
    """Something the person at the keyboard can act on; str() is the whole message."""


def explain(output: str, what: str, log: str) -> str:
    """One sentence on why building `what` failed, judged by what the tool printed; `log` is where all of it is."""
    if DISK_FULL.search(output):
        return f"The disk is full: building {what} needs about 4 GB free; make room, then run the same command again."
    if NO_VENV.search(output):
        return INCOMPLETE_PYTHON
    if NO_COMPILER.search(output):
        package = COMPILED.search(output)
        which = package[1] if package else "a package"
        return (
            f"{which} has to be compiled for this machine and there is no compiler: "
            "sudo apt install build-essential python3-dev, then run the same command again."
        )
    if NO_NETWORK.search(output):
        return (
            f"{what} could not be fetched: there is no network, or a package index that lacks them; "
            "connect or check your proxy and index settings, then run the same command again (what is there is kept)."
        )
    return f"Building {what} failed; all it said is in {log}, and its last line was: {last_line(output)}"


def last_line(output: str) -> str:
    """The last line that says something."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else "(nothing)"
