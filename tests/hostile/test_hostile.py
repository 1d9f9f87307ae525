"""Programs that mean harm. Each ends in a known outcome in time, an honest one passes after it, and nothing is left.

They run behind the same walls as a check, only without torch, so that there can be many of them.
"""

import time
from pathlib import Path
from typing import Any

import pytest

from tests.checks.untrusted.sandboxes import CHECKOUT, build_shelf, run_bare

pytestmark = [pytest.mark.sandbox, pytest.mark.xdist_group("sandbox")]

FORGED = '{"kind":"result","nonce":"","outcome":"finished","error":null,"traces":[],"figures":[],"notes":[]}'
FORGE_EVERYWHERE = f"""
import os
payload = b'{FORGED}'
for fd in range(3, 64):
    try:
        os.write(fd, b"%08x\\n" % len(payload) + payload)
    except OSError:
        pass
"""
FLOOD_RESULT = """
import os
os.set_blocking
for fd in range(3, 64):
    try:
        os.fstat(fd)
    except OSError:
        continue
    try:
        while True:
            os.write(fd, b"x" * 65536)
    except OSError:
        pass
"""

# name: (program, limits, outcomes it may have)
ATTACKS: dict[str, tuple[str, dict[str, int], set[str]]] = {
    "fork bomb": (
        "import os\nwhile True:\n    os.fork()",
        {"wall_s": 3},
        {"failed", "timeout", "out_of_memory", "no_result"},
    ),
    "fork bomb that catches": (
        "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass",
        {"wall_s": 2},
        {"timeout", "out_of_memory"},
    ),
    "thread bomb": (
        "import threading, time\nwhile True:\n    threading.Thread(target=time.sleep, args=(60,)).start()",
        {"wall_s": 3},
        {"failed", "out_of_memory"},
    ),
    "memory bomb": (
        "hoard = []\nwhile True:\n    hoard.append(bytearray(10_000_000))",
        {},
        {"out_of_memory", "failed"},
    ),
    "four children with memory": (
        "import os, time\n"
        "for _ in range(4):\n    if os.fork() == 0:\n"
        "        hoard = bytearray(b'x') * 150_000_000\n        time.sleep(1)\n        os._exit(0)\n"
        "statuses = [os.wait()[1] for _ in range(4)]\nassert not any(statuses), 'a child was killed'",
        {"wall_s": 6},
        {"out_of_memory", "failed"},
    ),
    "shared map bomb": (
        "import mmap\nhoard = []\nwhile True:\n    hoard.append(mmap.mmap(-1, 50_000_000))\n"
        "    hoard[-1].write(b'x' * 50_000_000)",
        {},
        {"out_of_memory", "failed"},
    ),
    "memory behind a descriptor": ("import os\nos.memfd_create('hoard')", {}, {"failed"}),
    "fills the box": (
        "with open('/box/full', 'wb') as f:\n    while True:\n        f.write(b'x' * 1_000_000)",
        {},
        {"failed", "out_of_memory", "no_result"},
    ),
    "fills shared memory": (
        "with open('/dev/shm/full', 'wb') as f:\n    while True:\n        f.write(b'x' * 1_000_000)",
        {},
        {"failed", "out_of_memory", "no_result"},
    ),
    "endless output": ("while True:\n    print('x' * 1000)", {}, {"too_much_output"}),
    "endless output without a line end": (
        "import os\nwhile True:\n    os.write(1, b'x' * 65536)",
        {},
        {"too_much_output"},
    ),
    "kills everybody": ("import os\nos.kill(-1, 9)\nos.kill(1, 9)", {}, {"finished", "failed", "no_result"}),
    "ignores signals": (
        "import signal\nfor s in (signal.SIGTERM, signal.SIGXCPU, signal.SIGINT):\n"
        "    signal.signal(s, signal.SIG_IGN)\n"
        "while True:\n    pass",
        {"wall_s": 6, "cpu_s": 1},
        {"timeout"},
    ),
    "burns its processor time": ("while True:\n    pass", {"wall_s": 8, "cpu_s": 1}, {"timeout"}),
    "stops itself": (
        "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
        {"wall_s": 1},
        {"timeout", "no_result"},
    ),
    "sleeps for ever": ("import time\ntime.sleep(10**6)", {"wall_s": 1}, {"timeout"}),
    "leaves a daemon": (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n"
        "    if os.fork() == 0:\n        time.sleep(600)\n    os._exit(0)",
        {},
        {"finished"},
    ),
    "leaves at once": ("import os\nos._exit(0)", {}, {"no_result"}),
    "leaves politely": ("import sys\nsys.exit(0)", {}, {"no_result"}),
    "leaves in anger": ("import sys\nsys.exit('enough')", {}, {"failed"}),
    "aborts": ("import os\nos.abort()", {}, {"no_result"}),
    "kills itself": ("import os\nos.kill(os.getpid(), 9)", {}, {"no_result"}),
    "segmentation fault": ("import ctypes\nctypes.string_at(0)", {}, {"no_result"}),
    "endless recursion": (
        "import sys\nsys.setrecursionlimit(10**9)\ndef f():\n    return f()\nf()",
        {"wall_s": 10},
        # How far it gets before a limit stops it depends on the machine's speed.
        {"failed", "no_result", "out_of_memory", "timeout"},
    ),
    "forges a result": (FORGE_EVERYWHERE + "os._exit(0)", {}, {"no_result"}),
    "forges a result before the true one": (FORGE_EVERYWHERE, {}, {"no_result"}),
    "floods the result": (FLOOD_RESULT, {"wall_s": 5}, {"no_result"}),
    "patches json and os": (
        "import json, os\njson.dumps = json.JSONEncoder.encode = lambda *a, **k: '{}'\nos.write = lambda *a: 1\n"
        "raise ValueError('still told')",
        {},
        {"failed"},
    ),
    "closes every descriptor": ("import os\nos.closerange(0, 256)", {}, {"no_result", "failed"}),
    "namespaces": ("import ctypes, sys\nassert ctypes.CDLL(None).unshare(0x10000000) == 0", {}, {"failed"}),
    "network": ("import socket\nsocket.create_connection(('127.0.0.1', 6379), 1)", {}, {"failed"}),
    "name lookup": ("import socket\nsocket.getaddrinfo('example.org', 80)", {}, {"failed"}),
    "local socket": ("import socket\nsocket.socket(socket.AF_UNIX)", {}, {"failed"}),
    "netlink": ("import socket\nsocket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)", {}, {"failed"}),
}


@pytest.fixture(scope="module", autouse=True)
def _shelf() -> None:
    build_shelf()


def assert_honest_passes() -> None:
    report = run_bare("print('honest')")
    assert (report["outcome"], report["log"]) == ("finished", "honest\n")


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_is_contained(name: str) -> None:
    source, limits, outcomes = ATTACKS[name]
    started = time.monotonic()
    report = run_bare(source, **limits)
    took = time.monotonic() - started
    assert report["outcome"] in outcomes, report
    assert took < limits.get("wall_s", 10) + 3
    assert report["outcome"] == "finished" or report["error"]["type"]
    assert len(report["log"]) <= 64 * 1024
    assert_honest_passes()


def look(expression: str) -> Any:
    """The value of an expression, seen from inside."""
    report = run_bare(f"import os, json\nprint({expression})")
    assert report["outcome"] == "finished", report
    return report["log"].strip()


def test_nothing_of_this_machine_is_seen(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "do-not-tell")
    secret = tmp_path / "other-submission.py"
    secret.write_text("do-not-tell")
    files = [str(secret), str(CHECKOUT / "pyproject.toml"), "/etc/passwd", "/etc/shadow"]
    # The folder itself may be there, empty, when the interpreter that is bound lies below it.
    files += [str(path) for path in Path.home().iterdir() if path.is_file()]
    assert look(f"[path for path in {files!r} if os.path.exists(path)]") == "[]"
    every = "b''.join(open(f'/proc/{p}/environ', 'rb').read() for p in os.listdir('/proc') if p.isdigit())"
    assert look(f"b'do-not-tell' in {every} or b'REDIS' in {every}") == "False"
    every = every.replace("environ", "cmdline")
    assert look(f"b'do-not-tell' in {every}") == "False"


def test_only_the_result_pipe_is_inherited() -> None:
    # 0, 1, 2, the pipe of the result, the harness's hold on its job pipe, and the listing's own
    assert len(look("' '.join(os.listdir('/proc/self/fd'))").split()) <= 6


def test_nothing_is_writable_but_the_box() -> None:
    places = ["/", "/usr", "/env", "/shelf", "/harness", "/etc", "/proc"]
    assert look(f"[place for place in {places!r} if os.access(place, os.W_OK)]") == "[]"


def test_one_box_is_not_the_next() -> None:
    assert run_bare("open('/box/left', 'w').write('x')\nopen('/tmp/left', 'w').write('x')")["outcome"] == "finished"
    assert look("os.path.exists('/box/left') or os.path.exists('/tmp/left')") == "False"
