"""What each reader makes of its data set; and that nothing that is damaged is passed over in silence."""

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa  # pyright: ignore[reportMissingTypeStubs]
import pytest
from pyarrow import parquet  # pyright: ignore[reportMissingTypeStubs]

from actions.errors import CaptureError, UsageError
from actions.geometry import Box, Point, Size
from actions.types import (
    Action,
    Button,
    Click,
    Drag,
    Finish,
    LongPress,
    OpenApp,
    PressKeys,
    Scroll,
    TypeText,
    Wait,
)
from agent.evaluation.datasets import DATASETS, Found, read
from agent.evaluation.datasets.lines import write_line
from agent.evaluation.protocols import PROTOCOLS, protocol
from agent.evaluation.step import Prediction, RecordedStep, Unread
from tests.agent_files.runs import CLICK, step, write_run
from tests.evaluation import sets


def steps(found: Sequence[Found]) -> list[RecordedStep]:
    unread = [f for f in found if isinstance(f, Unread)]
    assert not unread
    return [f for f in found if isinstance(f, RecordedStep)]


def the_actions(found: Sequence[Found]) -> list[object]:
    return [s.truth.recorded.action for s in steps(found)]


def reasons(found: Sequence[Found]) -> list[str]:
    return [f.reason for f in found if isinstance(f, Unread)]


# ---------------------------------------------------------------- the real episodes


def test_the_real_episode_of_aitz() -> None:
    found = steps(list(read("aitz", sets.DATA / "aitz")))
    assert [s.place.index for s in found] == [0, 1, 2, 3]
    assert {s.place.length for s in found} == {4}
    assert {s.goal for s in found} == {'open app "Clock" (install if not already installed)'}
    assert found[0].instruction == "press the home button"
    home, swipe, tap, end = (s.truth.recorded for s in found)
    assert home.action == Button(name="home")
    assert isinstance(swipe.action, Scroll)
    assert swipe.action.direction == "down"  # the finger goes up
    assert swipe.finger is not None
    assert swipe.finger[0].y > swipe.finger[1].y
    assert isinstance(tap.action, Click)
    assert tap.action.point == Point(0.6069772839546204, 0.49836206436157227)
    assert end.action == Finish()
    assert found[2].truth.tags == {"subset": "google_apps"}
    assert [len(s.truth.elements) for s in found] == [15, 14, 42, 11]
    left, top, right, bottom = found[0].truth.elements[0]  # y 54, x 17, 8 high, 12 wide on 270 by 600
    assert (left, top, right, bottom) == (17 / 270, 54 / 600, 29 / 270, 62 / 600)
    assert found[1].observation.size == Size(270, 600)
    assert found[1].observation.picture.array.shape == (600, 270, 3)


def test_the_real_episode_of_agentnet() -> None:
    found = steps(list(read("agentnet", sets.DATA / "agentnet")))
    assert [s.place.index for s in found] == list(range(7))
    assert {s.platform for s in found} == {"desktop"}
    first, typed, _, rolled, *_, end = (s.truth.options[0] for s in found)
    assert first[0].action == Click(point=Point(0.3271, 0.2694))
    assert first[0].areas[0][2] == 0.25996874999999997 + 0.2505390625
    assert typed[0].action == TypeText(text="george orwell")
    assert [r.action.kind for r in rolled] == ["move", "scroll"]
    assert rolled[1].action == Scroll(direction="down", amount=3 * 0.1, point=Point(0.7792, 0.4648))
    assert end[0].action == Finish()
    assert found[0].goal.startswith("Search for George Orwell")
    assert (found[0].instruction or "").startswith("Click inside the search input field")
    assert found[0].observation.picture.array.shape == (144, 256, 3)


def around(action: Action) -> Box | None:
    """A box as a family would write it that points with boxes."""
    if not isinstance(action, Click):
        return None
    x, y = action.point.x, action.point.y
    return Box(x - 0.01, y - 0.01, x + 0.01, y + 0.01)


@pytest.mark.parametrize("dataset", ["aitz", "agentnet"])
def test_whoever_does_what_was_recorded_is_right(dataset: str) -> None:
    for name in (*DATASETS[dataset].protocols, "handeye"):
        judge = protocol(name)
        for s in steps(list(read(dataset, sets.DATA / dataset))):
            recorded = tuple(r.action for r in s.truth.options[0])
            verdict = judge(s.truth, Prediction(recorded, around(recorded[0])))
            wrong_by_design = name == "aitz_coat" and verdict.kind == "click"  # compared with (0, 0)
            assert verdict.exact_match != wrong_by_design, (name, s.place)
            assert not judge(s.truth, Prediction((Wait(seconds=1),))).exact_match or verdict.kind == "stop"


# ---------------------------------------------------------------- AITZ, damaged


def copy(dataset: str, to: Path) -> Path:
    shutil.copytree(sets.DATA / dataset, to / dataset)
    return to / dataset


def edited(root: Path, change: Callable[[Any], None]) -> list[Found]:
    (path,) = root.rglob("*.json")
    content = json.loads(path.read_bytes())
    change(content)
    path.write_text(json.dumps(content))
    dataset = "aitz" if isinstance(content, list) else "agentnet"
    return list(read(dataset, root))


def test_a_missing_picture_is_an_unread_step_in_its_place(tmp_path: Path) -> None:
    root = copy("aitz", tmp_path)
    next(root.rglob("*_2.png")).unlink()
    found = list(read("aitz", root))
    assert [isinstance(f, Unread) for f in found] == [False, False, True, False]
    assert [f.place.index for f in found] == [0, 1, 2, 3]
    assert "_2.png can't be read: No such file" in reasons(found)[0]


def test_a_picture_that_is_none_and_one_that_is_cut_off(tmp_path: Path) -> None:
    root = copy("aitz", tmp_path)
    next(root.rglob("*_0.png")).write_bytes(b"<html>404</html>")
    whole = next(root.rglob("*_1.png"))
    whole.write_bytes(whole.read_bytes()[:-20])
    found = list(read("aitz", root))
    assert "is no PNG or JPEG" in reasons(found)[0]
    assert isinstance(found[1], RecordedStep)  # its header is there
    with pytest.raises(CaptureError, match="the end is missing"):
        _ = found[1].observation.picture.array


def test_bad_steps_of_aitz_are_named(tmp_path: Path) -> None:
    def change(content: list[dict[str, object]]) -> None:
        content[0]["result_action_type"] = 8
        content[1]["ui_positions"] = "[[1, 2]]"
        content[2]["result_touch_yx"] = "[1.5, 0.5]"
        del content[3]

    found = edited(copy("aitz", tmp_path), change)
    assert len(found) == 4
    told = reasons(found)
    assert told[0] == "its action type 8 is none of 3 to 7, 10, 11"
    assert told[1].startswith("ui_positions.0")
    assert told[2] == "its place 0.5, 1.5 lies outside the screen"
    assert told[3] == "the episode's file has 3 of 4 steps"


@pytest.mark.parametrize("damage", [b"[{", b"{}", b"[]", b"\xff", b"[" * 100_000, b"null"])
def test_a_file_that_is_no_episode_is_one_unread(tmp_path: Path, damage: bytes) -> None:
    sets.write(tmp_path / "a" / "a.json", damage)
    for dataset in ("aitz", "agentnet", "odyssey", "screenspot"):
        found = list(read(dataset, tmp_path))
        assert len(reasons(found)) == (0 if damage == b"[]" and dataset == "screenspot" else 1), dataset


def test_a_vertical_swipe_is_one_of_nine_tenths(tmp_path: Path) -> None:
    def change(content: list[dict[str, object]]) -> None:
        for step_, lift in zip(content, ("[0.595, 0.4]", "[0.585, 0.4]", "[0.5, 0.6]", "[0.5, 0.539]"), strict=True):
            step_ |= {"result_action_type": 4, "result_touch_yx": "[0.5, 0.5]", "result_lift_yx": lift}

    found = the_actions(edited(copy("aitz", tmp_path), change))
    assert [getattr(a, "direction", "tap") for a in found] == ["up", "right", "left", "tap"]


# ---------------------------------------------------------------- AgentNet


def test_every_action_of_agentnet(tmp_path: Path) -> None:
    position = {"x": 0.5, "y": 0.25}
    calls: list[tuple[str, dict[str, object]]] = [
        ("doubleClick", {"position": position}),
        ("tripleClick", {"position": position}),
        ("rightClick", {"position": position}),
        ("middleClick", {"position": position}),
        ("dragTo", {"position": position}),
        ("press", {"keys": "esc"}),
        ("hotkey", {"keys": ["ctrl", "Return"]}),
        ("hscroll", {"amount": 2}),
        ("scroll", {"pixels": 40}),
        ("wait", {}),
        ("terminate", {"status": "failure"}),
        ("write", {"content": "a\n"}),
    ]

    def change(content: dict[str, Any]) -> None:
        image = content["steps"][0]["image"]
        content["steps"] = [
            {"image": image, "ground_truth_actions": [{"type": kind, "params": params}]} for kind, params in calls
        ]
        content["steps"][0]["alternative_options"] = [[{"type": "press", "params": {"keys": ["enter"]}}]]

    point = Point(0.5, 0.25)
    found = edited(copy("agentnet", tmp_path), change)
    assert the_actions(found) == [
        Click(point=point, count=2),
        Click(point=point, count=3),
        Click(point=point, button="right"),
        Click(point=point, button="middle"),
        Drag(start=None, end=point),
        PressKeys(keys=("escape",)),
        PressKeys(keys=("ctrl", "enter")),
        Scroll(direction="right", amount=0.2),
        Scroll(direction="up", amount=1.0),
        Wait(),
        Finish(success=False),
        TypeText(text="a\n"),
    ]
    assert steps(found)[0].truth.options[1][0].action == PressKeys(keys=("enter",))


def test_bad_steps_of_agentnet_are_named(tmp_path: Path) -> None:
    def change(content: dict[str, Any]) -> None:
        one, two, three, four, five, six, seven = content["steps"]
        one["ground_truth_actions"] = []
        two["ground_truth_actions"][0]["type"] = "sing"
        three["image"] = "../secret.png"
        four["image"] = "absent.png"
        del five["ground_truth_actions"][0]["params"]["position"]
        six["ground_truth_actions"] = [{"type": "press", "params": {"keys": ["hyperspace"]}}]
        seven["alternative_options"] = "other"

    told = reasons(edited(copy("agentnet", tmp_path), change))
    assert len(told) == 7
    assert told[1] == "no action of pyautogui's is called 'sing' here"
    assert told[2] == "the picture's name leads elsewhere: '../secret.png'"
    assert told[3] == "there is no picture 'absent.png'"
    assert told[4] == "its action has no position"
    assert "hyperspace" in told[5]


# ---------------------------------------------------------------- run folders and lines


def test_run_folders(tmp_path: Path) -> None:
    folder = write_run(tmp_path, [step(0), step(1, action=None), step(2, action=Finish())])
    found = list(read("runs", tmp_path))
    assert [f.place.index for f in found] == [0, 1, 2]
    assert reasons(found) == ["it has no readable action"]
    first = found[0]
    assert isinstance(first, RecordedStep)
    assert first.truth.recorded.action == CLICK
    assert first.truth.tags == {"app": "com.example", "end": "done"}
    assert first.goal == "open settings"
    assert first.observation.picture.array.shape == (40, 24, 3)
    assert next(iter(read("runs", folder))).place.episode == folder.name
    journal = folder / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-5])
    assert "could not be read" in reasons(list(read("runs", folder)))[-1]


def test_lines_are_read_as_they_were_written(tmp_path: Path) -> None:
    original = steps(list(read("aitz", sets.DATA / "aitz")))
    with (tmp_path / "steps.jsonl").open("wb") as file:
        for s in original:
            (tmp_path / f"{s.place.index}.png").write_bytes(s.observation.picture.png)
            file.write(write_line(s, f"{s.place.index}.png"))
    again = steps(list(read("lines", tmp_path)))
    assert [(s.place, s.goal, s.instruction, s.truth) for s in again] == [
        (s.place, s.goal, s.instruction, s.truth) for s in original
    ]
    assert np.array_equal(again[1].observation.picture.array, original[1].observation.picture.array)


def test_bad_lines_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    (one, *_) = steps(list(read("aitz", sets.DATA / "aitz")))
    (tmp_path / "a.png").write_bytes(one.observation.picture.png)
    good = write_line(one, "a.png")
    lines = [good, b"{}\n", b"\n", b"nonsense\n", good.replace(b"a.png", b"/etc/a.png"), good[: len(good) // 2]]
    sets.write(tmp_path / "steps.jsonl", b"".join(lines))
    found = list(read("lines", tmp_path))
    assert [isinstance(f, RecordedStep) for f in found] == [True, False, False, False, False]
    assert [f.place.episode for f in found if isinstance(f, Unread)][:2] == ["line 2", "line 4"]
    assert "leads elsewhere" in reasons(found)[2]


# ---------------------------------------------------------------- AITW and AndroidControl


@pytest.mark.parametrize("packed", [True, False])
def test_aitw(tmp_path: Path, packed: bool) -> None:
    records = [
        sets.aitw_record(0, 4, touch=(0.25, 0.75), lift=(0.25, 0.75), packed=packed),
        sets.aitw_record(1, 4, touch=(0.75, 0.5), lift=(0.25, 0.5), packed=packed),
        sets.aitw_record(2, 3, text="six", packed=packed),
        *(sets.aitw_record(3 + i, kind, packed=packed) for i, kind in enumerate((5, 6, 7, 10, 11))),
    ]
    sets.write_tfrecord(tmp_path / "general" / "general-00000-of-00321", records)
    found = steps(list(read("aitw", tmp_path)))
    assert [s.truth.recorded.action for s in found] == [
        Click(point=Point(0.75, 0.25)),
        Scroll(direction="down", point=Point(0.5, 0.75), amount=0.5),
        TypeText(text="six"),
        *(Button(name=n) for n in ("back", "home", "enter")),
        Finish(),
        Finish(success=False),
    ]
    assert found[1].truth.recorded.finger == (Point(0.5, 0.75), Point(0.5, 0.25))
    (box,) = found[0].truth.elements
    assert [round(n, 6) for n in box] == [0.2, 0.1, 0.6, 0.4]
    assert found[0].truth.tags == {"subset": "general"}
    assert (found[1].place.episode, found[1].place.index, found[1].place.length) == ("77", 1, 8)
    assert (found[2].observation.picture.array == 2).all()
    assert found[2].observation.size == Size(20, 40)


def test_bad_records_of_aitw_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    good = sets.aitw_record(0, 10)
    bad = [
        sets.aitw_record(1, 2),
        sets.aitw_record(8, 10),
        good.replace(b"image/height", b"image/hoehe!"),
        b"\x0a\xff",
        sets.example({"episode_id": [b"1"]}),
    ]
    sets.write_tfrecord(tmp_path / "general-00000-of-00001", [good, *bad, good])
    found = list(read("aitw", tmp_path))
    assert [isinstance(f, RecordedStep) for f in found] == [True, False, False, False, False, False, True]
    assert reasons(found) == [
        "its action type 2 is none of 3 to 7, 10, 11",
        "it is said to be step 8 of 8",
        "there is no image/height",
        "a number is cut off",
        "there is no step_id",
    ]


def test_android_control(tmp_path: Path) -> None:
    inner, outer = sets.node(10, 20, 30, 40), sets.node(0, 0, 100, 100, flags=(23, 14))
    hidden, icon = sets.node(12, 22, 20, 30, flags=(14,)), sets.node(50, 100, 90, 140, text="Clock", flags=(23,))
    tree = sets.forest(outer, inner, hidden, icon)
    actions: list[dict[str, object]] = [
        {"action_type": "click", "x": 15, "y": 25},
        {"action_type": "long_press", "x": 95, "y": 195},
        {"action_type": "scroll", "direction": "down"},
        {"action_type": "open_app", "app_name": "clock"},
        {"action_type": "input_text", "text": "six"},
        {"action_type": "type", "text": "six", "x": 1, "y": 1},
        {"action_type": "navigate_home"},
        {"action_type": "navigate_back"},
        {"action_type": "wait"},
    ]
    record = sets.android_control_record(actions, trees=[tree] * 10)
    sets.write_tfrecord(tmp_path / "android_control-00000-of-00020", [record])
    found = steps(list(read("android_control", tmp_path)))
    assert [s.truth.recorded.action for s in found] == [
        Click(point=Point(0.155, 0.1275)),
        LongPress(point=Point(0.955, 0.9775)),
        Scroll(direction="down"),
        OpenApp(name="clock"),
        TypeText(text="six"),
        TypeText(text="six", submit=True),
        Button(name="home"),
        Button(name="back"),
        Wait(),
    ]
    assert found[0].truth.recorded.areas == ((0.0, 0.0, 1.0, 0.5), (0.1, 0.1, 0.3, 0.2))  # the hidden one isn't there
    assert found[1].truth.recorded.areas == ()
    assert found[3].truth.recorded.areas == ((0.5, 0.5, 0.9, 0.7),)
    assert len(found[0].truth.elements) == 3
    assert (found[4].goal, found[4].instruction) == ("Set an alarm for six", "do 4")
    assert (found[4].place.episode, found[4].place.index, found[4].place.length) == ("42", 4, 9)
    assert found[4].observation.picture.array[0, 0, 0] == 4


def test_bad_parts_of_android_control_are_named(tmp_path: Path) -> None:
    actions: list[dict[str, object]] = [
        {"action_type": "dance"},
        {"action_type": "click", "x": 500, "y": 5},
        {"action_type": "wait"},
    ]
    trees = [sets.forest(), sets.forest(), b"\xff\xff"]
    records = [sets.android_control_record(actions, trees=trees), sets.android_control_record([]), sets.example({})]
    sets.write_tfrecord(tmp_path / "android_control-00000-of-00020", records)
    told = reasons(list(read("android_control", tmp_path)))
    assert len(told) == 5
    assert "dance" in told[0]
    assert told[1] == "its place 5.005, 0.0275 lies outside the screen"
    assert told[2] == "a number is cut off"
    assert told[3:] == ["the episode has no actions", "there is no episode_id"]


# ---------------------------------------------------------------- GUI-Odyssey


def odyssey(root: Path, made: Sequence[dict[str, object]], *, length: int | None = None) -> list[Found]:
    sets.write(root / "screenshots" / "1_0.png", sets.png())
    episode = {
        "episode_id": "1",
        "device_info": {"device_name": "Pixel Fold", "w": 100, "h": 200},
        "task_info": {"category": "General_Tool", "instruction": "Set an alarm"},
        "step_length": len(made) if length is None else length,
        "steps": [{"screenshot": "1_0.png", "ps": "", **s} for s in made],
    }
    sets.write(root / "annotations" / "1.json", episode)
    sets.write(root / "splits" / "random_split.json", {"train": [], "test": ["1"]})
    return list(read("odyssey", root))


def test_odyssey(tmp_path: Path) -> None:
    box = [100, 200, 300, 400]
    made: list[dict[str, object]] = [
        {"action": "CLICK", "info": [[500, 250], [500, 250]], "sam2_bbox": box, "low_level_instruction": "tap"},
        {"action": "CLICK", "info": "KEY_APPSELECT", "sam2_bbox": None},
        {"action": "LONG_PRESS", "info": [[500, 1000], [500, 1000]], "sam2_bbox": []},
        {"action": "SCROLL", "info": [[500, 800], [480, 300]]},
        {"action": "TEXT", "info": "six"},
        {"action": "COMPLETE", "info": ""},
        {"action": "INCOMPLETE", "info": ""},
        {"action": "BACK", "info": ""},
    ]
    found = steps(odyssey(tmp_path, made))
    assert [s.truth.recorded.action for s in found] == [
        Click(point=Point(0.5, 0.25)),
        Button(name="recents"),
        LongPress(point=Point(0.5, 1.0)),
        Scroll(direction="down", point=Point(0.5, 0.8), amount=0.5),
        TypeText(text="six"),
        Finish(),
        Finish(success=False),
        Button(name="back"),
    ]
    assert found[0].truth.recorded.areas == ((0.1, 0.2, 0.3, 0.4),)
    assert found[3].truth.recorded.finger == (Point(0.5, 0.8), Point(0.48, 0.3))
    assert found[0].truth.tags == {"category": "General_Tool", "device": "Pixel Fold"}
    assert (found[0].goal, found[0].instruction, found[1].instruction) == ("Set an alarm", "tap", None)


def test_bad_steps_of_odyssey_are_named(tmp_path: Path) -> None:
    made: list[dict[str, object]] = [
        {"action": "CLICK", "info": "KEY_COFFEE"},
        {"action": "SCROLL", "info": [[5, 5], [5, 5]]},
        {"action": "TEXT", "info": [[5, 5]]},
        {"action": "CLICK", "info": [[5000, 5]]},
        {"action": "WAIT", "info": "", "screenshot": "gone.png"},
    ]
    told = reasons(odyssey(tmp_path, made, length=6))
    assert told[0] == "a click on 'KEY_COFFEE', which is none of KEY_HOME, KEY_BACK, KEY_APPSELECT"
    assert told[1] == "its scroll ends where it began"
    assert told[2].startswith("its action TEXT of")
    assert told[3] == "its place 5, 0.005 lies outside the screen"
    assert told[4] == "there is no picture 'gone.png'"
    assert told[5] == "the episode's file has 5 of 6 steps"


# ---------------------------------------------------------------- grounding


def test_screenspot_in_its_three_forms(tmp_path: Path) -> None:
    sets.write(tmp_path / "images" / "win" / "a.png", sets.png(200, 100))
    common = {"img_filename": "win/a.png", "instruction": "close"}
    old = {**common, "bbox": [20, 10, 40, 20], "data_type": "icon", "data_source": "windows"}
    pro = {**common, "bbox": [20, 10, 60, 30], "img_size": [200, 100], "ui_type": "icon", "group": "CAD"}
    sets.write(tmp_path / "screenspot_desktop.json", [old, {**old, "data_source": "ios"}, {"bbox": [1]}])
    sets.write(tmp_path / "annotations" / "cad.json", [pro])
    found = list(read("screenspot", tmp_path))
    assert len(reasons(found)) == 1
    pro_step, old_step, phone = (f for f in found if isinstance(f, RecordedStep))
    assert pro_step.truth.recorded.areas == old_step.truth.recorded.areas == ((0.1, 0.1, 0.3, 0.3),)
    assert (old_step.platform, phone.platform) == ("desktop", "mobile")
    assert pro_step.truth.tags == {"type": "icon", "group": "CAD"}
    assert (old_step.place.index, old_step.place.length) == (0, 1)
    assert len({f.place.episode for f in found}) == 4


def test_osworld_g(tmp_path: Path) -> None:
    sets.write(tmp_path / "images" / "a.png", sets.png(200, 100))
    common = {"image_path": "a.png", "image_size": [200, 100], "instruction": "close", "GUI_types": ["Icon"]}
    items = [
        {**common, "id": "1", "box_type": "bbox", "box_coordinates": [20, 10, 40, 20]},
        {**common, "id": "2", "box_type": "polygon", "box_coordinates": [0, 0, 100, 0, 0, 50]},
        {**common, "id": "3", "box_type": "refusal", "box_coordinates": [-1, -1, -1, -1]},
        {**common, "id": "4", "box_type": "polygon", "box_coordinates": [0, 0, 100]},
        {**common, "id": "5", "box_type": "bbox", "box_coordinates": [0, 0, 100]},
    ]
    sets.write(tmp_path / "OSWorld-G.json", items)
    found = list(read("osworld_g", tmp_path))
    box, polygon, refusal = (f.truth.recorded for f in found if isinstance(f, RecordedStep))
    assert [round(n, 9) for n in box.areas[0]] == [0.1, 0.1, 0.3, 0.3]
    assert polygon.outline == (Point(0, 0), Point(0.5, 0), Point(0, 0.5))
    assert refusal.action == Finish(success=False)
    assert [r[:11] for r in reasons(found)] == ["its polygon", "its box has"]


# ---------------------------------------------------------------- Mind2Web


def web_row(index: int, operation: dict[str, str], boxes: Sequence[str], **more: object) -> dict[str, object]:
    candidates = [
        json.dumps({"tag": "a", "attributes": json.dumps({"bounding_box_rect": b}), "is_original_target": i == 1})
        for i, b in enumerate(boxes)
    ]
    return {
        "action_uid": str(index),
        "annotation_id": "task",
        "confirmed_task": "Book a flight",
        "operation": json.dumps(operation),
        "pos_candidates": candidates,
        "screenshot": {"bytes": sets.jpeg(), "path": None},
        "action_reprs": ["a", "b", "c"],
        "target_action_index": str(index),
        "target_action_reprs": "[link] -> CLICK",
        "raw_html": "<html>" * 1000,
        "website": "united",
        "domain": "Travel",
        **more,
    }


def write_parquet(path: Path, rows: Sequence[dict[str, object]]) -> None:
    parquet.write_table(pa.Table.from_pylist(list(rows)), path)  # pyright: ignore


def test_mind2web(tmp_path: Path) -> None:
    rows = [
        web_row(0, {"op": "CLICK", "original_op": "HOVER", "value": ""}, ["0,0,1,1", "10,20,30,40"]),
        web_row(1, {"op": "TYPE", "original_op": "TYPE", "value": "Boston"}, ["10,20,30,40"]),
        web_row(2, {"op": "CLICK", "value": ""}, []),
        web_row(2, {"op": "CLICK", "value": ""}, ["10,20,30,40"], screenshot=None),
        web_row(2, {"op": "CLICK", "value": ""}, ["-1,-1,-1,-1"]),
    ]
    write_parquet(tmp_path / "test_task-00000.parquet", rows)
    found = list(read("mind2web", tmp_path))
    hovered, typed = (f for f in found if isinstance(f, RecordedStep))
    assert hovered.truth.recorded.areas == typed.truth.recorded.areas == ((0.1, 0.1, 0.4, 0.3),)
    assert [r.action.kind for r in typed.truth.options[0]] == ["click", "type_text"]
    assert typed.truth.tags["operation"] == "TYPE"
    assert (typed.place.episode, typed.place.index, typed.place.length) == ("task", 1, 3)
    assert typed.observation.picture.array.shape == (200, 100, 3)
    assert typed.observation.picture.png.startswith(b"\x89PNG")
    assert [r[:12] for r in reasons(found)] == ["it names no ", "screenshot: ", "its element "]
    recorded = Prediction(tuple(r.action for r in typed.truth.options[0]))
    assert protocol("mind2web")(typed.truth, recorded).exact_match


def test_a_damaged_parquet_file_is_one_unread(tmp_path: Path) -> None:
    write_parquet(tmp_path / "a.parquet", [web_row(0, {"op": "CLICK", "value": ""}, ["10,20,30,40"])])
    data = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "a.parquet").write_bytes(data[: len(data) // 2])
    assert "no whole Parquet file" in reasons(list(read("mind2web", tmp_path)))[0]


# ---------------------------------------------------------------- all of them


def test_an_unknown_name_and_an_empty_folder_are_usage_errors(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'odyssey'"):
        read("odysey", tmp_path)
    with pytest.raises(UsageError, match="is not there"):
        read("aitz", tmp_path / "absent")
    for name in DATASETS:
        with pytest.raises(UsageError, match="holds no"):
            list(read(name, tmp_path))


def test_every_data_set_has_protocols_that_there_are() -> None:
    for name, dataset in DATASETS.items():
        assert set(dataset.protocols) <= set(PROTOCOLS), name
