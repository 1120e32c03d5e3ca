"""`handeye record`, as a person uses it: on the simulated phone, until Ctrl-C."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from actions.geometry import Size, to_pixel
from actions.types import Click, Finish
from agent.evaluation.datasets import read
from agent.evaluation.step import RecordedStep
from agent.run_folder import read_run
from environments.android.server import AdbServer
from environments.phone.person import Person
from environments.phone.phone import Phone
from environments.phone.server import PhoneServer
from prompts.dialect import Decision
from prompts.dialects.qwen2_vl import Qwen2VL
from tests.adb import adb_server as adb_server
from tests.agent.command import environment, handeye, json_lines, run_folder
from tests.android.rig import until
from tests.models.endpoint import Endpoint, reply


@contextmanager
def recording(
    cwd: Path, adb: AdbServer, server: PhoneServer, *more: str, **variables: str
) -> Generator[subprocess.Popen[str]]:
    adb.connect(server.address)
    words = ["record", "--task", "Open what is there", "--out", "runs", "--serial", server.address, *more]
    variables["ANDROID_ADB_SERVER_PORT"] = str(adb.client.port)
    with subprocess.Popen(
        [sys.executable, "-m", "agent.cli.main", *words],
        cwd=cwd,
        env=environment(cwd, **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            until(lambda: server.phone.panel.heard or process.poll() is not None, seconds=30)
            yield process
        finally:
            process.kill()
    adb.disconnect(server.address)


def ended(process: subprocess.Popen[str], number: signal.Signals = signal.SIGINT) -> tuple[int, str, str]:
    process.send_signal(number)
    out, err = process.communicate(timeout=40)
    return process.returncode, out, err


def rest(seconds: float = 1.0) -> None:
    time.sleep(seconds)


@pytest.fixture
def server() -> Generator[PhoneServer]:
    with PhoneServer(Phone(seed=3)) as server:
        yield server


def test_a_session_by_hand_is_shown_replayed_and_scored(
    tmp_path: Path, adb_server: AdbServer, server: PhoneServer
) -> None:
    person = Person(server.phone)
    server.phone.open("com.sim.notes")
    with recording(tmp_path, adb_server, server, "--answer", "two notes", "--json") as process:
        rest()
        person.touch("new_note")
        rest()
        person.key("back")
        rest()
        code, out, err = ended(process)
    assert (code, "recording android" in err) == (0, True), err
    *steps, end = json_lines(out)
    assert [s["step"]["action"]["kind"] for s in steps] == ["click", "button", "answer", "finish"]
    assert (end["end"]["end"], end["end"]["answer"]) == ("done", "two notes")
    folder = run_folder(tmp_path)
    assert (folder / "run.html").is_file()
    run = read_run(folder)
    assert run.episode.task == "Open what is there"
    (tap,) = server.phone.log.events("tap")
    first = run.episode.steps[0].action
    assert isinstance(first, Click)
    assert to_pixel(first.point, server.phone.size) == (tap["x"], tap["y"])
    assert handeye("show", folder, cwd=tmp_path).returncode == 0
    assert score(tmp_path) == 1.0


def score(cwd: Path) -> float:
    """Of a model that says at each step what was recorded there."""
    steps = [s for s in read("runs", cwd / "runs") if isinstance(s, RecordedStep)]
    dialect = Qwen2VL()
    said = [reply(dialect.write(Decision("", (s.truth.recorded.action,)), Size(28, 28))) for s in steps]
    with Endpoint(said) as endpoint:
        asked = ["--model", "Qwen/Qwen2-VL-7B-Instruct", "--endpoint", endpoint.url, "--json"]
        done = handeye("eval", "run", "runs", "-d", "runs", "-o", "out.jsonl", *asked, cwd=cwd)
    assert done.returncode == 0, done.stderr
    (scores,) = json_lines(done.stdout)
    assert scores["protocol"] == "handeye"
    assert scores["steps"] == len(steps)
    return scores["exact_match"]["value"]


@pytest.mark.parametrize(
    ("number", "code", "end"), [(signal.SIGINT, 1, "not_done"), (signal.SIGTERM, 143, "terminated")]
)
def test_however_it_ends_what_was_recorded_stays(
    tmp_path: Path, adb_server: AdbServer, server: PhoneServer, number: signal.Signals, code: int, end: str
) -> None:
    with recording(tmp_path, adb_server, server, "--failed") as process:
        rest()
        Person(server.phone).key("home")
        rest(0.5)
        assert ended(process, number)[0] == code
    episode = read_run(run_folder(tmp_path)).episode
    assert episode.end == end
    kinds = [s.action.kind for s in episode.steps if s.action]
    assert kinds == ["button", "finish"] if end == "not_done" else ["button"]
    if end == "not_done":
        assert episode.steps[-1].action == Finish(success=False)


def test_a_killed_recording_can_be_read(tmp_path: Path, adb_server: AdbServer, server: PhoneServer) -> None:
    with recording(tmp_path, adb_server, server) as process:
        rest()
        Person(server.phone).key("home")
        until(lambda: steps_of(tmp_path), seconds=20)
        process.send_signal(signal.SIGKILL)
    run = read_run(run_folder(tmp_path))
    assert run.cut_off
    assert len(run.episode.steps) == 1


def test_a_phone_that_goes_for_good_ends_it(tmp_path: Path, adb_server: AdbServer, server: PhoneServer) -> None:
    with recording(tmp_path, adb_server, server) as process:
        rest()
        Person(server.phone).key("home")
        until(lambda: steps_of(tmp_path), seconds=20)
        server.close()
        _, err = process.communicate(timeout=60)
    assert process.returncode == 4, err
    episode = read_run(run_folder(tmp_path)).episode
    assert (episode.end, len(episode.steps)) == ("device", 1)


def steps_of(cwd: Path) -> object:
    folders = list((cwd / "runs").glob("*"))
    return folders and read_run(folders[0]).episode.steps


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--task", " "], "the task is empty"),
        (["--task", "x", "--answer", "y", "--failed"], "has no answer"),
        (["--task", "x", "--on", "phone"], "there are android and desktop"),
        (["--task", "x", "--screen", "2"], "leave out --screen"),
        (["--task", "x", "--on", "desktop", "--serial", "y"], "names an Android device"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path: Path, words: list[str], said: str) -> None:
    done = handeye("record", *words, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "runs").exists()
