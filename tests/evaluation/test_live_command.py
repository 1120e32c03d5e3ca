"""`handeye eval phone` as a user runs it: what it prints, how it is stopped, and how it goes on."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from typer.testing import CliRunner

from actions.errors import HandeyeError, UsageError
from actions.geometry import Size
from actions.types import Finish
from agent.cli.main import app
from agent.evaluation.live.results import EpisodeResult, read_results
from agent.evaluation.live.suite import Case
from prompts.dialect import Decision
from prompts.dialects.qwen2_vl import Qwen2VL
from tests.agent.command import environment, handeye
from tests.models.endpoint import Answer, Endpoint, refusal, reply

DONE = reply(Qwen2VL().write(Decision("", (Finish(),)), Size(28, 28)))
TASK = ("--tasks", "dismiss_notification")
ORACLE = ("eval", "phone", "--baseline", "oracle", *TASK, "--out", "out.jsonl")


@pytest.fixture
def cwd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def called(*arguments: str) -> str:
    """What it prints on stdout. Raises what the command tells as one line."""
    done = CliRunner().invoke(app, arguments)
    if isinstance(done.exception, HandeyeError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


def episodes(cwd: Path) -> list[EpisodeResult]:
    return list(read_results(cwd / "out.jsonl").episodes.values())


def test_a_suite_is_played_shown_and_gone_on_with(cwd: Path) -> None:
    said: dict[str, Any] = json.loads(called(*ORACLE, "--seeds", "1", "--json", "--runs", "kept"))
    assert said["total"]["done"] == said["total"]["episodes"] == 1
    assert said["total"]["steps_over_oracle"] == said["median_ratio"] == 1.0
    assert said["about"]["model"] == "baseline oracle"
    (first,) = episodes(cwd)
    assert first.run is not None
    page = Path(called("show", first.run).strip())
    assert page.stat().st_size > 10_000

    with pytest.raises(UsageError, match=r"out\.jsonl is there already"):
        called(*ORACLE, "--seeds", "1")
    with pytest.raises(UsageError, match="was begun with faults 'plain', not 'disturbed'"):
        called(*ORACLE, "--seeds", "1", "--resume", "--faults", "disturbed")
    said = json.loads(called(*ORACLE, "--seeds", "1,2", "--resume", "--json"))
    assert said["total"]["done"] == 2
    assert episodes(cwd)[0] == first
    table = called("eval", "phone", "--out", "out.jsonl", "--show")
    assert "2 of 2" in table
    assert "dismiss_notification" in table
    assert max(map(len, table.splitlines()[1:])) <= 110


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--tasks", "dismis_notification", "--baseline", "oracle"), "did you mean 'dismiss_notification'?"),
        (("--seeds", "5-1", "--baseline", "oracle"), "end before they begin"),
        (("--baseline", "oracle", "--model", "m"), "--model has no part in it"),
        (("--baseline", "oracle", "--dialect", "klingon"), "klingon"),
        (("--baseline", "oracle", "--language", "fr"), "'fr'"),
        (("--baseline", "oracle", "--constrain"), "can't be held to a grammar"),
        ((), "no model is given"),
        (("--show",), "out.jsonl"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(arguments: tuple[str, ...], words: str, cwd: Path) -> None:
    with pytest.raises(UsageError) as caught:
        called("eval", "phone", "--out", "out.jsonl", *arguments)
    assert words in caught.value.message
    assert not (cwd / "out.jsonl").exists()


def test_a_model_behind_an_endpoint_by_the_settings_and_a_baseline_beside_it(cwd: Path) -> None:
    with Endpoint([DONE]) as server:
        (cwd / "handeye.toml").write_text(
            f'model = "Qwen2-VL-7B"\nendpoint = "{server.url}"\nsteps = 1\nruns = "elsewhere"\n'
        )
        table = called("eval", "phone", *TASK, "--seeds", "1", "--out", "out.jsonl")
        assert len(server.requests) == 1
        assert called(*ORACLE[:-1], "other.jsonl", "--seeds", "1")
        assert len(server.requests) == 1
    assert "1 of 1 said to be done" in table
    (claim,) = episodes(cwd)
    assert (claim.done, claim.end, claim.usage.prompt_tokens) == (False, "done", 100)
    assert claim.most_steps > 1
    assert not (cwd / "elsewhere").exists()


def test_where_every_episode_crashed_the_exit_code_says_so_and_again_does_them_anew(cwd: Path) -> None:
    with Endpoint([refusal(400, "no such model"), DONE]) as server:
        line = ["eval", "phone", "--model", "Qwen2-VL-7B", "--endpoint", server.url, *TASK, "--seeds", "1"]
        done = CliRunner().invoke(app, [*line, "--out", "out.jsonl"])
        assert done.exit_code == 3
        assert "1 × model:" in done.stdout
        assert "no such model" in done.stdout
        CliRunner().invoke(app, [*line, "--out", "out.jsonl", "--resume"])
        assert len(server.requests) == 1
        assert "1 of 1 said to be done" in called(*line, "--out", "out.jsonl", "--resume", "--again")
        assert len(server.requests) == 2
    assert [e.end for e in episodes(cwd)] == ["done"]


# ---------------------------------------------------------------- stopped from outside


@contextmanager
def started(cwd: Path, *more: str) -> Generator[tuple[subprocess.Popen[str], list[psutil.Process]]]:
    """A suite in a process of its own, after its first episode has ended, and what that process has started."""
    line = [sys.executable, "-m", "agent.cli.main", *ORACLE, "--seeds", "0-99", *more]
    with subprocess.Popen(line, cwd=cwd, env=environment(cwd), stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            assert "/100  dismiss_notification" in process.stderr.readline()
            children: list[psutil.Process] = []
            while not any(p.name() == "adb" for p in children):
                children = psutil.Process(process.pid).children(recursive=True)
            yield process, children
        finally:
            process.kill()


def gone(processes: list[psutil.Process]) -> bool:
    return not psutil.wait_procs(processes, timeout=10)[1]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_whole_and_leaves_no_process(number: signal.Signals, code: int, cwd: Path) -> None:
    with started(cwd, "--at-once", "2") as (process, children):
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    assert "--resume goes on from here" in err
    assert "Traceback" not in err
    assert gone(children)
    found = read_results(cwd / "out.jsonl")
    assert found.damaged == 0
    assert all(e.done and e.end == "done" for e in found.episodes.values())
    assert 1 <= len(found.episodes) < 20


def test_a_killed_suite_has_lost_nothing_and_repeats_nothing(cwd: Path) -> None:
    with started(cwd) as (process, children):
        process.kill()
    assert gone(children)
    kept = len(episodes(cwd))
    assert kept >= 1
    done = handeye(*ORACLE, "--seeds", f"0-{kept}", "--resume", cwd=cwd)
    assert done.returncode == 0, done.stderr
    assert f"{kept} of {kept + 1} episodes are there already" in done.stderr
    assert [e.case for e in episodes(cwd)] == [Case("dismiss_notification", seed) for seed in range(kept + 1)]


def test_a_full_disk_ends_it_with_a_line_and_what_is_there_stays_whole(cwd: Path) -> None:
    assert called(*ORACLE, "--seeds", "0")
    kept = (cwd / "out.jsonl").read_bytes()
    room = len(kept) + 50

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    line = [sys.executable, "-m", "agent.cli.main", *ORACLE, "--seeds", "0,1", "--resume"]
    done = subprocess.run(
        line, check=False, cwd=cwd, env=environment(cwd), capture_output=True, text=True, timeout=150, preexec_fn=full
    )
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert (cwd / "out.jsonl").read_bytes() == kept


def test_a_second_signal_waits_for_no_reply(cwd: Path) -> None:
    with Endpoint([Answer(hang=60)]) as server:
        line = [sys.executable, "-m", "agent.cli.main", "eval", "phone", "--model", "Qwen2-VL-7B", *TASK]
        line += ["--endpoint", server.url, "--seeds", "0", "--out", "out.jsonl"]
        with subprocess.Popen(line, cwd=cwd, env=environment(cwd), stderr=subprocess.PIPE, text=True) as process:
            while not server.requests and process.poll() is None:
                time.sleep(0.02)
            children = psutil.Process(process.pid).children(recursive=True)
            process.send_signal(signal.SIGINT)
            assert process.stderr is not None
            assert "once more stops at once" in process.stderr.readline()
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=20) == 130
    assert children
    assert gone(children)
    assert not episodes(cwd)
