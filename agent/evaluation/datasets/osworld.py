"""OSWorld's trajectories: for each task a folder with `traj.jsonl`, a line for each action, and pictures beside it.

Source: xlang-ai/OSWorld, lib_run_single.py (read in its copy at mrwwk/DeskCraft, 40b742d) and desktop_env/actions.py
(OS-Copilot/OS-Map, 2e07730). A line's picture is that of the screen after its action, so what was seen is the picture
of the line before. The first screen is stored by some runners only (`initial_state.png`, `step_0….png`,
`obs_before_step_1….png`); where it isn't, the first step is `Unread`. An action is code of pyautogui's, an object of
`computer_13`, an object that holds such code, or WAIT, DONE or FAIL.

The task stands in `task_instruction.jsonl`, in a line of its own, or in the task's own file, `{id}.json` in the folder
or in `examples/{domain}/` or `evaluation_examples/examples/{domain}/` of the root. The tags are the domain and the
run's result.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from actions.types import Action, AskUser, Finish, Wait
from agent.evaluation.datasets.lines import MAX_LINE_BYTES
from agent.evaluation.datasets.pyautogui_code import Call, read_code
from agent.evaluation.datasets.pyautogui_hand import Hand, Pixels
from agent.evaluation.datasets.reading import (
    Damaged,
    Found,
    Raw,
    attempt,
    beside,
    files,
    find_picture,
    load_json,
    observed,
    reason,
)
from agent.evaluation.pictures import picture_file
from agent.evaluation.step import MOST_STEPS, Place, Recorded, RecordedStep, Truth, Unread


class Line(Raw):
    action: str | dict[str, Any] | None = None
    screenshot_file: str | None = None
    natural_language_action: str | None = None
    instruction: str | None = None
    initial_state: str | None = None
    error: str | None = None
    Error: str | None = None


class Task(Raw):
    instruction: str


_FIRST = re.compile(r"initial_state\.png|step_0(?:_[\w@.-]*)?\.png|obs_before_step_1(?:_[\w@.-]*)?\.png", re.ASCII)
_COMPUTER_13: Mapping[str, tuple[str, Mapping[str, str]]] = MappingProxyType(
    {
        "MOVE_TO": ("moveTo", {"x": "x", "y": "y"}),
        "CLICK": ("click", {"x": "x", "y": "y", "button": "button", "num_clicks": "clicks"}),
        "MOUSE_DOWN": ("mouseDown", {"button": "button"}),
        "MOUSE_UP": ("mouseUp", {"button": "button"}),
        "RIGHT_CLICK": ("rightClick", {"x": "x", "y": "y"}),
        "DOUBLE_CLICK": ("doubleClick", {"x": "x", "y": "y"}),
        "DRAG_TO": ("dragTo", {"x": "x", "y": "y"}),
        "TYPING": ("write", {"text": "message"}),
        "PRESS": ("press", {"key": "keys"}),
        "KEY_DOWN": ("keyDown", {"key": "key"}),
        "KEY_UP": ("keyUp", {"key": "key"}),
        "HOTKEY": ("hotkey", {"keys": "keys"}),
    }
)


class Trajectory:
    """What the lines of one folder have told so far."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder = folder
        self.task, self.why_no_task = _task(folder, root)
        self.screen: str | None = next((p.name for p in sorted(folder.iterdir()) if _FIRST.fullmatch(p.name)), None)
        self.lost = "no picture of the screen before the first action is stored"
        self.pointer: Pixels | None = None
        self.tags = {"domain": folder.parent.name, **_result(folder)}

    def step(self, place: Place, line: Line) -> RecordedStep:
        screen, lost, pointer = self.screen, self.lost, self.pointer
        self.pointer = None  # what can't be read may have moved it
        self.screen, self.lost = line.screenshot_file, "the action before names no picture of what it led to"
        if line.action is None:
            raise Damaged(f"no action, but an error: {said}" if (said := line.Error or line.error) else "no action")
        if screen is None:
            raise Damaged(lost)
        if self.task is None:
            raise Damaged(self.why_no_task)
        picture = picture_file(find_picture(screen, [self.folder]))
        hand = Hand(picture.size, pointer)
        option = tuple(Recorded(action) for action in _actions(line.action, hand))
        self.pointer = hand.pointer
        truth = Truth(picture.size, (option,), tags=self.tags)
        return RecordedStep(place, self.task, line.natural_language_action, observed(picture), truth, "desktop")

    def lose(self) -> None:
        """A line that can't be read: nobody knows which screen it led to."""
        self.screen, self.lost, self.pointer = (
            None,
            "the action before could not be read, nor the screen after it",
            None,
        )


def read_osworld(root: Path) -> Iterator[Found]:
    for path in files(root, "traj.jsonl", "trajectories of OSWorld"):
        yield from _read(path, beside(root, path), root)


def _read(path: Path, name: str, root: Path) -> Iterator[Found]:
    folder = path.parent
    index = 0
    try:
        trajectory = Trajectory(folder, root)
        with path.open("rb") as file:
            while data := file.readline(MAX_LINE_BYTES + 1):
                if data.isspace():
                    continue
                place = Place("osworld", name, folder.name, index)
                if index == MOST_STEPS - 1:
                    yield Unread(place, f"the trajectory has more than {MOST_STEPS - 1} actions")
                    return
                if len(data) > MAX_LINE_BYTES:
                    yield Unread(place, f"it is longer than {MAX_LINE_BYTES} bytes, and what follows is left out")
                    return
                try:
                    line = Line.model_validate_json(data)
                except ValidationError as e:
                    trajectory.lose()
                    yield Unread(place, reason(e))
                    index += 1
                    continue
                if line.instruction is not None:
                    trajectory.task = line.instruction
                if line.action is None and line.instruction is not None:
                    trajectory.screen = line.initial_state or trajectory.screen
                    continue
                yield attempt(place, trajectory.step, line)
                index += 1
    except OSError as e:
        yield Unread(Place("osworld", name, folder.name, index), reason(e))


def _actions(raw: str | Mapping[str, Any], hand: Hand) -> list[Action]:
    if isinstance(raw, str):
        return _special(raw) or hand.do_all(read_code(raw))
    for key in ("command", "code", "action"):
        if isinstance(code := raw.get(key), str):
            return _special(code) or hand.do_all(read_code(code))
    kind = raw.get("action_type")
    if not isinstance(kind, str):
        raise Damaged("its action is neither code nor has an action_type")
    parameters = raw.get("parameters", {k: v for k, v in raw.items() if k != "action_type"})
    if not isinstance(parameters, dict):
        raise Damaged("the parameters of its action are no object")
    return _special(kind) or hand.do_all(_computer_13(kind, parameters))  # pyright: ignore[reportUnknownArgumentType]


def _special(word: str) -> list[Action] | None:
    match word.strip().strip("`").strip():
        case "DONE":
            return [Finish()]
        case "FAIL":
            return [Finish(success=False)]
        case "WAIT":
            return [Wait()]
        case "CALL_USER":
            return [AskUser(question="")]
        case _:
            return None


def _computer_13(kind: str, parameters: Mapping[str, Any]) -> list[Call]:
    if kind == "SCROLL":
        ways = (("hscroll", parameters.get("dx")), ("scroll", parameters.get("dy")))
        return [Call(name, {"clicks": notches}) for name, notches in ways if notches]
    if kind not in _COMPUTER_13:
        raise Damaged(f"no action of computer_13's is called {kind[:40]!r}")
    name, renamed = _COMPUTER_13[kind]
    if unknown := parameters.keys() - renamed.keys():
        raise Damaged(f"{kind} takes no {min(unknown)[:40]!r}")
    if kind in ("PRESS", "TYPING", "HOTKEY", "KEY_DOWN", "KEY_UP") and not parameters:
        raise Damaged(f"{kind} lacks its parameter")
    return [Call(name, {renamed[k]: v for k, v in parameters.items() if v is not None})]


def _task(folder: Path, root: Path) -> tuple[str | None, str]:
    """What the task is, or why nobody knows."""
    base = root if root.is_dir() else folder
    inner = Path("examples", folder.parent.name, f"{folder.name}.json")
    places = (
        folder / "task_instruction.jsonl",
        folder / f"{folder.name}.json",
        base / inner,
        base / "evaluation_examples" / inner,
    )
    for path in places:
        if path.is_file():
            try:
                return Task.model_validate(load_json(path)).instruction, ""
            except ValueError as e:
                return None, f"the task can't be read: {path.name}: {reason(e)}"
    return None, f"nothing tells the task: expected task_instruction.jsonl or {folder.name}.json"


def _result(folder: Path) -> dict[str, str]:
    try:
        with (folder / "result.txt").open(encoding="utf-8", errors="replace") as file:
            return {"result": said} if (said := file.read(40).strip()) else {}
    except OSError:
        return {}
