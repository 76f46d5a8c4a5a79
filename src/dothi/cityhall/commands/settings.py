# SPDX-License-Identifier: Apache-2.0
"""`dothi settings`: the reference, made from the settings object itself."""

from __future__ import annotations

import argparse
import dataclasses

from dothi.foundation.settings import Settings

HEAD = """# Settings

Made by `dothi settings`; do not edit. Dothi starts with none of these. Set them as environment variables; a secret
may instead stand in a file that `<NAME>_FILE` names. `dothi doctor` shows which values are in use and why.

| variable | default | meaning |
|---|---|---|
"""


def reference() -> str:
    """The page docs/settings.md."""
    rows = []
    for entry in dataclasses.fields(Settings):
        shown = "" if entry.default == "" else str(entry.default).lower()
        name = f"`DOTHI_{entry.name.upper()}`" + (" (secret)" if entry.metadata["secret"] else "")
        rows.append(f"| {name} | {f'`{shown}`' if shown else ''} | {entry.metadata['help']} |")
    return HEAD + "\n".join(rows) + "\n"


def main(_arguments: argparse.Namespace) -> int:
    print(reference(), end="")  # noqa: T201 - the answer of the command
    return 0
