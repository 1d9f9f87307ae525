"""The bubblewrap command line: what the sandbox sees of this machine."""

import shutil
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from apps.checks.sandbox.errors import SandboxUnavailableError

HARNESS = Path(__file__).resolve().parent.parent / "harness"
HARNESS_INSIDE = "/harness/checkharness"
START = "import sys; sys.path.insert(0, '/harness'); from checkharness.{module} import main; main({result_fd})"
MEGABYTE = 1024 * 1024

ENVIRONMENT = {
    "PATH": "/env/bin:/usr/bin",
    "HOME": "/box",
    "USER": "student",
    "LOGNAME": "student",
    "LANG": "C.UTF-8",
    "TMPDIR": "/tmp",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HOME": "/shelf",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "TQDM_DISABLE": "1",
    "MPLBACKEND": "Agg",
    "MPLCONFIGDIR": "/tmp/matplotlib",
}


@dataclass(frozen=True)
class Place:
    """Where a sandbox finds its Python environment and its models; `path` is searched for bwrap."""

    environment: Path
    shelf: Path
    path: str | None = None

    @property
    def python(self) -> Path:
        """The check environment's interpreter, as seen from outside."""
        return self.environment / "bin" / "python"


def find_bwrap(place: Place) -> str:
    """The path of bubblewrap; raises SandboxUnavailableError with what to do when it, or what it needs, is missing."""
    bwrap = shutil.which("bwrap", path=place.path)
    if bwrap is None:
        raise SandboxUnavailableError("bubblewrap is not installed on this runner: apt install bubblewrap")
    if not place.python.exists():
        raise SandboxUnavailableError(
            f"The check environment is missing: there is no Python in {place.environment}. "
            "Run `make demo`, or set CHECK_ENV."
        )
    if not (place.shelf / "hub").is_dir():
        raise SandboxUnavailableError(
            f"The shelf of models is missing at {place.shelf}: build it with "
            "`.check-env/bin/python -m apps.checks.harness.shelf var/shelf`, or set CHECK_SHELF."
        )
    return bwrap


@lru_cache
def _options_of(bwrap: str) -> str:
    """bubblewrap's own list of options; older ones lack some that we would like."""
    return subprocess.run([bwrap, "--help"], env={}, capture_output=True, text=True, timeout=10, check=False).stdout


def build(place: Place, module: str, *, result_fd: int, seccomp_fd: int, status_fd: int, block_fd: int) -> list[str]:
    """The whole command; `module` is the part of the harness to start ("main" or "bare")."""
    bwrap = find_bwrap(place)
    known = _options_of(bwrap)
    command = [bwrap, "--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    command += ["--unshare-cgroup-try"]
    if "--disable-userns" in known:
        command += ["--disable-userns", "--assert-userns-disabled"]
    command += ["--uid", "65534", "--gid", "65534", "--hostname", "sandbox"]
    command += ["--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"]
    for name, value in ENVIRONMENT.items():
        command += ["--setenv", name, value]
    command += _system() + _base(place)
    command += ["--proc", "/proc", "--dev", "/dev"]
    for folder, megabytes in (("/dev/shm", 64), ("/tmp", 256), ("/box", 256)):
        command += ["--size", str(megabytes * MEGABYTE)] if "--size" in known else []
        command += ["--tmpfs", folder]
    command += [
        "--ro-bind",
        str(place.environment.resolve()),
        "/env",
        "--ro-bind",
        str(place.shelf.resolve()),
        "/shelf",
    ]
    command += ["--ro-bind", str(HARNESS), HARNESS_INSIDE, "--remount-ro", "/", "--chdir", "/box"]
    command += ["--seccomp", str(seccomp_fd), "--json-status-fd", str(status_fd), "--block-fd", str(block_fd)]
    return [*command, "--", "/env/bin/python", "-I", "-B", "-c", START.format(module=module, result_fd=result_fd)]


def _system() -> list[str]:
    """/usr, and /lib and the like as this machine has them: links into /usr, or folders of their own."""
    options = ["--ro-bind", "/usr", "/usr"]
    for name in ("lib", "lib32", "lib64", "libx32", "bin"):
        path = Path("/") / name
        if path.is_symlink():
            options += ["--symlink", str(path.readlink()).lstrip("/"), str(path)]
        elif path.is_dir():
            options += ["--ro-bind", str(path), str(path)]
    return options


def _base(place: Place) -> list[str]:
    """The interpreter the environment was made from, at its own path, since the environment links to it."""
    base = place.python.resolve().parent.parent
    if base == Path("/usr") or Path("/usr") in base.parents:
        return []
    return ["--ro-bind", str(base), str(base)]
