"""Whole tasks on the simulated phone, done by hand and recorded: runs like any other."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from actions.geometry import scroll_gesture, to_pixel
from actions.types import Action, Answer, Button, Click, Drag, Finish, LongPress, Scroll, TypeText
from agent.evaluation.datasets import read
from agent.evaluation.protocols import protocol
from agent.evaluation.step import Prediction, RecordedStep, Unread
from agent.recording.recorder import Recorder
from agent.run_folder import read_run
from environments.android.watch import AndroidWatcher
from environments.phone.oracle import Oracle
from environments.phone.person import Person
from environments.phone.tasks import sample
from tests.android.rig import Rig, until
from tests.android.watched import QUICK, REST


def play(person: Person, action: Action) -> None:
    """By hand, what an agent would do."""
    phone = person.phone
    match action:
        case Click():
            person.tap(*to_pixel(action.point, phone.size))
        case LongPress():
            person.press(*to_pixel(action.point, phone.size), seconds=1.0)
        case Drag(start=start) if start is not None:
            person.swipe(*to_pixel(start, phone.size), *to_pixel(action.end, phone.size))
        case Scroll():
            start, end = scroll_gesture(action.point, action.direction, action.amount)
            person.swipe(*to_pixel(start, phone.size), *to_pixel(end, phone.size))
        case Button():
            person.key(action.name)
        case TypeText():
            time.sleep(REST)
            person.type(action.text)
            time.sleep(REST)
            if action.submit:
                person.key("enter")
        case _:
            raise AssertionError(action)


def record(rig: Rig, kind: str, seed: int, out: Path) -> tuple[Path, list[Action], str | None]:
    """A task of the simulated phone, done by hand along its own solution and recorded."""
    phone, task = rig.phone, sample(kind, seed)
    task.setup(phone)
    oracle, played = Oracle(task, phone), list[Action]()
    with AndroidWatcher(rig.server.address, client=rig.adb.client, patience=QUICK, capture="raw") as watcher:
        recorder = Recorder(watcher, task.text, out)
        listener = threading.Thread(target=lambda: [None for _ in recorder.steps()])
        listener.start()
        until(lambda: phone.panel.heard)
        while True:
            time.sleep(0.6)
            _, action = oracle.next()
            if isinstance(action, Answer | Finish):
                break
            played.append(action)
            play(Person(phone), action)
        watcher.stop()
        listener.join(20)
        list(recorder.finish("done", answer=oracle.answer))
        recorder.close()
    assert task.check(phone, oracle.answer)
    return recorder.folder, played, oracle.answer


@pytest.mark.parametrize("kind", ["toggle_scrolled", "create_note"])
def test_a_recorded_task_is_a_run_like_any_other(rig: Rig, kind: str, tmp_path: Path) -> None:
    folder, played, answer = record(rig, kind, 3, tmp_path)
    run = read_run(folder)
    assert run.episode.end == "done"
    assert run.episode.answer == answer
    found = list(read("runs", tmp_path))
    assert not [f.reason for f in found if isinstance(f, Unread)]
    judge = protocol("handeye")
    steps = [f for f in found if isinstance(f, RecordedStep)]
    wanted = [*played, *([Answer(text=answer)] if answer else []), Finish(message=answer or "")]
    assert [s.truth.recorded.action.kind for s in steps] == [a.kind for a in wanted]
    for step, action in zip(steps, wanted, strict=True):
        assert judge(step.truth, Prediction((action,))).exact_match, (step.place, action)
