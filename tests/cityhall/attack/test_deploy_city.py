# SPDX-License-Identifier: Apache-2.0
"""S15, on a city that runs: files, sockets, users, ports, banners. One `dothi up` serves all of them."""

from __future__ import annotations

import http.client
import os
import re
import socket
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.running_settings import ROOT

from dothi.cityhall import database, nats, orphans
from dothi.cityhall.bench.instance import Instance
from dothi.cityhall.service_user import SERVICE_UID
from dothi.foundation import ticket

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("whole product"),
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]
OWN = SERVICE_UID if os.geteuid() == 0 else os.geteuid()
READABLE = ("programs", "version", "lock")
"""What of the data folder others may read: programs, and of which version the data are."""


@pytest.fixture(scope="module")
def city() -> Iterator[Instance]:
    """This very source, not an installed one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT / "src"))
        with Instance() as running:
            yield running


def _processes(city: Instance) -> list[orphans.Process]:
    note = orphans.running(city.settings.data_path)
    assert note
    assert len(note.processes) >= 6
    return note.processes


def _pids(city: Instance) -> set[int]:
    """The supervised processes and all that they started."""
    found = {p.pid for p in _processes(city)}
    for _ in range(4):
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(status.read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent in found:
                found.add(int(status.parent.name))
    return found


def _ask(
    city: Instance, path: str, method: str = "GET", port: int = 0, **headers: str
) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port or city.port, timeout=15)
    connection.request(
        method, path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    answer = connection.getresponse()
    answer.text = answer.read().decode("utf-8", "replace")
    connection.close()
    return answer


def _raw(port: int, *said: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 10) as line:
        for part in said:
            line.sendall(part)
        line.settimeout(6)
        got = b""
        try:
            while part := line.recv(65536):
                got += part
        except (TimeoutError, ConnectionError):
            pass
    return got


def _secrets(city: Instance) -> dict[str, str]:
    folder = city.settings.data_path / "secrets"
    return {f.name: f.read_text("ascii").strip() for f in folder.iterdir() if f.is_file()}


def test_secrets_are_files_for_the_processes_alone_when_the_city_runs(city: Instance) -> None:
    """S15-22: 0600 in a folder of 0700, owned by the uid that the processes have."""
    folder = city.settings.data_path / "secrets"
    modes = {f.name: (stat.S_IMODE(f.stat().st_mode), f.stat().st_uid) for f in folder.iterdir()}

    assert (stat.S_IMODE(folder.stat().st_mode), folder.stat().st_uid) == (0o700, OWN)
    assert {name: found for name, found in modes.items() if found != (0o600, OWN)} == {}
    assert {"secret_key", "postgres"} <= set(modes)


def test_nothing_of_the_data_is_open_to_others_when_the_city_runs(city: Instance) -> None:
    """S15-23: nothing that others may write; nothing that they may reach but programs and the version."""
    data, open_ = city.settings.data_path, []
    for folder, names, files in os.walk(data):
        here = Path(folder)
        for name in [*names, *files]:
            path = here / name
            try:
                mode = path.lstat().st_mode
            except FileNotFoundError:
                continue
            if not stat.S_ISLNK(mode) and mode & stat.S_IWOTH:
                open_.append(str(path.relative_to(data)))
    reachable = [p.name for p in data.iterdir() if p.is_dir() and stat.S_IMODE(p.stat().st_mode) & 0o077]

    assert open_ == []
    assert set(reachable) <= set(READABLE)


def test_sockets_lie_in_a_private_folder_when_the_city_runs(city: Instance) -> None:
    """S15-24: whoever is not the service uid cannot even name them."""
    run = city.settings.run_path
    sockets = [p for p in run.iterdir() if stat.S_ISSOCK(p.stat().st_mode)]

    assert (stat.S_IMODE(run.stat().st_mode), run.stat().st_uid) == (0o700, OWN)
    assert {"web.sock", ".s.PGSQL.5432"} <= {p.name for p in sockets}


def test_processes_have_no_rights_when_root_started_the_city(city: Instance) -> None:
    """S15-25: one unprivileged uid, no groups, no capability, none to be gained by a program."""
    for pid in _pids(city):
        told = dict(
            line.split(":\t", 1)
            for line in Path(f"/proc/{pid}/status").read_text().splitlines()
            if ":\t" in line
        )
        assert set(told["Uid"].split()) == {str(OWN)}, told["Name"]
        if os.geteuid() == 0:
            assert told["Groups"].split() in ([], [str(OWN)]), told["Name"]
            assert int(told["CapEff"], 16) == int(told["CapPrm"], 16) == 0, told["Name"]


def _listening(city: Instance) -> dict[str, set[tuple[str, int]]]:
    """Name of each process: where it listens for TCP."""
    rows = [
        line.split()
        for name in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
    ]
    by_inode = {row[9]: row[1] for row in rows if row[3] == "0A"}
    found: dict[str, set[tuple[str, int]]] = {}
    for pid in _pids(city):
        name = Path(f"/proc/{pid}/comm").read_text().strip()
        for handle in Path(f"/proc/{pid}/fd").iterdir():
            try:
                inode = re.fullmatch(r"socket:\[(\d+)\]", str(handle.readlink()))
            except OSError:
                continue
            if inode and inode[1] in by_inode:
                address, _, port = by_inode[inode[1]].partition(":")
                found.setdefault(name, set()).add((address, int(port, 16)))
    return found


def test_only_known_ports_are_open_and_on_loopback_when_the_city_runs(city: Instance) -> None:
    """S15-26: front door, broker for machines, MQTT, NATS for our own processes; all on 127.0.0.1."""
    places = {place for each in _listening(city).values() for place in each}

    assert {address for address, _ in places} == {"0100007F"}
    assert {port for _, port in places} == {
        city.port,
        city.settings.broker_port_used,
        city.settings.mqtt_port_used,
        nats.client_port(city.settings),
    }


def test_database_is_reached_by_its_socket_only_when_the_city_runs(city: Instance) -> None:
    """S15-27: PostgreSQL listens on no port at all."""
    assert [name for name in _listening(city) if "postgres" in name] == []
    with psycopg.connect(city.owner_url) as owner:
        shown = [
            owner.execute(f"SHOW {name}").fetchone()
            for name in ("listen_addresses", "password_encryption", "data_checksums")
        ]
    assert shown == [("",), ("scram-sha-256",), ("on",)]


def test_database_lets_nobody_in_when_the_password_is_none_or_known(city: Instance) -> None:
    """S15-28: no trust, no peer, no default password for any role."""
    for user in ("dothi_owner", "dothi_writer", "dothi_reader", "postgres", "root"):
        for password in ("", user, "postgres", "dothi", "password", "reader", "writer"):
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(
                    host=str(city.settings.run_path), dbname="dothi", user=user, password=password or None
                )
    with psycopg.connect(city.owner_url) as owner:
        rules = owner.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules").fetchall()
    assert {method for (method,) in rules} <= {"scram-sha-256", "reject"}


def test_pages_role_is_bound_by_row_level_security_when_the_city_runs(city: Instance) -> None:
    """S15-29: no superuser, makes no roles or databases, does not bypass, owns no table of people."""
    with psycopg.connect(database.url(city.settings, "reader")) as reader:
        role = reader.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        seen = reader.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user").fetchone()
    assert (role, seen) == ((False, False, False, False), (0,))


def test_nobody_has_an_account_when_the_city_is_new(city: Instance) -> None:
    """S15-30: no default user; the first administrator comes by a link that works once."""
    with psycopg.connect(city.owner_url) as owner:
        accounts = owner.execute("SELECT count(*) FROM identity_account").fetchone()
        links = owner.execute("SELECT count(*) FROM identity_adminlink WHERE used_at IS NULL").fetchone()
    assert (accounts, links) == ((0,), (1,))


@pytest.mark.parametrize(
    "path",
    [
        "?token={t}",
        "?access_token={t}",
        "?api_key={t}",
        "?key={t}",
        "?authorization=Bearer%20{t}",
        "?jwt={t}",
        "#{t}",
    ],
)
def test_key_in_an_address_opens_nothing_when_the_broker_is_asked(city: Instance, path: str) -> None:
    """S15-31: keys in addresses end in logs; the header is the one place."""
    where = "/ngsi-ld/v1/types"
    shown = path.format(t=city.token)

    assert _ask(city, where + shown).status in {400, 401, 404}
    assert _ask(city, where, Cookie=f"token={city.token}; dothi_broker={city.token}").status == 401
    assert _ask(city, where, Authorization=f"Basic {city.token}").status == 401
    assert _ask(city, where, X_Api_Key=city.token).status == 401
    assert _ask(city, where, Authorization=f"Bearer {city.token}").status == 200


def test_forged_ticket_opens_nothing_when_the_broker_is_asked(city: Instance) -> None:
    """S15-32: signed by another key, ended, changed, of another shape."""
    now = time.time()
    good = ticket.issue(_secrets(city)["secret_key"], tenant="", sub="acc_x", now=now)
    version, payload, signature = good.split(".")
    forged = [
        ticket.issue("x" * 64, tenant="", sub="acc_x", now=now),
        ticket.issue(_secrets(city)["secret_key"], tenant="", sub="acc_x", now=now - 601),
        f"{version}.{payload}.",
        f"{version}.{payload}.{signature[:-2]}AA",
        f"v0.{payload}.{signature}",
        f"{version}.e30.{signature}",
        "",
        "null",
    ]
    statuses = [_ask(city, "/live/state", Cookie=f"dothi_broker={one}").status for one in forged]

    assert statuses == [401] * len(forged)
    assert _ask(city, "/live/state", Cookie=f"dothi_broker={good}").status == 200
    assert _ask(city, "/live/state", Cookie=f"__Secure-dothi_broker={good}").status == 200


@pytest.mark.parametrize(
    "path", ["/", "/sign-in/", "/none/", "/static/none.js", "/ngsi-ld/v1/types", "/healthz", "/people/"]
)
def test_answers_name_no_program_and_no_header_twice_when_asked(city: Instance, path: str) -> None:
    """S15-33: no banner of caddy, gunicorn, Django, Python or PostgreSQL."""
    answer = _ask(city, path)
    names = [name.lower() for name, _ in answer.getheaders()]
    told = " ".join(f"{n}: {v}" for n, v in answer.getheaders()) + answer.text

    assert [n for n in ("server", "via", "x-powered-by", "x-aspnet-version", "x-runtime") if n in names] == []
    assert [n for n in set(names) if names.count(n) > 1 and n not in {"set-cookie", "vary", "link"}] == []
    assert re.findall(r"(?i)caddy|gunicorn|uvicorn|postgresql|psycopg|django/|python/|traceback", told) == []
    assert answer.getheader("X-Content-Type-Options") == "nosniff"
    assert answer.getheader("X-Frame-Options") == "DENY"
    assert answer.getheader("Referrer-Policy") == "same-origin"
    assert answer.getheader("Cross-Origin-Resource-Policy") == "same-origin"


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "DEBUG", "PROPFIND", "PUT", "DELETE", "FOO"])
def test_odd_methods_do_nothing_when_pages_are_asked(city: Instance, method: str) -> None:
    """S15-34: nothing is echoed, nothing is changed."""
    got = _raw(
        city.port,
        f"{method} /sign-in/ HTTP/1.1\r\nHost: localhost\r\nX-Kanari: KANARI\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".encode(),
    )

    assert re.match(rb"HTTP/1.1 (400|403|404|405|501)", got), got[:200]
    assert b"KANARI" not in got


@pytest.mark.parametrize(
    "path",
    ["/.git/config", "/.env", "/static/", "/static/dothi/", "/static/../Caddyfile", "/static/..%2fCaddyfile", "/static/%2e%2e/%2e%2e/secrets/secret_key",
     "/static/..%5c..%5csecrets", "//etc/passwd", "/static//etc/passwd", "/tiles.pmtiles", "/static/.gitignore", "/Caddyfile", "/admin/", "/debug/", "/server-status"],
)  # fmt: skip
def test_files_outside_are_not_served_when_addresses_climb(city: Instance, path: str) -> None:
    """S15-35: no listing, no climbing, nothing of version control, no page of tools."""
    got = _raw(city.port, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())

    assert re.match(rb"HTTP/1.1 (301|302|308|400|403|404)", got), got[:300]
    assert not any(value.encode() in got for value in _secrets(city).values() if len(value) > 10)
    assert b"root:" not in got


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\nGET /people/ HTTP/1.1\r\n\r\n",
        b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
        b"Content-Length: -1\r\n\r\n",
        b"Content-Length: 3\nX: y\r\n\r\nabc",
        b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        b"X-A: " + b"a" * 2_000_000 + b"\r\n\r\n",
    ],
)
def test_messages_of_two_lengths_are_one_or_refused_when_smuggled(city: Instance, head: bytes) -> None:
    """S15-36: what could be read as two requests is answered once, or not at all; the city goes on."""
    got = _raw(city.port, b"POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + head)

    assert len(re.findall(rb"HTTP/1\.1 \d{3}", got)) <= 1, got[:400]
    assert not re.match(rb"HTTP/1.1 (2|50[0234])", got), got[:200]
    assert _ask(city, "/healthz").status == 200


def test_no_secret_stands_in_a_command_line_or_a_log_when_the_city_runs(city: Instance) -> None:
    """S15-37: what `ps` shows to all, what logs keep for long."""
    values = {name: value for name, value in _secrets(city).items() if len(value) >= 20}
    shown = "".join(Path(f"/proc/{pid}/cmdline").read_text("utf-8", "replace") for pid in _pids(city))
    logs = "".join(
        f.read_text("utf-8", "replace") for f in (city.settings.data_path / "logs").rglob("*") if f.is_file()
    )
    logs += (city.folder / "up.log").read_text("utf-8", "replace")

    assert len(values) >= 3
    assert [name for name, value in values.items() if value in shown] == []
    assert [name for name, value in values.items() if value in logs] == []
    assert city.token not in logs


def test_environment_of_processes_is_read_by_nobody_else_when_the_city_runs(city: Instance) -> None:
    """S15-38: the kernel gives it to the same uid only; the pages have no owner's password in it."""
    owner = _secrets(city)["postgres"]
    for process in _processes(city):
        file = Path(f"/proc/{process.pid}/environ")
        assert stat.S_IMODE(file.stat().st_mode) == 0o400
        if process.name.startswith(("web", "broker", "jobs", "ingest")):
            assert owner not in file.read_text("utf-8", "replace"), process.name


def test_message_servers_let_nobody_in_when_no_login_is_shown(city: Instance) -> None:
    """S15-39: NATS without a password, MQTT without and with a made-up login."""
    nats_said = _raw(nats.client_port(city.settings), b'CONNECT {"verbose":true}\r\nSUB > 1\r\nPING\r\n')
    connect = b"\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04kana"
    login = b"\x10\x1c\x00\x04MQTT\x04\xc2\x00\x3c\x00\x04kana\x00\x04root\x00\x04root"
    mqtt = [_raw(city.settings.mqtt_port_used, said)[:4] for said in (connect, login)]

    assert b"Authorization Violation" in nats_said
    assert b"MSG" not in nats_said
    assert all(answer[:2] != b"\x20\x02" or answer[3] != 0 for answer in mqtt), mqtt


def test_page_is_told_in_words_when_a_request_is_broken(city: Instance) -> None:
    """S15-40: NUL in an address, an overlong one, a cookie of bytes: refused, nothing of the inside told."""
    for path in (
        "/people/%00/",
        "/places/unit/%00/",
        "/" + "x" * 8000,
        "/sign-in/?next=" + "%0d%0aSet-Cookie:a=b",
    ):
        answer = _ask(city, path, Cookie="dothi_session=\x7f\x01")
        text = answer.text
        assert answer.status < 500, path
        assert "Traceback" not in text
        assert "a=b" not in (answer.getheader("Set-Cookie") or "")


def test_strangers_are_told_no_figures_of_the_inside_when_metrics_are_asked_for(city: Instance) -> None:
    """S15-41: /metrics is for the machine and private networks; /healthz says no more than yes or no."""
    file = (city.settings.data_path / "caddy" / "Caddyfile").read_text("utf-8")
    healthy = _ask(city, "/healthz")

    assert re.search(
        r"@strangers \{\s+path /metrics\s+not remote_ip private_ranges\s+\}\s+respond @strangers 403", file
    )
    assert len(healthy.text) < 200
