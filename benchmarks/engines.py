"""A part of benchmarks/evaluation.py: protocols beside hand-computed cases, and the engines beside each other."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path

from side_by_side import phone_steps

from agent.evaluation.datasets.lines import write_line
from agent.evaluation.protocols import PROTOCOLS, protocol
from report import Report
from tests.evaluation.test_protocols_others import AGENTNET, GROUNDING, HANDEYE, MIND2WEB
from tests.evaluation.test_protocols_phones import TABLES, verdict
from tests.models.tiny import tiny_checkpoint

TOKENS = 60
ENGINES = {
    "local": [],
    "local, 8 side by side": ["--batch", "8"],
    "ray, 2 workers": ["--engine", "ray", "--workers", "2", "--batch", "2"],
}


def protocols(report: Report) -> None:
    """The cases of tests/evaluation, worked out by hand from the published rules."""
    right = {name: [verdict(name, was, told) == expected for was, told, expected in t] for name, t in TABLES.items()}
    for name, cases in (("screenspot", GROUNDING), ("osworld_g", GROUNDING), ("handeye", HANDEYE)):
        verdicts = [(protocol(name)(was, told), expected) for was, told, expected in cases]
        right[name] = [(v.type_match, v.exact_match) == expected for v, expected in verdicts]
    for name in ("agentnet", "agentnet_first"):
        graded = [
            (protocol(name)(w, told).score, now if name == "agentnet" else first) for w, told, now, first in AGENTNET
        ]
        right[name] = [math.isclose(score, expected, abs_tol=1e-9) for score, expected in graded]
    parts = [(protocol("mind2web")(was, told).parts, element, f1) for was, told, _, element, f1 in MIND2WEB]
    right["mind2web"] = [p["element"] == e and math.isclose(p["operation_f1"], f1, abs_tol=1e-9) for p, e, f1 in parts]
    rows = [(name, len(cases), sum(cases)) for name, cases in sorted(right.items())]
    report.table("protocols", ("", "cases worked out by hand", "as worked out"), rows)
    report.bar("protocols with no such case", len(set(PROTOCOLS) - set(right)), 0, unit="")
    report.bar("cases that differ", sum(count - good for _, count, good in rows), 0, unit="")


def engines(report: Report, folder: Path, *, episodes: int) -> None:
    """The same command with each engine, as a user runs it; the files but for the order of their lines and seconds."""
    checkpoint, data = tiny_checkpoint(folder / "engines", "qwen2_vl"), folder / "episodes"
    data.mkdir()
    steps = phone_steps(episodes)
    with (data / "steps.jsonl").open("wb") as file:
        for number, step in enumerate(steps):
            (data / f"{number}.png").write_bytes(step.observation.picture.png)
            file.write(write_line(step, f"{number}.png"))
    written: dict[str, list[str]] = {}
    for name, options in ENGINES.items():
        out = folder / f"{len(written)}.jsonl"
        line = ["eval", "run", str(data), "--dataset", "lines", "--model", str(checkpoint), "--out", str(out)]
        budget = ["--reply-tokens", str(TOKENS), "--max-pixels", str(128 * 28 * 28)]
        subprocess.run(
            [sys.executable, "-m", "agent.cli.main", *line, *budget, *options],
            check=True,
            capture_output=True,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
        )
        written[name] = timeless(out)
    first = written["local"]
    rows = [(name, len(lines) - 1, len(set(first) ^ set(lines))) for name, lines in written.items()]
    report.table(f"{len(steps)} steps by each engine", ("", "predictions", "lines that differ from the first"), rows)
    report.bar("steps that an engine left out", max(len(steps) - count for _, count, _ in rows), 0, unit="")
    report.bar("lines that differ between engines", sum(differ for *_, differ in rows), 0, unit="")


def timeless(path: Path) -> list[str]:
    """The lines but for their seconds and their order."""
    found = [json.loads(line) for line in path.read_text().splitlines()]
    return sorted(json.dumps({k: v for k, v in line.items() if k != "seconds"}) for line in found)
