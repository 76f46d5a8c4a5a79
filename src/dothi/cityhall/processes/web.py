# SPDX-License-Identifier: Apache-2.0
"""Django behind a unix socket: gunicorn with threads, loaded once and forked, so workers share memory."""

from __future__ import annotations

import sys
from typing import Any

from gunicorn.app.base import BaseApplication

from dothi.cityhall.processes.begin import begin, wait_for_store
from dothi.foundation.settings import Settings

THREADS = 4


class Web(BaseApplication):  # type: ignore[misc]  # - gunicorn has no types
    """gunicorn with our options instead of a command line."""

    def __init__(self, settings: Settings, workers: int) -> None:
        self.settings = settings
        self.workers = workers
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": f"unix:{self.settings.run_path / 'web.sock'}",
            "workers": self.workers,
            "worker_class": "gthread",
            "threads": THREADS,
            "preload_app": True,
            "timeout": 60,
            "graceful_timeout": 1,
            "keepalive": 30,
            "proc_name": "dothi-web",
            "worker_tmp_dir": str(self.settings.run_path),
            "forwarded_allow_ips": "*",
            "umask": 0o077,
            "loglevel": "warning",
            "logconfig_dict": {},
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)
        if "control_socket_disable" in self.cfg.settings:
            self.cfg.set("control_socket_disable", True)

    def load(self) -> Any:
        from dothi.cityhall.wsgi import application  # noqa: PLC0415 - loads all of Django

        return application


def main() -> int:
    settings = begin("web")
    from dothi.cityhall import wsgi  # noqa: F401, PLC0415 - loads all of Django while the database starts
    from dothi.cityhall.city import processes_for  # noqa: PLC0415 - leaf

    wait_for_store(settings)
    Web(settings, processes_for(settings.web_processes)).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
