# SPDX-License-Identifier: Apache-2.0
"""The command `dothi`. Only what a command needs is imported, so that help appears at once."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable, Sequence

from dothi import __version__

Command = Callable[[argparse.Namespace], int]

ELSEWHERE = {
    "seed": ("dothi.cityhall.demo", "make the fictional demo city, or remove it without trace (--purge)"),
    "replay": ("dothi.cityhall.replay", "send recorded data through the real ways in"),
    "bench": ("dothi.cityhall.bench", "measure this machine: a table of figures with their targets"),
}
"""Commands whose module has its own `main(argv)`."""


def _shared() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--data", metavar="FOLDER", help="folder of all data (DOTHI_DATA_DIR)")
    return shared


def _places(places: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    take = places.add_subparsers(dest="act", metavar="ACT", required=True).add_parser(
        "import", parents=[shared], help="take an official list in; what is doubtful is listed, not written"
    )
    take.add_argument("list", metavar="LIST", help="CSV or JSON of units, also as .gz")
    take.add_argument(
        "--boundaries", metavar="GEOJSON", action="append", default=[], help="borders; may be repeated"
    )
    take.add_argument("--only", metavar="CODE", default="", help="one province by its code")
    take.add_argument(
        "--date", metavar="DAY", help="in force from (2025-07-01 for new units, today for changes)"
    )
    take.add_argument(
        "--accept", metavar="CODE", action="append", default=[], help="write what is doubtful of this code"
    )
    take.add_argument("--dry-run", action="store_true", help="say what would be written, write nothing")


def _key(key: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    acts = key.add_subparsers(dest="act", metavar="ACT", required=True)
    add = acts.add_parser(
        "add",
        aliases=["create"],
        parents=[shared],
        help="make a key; it is shown once, and opens all unless told",
    )
    add.add_argument("note", metavar="PURPOSE", help="what it is for")
    add.add_argument("--operations", default="read", help="read, write, ingest, with commas between")
    add.add_argument("--tenant", default="")
    add.add_argument(
        "--owner", default="operator:server", help="who answers for it: account:ID, organisation:ID"
    )
    add.add_argument("--type", action="append", metavar="TYPE", help="only this type; may be repeated")
    add.add_argument(
        "--attribute", action="append", metavar="NAME", help="only this attribute; may be repeated"
    )
    add.add_argument(
        "--scope", action="append", metavar="PATH", help="only what lies in it or below: /hue/ward-a"
    )
    add.add_argument("--until", metavar="DAY", help="the last day on which it works: 2027-12-31")
    add.add_argument("--per-minute", type=int, metavar="N", help="requests each minute")
    add.add_argument("--per-day", type=int, metavar="N", help="requests each day")
    add.add_argument(
        "--from", dest="addresses", action="append", metavar="NETWORK", help="only from 203.0.113.0/24"
    )
    acts.add_parser("list", parents=[shared], help="all keys, without their secrets")
    revoke = acts.add_parser("revoke", parents=[shared], help="a key stops working within seconds")
    revoke.add_argument("id")


def parser() -> argparse.ArgumentParser:
    """All commands with their options."""
    top = argparse.ArgumentParser(prog="dothi", description="The open operating platform of a smart city.")
    top.add_argument("--version", action="version", version=f"dothi {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    shared = _shared()

    up = commands.add_parser("up", parents=[shared], help="start the city; Ctrl-C stops it")
    up.add_argument("--demo", action="store_true", default=None, help="with the living, fictional demo city")
    up.add_argument("--port", type=int, help="port of pages and API (DOTHI_PORT, 8080)")
    up.add_argument("--host", help="address to listen on (DOTHI_HOST, 127.0.0.1)")

    commands.add_parser("check", help="start an empty city, try every way in and out, stop; says OK")

    doctor = commands.add_parser("doctor", parents=[shared], help="settings and machine; what to do")
    doctor.add_argument("--port", type=int, help="port of pages and API (DOTHI_PORT, 8080)")

    commands.add_parser("migrate", parents=[shared], help="bring the database up to date")
    commands.add_parser("admin-link", parents=[shared], help="a one-time link that makes an administrator")

    _key(commands.add_parser("key", help="keys of machines for the API"), shared)

    ledger = commands.add_parser("ledger", help="the audit ledger: export it, or witness one").add_subparsers(
        dest="act", metavar="ACT", required=True
    )
    export = ledger.add_parser("export", parents=[shared], help="the whole ledger as a file for dothi verify")
    export.add_argument("file", metavar="FILE")
    witness = ledger.add_parser("witness", parents=[shared], help="keep the newest checkpoint, once proven")
    witness.add_argument("file", metavar="FILE", help="what this witness keeps; made the first time")
    witness.add_argument("--url", help="address of the city to witness; else the one that runs here")
    witness.add_argument("--key", default="", help="verifier key of that city, as it published it")
    witness.add_argument("--sign", metavar="KEYFILE", help="cosign with the key there; made the first time")
    witness.add_argument("--name", default="", help="name of this witness, when KEYFILE is made")

    verify = commands.add_parser("verify", help="judge an exported ledger; needs no server")
    verify.add_argument("file", metavar="FILE")
    verify.add_argument("--witness", metavar="FILE", help="what a witness kept")
    verify.add_argument("--key", default="", help="verifier key of the city, as it published it")
    document = commands.add_parser("verify-document", help="judge a signed PDF; needs no server")
    document.add_argument("file", metavar="FILE")
    document.add_argument(
        "--root",
        metavar="PEM",
        action="append",
        default=[],
        help="root certificates to believe; may be repeated",
    )
    document.add_argument(
        "--crl", metavar="DER", action="append", default=[], help="a revocation list; may be repeated"
    )
    retention = commands.add_parser(
        "retention", parents=[shared], help="throw away what has been kept long enough, as the daily job does"
    )
    retention.add_argument("--dry-run", action="store_true", help="say what would go, touch nothing")
    _places(commands.add_parser("places", help="the tree of units"), shared)

    for name, (_, sentence) in ELSEWHERE.items():
        commands.add_parser(name, help=sentence, add_help=False)
    commands.add_parser("settings", help="print the reference of all settings")
    commands.add_parser("version", help="print the version")
    return top


def _elsewhere(command: str, arguments: Sequence[str]) -> int:
    """Run a command of another room."""
    name, _ = ELSEWHERE[command]
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        from dothi.cityhall.errors import CannotStart  # noqa: PLC0415 - slow import

        if error.name and error.name.startswith("dothi."):
            raise CannotStart("cityhall.start.missing", command=command, reason=error) from error
        raise
    return int(module.main(list(arguments)) or 0)


def _run(arguments: argparse.Namespace) -> int:
    if arguments.command == "version":
        print(f"dothi {__version__}")  # noqa: T201 - the answer of the command
        return 0
    module = importlib.import_module(f"dothi.cityhall.commands.{arguments.command.replace('-', '_')}")
    return int(module.main(arguments))


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; troubles that the user can act on are one sentence and an exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    try:
        if given and given[0] in ELSEWHERE:
            return _elsewhere(given[0], given[1:])
        return _run(parser().parse_args(given))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0
    except Exception as error:  # noqa: BLE001 - told in a sentence, or raised again
        return _told(error)


def _told(error: Exception) -> int:
    """Say a known trouble in one sentence; anything else is a bug and keeps its trace."""
    from dothi.cityhall.errors import CannotStart, terminal_language  # noqa: PLC0415 - slow import
    from dothi.foundation import messages  # noqa: PLC0415 - slow import
    from dothi.foundation.errors import DothiError  # noqa: PLC0415 - slow import
    from dothi.foundation.settings import BadSetting  # noqa: PLC0415 - slow import

    if isinstance(error, BadSetting):
        sentence = messages.text(terminal_language(), "cityhall.start.setting", reason=error)
        print(sentence, file=sys.stderr)  # noqa: T201 - the terminal is where the user is
        return 2
    if isinstance(error, DothiError):
        print(error.sentence(terminal_language()), file=sys.stderr)  # noqa: T201 - same
        return error.exit_code if isinstance(error, CannotStart) else 1
    raise error


if __name__ == "__main__":
    sys.exit(main())
