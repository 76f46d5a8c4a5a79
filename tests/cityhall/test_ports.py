# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import socket

import pytest

from dothi.cityhall import ports
from dothi.cityhall.errors import PortBusy


def test_require_free_names_port_and_way_out_when_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(PortBusy) as caught:
            ports.require_free("127.0.0.1", port, "front", "--port")

    assert caught.value.exit_code == 5
    assert f"Port {port} (pages and API) is taken" in str(caught.value)
    assert "--port" in str(caught.value)


@pytest.mark.parametrize(
    ("host", "port", "expected"),
    [("203.0.113.9", 0, "host"), ("127.0.0.1", 0, "port_range"), ("127.0.0.1", 70000, "port_range")],
)
def test_problem_tells_host_from_port_when_one_is_wrong(host: str, port: int, expected: str) -> None:
    assert ports.problem(host, port or (1 if expected == "host" else port)) == expected


def test_choose_gives_different_free_ports_when_asked_for_some() -> None:
    chosen = ports.choose(5)

    assert len(set(chosen)) == 5
    assert [ports.problem("127.0.0.1", port) for port in chosen] == [""] * 5
