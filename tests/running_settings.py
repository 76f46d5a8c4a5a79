# SPDX-License-Identifier: Apache-2.0
"""Django's settings as a fresh process has them: they are made once, at import."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def python(program: str, url: str, **more: str) -> str:
    """What a program prints in a process whose city has this public address."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DOTHI_")}
    found = subprocess.run(
        [sys.executable, "-c", program],
        env=kept
        | {
            "DJANGO_SETTINGS_MODULE": "dothi.cityhall.django_settings",
            "PYTHONPATH": str(ROOT / "src"),
            "DOTHI_PUBLIC_URL": url,
            "DOTHI_DATA_DIR": "/nonexistent",
        }
        | more,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    return found.stdout


def settings_of(url: str, *names: str, **more: str) -> list[Any]:
    """These settings of a city with this public address."""
    told = f"import json; from django.conf import settings as s; print(json.dumps([getattr(s, n) for n in {names!r}]))"
    found: list[Any] = json.loads(python(told, url, **more))
    return found
