"""The bundled servers: closed to strangers, and gone with whoever started them."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tools.paths import ROOT
from tools.services import Postgres, Redis

OWNER = """
import sys, time
from tools.services import {server}
with {server}() as server:
    print(server.process.pid, server.folder, flush=True)
    time.sleep(60)
"""


def is_running(pid: int) -> bool:
    """Whether a process is there and not merely waiting to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_until_gone(pid: int, seconds: float = 5) -> bool:
    end = time.monotonic() + seconds
    while is_running(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not is_running(pid)


def test_redis_wants_its_password_and_does_not_show_it() -> None:
    with Redis() as redis:
        assert redis.process is not None
        with socket.create_connection(("127.0.0.1", redis.port)) as stranger:
            stranger.sendall(b"PING\r\n")
            assert stranger.recv(100).startswith(b"-NOAUTH")
        assert redis.password not in Path(f"/proc/{redis.process.pid}/cmdline").read_text()
        assert redis.password not in Path(f"/proc/{redis.process.pid}/environ").read_text()
        folder = redis.folder
    assert not is_running(redis.process.pid)
    assert not folder.exists()


def test_postgresql_wants_its_password_and_is_no_root() -> None:
    with Postgres() as server:
        assert server.process is not None
        with psycopg.connect(server.url()) as connection:
            assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(server.url().replace(server.password, "guess"))
        assert Path(f"/proc/{server.process.pid}").stat().st_uid != 0
        folder = server.folder
    assert not is_running(server.process.pid)
    assert not folder.exists()


@pytest.mark.parametrize("server", ["Redis", "Postgres"])
def test_a_server_goes_with_a_killed_owner(server: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OWNER.format(server=server)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        pid, folder = owner.stdout.readline().split()
        assert is_running(int(pid))
        os.kill(owner.pid, signal.SIGKILL)
        assert wait_until_gone(int(pid))
        shutil.rmtree(folder)
