# SPDX-License-Identifier: Apache-2.0
"""The processes of one installation: their commands, what each may know, and how each says that it serves."""

from __future__ import annotations

import dataclasses
import functools
import os
import signal
from dataclasses import dataclass
from pathlib import Path

from dothi.cityhall import caddy, database, nats, ports, programs
from dothi.cityhall.children import Child
from dothi.cityhall.folders import secret
from dothi.cityhall.postgres import TUNED, Postgres, find_bin, sync_options
from dothi.foundation.settings import Settings, as_environment

_KEPT = ("LD_LIBRARY_PATH", "LANG", "LC_ALL", "LC_MESSAGES", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR")


@dataclass
class City:
    """All children, in the order in which they start; they stop in the opposite one."""

    settings: Settings
    postgres: Postgres | None
    store: Child | None
    bus: Child | None
    door: Child
    brokers: list[Child]
    web: Child
    ingest: Child
    jobs: Child
    demo: Child | None
    python: list[str]

    @property
    def workers(self) -> list[Child]:
        return [self.ingest, *self.brokers, self.web]

    @property
    def later(self) -> list[Child]:
        """What the first page need not wait for."""
        return [self.jobs, *([self.demo] if self.demo else [])]

    def logins_ready(self) -> bool:
        """Whether the ingest process waits for the bus, to answer the logins of devices."""
        return (self.settings.run_path / "ingest-logins.ready").exists()

    @property
    def children(self) -> list[Child]:
        return [child for child in (self.store, self.door, self.bus) if child] + self.workers + self.later

    @property
    def ports(self) -> dict[str, int]:
        used = self.settings
        return {"front": used.port, "broker": used.broker_port_used, "mqtt": used.mqtt_port_used}

    def environment(self, role: database.Role) -> dict[str, str]:
        """What a process of ours gets to know: the settings and the database address of its own role."""
        return environment(self.settings, role)


def _serves(postgres: Postgres, store: Child) -> bool:
    return postgres.serves(store.pid)


def processes_for(chosen: int) -> int:
    """One process for each two cores, unless the settings say otherwise."""
    return chosen or max(1, (os.cpu_count() or 2) // 2)


def environment(settings: Settings, role: database.Role) -> dict[str, str]:
    """The environment of a child: nothing of the caller's but its locale, and one database address."""
    _, extra = programs.python(settings.data_path)
    data = settings.data_path
    secret(data, "oidc")
    secret(data, "documents")  # made here, by one: two processes that make it at once would seal with two
    resolved = dataclasses.replace(
        settings,
        data_dir=str(data),
        run_dir=str(settings.run_path),
        secret_key=settings.secret_key or secret(data, "secret_key"),
        nats_url=settings.nats_url or nats.url(settings),
        database_url=database.url(settings, role) if role == "writer" else "",
    )
    own = {
        "PATH": os.defpath,
        "HOME": str(data),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "dothi.cityhall.django_settings",
        "DOTHI_READER_URL": database.url(settings, "reader"),
        **({"DOTHI_OWNER_URL": database.url(settings, "owner")} if role == "owner" else {}),
    }
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, **own, **extra, **as_environment(resolved)}


def build(settings: Settings) -> City:
    """Make ready all folders, configurations and programs; nothing runs yet."""
    data, run, logs = settings.data_path, settings.run_path, settings.data_path / "logs"
    python, _ = programs.python(data)
    for leftover in [*run.glob("*.sock"), *run.glob("*.ready"), *run.glob("*.prom")]:
        leftover.unlink()

    postgres, store = None, None
    if not settings.database_url:
        postgres = Postgres(
            data=data, run=run, bin_dir=find_bin(settings.postgres_bin), options=(*TUNED, *sync_options())
        )
        postgres.prepare()
        postgres.forget_dead()
        store = Child(
            name="postgres",
            command=postgres.command(),
            log=logs / "postgres.log",
            ready=lambda: False,
            environment={"PATH": os.defpath, "LC_ALL": "C"},
            stop_signal=signal.SIGINT,
            hard_signal=signal.SIGQUIT,
            death_signal=signal.SIGINT,
            patience=1.8,
        )
        store.ready = functools.partial(_serves, postgres, store)

    def process(name: str, *arguments: str, role: database.Role, sock: Path | None) -> Child:
        mark = run / f"{'-'.join([name, *arguments[1:]])}.ready"
        return Child(
            name="-".join([name, *arguments[1:]]),
            command=[*python, "-m", f"dothi.cityhall.processes.{name}", *arguments],
            log=logs / f"{'-'.join([name, *arguments[1:]])}.log",
            ready=(lambda: ports.socket_answers(str(sock))) if sock else mark.exists,
            environment=environment(settings, role),
        )

    sockets = [run / f"broker-{index}.sock" for index in range(processes_for(settings.broker_processes))]
    web = run / "web.sock"
    config = caddy.configure(settings, brokers=sockets, web=web)
    front = Child(
        name="caddy",
        command=caddy.command(settings, config),
        log=logs / "caddy.log",
        ready=lambda: ports.answers(settings.host, settings.port),
        environment={"PATH": os.defpath, "HOME": str(data), "XDG_DATA_HOME": str(data / "caddy")},
        drop=not caddy.needs_low_port(settings),
    )
    bus = None if settings.nats_url else nats.child(settings)
    return City(
        settings=settings,
        postgres=postgres,
        store=store,
        bus=bus,
        door=front,
        brokers=[
            process("broker", "--index", str(index), role="writer", sock=sock)
            for index, sock in enumerate(sockets)
        ],
        web=process("web", role="reader", sock=web),
        ingest=process("ingest", role="writer", sock=None),
        jobs=process("jobs", role="reader", sock=None),
        demo=process("demo", role="writer", sock=None) if settings.demo else None,
        python=python,
    )
