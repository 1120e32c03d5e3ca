"""Whatever a data set's JSON holds in place of what belongs there: each step is read, or it is said why not."""

import json
import shutil
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.evaluation.datasets import read
from agent.evaluation.predictions import Predicted, UnreadStep
from agent.evaluation.protocols import PROTOCOLS
from agent.evaluation.step import Prediction, Unread
from tests.evaluation import sets
from tests.evaluation.strategies import predictions

odd = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(
        ("[1, 2]", "[[1e999, 0, 1, 1]]", "[" * 2000, "-1,-1,1,1", "../../etc/passwd", "\x00", "TEXT", "click")
    ),
    st.lists(st.integers(-5, 5000), max_size=5),
    st.dictionaries(st.sampled_from(("x", "y", "type", "params", "position")), st.integers(-5, 5), max_size=3),
)

COMMON = {"instruction": "close", "image_path": "a.png", "img_filename": "a.png", "image_size": [100, 200]}
MADE: dict[str, Any] = {
    "screenspot": [{**COMMON, "bbox": [1, 2, 3, 4], "img_size": [100, 200], "data_source": "ios", "ui_type": "icon"}],
    "osworld_g": [
        {**COMMON, "id": "1", "box_type": "bbox", "box_coordinates": [1, 2, 3, 4], "GUI_types": ["a"]},
        {**COMMON, "id": "2", "box_type": "polygon", "box_coordinates": [1, 2, 3, 4, 5, 6], "GUI_types": []},
    ],
    "odyssey": {
        "episode_id": "1",
        "task_info": {"instruction": "x", "category": "y"},
        "device_info": {"device_name": "z"},
        "step_length": 2,
        "steps": [
            {"screenshot": "a.png", "action": "CLICK", "info": [[1, 2], [1, 2]], "sam2_bbox": [1, 2, 3, 4]},
            {"screenshot": "a.png", "action": "SCROLL", "info": [[1, 2], [10, 20]], "sam2_bbox": None},
        ],
    },
}
SCREEN = {"from": "human", "value": "<image>", "screenshotBase64": b64encode(sets.png()).decode()}
BOX = {"start_box": "[0.1,0.2,0.1,0.2]", "end_box": "[0.3,0.4]", "direction": "up", "content": "a", "key": "ctrl a"}
MADE["ui_tars"] = {
    "instruction": "x",
    "systemPrompt": "click(start_box)",
    "conversations": [
        message
        for kind in ("click", "drag", "scroll", "type", "hotkey", "finished")
        for message in (SCREEN, {"from": "gpt", "predictionParsed": [{"action_type": kind, "action_inputs": BOX}]})
    ],
}
MADE["osworld"] = [
    {"instruction": "x", "initial_state": "images/a.png"},
    {"action": "pyautogui.click(1, 2)", "screenshot_file": "images/a.png"},
    {"action": {"action_type": "SCROLL", "dx": 0, "dy": -2}, "screenshot_file": "images/a.png"},
    {"action": {"action_type": "CLICK", "parameters": {"x": 1, "y": 2}}, "screenshot_file": "images/a.png"},
    {"action": {"action_type": "HOTKEY", "keys": ["ctrl", "a"]}, "screenshot_file": "images/a.png"},
    {"action": "DONE", "screenshot_file": "images/a.png"},
]
SETS = ("aitz", "agentnet", *MADE)
FILES = {"odyssey": "annotations/1.json", "osworld_g": "OSWorld-G.json", "osworld": "traj.jsonl"}


def written(path: Path, value: Any) -> bytes:
    """As JSON, or as lines of it."""
    lines = value if path.suffix == ".jsonl" and isinstance(value, list) else [value]  # pyright: ignore
    return "\n".join(map(json.dumps, lines)).encode()  # pyright: ignore


def paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """To everything within a JSON value, and to itself."""
    yield path
    inner: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()  # pyright: ignore
    for key, child in inner:
        yield from paths(child, (*path, key))


def put(value: Any, path: tuple[str | int, ...], new: object) -> Any:
    if not path:
        return new
    inside = value
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = new
    return value


@pytest.fixture(scope="module")
def roots(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Path]]:
    """The folder of each set, and its JSON file."""
    found: dict[str, tuple[Path, Path]] = {}
    for name in SETS:
        root = tmp_path_factory.mktemp(name)
        if name in MADE:
            sets.write(root / "images" / "a.png", sets.png())
            sets.write(root / "screenshots" / "a.png", sets.png())
            found[name] = root, sets.write(root / FILES.get(name, "a.json"), b"")
            found[name][1].write_bytes(written(found[name][1], MADE[name]))
        else:
            shutil.copytree(sets.DATA / name, root / name)
            found[name] = root, next(root.rglob("*.json"))
    return found


@pytest.mark.parametrize("dataset", SETS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), new=odd, prediction=predictions)
def test_any_value_anywhere(
    dataset: str, roots: dict[str, tuple[Path, Path]], data: st.DataObject, new: object, prediction: Prediction
) -> None:
    root, path = roots[dataset]
    whole = path.read_bytes()
    content = [json.loads(line) for line in whole.splitlines()] if path.suffix == ".jsonl" else json.loads(whole)
    place = data.draw(st.sampled_from(sorted(paths(content), key=str)))
    try:
        path.write_bytes(written(path, put(content, place, new)))
        found = list(read(dataset, root))
    finally:
        path.write_bytes(whole)
    for step in found:
        if isinstance(step, Unread):
            assert step.reason
            assert "\n" not in step.reason
            UnreadStep.of(step)
            continue
        line = Predicted(place=step.place, truth=step.truth, prediction=prediction)
        assert Predicted.model_validate_json(line.model_dump_json()).truth == step.truth
        for judge in PROTOCOLS.values():
            judge(step.truth, prediction)
