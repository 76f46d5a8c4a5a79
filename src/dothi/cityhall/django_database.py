# SPDX-License-Identifier: Apache-2.0
"""The addresses of the database by role, and as Django writes them."""

from __future__ import annotations

import os
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from dothi.foundation.settings import Settings


def _own(settings: Settings, role: str, secret: str) -> str:
    """The address in the embedded cluster; empty while its secret is not there."""
    file = settings.data_path / "secrets" / secret
    if not os.access(file, os.R_OK):
        return ""
    password = file.read_text("ascii").strip()
    return f"postgresql://{role}:{password}@/dothi?host={settings.run_path}"


def reader_url(settings: Settings) -> str:
    """DOTHI_READER_URL, or the embedded cluster's; a socket that answers nobody when neither is known."""
    return (
        os.environ.get("DOTHI_READER_URL", "")
        or _own(settings, "dothi_reader", "dothi_reader")
        or f"postgresql://dothi_reader@/dothi?host={settings.run_path}"
    )


def owner_url(settings: Settings) -> str:
    """DOTHI_OWNER_URL or the set database, for migrations; empty in processes that were not given it."""
    return os.environ.get("DOTHI_OWNER_URL", "") or settings.database_url


def as_django(url: str) -> dict[str, Any]:
    """A DATABASES entry. Connections stay open between requests; transactions are the tenant middleware's."""
    parts: dict[str, Any] = dict(conninfo_to_dict(url))
    known = {"user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT", "dbname": "NAME"}
    entry: dict[str, Any] = {django: str(parts.pop(word, "")) for word, django in known.items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **entry,
        # Processes without requests work for the installation's own tenant and all its units; requests say theirs.
        "OPTIONS": {"connect_timeout": 5, "options": "-c dothi.tenant= -c dothi.units=*", **parts},
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }
