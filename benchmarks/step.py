"""What a step costs: uv run python benchmarks/step.py [--quick] [--out FILE]

On the simulated phone, over the real adb, with a scripted model that takes no time: the whole step, where it goes,
and what of it is the framework's own work. Beside it, in the same run and on the same phone, a loop as peers have it:
an adb process for each call, a PNG for each screenshot, a second's sleep after each action. And how long
`handeye --help` takes.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from actions.types import Action
from agent.core import Agent
from agent.demo import oracle_model, simulated_phone
from environments.android.server import AdbServer, bundled_adb
from environments.base import Environment, Observation, Outcome
from environments.phone.phone import Phone
from environments.phone.server import PhoneServer
from environments.phone.tasks import TEMPLATES, sample
from environments.picture import Picture
from prompts.dialects.qwen2_vl import Qwen2VL
from report import Report, median, spread, start

PEER_SLEEP = 1.0
"""Open-AutoGLM sleeps this long after a tap (phone_agent/config/timing.py, `default_tap_delay`)."""


class Stopwatch(Environment):
    """An environment, and the time that was spent in it."""

    name = "android"
    platform = "mobile"

    def __init__(self, inner: Environment) -> None:
        self.inner = inner
        self.supports = inner.supports
        self.spent = 0.0

    def reset(self, task: str) -> None:
        self.inner.reset(task)

    def observe(self) -> Observation:
        started = time.perf_counter()
        try:
            return self.inner.observe()
        finally:
            self.spent += time.perf_counter() - started

    def perform(self, action: Action) -> Outcome:
        started = time.perf_counter()
        try:
            return self.inner.perform(action)
        finally:
            self.spent += time.perf_counter() - started

    def glance(self) -> Picture | None:
        started = time.perf_counter()
        try:
            return self.inner.glance()
        finally:
            self.spent += time.perf_counter() - started


def ours(report: Report, *, templates: Sequence[str], rounds: int) -> float:
    whole: list[float] = []
    own: list[float] = []
    stages: dict[str, list[float]] = {}
    done = tried = 0
    for seed in range(rounds):
        for name in templates:
            with simulated_phone(seed) as (phone, environment), tempfile.TemporaryDirectory() as folder:
                task = sample(name, seed)
                task.setup(phone)
                watch = Stopwatch(environment)
                dialect = Qwen2VL("mobile")
                agent = Agent(oracle_model(task, phone, dialect), watch, dialect=dialect, runs=Path(folder))
                steps = agent.iter(task.text)
                next(steps, None)  # the first one also waits for the first screen
                while True:
                    before, started = watch.spent, time.perf_counter()
                    step = next(steps, None)
                    if step is None:
                        break
                    if step.action is None or step.action.kind in ("answer", "finish"):
                        continue
                    took = time.perf_counter() - started
                    model = step.seconds.get("prefill", 0.0) + step.seconds.get("decode", 0.0)
                    whole.append(took)
                    own.append(took - (watch.spent - before) - model)
                    for stage, seconds in step.seconds.items():
                        stages.setdefault(stage, []).append(seconds)
                tried += 1
                assert agent.episode is not None
                done += task.check(phone, agent.episode.answer, gave_up=agent.episode.end == "not_done")
    report.table(
        f"a step on the simulated phone over adb, {len(whole)} steps of {tried} tasks, {done} achieved (seconds)",
        ("", "median (5 % to 95 %)"),
        [
            ("whole step", spread(whole)),
            ("framework's own work", spread(own)),
            *[(s, spread(v)) for s, v in stages.items()],
        ],
    )
    report.bar("step with a scripted model", median(whole), 0.6)
    report.bar("framework's own work in a step", median(own), 0.04)
    report.bar("tasks achieved", done / tried, 1.0, unit="of 1", at_least=True)
    return median(whole)


def peer(*, taps: int) -> list[float]:
    """The same kind of step as peers take it: processes, PNG files, fixed sleeps."""
    took: list[float] = []
    with PhoneServer(Phone(0)) as wire, AdbServer() as server:
        server.connect(wire.address)
        adb = [str(bundled_adb()), "-P", str(server.port), "-s", wire.address]
        for i in range(taps):
            started = time.perf_counter()
            png = subprocess.run([*adb, "exec-out", "screencap", "-p"], check=True, capture_output=True).stdout
            with Image.open(io.BytesIO(png)) as image:
                image.save(io.BytesIO(), "PNG")  # encoded a second time for the request
            subprocess.run([*adb, "shell", "input", "tap", "540", str(900 + i)], check=True, capture_output=True)
            time.sleep(PEER_SLEEP)
            took.append(time.perf_counter() - started)
    return took


def command_line(report: Report, *, rounds: int) -> None:
    took: list[float] = []
    for _ in range(rounds):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "agent.cli.main", "--help"], check=True, capture_output=True)
        took.append(time.perf_counter() - started)
    report.table("handeye --help (seconds)", ("", "median (5 % to 95 %)"), [("whole process", spread(took))])
    report.bar("handeye --help", median(took), 0.3)
    code = "import sys, agent.cli.main; sys.exit('torch' in sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=False).returncode
    report.bar("torch imported by --help", loaded, 0, unit="times")


def main() -> int:
    report, arguments = start("handeye: a step", __doc__ or "")
    quick: bool = arguments.quick
    names = tuple(TEMPLATES)
    mine = ours(report, templates=names[::6] if quick else names, rounds=1 if quick else 2)
    theirs = peer(taps=4 if quick else 12)
    report.table(
        "the same step in a loop as peers have it (seconds)",
        ("", "median (5 % to 95 %)"),
        [("adb processes, PNG, 1 s sleep", spread(theirs)), ("ratio to ours", f"{median(theirs) / mine:.1f}")],
    )
    command_line(report, rounds=5 if quick else 15)
    return report.close(arguments.out)


if __name__ == "__main__":
    sys.exit(main())
