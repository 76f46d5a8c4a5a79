# SPDX-License-Identifier: Apache-2.0
"""One typed settings object, read once; the reference page and `dothi doctor` are made from it.

Each entry: environment variable `DOTHI_<NAME>`, or for secrets `DOTHI_<NAME>_FILE` naming a file that holds it.
Starts with no configuration at all.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_type_hints


class BadSetting(ValueError):
    """A setting cannot be understood."""


def _entry(default: Any, sentence: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"help": sentence, "secret": secret})


def default_data_dir() -> Path:
    """/var/lib/dothi as root; else the XDG data folder of the user."""
    if os.geteuid() == 0:
        return Path("/var/lib/dothi")
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "dothi"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of an installation. A port of 0 is worked out from `port`."""

    data_dir: str = _entry("", "Folder of all data; empty: /var/lib/dothi as root, else the XDG data folder.")
    host: str = _entry("127.0.0.1", "Address the front door and MQTT listen on; loopback unless changed.")
    port: int = _entry(8080, "Port of the front door: pages, API and live stream.")
    broker_port: int = _entry(
        0, "Loopback port of the broker for machines; 0: 1026 with port 8080, else port + 1."
    )
    mqtt_port: int = _entry(0, "Port of MQTT; 0: 1883 with port 8080, else port + 2.")
    public_url: str = _entry("", "Address under which browsers reach the city; empty: http://host:port.")
    hsts_subdomains: bool = _entry(
        False, "Tell browsers that every name below the public one speaks https, too; only when that is so."
    )
    database_url: str = _entry(
        "", "PostgreSQL 15 or newer of your own (postgresql://...); empty: the embedded one.", secret=True
    )
    postgres_bin: str = _entry("", "Folder with initdb and postgres to use instead of the wheel's.")
    broker_processes: int = _entry(0, "Broker processes; 0: one for each two cores.")
    web_processes: int = _entry(0, "Web processes; 0: one for each two cores.")
    log_format: str = _entry("auto", "console, json, or auto: console on a terminal, else json.")
    log_level: str = _entry("info", "debug, info, warning or error.")
    language: str = _entry("vi", "Language for those who did not choose: vi or en.")
    city_name: str = _entry("", "Name of the locality in the page head; empty: the root unit's name.")
    tile_url: str = _entry(
        "", "Address of raster tiles of the city's own ({z}/{x}/{y}); empty: own geometry only."
    )
    pmtiles_file: str = _entry(
        "",
        "PMTiles file (raster or vector) to show beneath the map when there is no tile address; empty: none.",
    )
    tile_credit: str = _entry(
        "", "Whom the map names for its tiles; empty: what the PMTiles file says, or the tile server's name."
    )
    secret_key: str = _entry(
        "", "Key of sessions and tokens; empty: made at first start and kept in the data folder.", secret=True
    )
    run_dir: str = _entry(
        "", "Short folder of private sockets; empty: under /run as root, else under the user's run folder."
    )
    ledger_witnesses: str = _entry(
        "", "Verifier keys of witnesses of the ledger whose cosignatures are taken, apart by spaces."
    )
    inside_hosts: str = _entry(
        "",
        "Hosts of the city's own network that sign-in may call (providers of identities, logout), apart by spaces.",
    )
    nats_url: str = _entry(
        "",
        "NATS of your own with JetStream (nats://user:password@host:port); empty: the embedded one.",
        secret=True,
    )
    mail_url: str = _entry(
        "",
        "Mail server (smtp://user:password@host:587 with STARTTLS, smtps://... with TLS); empty: no mail is sent.",
        secret=True,
    )
    mail_from: str = _entry("", "Sender of the city's mail; empty: the user of the mail server.")
    session_hours: int = _entry(12, "Hours after which everybody signs in anew.")
    session_idle_minutes: int = _entry(60, "Minutes without a request after which a session ends.")
    demo: bool = _entry(
        False, "Keep the fictional demo city living; never in an installation with real data."
    )
    file_log_mb: int = _entry(
        20, "Size in MB at which a process log in <data>/logs starts anew; one older file is kept."
    )
    document_tsa: str = _entry(
        "",
        "Time-stamp authority (RFC 3161) for signed documents, https://...; empty: signatures without one.",
    )
    document_roots: str = _entry(
        "",
        "PEM file of the root certificates that signed documents are believed by, besides the city's own keys.",
    )
    body_limit: int = _entry(1_000_000, "Largest request body in bytes.")
    batch_limit: int = _entry(10_000_000, "Largest batch in bytes, by NGSI-LD or `/ingest/`.")
    file_limit: int = _entry(50_000_000, "Largest file handed in on a page, in bytes.")
    free_low_mb: int = _entry(
        0, "Free disk in MB under which writes are refused; 0: two WAL segments, one batch and a reserve."
    )

    @property
    def data_path(self) -> Path:
        return Path(self.data_dir) if self.data_dir else default_data_dir()

    @property
    def run_path(self) -> Path:
        """Folder of the sockets: short, because an address of a socket holds 107 bytes at most."""
        if self.run_dir:
            return Path(self.run_dir)
        mark = hashlib.sha256(str(self.data_path.resolve()).encode()).hexdigest()[:10]
        if os.geteuid() == 0:
            return Path("/run") / f"dothi-{mark}"
        runtime = os.environ.get("XDG_RUNTIME_DIR", "")
        if runtime and os.access(runtime, os.W_OK):
            return Path(runtime) / f"dothi-{mark}"
        return Path("/tmp") / f"dothi-{os.geteuid()}-{mark}"  # noqa: S108 - made 0700 and checked for its owner

    @property
    def broker_port_used(self) -> int:
        return self.broker_port or (1026 if self.port == 8080 else self.port + 1)

    @property
    def mqtt_port_used(self) -> int:
        return self.mqtt_port or (1883 if self.port == 8080 else self.port + 2)

    @property
    def url(self) -> str:
        host = "127.0.0.1" if self.host in {"", "0.0.0.0", "::"} else self.host  # noqa: S104 - compared only
        return self.public_url.rstrip("/") or f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


def _convert(name: str, kind: type, raw: str) -> Any:
    if kind is bool:
        if raw.lower() in {"1", "true", "yes", "on"}:
            return True
        if raw.lower() in {"0", "false", "no", "off", ""}:
            return False
        raise BadSetting(f"DOTHI_{name.upper()} is {raw!r}; it takes true or false")
    try:
        return kind(raw)
    except ValueError as error:
        raise BadSetting(f"DOTHI_{name.upper()} is {raw!r}; it takes a whole number") from error


def origin(name: str, environment: Mapping[str, str]) -> str:
    """Where the value of a setting comes from: the variable, its file, or "default"."""
    variable = f"DOTHI_{name.upper()}"
    if variable in environment:
        return variable
    return f"{variable}_FILE" if f"{variable}_FILE" in environment else "default"


def load(environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Settings from the environment, with overrides of the command line; BadSetting says what to correct."""
    env = os.environ if environment is None else environment
    hints = get_type_hints(Settings)
    values: dict[str, Any] = {}
    for entry in dataclasses.fields(Settings):
        variable = f"DOTHI_{entry.name.upper()}"
        if variable in env:
            values[entry.name] = _convert(entry.name, hints[entry.name], env[variable])
        elif entry.metadata["secret"] and f"{variable}_FILE" in env:
            values[entry.name] = Path(env[f"{variable}_FILE"]).read_text("utf-8").strip()
    values.update({name: value for name, value in overrides.items() if value is not None})
    if values.get(
        "data_dir"
    ):  # processes are started in another folder, so a relative one would mean another there
        values["data_dir"] = str(Path(values["data_dir"]).expanduser().resolve())
    return Settings(**values)


def as_environment(settings: Settings) -> dict[str, str]:
    """The variables that give a child process the same settings; secrets too, so never log them."""
    return {f"DOTHI_{f.name.upper()}": str(getattr(settings, f.name)) for f in dataclasses.fields(Settings)}
