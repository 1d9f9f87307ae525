"""The demo's address."""

import errno
import os
import socket

from tools.problems import Problem


def demo_port() -> int:
    """PORT from the environment (8000 without it); raises Problem when it is not a port or not free."""
    text = os.environ.get("PORT") or "8000"
    if not text.isascii() or not text.isdigit() or not 1024 <= int(text) <= 65535:
        raise Problem(f"PORT must be a number from 1024 to 65535, not {text}: make demo PORT=8001")
    port = int(text)
    if is_taken(port):
        other = port + 1 if port < 65535 else port - 1
        raise Problem(
            f"Port {port} is taken by another program: stop that, or choose another port: make demo PORT={other}"
        )
    return port


def is_taken(port: int) -> bool:
    """Whether somebody listens on `port` where a browser that opens localhost would look."""
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family) as probe:
                # as the web server does: a connection that was closed a moment ago is no obstacle
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((address, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return True
    return False
