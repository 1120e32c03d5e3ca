"""`handeye eval run`, against a server that keeps what it is asked."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from actions.errors import HandeyeError, UsageError
from actions.geometry import Size
from actions.types import Button
from agent.cli.main import app
from agent.evaluation.datasets import read
from agent.evaluation.predictions import Predicted, read_predictions
from agent.evaluation.selection import Selection
from prompts.dialect import Decision
from prompts.dialects.qwen2_vl import Qwen2VL
from tests.agent.command import environment
from tests.evaluation.sets import DATA
from tests.models.endpoint import Answer, Endpoint, reply

AITZ, AGENTNET = DATA / "aitz", DATA / "agentnet"
DESKTOP_ONLY = "### Move"
HOME = reply(Qwen2VL().write(Decision("Home first.", (Button(name="home"),)), Size(28, 28)))


def command(server: Endpoint, *more: str, root: Path = AITZ, dataset: str = "aitz") -> list[str]:
    model = ["--model", "Qwen/Qwen2-VL-7B-Instruct", "--endpoint", server.url]
    return ["eval", "run", str(root), "--dataset", dataset, "--out", "out.jsonl", *model, *more]


def handeye(arguments: list[str]) -> str:
    """What it prints on stdout. Raises what the command tells as one line."""
    done = CliRunner().invoke(app, arguments)
    if isinstance(done.exception, HandeyeError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


def steps(path: Path) -> list[Predicted]:
    return [line for line in read_predictions(path) if isinstance(line, Predicted)]


@pytest.fixture
def cwd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_run_is_scored_and_goes_on_where_it_was_broken_off(cwd: Path) -> None:
    with Endpoint([HOME]) as server:
        said = handeye(command(server, "--json"))
        scores: list[dict[str, Any]] = [json.loads(line) for line in said.splitlines()]
        assert scores[0]["protocol"] == "aitz_qwen"
        asked = len(server.requests)
        assert asked == scores[0]["steps"] == len(steps(cwd / "out.jsonl"))
        assert [p.prediction.action for p in steps(cwd / "out.jsonl")] == [Button(name="home")] * asked

        with pytest.raises(UsageError, match=r"out\.jsonl is there already"):
            handeye(command(server))
        whole = (cwd / "out.jsonl").read_bytes()
        (cwd / "out.jsonl").write_bytes(whole[: whole.rindex(b'{"record"') - 40])  # the last but one is cut off
        handeye(command(server, "--resume"))
        assert len(server.requests) == asked + 2
        with pytest.raises(UsageError, match="was begun with level 'high'"):
            handeye(command(server, "--resume", "--level", "low"))


def test_a_killed_run_has_lost_nothing_that_was_answered(cwd: Path) -> None:
    slow = Answer(body=HOME.body, hang=0.4)
    with Endpoint([HOME, HOME, slow]) as server:
        line = [sys.executable, "-m", "agent.cli.main", *command(server)]
        with subprocess.Popen(line, cwd=cwd, env=environment(cwd), stderr=subprocess.DEVNULL) as run:
            deadline = time.monotonic() + 60
            while len(server.requests) < 3 and time.monotonic() < deadline:
                time.sleep(0.01)
            run.send_signal(signal.SIGKILL)
        kept = len(steps(cwd / "out.jsonl"))
        assert kept >= 2
        asked = len(server.requests)
        handeye(command(server, "--resume"))
        whole = steps(cwd / "out.jsonl")
        assert len(server.requests) == asked + len(whole) - kept
        assert len({p.place for p in whole}) == len(whole)


@pytest.mark.parametrize("batch", ["1", "3"])
def test_a_desktop_episode_with_its_own_history(batch: str, cwd: Path) -> None:
    with Endpoint([HOME]) as server:
        more = ("--history", "own", "--batch", batch)
        said = handeye(command(server, *more, root=AGENTNET, dataset="agentnet"))
        assert "agentnet:" in said
        assert len(server.requests) == len(steps(cwd / "out.jsonl")) > 1
        assert DESKTOP_ONLY in json.dumps(server.requests[0], ensure_ascii=False)


def test_settings_hold_for_it(cwd: Path) -> None:
    with Endpoint([HOME]) as server:
        (cwd / "handeye.toml").write_text(f'model = "Qwen2-VL-7B"\nendpoint = "{server.url}"\non = "phone"\n')
        handeye(["eval", "run", str(AITZ), "--dataset", "aitz", "--out", "out.jsonl"])
        assert server.requests[0]["model"] == "Qwen2-VL-7B"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--protocol", "aitz_quen"], "did you mean 'aitz_qwen'?"),
        (["--shard", "3/2"], "expected I/N"),
        (["--dataset", "aits"], "did you mean 'aitz'?"),
    ],
)
def test_what_is_wrong_is_said_before_a_model_is_asked(more: list[str], words: str, cwd: Path) -> None:
    with Endpoint([HOME]) as server:
        with pytest.raises(UsageError) as caught:
            handeye(command(server, *more))
        assert words in caught.value.message
        assert not server.requests
    assert not (cwd / "out.jsonl").exists()


def test_shards_are_disjoint_and_whole_and_samples_stay_the_same() -> None:
    def places(selection: Selection) -> list[str]:
        return [str(s.place) for s in selection.of_steps(lambda: (s for r in (AITZ,) for s in read("aitz", r)))]

    whole = places(Selection())
    parts = [places(Selection.of(f"{i}/3", None)) for i in (1, 2, 3)]
    assert sorted(p for part in parts for p in part) == sorted(whole)
    assert places(Selection(sample=1)) == places(Selection(sample=1)) == whole
    with pytest.raises(UsageError, match="expected I/N"):
        Selection.of("0/2", None)
