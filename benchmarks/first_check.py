"""From upload to verdict against the same script run by hand: `python -m benchmarks.first_check`.

`served_s`: seconds from sending the file over HTTP until a page with the verdict came back, through web, Redis, runner
and a warm sandbox, polled as the page does it; the median of RUNS. `cold_s`: seconds of `python logit_lens.py` in the
check environment, the median of COLD_RUNS. `ratio`: the first over the second.
"""

import os
import re
import subprocess
import time

from benchmarks.client import Client
from benchmarks.harness import RunningSite, main, median, running_site
from tools.paths import CHECK_ENV, ROOT, SHELF
from tools.problems import Problem

SCRIPT = ROOT / "tests" / "data" / "logit_lens.py"
RUNS, COLD_RUNS = 5, 3
POLL_S = 0.05  # the page asks every 0.7 s; here the time of the work is wanted, not of the asking
LONGEST_S = 90
STUDENT, STAFF = "ada@example.edu", "grace@example.edu"
PAGE = "/c/interp-demo/checks/"
STATE = re.compile(r'<h2 id="verdict"><span class="state state-\w+">.*?</span>([A-Za-z ]+)</span>')


def measure() -> dict[str, float | int | str]:
    """Both times and their ratio; raises Problem when a run does not pass."""
    with running_site(database="postgres", demo=True) as site:
        site.wait_for_runner(seconds=LONGEST_S)
        student, staff = Client(site.base_url), Client(site.base_url)
        student.sign_in_as(STUDENT)
        staff.sign_in_as(STAFF)
        served = [_served(site, student, staff) for _ in range(RUNS)]
    cold = [_cold() for _ in range(COLD_RUNS)]
    served_s, cold_s = median(served), median(cold)
    return {"served_s": served_s, "cold_s": cold_s, "ratio": round(served_s / cold_s, 3)}


def _served(site: RunningSite, student: Client, staff: Client) -> float:
    _wait_until_warm(site, staff)
    data = SCRIPT.read_bytes()
    started = time.monotonic()
    address, page = student.upload(PAGE, "file", SCRIPT.name, data)
    if "/runs/" not in address:
        raise Problem("The upload was refused.")
    path = address.removeprefix(site.base_url)
    while (state := _state(page)) in {"queued", "running"}:
        if time.monotonic() - started > LONGEST_S:
            raise Problem(f"There was no verdict after {LONGEST_S} s; the check is {state}.")
        time.sleep(POLL_S)
        _, page = student.get(path)
    took = time.monotonic() - started
    if state != "passed":
        raise Problem(f"The check did not pass: {state}.")
    return took


def _wait_until_warm(site: RunningSite, staff: Client) -> None:
    """Until the runner has told that all its sandboxes are warm, and has had the time to tell otherwise."""
    end = time.monotonic() + LONGEST_S
    time.sleep(2)
    while "1 of 1 warm" not in staff.get(PAGE)[1]:
        if time.monotonic() > end or not site.is_alive():
            raise Problem("No runner has a warm sandbox.")
        time.sleep(0.3)
    time.sleep(1)  # the machine is at rest when the clock starts


def _state(page: str) -> str:
    found = STATE.search(page)
    if found is None:
        raise Problem("The page of the check shows no state.")
    return found[1].lower()


def _cold() -> float:
    env = {
        "PATH": os.defpath,
        "HOME": "/nonexistent",
        "HF_HOME": str(SHELF),
        "HF_HUB_OFFLINE": "1",
        "MPLBACKEND": "Agg",
    }
    started = time.monotonic()
    done = subprocess.run(
        [CHECK_ENV / "bin" / "python", SCRIPT], env=env, capture_output=True, timeout=LONGEST_S, check=False
    )
    took = time.monotonic() - started
    if done.returncode:
        raise Problem(f"The script failed by hand: {done.stderr.decode(errors='replace').strip()[-300:]}")
    return took


if __name__ == "__main__":
    main(measure)
