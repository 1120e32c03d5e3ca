"""`handeye eval run --engine ray`, on a Ray of this machine with two workers and a tiny model, and what ends it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from actions.geometry import Point
from actions.types import Click
from agent.evaluation.datasets import read
from agent.evaluation.datasets.lines import write_line
from agent.evaluation.engines.asking import Asking
from agent.evaluation.predicting import predict_into
from agent.evaluation.predictions import PredictionsFile
from agent.evaluation.step import Place, Recorded, RecordedStep, Truth
from environments.base import Observation
from environments.picture import Picture
from tests.agent.command import environment
from tests.models.tiny import tiny_checkpoint

pytestmark = pytest.mark.timeout(300)  # Ray takes seconds to start on a free machine, and minutes on a busy one
LENGTHS = (3, 1, 4, 2, 3, 1)
TOKENS = 120
"""Of a reply: long enough that there is time to end a run between two."""


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_checkpoint(tmp_path_factory.mktemp("ray") / "tiny")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Six episodes; one picture is no picture, so that its step can't be read."""
    root = tmp_path / "data"
    root.mkdir()
    random = np.random.default_rng(1)
    with (root / "steps.jsonl").open("wb") as file:
        for e, length in enumerate(LENGTHS):
            for i in range(length):
                picture = Picture(random.integers(0, 255, (112, 84, 3), dtype=np.uint8))
                truth = Truth(picture.size, ((Recorded(Click(point=Point(0.1 * e, 0.1 * i))),),))
                place = Place("lines", "steps.jsonl", str(e), i, length)
                step = RecordedStep(place, f"goal {e}", None, Observation(picture, 0.0), truth)
                (root / f"{e}-{i}.png").write_bytes(picture.png if (e, i) != (2, 1) else b"torn")
                file.write(write_line(step, f"{e}-{i}.png"))
    return root


class Run:
    """The command, in a session of its own. All its processes are gone at the end, whatever becomes of it."""

    def __init__(self, cwd: Path, data: Path, checkpoint: Path, *more: str) -> None:
        self.out = cwd / "out.jsonl"
        command = ["eval", "run", str(data), "--dataset", "lines", "--model", str(checkpoint), "--out", "out.jsonl"]
        ray = ["--engine", "ray", "--workers", "2", "--reply-tokens", str(TOKENS)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "agent.cli.main", *command, *ray, *more],
            cwd=cwd,
            env=environment(cwd),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.started: set[psutil.Process] = set()

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_: object) -> None:
        self.family()
        for process in self.started:
            if process.is_running():
                process.kill()
        self.process.communicate()
        psutil.wait_procs(self.started, timeout=10)

    def lines(self) -> int:
        return self.out.read_bytes().count(b"\n") if self.out.exists() else 0

    def family(self) -> set[psutil.Process]:
        """Itself and all that it started, as far as it lives."""
        if self.process.poll() is None:
            own = psutil.Process(self.process.pid)
            self.started |= {own, *own.children(recursive=True)}
        return {p for p in self.started if p.is_running() and p.status() != psutil.STATUS_ZOMBIE}

    def until(self, lines: int) -> None:
        while self.lines() < lines and self.process.poll() is None:
            time.sleep(0.05)
        self.family()

    def end(self) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=150)
        return self.process.returncode, out, err


def here(data: Path, checkpoint: Path, out: Path, *, history: str) -> list[str]:
    """What the local engine writes."""
    ask = Asking(str(checkpoint), reply_tokens=TOKENS, history=history)  # pyright: ignore[reportArgumentType]
    with ask.opened() as model, PredictionsFile.open(out, {"dataset": "lines"} | ask.about(model.dialect)) as file:
        predict_into(file, read("lines", data), model, ask.maker(model), history=ask.history)
    return timeless(out)


def timeless(path: Path) -> list[str]:
    """The lines but for their seconds and their order."""
    found = [json.loads(line) for line in path.read_text().splitlines()]
    return sorted(json.dumps({k: v for k, v in line.items() if k != "seconds"}) for line in found)


def test_killed_and_resumed_with_a_worker_that_dies_it_writes_what_is_written_here(
    tmp_path: Path, data: Path, checkpoint: Path
) -> None:
    with Run(tmp_path, data, checkpoint, "--history", "own") as run:
        run.until(4)
        run.process.kill()
        run.process.wait()
    kept = run.out.read_bytes()
    assert kept.count(b"\n") >= 4
    with Run(tmp_path, data, checkpoint, "--history", "own", "--batch", "2", "--resume", "--json") as run:
        run.until(kept.count(b"\n") + 1)
        worker = next(p for p in run.family() if "MapWorker" in " ".join(p.cmdline()))
        worker.kill()
        code, out, err = run.end()
        assert code == 0, err
        assert [json.loads(line)["steps"] for line in out.splitlines()] == [sum(LENGTHS)]
        assert "steps in" in err
        assert not run.family()
    assert run.out.read_bytes().startswith(kept)
    assert timeless(run.out) == here(data, checkpoint, tmp_path / "here.jsonl", history="own")


def test_ctrl_c_ends_it_and_all_that_it_started(tmp_path: Path, data: Path, checkpoint: Path) -> None:
    (data / "5-0.png").write_bytes((data / "5-0.png").read_bytes()[:-20])  # an error at the end, if it came so far
    with Run(tmp_path, data, checkpoint) as run:
        run.until(2)
        os.killpg(run.process.pid, signal.SIGINT)
        code, out, err = run.end()
        assert (code, out) == (130, ""), err
        assert not run.family()


def test_what_ends_a_worker_is_told_as_here(tmp_path: Path, data: Path, checkpoint: Path) -> None:
    (data / "0-0.png").write_bytes((data / "0-0.png").read_bytes()[:-20])
    with Run(tmp_path, data, checkpoint) as run:
        code, out, err = run.end()
        assert (code, out) == (4, "")
        assert err.splitlines()[-1].startswith("handeye: ")
        assert "no whole PNG" in err.splitlines()[-1]
        assert not run.family()
