# SPDX-License-Identifier: Apache-2.0
"""Ports: is one free, and which ones are."""

from __future__ import annotations

import errno
import socket

from dothi.cityhall.errors import PortBusy, terminal_language
from dothi.foundation import messages


def _socket(host: str) -> socket.socket:
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return made


def problem(host: str, port: int) -> str:
    """Empty when we could listen there now, else "port", "port_right" or "host": what stands in the way."""
    with _socket(host) as probe:
        try:
            probe.bind((host, port))
        except OSError as error:
            return {errno.EADDRNOTAVAIL: "host", errno.EACCES: "port_right"}.get(error.errno or 0, "port")
        except OverflowError:
            return "port_range"
    return "" if port > 0 else "port_range"


def require_free(host: str, port: int, purpose: str, change: str) -> None:
    """Raise PortBusy with which port is taken and what to do; `change` is the way to choose another."""
    found = problem(host, port)
    if not found:
        return
    raise PortBusy(
        f"cityhall.start.{found}",
        host=host,
        port=port,
        change=change,
        purpose=messages.text(terminal_language(), f"cityhall.port.{purpose}"),
    )


def choose(count: int, host: str = "127.0.0.1") -> list[int]:
    """That many different free ports; held together until all are known."""
    held = [_socket(host) for _ in range(count)]
    try:
        for each in held:
            each.bind((host, 0))
        return [each.getsockname()[1] for each in held]
    finally:
        for each in held:
            each.close()


def answers(host: str, port: int) -> bool:
    """Whether somebody accepts connections there."""
    try:
        socket.create_connection((host, port), timeout=0.5).close()
    except OSError:
        return False
    return True


def socket_answers(path: str) -> bool:
    """Whether somebody accepts connections on that unix socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.5)
        try:
            probe.connect(path)
        except OSError:
            return False
    return True
