# SPDX-License-Identifier: Apache-2.0
"""Counts and levels of a process, in Prometheus' text format.

Each process writes its own to a file in the run folder; whoever is asked for /metrics joins the files. So no
process opens a port for it, and the figures of a busy process are at hand without disturbing it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from pathlib import Path

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

Labels = tuple[tuple[str, str], ...]


def _labels(labels: Mapping[str, str]) -> Labels:
    return tuple(sorted(labels.items()))


def _shown(labels: Labels) -> str:
    if not labels:
        return ""
    pairs = (
        f'{name}="{value}"'.replace("\n", " ")
        for name, value in ((n, v.replace("\\", "\\\\").replace('"', '\\"')) for n, v in labels)
    )
    return "{" + ",".join(pairs) + "}"


class Registry:
    """All figures of one process."""

    def __init__(self, process: str) -> None:
        self.process = process
        self._help: dict[str, tuple[str, str]] = {}
        self._values: dict[str, dict[Labels, float]] = {}
        self._spans: dict[str, dict[Labels, list[float]]] = {}

    def count(self, name: str, sentence: str, amount: float = 1, /, **labels: str) -> None:
        """Add to a counter; its name ends in `_total`."""
        series = self._series(name, sentence, "counter")
        key = _labels(labels)
        series[key] = series.get(key, 0) + amount

    def level(self, name: str, sentence: str, value: float, /, **labels: str) -> None:
        """Set a gauge."""
        self._series(name, sentence, "gauge")[_labels(labels)] = value

    def total(self, name: str, sentence: str, value: float, /, **labels: str) -> None:
        """Set a counter that is kept elsewhere."""
        self._series(name, sentence, "counter")[_labels(labels)] = value

    def span(self, name: str, sentence: str, seconds: float, /, **labels: str) -> None:
        """Note a duration in a histogram of seconds."""
        self.spans(name, sentence, [seconds], **labels)

    def spans(self, name: str, sentence: str, seconds: Sequence[float], /, **labels: str) -> None:
        """Note many durations at once."""
        self._help.setdefault(name, ("histogram", sentence))
        cells = self._spans.setdefault(name, {}).setdefault(_labels(labels), [0.0] * (len(BUCKETS) + 2))
        ordered = sorted(seconds)
        for index, bound in enumerate(BUCKETS):
            cells[index] += bisect_right(ordered, bound)
        cells[-2] += len(ordered)
        cells[-1] += sum(ordered)

    def _series(self, name: str, sentence: str, kind: str) -> dict[Labels, float]:
        self._help.setdefault(name, (kind, sentence))
        return self._values.setdefault(name, {})

    def text(self) -> str:
        """Prometheus' text, every figure with the label `process`."""
        lines: list[str] = []
        mine = ("process", self.process)
        for name, (kind, sentence) in sorted(self._help.items()):
            lines += [f"# HELP {name} {sentence}", f"# TYPE {name} {kind}"]
            for labels, value in sorted(self._values.get(name, {}).items()):
                lines.append(f"{name}{_shown((mine, *labels))} {value:g}")
            for labels, cells in sorted(self._spans.get(name, {}).items()):
                for bound, value in zip((*BUCKETS, "+Inf"), cells, strict=False):
                    lines.append(f"{name}_bucket{_shown((mine, *labels, ('le', str(bound))))} {value:.0f}")
                lines.append(f"{name}_sum{_shown((mine, *labels))} {cells[-1]:.6f}")
                lines.append(f"{name}_count{_shown((mine, *labels))} {cells[-2]:.0f}")
        return "\n".join(lines) + "\n"

    def write(self, run: Path) -> None:
        """Leave the text in the run folder, whole or not at all."""
        part = run / f".{self.process}.prom.part"
        part.write_text(self.text(), "utf-8")
        part.rename(run / f"{self.process}.prom")


def joined(run: Path) -> str:
    """The figures of all processes; HELP and TYPE of a name stand once, as the format wants."""
    heads: dict[str, list[str]] = {}
    rows: dict[str, list[str]] = {}
    for file in sorted(run.glob("*.prom")):
        name = ""
        for line in file.read_text("utf-8").splitlines():
            if line.startswith("# "):
                name = line.split(" ", 3)[2]
                known = heads.setdefault(name, [])
                if not any(head.split(" ", 2)[1] == line.split(" ", 2)[1] for head in known):
                    known.append(line)
            else:
                rows.setdefault(name, []).append(line)
    return "\n".join(line for name in sorted(heads) for line in [*heads[name], *rows.get(name, [])]) + "\n"
