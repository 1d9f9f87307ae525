"""The processes of the Procfile: they come up together, hold only what they need, and leave together."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.tools.test_services import is_running
from tools.paths import ROOT
from tools.running import running_site
from tools.services import free_port
from tools.site import OF_A_REAL_SITE

pytestmark = pytest.mark.sandbox

NOT_OF_A_RUNNER = {"SECRET_KEY", "DATABASE_URL", "EMAIL_URL"}
LEAVES_WITHIN_S = 8


def descendants(pid: int) -> set[int]:
    """All processes below one, whatever session they are in."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found: set[int] = set()
    level = {pid}
    while level:
        level = {child for parent in level for child in parents.get(parent, [])} - found
        found |= level
    return found


def variables(pid: int) -> set[str]:
    """The names in the environment of a process."""
    return {part.split("=", 1)[0] for part in Path(f"/proc/{pid}/environ").read_text().split("\0")}


def family(pid: int) -> set[int]:
    """A process and all below it."""
    return {pid} | descendants(pid)


def gone(pids: set[int], seconds: float) -> bool:
    """Whether all of them end within `seconds`."""
    end = time.monotonic() + seconds
    while any(is_running(pid) for pid in pids) and time.monotonic() < end:
        time.sleep(0.05)
    return not any(is_running(pid) for pid in pids)


def test_the_processes_hold_what_they_need_and_leave_together() -> None:
    with running_site(demo=False) as site:
        site.wait_for_runner()
        assert set(site.processes) == {"web", "worker", "beat", "runner"}
        runner = family(site.processes["runner"].pid)
        for pid in runner:
            assert not NOT_OF_A_RUNNER & variables(pid)
        assert {"SECRET_KEY", "DATABASE_URL"} <= variables(site.processes["web"].pid)
        everybody = runner.union(*(family(process.pid) for process in site.processes.values()))
        assert len(everybody) > len(site.processes)  # the runner has a warm sandbox
    assert gone(everybody, 1)
    assert not site.folder.exists()


@pytest.fixture(scope="module")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of the demo, which all starts after the first find there."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture
def demo(demo_data: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """`demo()` is a `make demo` with data of its own, as if started in a terminal of its own."""
    started = []
    kept = {name: value for name, value in os.environ.items() if name not in OF_A_REAL_SITE and name != "DEMO"}
    env = kept | {"PORT": str(free_port()), "VAR": str(demo_data)}

    def start(**more: str) -> subprocess.Popen[str]:
        started.append(
            subprocess.Popen(
                ["make", "--silent", "demo", f"PYTHON={sys.executable}"],
                cwd=ROOT,
                env=env | more,
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        )
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=30)


def read_until(process: subprocess.Popen[str], text: str) -> str:
    """What a process prints up to and with the first line that has `text` in it."""
    said = ""
    assert process.stdout is not None
    for line in process.stdout:
        said += line
        if text in line:
            return said
    pytest.fail(f"It ended without saying {text!r}:\n{said}")


def test_the_demo_says_where_it_is_and_leaves_nothing_behind(demo: Callable[..., subprocess.Popen[str]]) -> None:
    first = demo()
    said = read_until(first, "Stop it")
    address = re.search(r"The site is at +(http://localhost:\d+/)", said)
    assert address
    assert "Grace Okafor (instructor)" in said
    with urllib.request.urlopen(f"{address[1]}account/sign-in-as/", timeout=10) as page:
        assert "Grace Okafor" in page.read().decode()
    second = demo(PORT=str(free_port()))
    assert "runs already" in second.communicate(timeout=60)[0]
    everybody = family(first.pid)
    os.killpg(first.pid, signal.SIGINT)  # what Ctrl-C in a terminal does
    rest = first.communicate(timeout=30)[0]
    assert "Stopped." in rest
    assert "Traceback" not in rest
    assert gone(everybody, 1)


def test_the_demo_ends_on_sigterm_to_make_alone(demo: Callable[..., subprocess.Popen[str]]) -> None:
    process = demo()
    read_until(process, "Stop it")
    everybody = family(process.pid)
    process.terminate()
    assert "Traceback" not in process.communicate(timeout=30)[0]
    assert gone(everybody, LEAVES_WITHIN_S)


def test_the_demo_refuses_the_settings_of_a_real_site(demo: Callable[..., subprocess.Popen[str]]) -> None:
    said = demo(DATABASE_URL="postgres://courses.example.edu/real").communicate(timeout=60)[0]
    assert "unset DATABASE_URL" in said
