"""The practice desktop: whole tasks in real programs, through the loop, judged by what they leave behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from actions.errors import DeviceError, UsageError
from agent.core import Agent
from agent.practice import played_model, practice_desktop
from environments.desktop.practice.desk import PracticeDesktop
from environments.desktop.practice.tasks import TASKS
from prompts.dialects.qwen2_5_vl import Qwen25VL
from prompts.messages import Message
from tests.desktop.display import QUICK, until

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", TASKS)
def test_a_task_is_done_in_real_programs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":64000")  # the user's own, which is left alone
    before = dict(os.environ)
    with practice_desktop(name, patience=QUICK) as (task, environment):
        assert not task.check()
        assert {k for k in os.environ if os.environ[k] != before.get(k)} == {"DISPLAY", "XAUTHORITY"}
        dialect = Qwen25VL("desktop")
        agent = Agent(played_model(task, environment, dialect), environment, dialect=dialect, runs=tmp_path)
        episode = agent.run(task.text)
        assert episode.end == "done", [step.outcome for step in episode.steps]
        assert task.check()
        home = task.desk.home
    assert dict(os.environ) == before
    assert not home.exists()


def test_a_step_that_was_withheld_is_written_again_and_the_next_one_after_it() -> None:
    with practice_desktop("note", patience=QUICK) as (task, environment):
        model = played_model(task, environment, Qwen25VL("desktop"))
        history = ("", "1: done", "1: done; 2: withheld: look again", "1: done; 2: withheld: look again; 2: done")
        first, second, again, third = (model.generate([Message.of("user", told)]).text for told in history)
    assert again == second
    assert len({first, second, third}) == 3


def test_it_ends_with_the_process_that_opened_it(tmp_path: Path) -> None:
    code = (
        "import sys, time, pathlib; from environments.desktop.practice.desk import PracticeDesktop;"
        "desk = PracticeDesktop(pathlib.Path(sys.argv[1])); print(desk.server.pid, desk.manager.pid, flush=True);"
        "time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, tmp_path], cwd=ROOT, stdout=subprocess.PIPE) as opened:
        assert opened.stdout is not None
        pids = [int(pid) for pid in opened.stdout.readline().split()]
        assert all(psutil.pid_exists(pid) for pid in pids)
        opened.kill()
    until(lambda: not any(psutil.pid_exists(pid) for pid in pids), what="the server and the manager have ended")


def test_what_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DeviceError, match="needs setpriv, Xvfb, openbox") as caught:
        PracticeDesktop(tmp_path)
    assert caught.value.remedy == "sudo apt-get install -y util-linux xvfb openbox x11-utils x11-xserver-utils"
    with pytest.raises(UsageError, match="no task 'dance'; there are note, sum"), practice_desktop("dance"):
        pass
