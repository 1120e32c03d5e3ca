"""The form that every benchmark has: tables on stdout, JSON where `--out` says, exit 1 where a bar is missed.

Figures are medians; times are compared as ratios within one run, since machines differ and are shared.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Bar:
    """A promise: `value` must be at most (or at least) `limit`."""

    name: str
    value: float
    limit: float
    unit: str = "s"
    at_least: bool = False

    @property
    def held(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit


@dataclass
class Report:
    title: str
    tables: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    bars: list[Bar] = field(default_factory=list[Bar])

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Print a table at once and keep it for the JSON."""
        self.tables.append({"title": title, "columns": list(columns), "rows": [list(row) for row in rows]})
        cells = [[str(c) for c in columns], *[[_cell(c) for c in row] for row in rows]]
        widths = [max(len(row[i]) for row in cells) for i in range(len(columns))]
        print(f"\n{title}")
        for row in cells:
            print(
                "  "
                + "  ".join(
                    c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))
                )
            )
        sys.stdout.flush()

    def bar(self, name: str, value: float, limit: float, *, unit: str = "s", at_least: bool = False) -> None:
        self.bars.append(Bar(name, value, limit, unit, at_least))

    def close(self, out: Path | None) -> int:
        """Print the bars, write the JSON; the exit code."""
        rows = [
            (
                b.name,
                f"{b.value:.4g} {b.unit}",
                f"{'≥' if b.at_least else '≤'} {b.limit:g} {b.unit}",
                "held" if b.held else "MISSED",
            )
            for b in self.bars
        ]
        self.table("bars", ("", "measured", "bar", ""), rows)
        if out is not None:
            data = {
                "title": self.title,
                "machine": machine(),
                "tables": self.tables,
                "bars": [asdict(b) | {"held": b.held} for b in self.bars],
            }
            out.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", "utf-8")
        return 0 if all(b.held for b in self.bars) else 1


def start(title: str, description: str, *own: argparse.ArgumentParser) -> tuple[Report, argparse.Namespace]:
    """Read the common flags (`--quick`, `--out FILE`) and a benchmark's own, and print what machine this is."""
    parser = argparse.ArgumentParser(description=description, parents=own)
    parser.add_argument("--quick", action="store_true", help="answer within a minute, from fewer samples")
    parser.add_argument("--out", type=Path, help="write the figures as JSON to this file")
    arguments = parser.parse_args()
    print(f"{title}\n  " + ", ".join(f"{k} {v}" for k, v in machine().items()))
    return Report(title), arguments


def machine() -> dict[str, str]:
    """What the figures were measured on, without anything that names the machine itself."""
    cpu = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        names = [
            x.partition(":")[2].strip() for x in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in x
        ]
        cpu = names[0] if names else cpu
    found = {"cpu": cpu, "cores": str(os.cpu_count()), "python": platform.python_version()}
    return found | {name: version(name) for name in ("torch", "transformers", "adbutils")}


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def spread(values: Sequence[float]) -> str:
    """Median, and the range that nine tenths lie in."""
    ordered = sorted(values)
    low, high = ordered[int(len(ordered) * 0.05)], ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)]
    return f"{median(ordered):.3f} ({low:.3f} to {high:.3f})"


def _cell(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
