"""What becomes of the trajectories that agents leave behind: OSWorld's and UI-TARS'."""

import base64
import contextlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.geometry import Point, Size, from_pixel
from actions.types import (
    Action,
    AskUser,
    Button,
    Click,
    Drag,
    Finish,
    Move,
    OpenApp,
    PressKeys,
    Scroll,
    TypeText,
    Wait,
)
from agent.evaluation.datasets import Found, read
from agent.evaluation.datasets.pyautogui_code import read_code
from agent.evaluation.datasets.pyautogui_hand import Hand, Pixels
from agent.evaluation.datasets.reading import Damaged
from agent.evaluation.protocols import protocol
from agent.evaluation.step import Prediction, RecordedStep, Unread
from tests.evaluation import sets

SCREEN = Size(100, 200)


def at(x: int, y: int) -> Point:
    return from_pixel(x, y, SCREEN)


def done(code: str, *, pointer: Pixels | None = None) -> list[Action]:
    return Hand(SCREEN, pointer).do_all(read_code(code))


def told(found: Sequence[Found]) -> list[object]:
    """Each step's actions, or why there are none."""
    return [f.reason if isinstance(f, Unread) else [r.action for r in f.truth.options[0]] for f in found]


# ---------------------------------------------------------------- pyautogui's calls


@pytest.mark.parametrize(
    ("code", "actions"),
    [
        ("pyautogui.click(10, 20)", [Click(point=at(10, 20))]),
        ("pyautogui.click((10, 20))", [Click(point=at(10, 20))]),
        ("import pyautogui; pyautogui.click(x=10.7, y=20, clicks=2)", [Click(point=at(10, 20), count=2)]),
        ("pyautogui.click(10, 20, button=pyautogui.RIGHT)", [Click(point=at(10, 20), button="right")]),
        ("pyautogui.rightClick(10, 20, duration=1)", [Click(point=at(10, 20), button="right")]),
        ("pyautogui.middleClick(10, 20)", [Click(point=at(10, 20), button="middle")]),
        ("pyautogui.tripleClick(10, 20)", [Click(point=at(10, 20), count=3)]),
        ("pyautogui.moveTo(10, 20)", [Move(point=at(10, 20))]),
        ("pyautogui.moveTo(10, 20)\ntime.sleep(1)\npyautogui.click()", [Click(point=at(10, 20))]),
        ("pyautogui.moveTo(10, 20); pyautogui.move(5, -3); pyautogui.click()", [Click(point=at(15, 17))]),
        (
            "pyautogui.moveTo(10, 20)\n\npyautogui.dragTo(30, 40, duration=1.0, button='left')",
            [Drag(start=at(10, 20), end=at(30, 40))],
        ),
        ("pyautogui.dragTo(30, 40)", [Drag(start=None, end=at(30, 40))]),
        (
            "pyautogui.mouseDown(10, 20); pyautogui.moveTo(30, 40); pyautogui.mouseUp()",
            [Drag(start=at(10, 20), end=at(30, 40))],
        ),
        ("pyautogui.mouseDown(10, 20); pyautogui.mouseUp()", [Click(point=at(10, 20))]),
        ("pyautogui.scroll(-3, x=10, y=20)", [Scroll(direction="down", amount=3 * 0.1, point=at(10, 20))]),
        ("pyautogui.hscroll(50)", [Scroll(direction="right", amount=1.0)]),
        ("pyautogui.write('it\\'s', interval=0.1)", [TypeText(text="it's")]),
        ("pyautogui.typewrite(message='a\\n')", [TypeText(text="a", submit=True)]),
        ("pyautogui.write('a'); time.sleep(.5); pyautogui.press('enter')", [TypeText(text="a", submit=True)]),
        ("pyautogui.write('a'); pyautogui.press('tab')", [TypeText(text="a"), PressKeys(keys=("tab",))]),
        ("pyautogui.press(['left', 'up'], presses=2)", [PressKeys(keys=(k,)) for k in ("left", "up") * 2]),
        ("pyautogui.hotkey('ctrl', 'shift', 't', interval=1)", [PressKeys(keys=("ctrl", "shift", "t"))]),
        ("pyautogui.hotkey(['ctrl', 'c'])", [PressKeys(keys=("ctrl", "c"))]),
        (
            "pyautogui.keyDown('ctrl')\npyautogui.press('c')\npyautogui.keyUp('ctrl')",
            [PressKeys(keys=("ctrl", "c"))],
        ),
        (
            "pyautogui.keyDown('ctrl');pyautogui.keyDown('c');pyautogui.keyUp('c');pyautogui.keyUp('ctrl')",
            [PressKeys(keys=("ctrl", "c"))],
        ),
        ("pyautogui.keyDown('alt'); pyautogui.keyUp('alt')", [PressKeys(keys=("alt",))]),
        (
            "'''\nThought: it's\n'''\nimport pyperclip\npyperclip.copy('né')\npyautogui.hotkey('ctrl', 'v')\n",
            [TypeText(text="né")],
        ),
        ("import time\ntime.sleep(3)", [Wait(seconds=3)]),
        (r"pyautogui.write('\d')", [TypeText(text="\\d")]),  # Python warns of that, and nobody has to hear it
    ],
)
def test_code_is_read(code: str, actions: list[Action]) -> None:
    assert done(code) == actions


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import os; os.remove('/')", "what isn't read: import os"),
        ("__import__('os').system('id')", "what isn't read: __import__"),
        ("open('/tmp/x', 'w')", "what isn't read"),
        ("for i in range(3): pyautogui.press('a')", "what isn't read: for i in range"),
        ("pyautogui.click(*place)", "what isn't read"),
        ("pyautogui.click(10 + 5, 2)", "what isn't read"),
        ("pyautogui.click(**{'x': 1})", "doesn't take these arguments"),
        ("pyautogui.click(1e999, 2)", "what isn't read"),
        ("pyautogui.click(10, 20, 1, x=3)", "is given x twice"),
        ("pyautogui.click(10, 20, clicks=9)", "less than or equal to 3"),
        ("pyautogui.click(10, 20, button='fourth')", "'left', 'right' or 'middle'"),
        ("pyautogui.click(100, 20)", "lies outside the screen"),
        ("pyautogui.click(-1, 20)", "lies outside the screen"),
        ("pyautogui.click()", "where the pointer is, which nothing tells"),
        ("pyautogui.keyDown('ctrl'); pyautogui.click(1, 2); pyautogui.keyUp('ctrl')", "while a key or a button"),
        ("pyautogui.keyDown('ctrl')", "held down"),
        ("pyautogui.mouseDown(1, 2)", "held down"),
        ("pyautogui.mouseUp(1, 2)", "not pressed"),
        ("pyautogui.press('tab', presses=10**9)", "what isn't read"),
        ("pyautogui.press('tab', presses=1000000)", "less than or equal to 100"),
        ("pyautogui.hotkey('hyper', 'x')", "no key is called 'hyper'"),
        ("pyautogui.hotkey()", "at least 1 item"),
        ("pyautogui.write('')", "it types no text"),
        ("pyautogui.scroll(0)", "no amount"),
        ("pyautogui.alert('x')", "what isn't read"),
        ("pyperclip.copy('x')", "does not paste"),
        ("import pyautogui", "does nothing"),
        ("", "does nothing"),
        ("pyautogui.click(10,", "is no Python"),
        ("(" * 5000, "is no Python"),
        ("-" * 5000 + "1", "is no Python|isn't read"),
        ("x" * 70_000, "more than 65536 characters"),
        ("\0", "is no Python"),
    ],
)
def test_code_that_does_more_is_refused_and_never_run(code: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        done(code)


def test_what_goes_wrong_in_pythons_own_parser_is_a_damaged_record() -> None:
    limit = sys.get_int_max_str_digits()
    with pytest.raises(Damaged, match="no Python"):
        done(f"pyautogui.click({'9' * (limit + 1)}, 1)")


names = st.sampled_from(("click", "moveTo", "dragTo", "mouseDown", "mouseUp", "scroll", "write", "press", "hotkey"))
values = st.one_of(
    st.none(), st.integers(-300, 300), st.floats(), st.text(max_size=4), st.lists(st.integers() | st.text(max_size=2))
)


@given(calls=st.lists(st.tuples(names, st.lists(values, max_size=3)), max_size=5), cut=st.integers(0, 200))
def test_any_call_is_read_or_refused(calls: list[tuple[str, list[object]]], cut: int) -> None:
    code = "\n".join(f"pyautogui.{name}({', '.join(map(repr, given))})" for name, given in calls)
    for text in (code, code[:cut]):
        with contextlib.suppress(ValueError):
            assert done(text)


# ---------------------------------------------------------------- OSWorld


def osworld(
    root: Path, lines: Sequence[object], *, first: str | None = "step_0.png", task: str | None = "Do it"
) -> Path:
    """A trajectory whose pictures have the shade of the line that they stand in, 1 of the first; 0 before it."""
    folder = root / "pyautogui" / "screenshot" / "model" / "chrome" / "0af1"
    if first:
        sets.write(folder / first, sets.png(shade=0))
    if task is not None:
        sets.write(folder / "task_instruction.jsonl", {"instruction": task})
    written: list[bytes] = []
    for number, line in enumerate(lines, 1):
        if isinstance(line, bytes):
            written.append(line)
            continue
        name = f"step_{number}_20250101@120000.png"
        sets.write(folder / name, sets.png(shade=number))
        head = isinstance(line, dict) and "instruction" in line
        written.append(json.dumps(line if head else record(number, line, name)).encode())  # pyright: ignore
    sets.write(folder / "traj.jsonl", b"\n".join(written) + b"\n")
    return folder


def record(number: int, action: object, name: str) -> dict[str, object]:
    head = {"step_num": number, "action_timestamp": "20250101@120000", "response": "I click."}
    return {**head, "action": action, "reward": 0, "done": False, "info": {}, "screenshot_file": name}


def shades(found: Sequence[Found]) -> list[int]:
    return [int(f.observation.picture.array[0, 0, 0]) for f in found if isinstance(f, RecordedStep)]


def test_osworld_shows_the_screen_before_the_action(tmp_path: Path) -> None:
    folder = osworld(tmp_path, ["pyautogui.click(10, 20)", "pyautogui.write('a')", "DONE"])
    sets.write(folder / "result.txt", b"1.00\n")
    found = list(read("osworld", tmp_path))
    assert told(found) == [[Click(point=at(10, 20))], [TypeText(text="a")], [Finish()]]
    assert shades(found) == [0, 1, 2]
    assert [f.place.index for f in found] == [0, 1, 2]
    first = found[0]
    assert isinstance(first, RecordedStep)
    assert (first.goal, first.platform, first.place.episode) == ("Do it", "desktop", "0af1")
    assert first.truth.tags == {"domain": "chrome", "result": "1.00"}
    for f in found:
        assert isinstance(f, RecordedStep)
        recorded = tuple(r.action for r in f.truth.options[0])
        assert protocol("handeye")(f.truth, Prediction(recorded)).exact_match


def test_osworld_without_its_first_screen_has_one_step_unread(tmp_path: Path) -> None:
    osworld(tmp_path, ["pyautogui.click(10, 20)", "WAIT"], first=None)
    found = list(read("osworld", tmp_path))
    assert told(found) == ["no picture of the screen before the first action is stored", [Wait()]]
    assert shades(found) == [1]


@pytest.mark.parametrize("name", ["initial_state.png", "obs_before_step_1_20250101@120000000000.png"])
def test_other_names_of_the_first_screen(tmp_path: Path, name: str) -> None:
    osworld(tmp_path, ["FAIL"], first=name)
    assert told(list(read("osworld", tmp_path))) == [[Finish(success=False)]]


def test_a_line_of_its_own_names_task_and_first_screen(tmp_path: Path) -> None:
    head = {"instruction": "Sort it", "initial_state": "start.png"}
    folder = osworld(tmp_path, [head, "DONE"], first="start.png", task=None)
    found = list(read("osworld", folder / "traj.jsonl"))
    assert told(found) == [[Finish()]]
    assert isinstance(found[0], RecordedStep)
    assert found[0].goal == "Sort it"


def test_the_task_is_found_beside_the_results(tmp_path: Path) -> None:
    osworld(tmp_path, ["DONE"], task=None)
    assert told(list(read("osworld", tmp_path))) == [
        "nothing tells the task: expected task_instruction.jsonl or 0af1.json"
    ]
    sets.write(tmp_path / "evaluation_examples" / "examples" / "chrome" / "0af1.json", {"instruction": "Close it"})
    (step,) = read("osworld", tmp_path)
    assert isinstance(step, RecordedStep)
    assert step.goal == "Close it"


def test_computer_13_and_objects_with_code(tmp_path: Path) -> None:
    osworld(
        tmp_path,
        [
            {"action_type": "CLICK", "x": 10, "y": 20, "num_clicks": 2},
            {"action_type": "CLICK", "parameters": {"button": "right"}},
            {"action_type": "DRAG_TO", "x": 5, "y": 6},
            {"action_type": "SCROLL", "dx": 0, "dy": -2},
            {"action_type": "TYPING", "text": "né"},
            {"action_type": "HOTKEY", "keys": ["ctrl", "s"]},
            {"action_type": "PRESS", "key": "esc"},
            {"action_type": "WAIT"},
            {"action_space": "pyautogui", "action": "pyautogui.press('up')", "call_id": "1"},
            {"action_type": "tool_use", "command": "pyautogui.moveTo(1, 2)\n", "raw_response": "…"},
            {"action_type": "CALL_USER", "call_type": "email"},
            {"action_type": "KEY_DOWN", "key": "ctrl"},
            {"action_type": "CLICK", "x": 10, "z": 20},
            {"action_type": "PRESS"},
            {"action_type": "FLY"},
            {"action_type": "PRESS", "parameters": [1]},
            {"thought": "?"},
            None,
        ],
    )
    here = at(10, 20)
    assert told(list(read("osworld", tmp_path))) == [
        [Click(point=here, count=2)],
        [Click(point=here, button="right")],  # where the pointer was left
        [Drag(start=here, end=at(5, 6))],
        [Scroll(direction="down", amount=0.2, point=at(5, 6))],
        [TypeText(text="né")],
        [PressKeys(keys=("ctrl", "s"))],
        [PressKeys(keys=("escape",))],
        [Wait()],
        [PressKeys(keys=("up",))],
        [Move(point=at(1, 2))],
        [AskUser(question="")],
        "it ends with a key or a button held down",
        "CLICK takes no 'z'",
        "PRESS lacks its parameter",
        "no action of computer_13's is called 'FLY'",
        "the parameters of its action are no object",
        "its action is neither code nor has an action_type",
        "no action",
    ]


def test_damage_in_osworld_is_counted_and_never_shown_with_another_screen(tmp_path: Path) -> None:
    folder = osworld(
        tmp_path,
        ["pyautogui.click(1, 2)", b'{"action": 5}', "pyautogui.click()", "import os", "pyautogui.click()", "DONE"],
    )
    (folder / "step_5_20250101@120000.png").unlink()
    with (folder / "traj.jsonl").open("ab") as file:
        file.write(b'{"Error": "Time limit exceeded in chrome/0af1"}\n{"step_num": 7, "action": "DO')
    found = list(read("osworld", tmp_path))
    reasons = told(found)
    assert reasons[0] == [Click(point=at(1, 2))]
    assert str(reasons[1]).startswith("action.str: ")
    assert reasons[2] == "the action before could not be read, nor the screen after it"
    assert str(reasons[3]).startswith("its code does what isn't read")
    assert reasons[4] == "it acts where the pointer is, which nothing tells"
    assert reasons[5] == "there is no picture 'step_5_20250101@120000.png'"
    assert reasons[6] == "no action, but an error: Time limit exceeded in chrome/0af1"
    assert str(reasons[7]).startswith("the record: Invalid JSON")
    assert [f.place.index for f in found] == list(range(8))


def test_a_picture_outside_the_folder_is_refused(tmp_path: Path) -> None:
    osworld(tmp_path, [{"instruction": "x", "initial_state": "../../secret.png"}, "DONE"])
    assert told(list(read("osworld", tmp_path))) == ["the picture's name leads elsewhere: '../../secret.png'"]


# ---------------------------------------------------------------- UI-TARS


def shown(shade: int = 0, *, prefix: str = "") -> dict[str, object]:
    data = prefix + base64.b64encode(sets.png(shade=shade)).decode()
    context = {"size": {"width": 100, "height": 200}, "mime": "image/png", "scaleFactor": 1}
    return {"from": "human", "value": "<image>", "screenshotBase64": data, "screenshotContext": context}


def replied(*actions: tuple[str, dict[str, str]], thought: str = "I see.") -> dict[str, object]:
    parsed = [{"reflection": None, "thought": thought, "action_type": k, "action_inputs": i} for k, i in actions]
    return {"from": "gpt", "value": "Thought: …\nAction: …", "predictionParsed": parsed}


def session(*messages: dict[str, object], prompt: str = "You are a GUI agent.") -> dict[str, object]:
    return {
        "version": 1,
        "instruction": "Buy milk",
        "systemPrompt": prompt,
        "modelName": "UI-TARS-1.5-7B",
        "status": "end",
        "logTime": 0,
        "conversations": [{"from": "human", "value": "Buy milk"}, *messages],
    }


def test_ui_tars_session(tmp_path: Path) -> None:
    box = "[0.1,0.2,0.3,0.4]"
    turns: list[tuple[str, dict[str, str], Action]] = [
        ("click", {"start_box": box}, Click(point=Point(0.2, 0.30000000000000004))),
        ("left_double", {"start_box": "[0.25, 0.5]"}, Click(point=Point(0.25, 0.5), count=2)),
        ("right_single", {"start_box": "[0.25,0.5]"}, Click(point=Point(0.25, 0.5), button="right")),
        ("hover", {"start_box": "[0.25,0.5]"}, Move(point=Point(0.25, 0.5))),
        ("drag", {"start_box": "[0,0]", "end_box": "[1,1]"}, Drag(start=Point(0, 0), end=Point(1, 1))),
        ("scroll", {"start_box": "[0.25,0.5]", "direction": "Down"}, Scroll(direction="down", point=Point(0.25, 0.5))),
        ("scroll", {"direction": "up"}, Scroll(direction="up")),
        ("type", {"content": "milk\\n"}, TypeText(text="milk", submit=True)),
        ("type", {"content": "C:\\new"}, TypeText(text="C:\\new")),
        ("hotkey", {"key": "ctrl+shift t"}, PressKeys(keys=("ctrl", "shift", "t"))),
        ("wait", {}, Wait(seconds=5)),
        ("press_back", {}, Button(name="back")),
        ("open_app", {"app_name": "Shop"}, OpenApp(name="Shop")),
        ("call_user", {}, AskUser(question="I see.")),
        ("finished", {"content": "done"}, Finish(message="done")),
    ]
    made = [m for number, (kind, given, _) in enumerate(turns) for m in (shown(number), replied((kind, given)))]
    sets.write(tmp_path / "a.json", session(*made))
    found = list(read("ui_tars", tmp_path))
    assert told(found) == [[action] for _, _, action in turns]
    assert shades(found) == list(range(len(turns)))
    first = found[0]
    assert isinstance(first, RecordedStep)
    assert (first.goal, first.instruction, first.platform) == ("Buy milk", "I see.", "desktop")
    assert (first.place.episode, first.place.length) == ("a", len(turns))
    assert first.truth.tags == {"model": "UI-TARS-1.5-7B", "end": "end"}


def test_the_report_holds_the_same_session(tmp_path: Path) -> None:
    one = session(shown(3, prefix="data:image/png;base64,"), replied(("wait", {}), ("finished", {})))
    two = session(shown(4), replied(("press_home", {})), prompt="click(…)\npress_home()")
    tag = '<script type="ui_tars_web_dump" type="application/json">'
    page = f"<html>{tag}{json.dumps(one)}\n</script>\n{tag}{json.dumps(two)}\n</script>{tag}</script></html>"
    sets.write(tmp_path / "report.html", page.encode())
    found = list(read("ui_tars", tmp_path / "report.html"))
    assert told(found) == [[Wait(seconds=5), Finish()], [Button(name="home")]]
    assert shades(found) == [3, 4]
    assert [(f.place.episode, f.platform) for f in found if isinstance(f, RecordedStep)] == [
        ("report 0", "desktop"),
        ("report 1", "mobile"),
    ]


def test_damage_in_ui_tars_is_counted(tmp_path: Path) -> None:
    said = replied(("click", {"start_box": "[0.1,0.2]"}))
    bad: list[tuple[dict[str, object], dict[str, Any]]] = [
        (shown(), replied()),
        ({"from": "human", "value": "and now?"}, said),
        (shown(), replied(("click", {"start_box": "[1.1,0.2]"}))),
        (shown(), replied(("click", {"start_box": "[0.1,0.2,0.3]"}))),
        (shown(), replied(("click", {"start_box": "[]"}))),
        (shown(), replied(("click", {}))),
        (shown(), replied(("navigate", {"content": "https://example.com"}))),
        (shown(), replied(("hotkey", {}))),
        (shown(), replied(("type", {"content": ""}))),
        (shown(), replied(("scroll", {"direction": "sideways"}))),
        ({**shown(), "screenshotBase64": "no!"}, said),
        ({**shown(), "screenshotBase64": "AAAA"}, said),
        (shown(), {"from": "gpt", "predictionParsed": [{"action_inputs": {}}]}),
    ]
    sets.write(tmp_path / "a.json", session(*(m for pair in bad for m in pair), said))
    sets.write(tmp_path / "b.json", json.dumps(session(shown(), said)).encode()[:-20])
    sets.write(tmp_path / "c.json", {"instruction": "x"})
    sets.write(tmp_path / "d.html", b"<html></html>")
    found = list(read("ui_tars", tmp_path))
    assert all(isinstance(f, Unread) for f in found)
    begins = [
        "its reply has no",
        "no screen stands",
        "its place 1.1, 0.2 lies",
        "a place of 3 numbers",
        "a place of 0 numbers",
        "its action has no place",
        "no action that is read is called 'navigate'",
        "keys: ",
        "it types no text",
        "scroll.direction: ",
        "its picture is no base64",
        "the picture of this step is no PNG or JPEG",
        "0.action_type: ",
        "no screen stands",  # two replies to one screen
        "b.json is no JSON",
        "conversations: ",
        "d.html holds no session",
    ]
    reasons = [str(t) for t in told(found)]
    assert [r[: len(b)] for r, b in zip(reasons, begins, strict=True)] == begins
