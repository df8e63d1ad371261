"""Ports on which nothing listens yet."""

from __future__ import annotations

import socket


def free(port: int) -> int:
    """`port`, or any free one if it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        bound: tuple[str, int] = probe.getsockname()
        return bound[1]
