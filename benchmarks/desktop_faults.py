"""The faults 38 to 45 of benchmarks/desktop.py: what is done to a desktop, and what has to come of it."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from desktop_texts import Gtk

from actions.errors import DeviceError
from actions.geometry import Point, Size
from actions.types import Action, AskUser, Click, Finish, LongPress, PressKeys
from agent.core import Agent
from agent.models.scripted import ScriptedModel
from environments.base import DONE
from environments.desktop.driver import DesktopEnvironment
from environments.desktop.selections import Selections
from prompts.dialect import Decision
from prompts.dialects.qwen2_5_vl import Qwen25VL
from tests.desktop.command import HELD, HOLD_SECONDS, signalled
from tests.desktop.display import HEIGHT, NOTHING_DOWN, QUICK, WIDTH, Desk, until

SEEN = Size(WIDTH, HEIGHT)


@dataclass(frozen=True)
class Case:
    """`number` as in the list of faults; `seconds` is the most that what is timed may take. `run` gives what came of
    it in words and those seconds."""

    number: int
    title: str
    run: Callable[[Desk], tuple[str, float]]
    seconds: float


@dataclass(frozen=True)
class Verdict:
    case: Case
    outcome: str
    seconds: float
    held: bool


def judge(case: Case) -> Verdict:
    """Run a case on a desktop of its own."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home,
        closing(Desk(Path(home))) as desk,
        desk.entered(),
    ):
        try:
            outcome, seconds = case.run(desk)
        except Exception as e:  # noqa: BLE001  told in the table, and the other cases go on
            return Verdict(case, f"{type(e).__name__}: {e}", 0.0, False)
    return Verdict(case, outcome, seconds, seconds <= case.seconds)


def _signalled(desk: Desk, numbers: Sequence[signal.Signals], code: int, *, recorded: int) -> float:
    ended = signalled(desk, numbers)
    done = sum(step.outcome == DONE for step in ended.episode.steps)
    found = (ended.code, ended.episode.exit_code, ended.down, done)
    assert found == (code, code, NOTHING_DOWN, recorded), found
    return ended.seconds


def interrupted_once(desk: Desk) -> tuple[str, float]:
    seconds = _signalled(desk, [signal.SIGINT], 130, recorded=1)
    return "the step was finished and saved, exit 130", seconds


def interrupted_twice(desk: Desk) -> tuple[str, float]:
    seconds = _signalled(desk, [signal.SIGINT] * 2, 130, recorded=0)
    return "ended at once, nothing held, exit 130", seconds


def terminated(desk: Desk) -> tuple[str, float]:
    seconds = _signalled(desk, [signal.SIGTERM], 143, recorded=1)
    return "the step was finished and saved, exit 143", seconds


def clock(_: Desk) -> tuple[str, float]:
    real = time.time
    started = time.monotonic()
    with DesktopEnvironment(patience=QUICK) as desktop:
        try:
            for hours in (1, -1):
                time.time = lambda hours=hours: real() + 3600 * hours
                assert desktop.perform(Click(point=Point(0.5, 0.5))).status == "done"
                assert desktop.observe().stable
        finally:
            time.time = real
    return "an hour forth and back changes no wait", time.monotonic() - started


def _agent(desktop: DesktopEnvironment, *actions: Action) -> Agent:
    dialect = Qwen25VL("desktop")
    replies = [dialect.write(Decision("", (action,)), SEEN) for action in actions]
    return Agent(ScriptedModel(replies, dialect=dialect.name), desktop, dialect=dialect)


def server_dies(desk: Desk) -> tuple[str, float]:
    with DesktopEnvironment(patience=QUICK) as desktop:
        agent = _agent(desktop, LongPress(point=Point(0.5, 0.5), seconds=5))
        died: list[float] = []

        def kill() -> None:
            until(lambda: desk.pressed() == HELD)
            died.append(time.monotonic())
            desk.server.kill()

        thread = threading.Thread(target=kill)
        thread.start()
        try:
            agent.run("hold")
        except DeviceError as e:
            seconds = time.monotonic() - died[0]
            return f"exit {e.exit_code}: {e.message[:40]}…", seconds
        finally:
            thread.join()
    raise AssertionError("the run went on")


def monitors_change(desk: Desk) -> tuple[str, float]:
    desk.run(["xrandr", "--setmonitor", "one", "640/169x800/212+0+0", "screen"], check=True)
    with DesktopEnvironment(monitor=1, patience=QUICK) as desktop:
        first = desktop.observe().size
        desk.run(["xrandr", "--delmonitor", "one"], check=True)
        desk.run(["xrandr", "--setmonitor", "one", "900/169x700/212+100+50", "screen"], check=True)
        started = time.monotonic()
        second = desktop.observe().size
        seconds = time.monotonic() - started
        assert (str(first), str(second)) == ("640x800", "900x700"), (first, second)
        assert desktop.perform(Click(point=Point(0, 0))).status == "done"
        assert "x:100 y:50 " in desk.run(["xdotool", "getmouselocation"])
    return "captured as it is now, and clicked there", seconds


def clipboard(desk: Desk) -> tuple[str, float]:
    former = os.urandom(300_000)
    desk.copy(former, "-t", "application/x-test")
    with DesktopEnvironment(patience=QUICK) as desktop:
        editor = Gtk(desk, desktop)
        started = time.monotonic()
        editor.enter("typed meanwhile")
        seconds = time.monotonic() - started
        assert editor.got("typed meanwhile")
    with closing(Selections()) as selections:
        found, whole = selections.read("CLIPBOARD")
    assert whole
    assert found["application/x-test"].data == former
    return "300000 bytes, as they were", seconds


def layout(desk: Desk) -> tuple[str, float]:
    desk.run(["setxkbmap", "ru,us"], check=True)
    with DesktopEnvironment(patience=QUICK) as desktop:
        editor = Gtk(desk, desktop)
        editor.do(PressKeys(keys=("capslock",)))
        started = time.monotonic()
        editor.enter("yZ <é> 漢😀")
        seconds = time.monotonic() - started
        assert editor.got("yZ <é> 漢😀")
    return "exact on ru with CapsLock", seconds


def nobody_to_ask(_: Desk) -> tuple[str, float]:
    """There is no confirmation yet; what there is to ask with is a question to the person."""
    with DesktopEnvironment(patience=QUICK) as desktop:
        agent = _agent(desktop, AskUser(question="Shall I pay?"), Finish(success=False))
        started = time.monotonic()
        episode = agent.run("pay")
        seconds = time.monotonic() - started
    asked = [s for s in episode.steps if isinstance(s.action, AskUser) and s.outcome and s.outcome.status == "done"]
    assert not asked
    return f"the question was refused, the run ended {episode.end}", seconds


FAULTS = (
    Case(38, "Ctrl-C once", interrupted_once, HOLD_SECONDS + 3),
    Case(38, "Ctrl-C twice", interrupted_twice, 1.0),
    Case(39, "SIGTERM", terminated, HOLD_SECONDS + 3),
    Case(40, "the clock is set", clock, 10.0),
    Case(41, "the X server dies", server_dies, 5.0),
    Case(42, "monitors change", monitors_change, 5.0),
    Case(43, "the clipboard", clipboard, 5.0),
    Case(44, "CapsLock and layout", layout, 5.0),
    Case(45, "nobody to ask", nobody_to_ask, 10.0),
)
