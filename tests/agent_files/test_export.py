"""Recorded runs as training data: what is taught is what was done, and points at the same spot of the saved picture."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from actions.errors import UsageError
from actions.geometry import Point, Size, distance, from_pixel
from actions.types import Action, AskUser, Button, CallTool, Click, Finish, LongPress, Scroll, TypeText, Wait
from agent.cli.main import app
from agent.evaluation.datasets import read
from agent.evaluation.step import RecordedStep
from agent.export.folder import Target, write_folder
from agent.export.formats import FORMATS, Format
from agent.export.source import of_run, of_steps
from agent.journal import Journal
from agent.models.family import FAMILIES, Family, by_dialect
from agent.run_folder import Run, read_run
from environments.base import DONE, Observation, Outcome
from environments.episode import Episode, Step
from environments.picture import Picture
from prompts.dialects import by_name, names
from tests.agent_files.runs import ABOUT
from tests.evaluation.sets import DATA

SCREEN = Size(270, 600)
SPOT = from_pixel(200, 450, SCREEN)
PHONE = {"platform": "mobile", "actions": "click,drag,long_press,open_app,press_keys,button,scroll,type_text"}
TAUGHT = sorted({f.dialect for f in FAMILIES if f.role == "agent"} & {*names()})


def screen(spot: Point = SPOT) -> Picture:
    """Grey, with a red square around the spot."""
    array = np.full((SCREEN.height, SCREEN.width, 3), 128, np.uint8)
    x, y = round(spot.x * 270 - 0.5), round(spot.y * 600 - 0.5)
    array[y - 12 : y + 13, x - 12 : x + 13] = (255, 0, 0)
    return Picture(array)


def did(index: int, action: Action | None, outcome: Outcome | None = DONE, *, changed: bool | None = True) -> Step:
    seen = Observation(screen(), 100.0 + index)
    return Step(index, seen, (), f"thought {index}", action, outcome, seen=SCREEN, changed=changed)


def recorded(root: Path, steps: Sequence[Step], *, end: str = "done", about: dict[str, str] = PHONE) -> Run:
    episode = Episode("open settings", list(steps), end)  # type: ignore[arg-type]
    with Journal.create(root, task=episode.task, about={**ABOUT, **about}) as journal:
        for step in steps:
            journal.begin(step.index, step.observation)
            journal.step(step)
        journal.end(episode)
    return read_run(journal.folder)


def family(dialect: str) -> Family:
    found = by_dialect(dialect)
    assert found is not None
    return found


def rows(folder: Path, format: Format) -> list[dict[str, Any]]:  # noqa: A002
    if format == "qwen-vl":
        return json.loads((folder / "train.json").read_text("utf-8"))
    return [json.loads(line) for line in (folder / "train.jsonl").read_text("utf-8").splitlines()]


STEPS = [
    did(0, Click(point=SPOT)),
    did(1, TypeText(text="grüße <image> 密码 ✿ARGS✿")),
    did(2, Scroll(direction="down")),
    did(3, LongPress(point=SPOT)),
    did(4, Wait(seconds=2), changed=False),
    did(5, Button(name="back")),
    did(6, Finish(message="it is on")),
]


@pytest.mark.parametrize("dialect", TAUGHT)
def test_what_is_taught_is_what_was_done_in_every_dialect(dialect: str, tmp_path: Path) -> None:
    run = recorded(tmp_path / "runs", STEPS)
    target = Target("ms-swift", dialect, family(dialect), max_pixels=400_000)
    summary = write_folder(tmp_path / "out", [of_run(run)], target)
    assert summary.examples + summary.left_out.total() == len(STEPS)
    reader = by_name(dialect)("mobile", space=target.family.space)
    seen = target.resize(SCREEN)
    said = [row["messages"][-1]["content"] for row in rows(tmp_path / "out", "ms-swift")]
    read = [reader.parse(text, seen).actions[0] for text in said]
    sayable = [s.action for s in STEPS if s.action is not None and s.action.kind in reader.kinds()]
    assert [a.kind for a in read] == [a.kind for a in sayable]
    assert summary.examples >= 4, "a click, a text, a scroll and the end are in every family's words"
    click = read[0]
    assert isinstance(click, Click)
    with Image.open(
        tmp_path / "out" / "images" / sorted(p.name for p in (tmp_path / "out" / "images").iterdir())[0]
    ) as shown:
        assert shown.size == (seen.width, seen.height)
        x, y = round(click.point.x * shown.width), round(click.point.y * shown.height)
        assert shown.convert("RGB").getpixel((x, y)) == (255, 0, 0), "the written point lies on what was tapped"


@pytest.mark.parametrize("format", FORMATS)
def test_every_picture_has_its_place_in_the_text(format: Format, tmp_path: Path) -> None:  # noqa: A002
    run = recorded(tmp_path / "runs", STEPS)
    summary = write_folder(tmp_path / "out", [of_run(run)], Target(format, "qwen2_5_vl", family("qwen2_5_vl")))
    made = rows(tmp_path / "out", format)
    assert len(made) == summary.examples == len(STEPS)
    for row in made:
        images = row["image" if format == "qwen-vl" else "images"]
        turns = row["conversations" if format == "qwen-vl" else "messages"]
        texts = [t["value" if format == "qwen-vl" else "content"] for t in turns]
        assert sum(t.count("<image>") for t in texts) == len(images)
        assert all((tmp_path / "out" / image).is_file() for image in images)
        speakers = [t["from" if format == "qwen-vl" else "role"] for t in turns]
        assert speakers == (["human", "gpt"] if format == "qwen-vl" else ["system", "user", "assistant"])
    assert (tmp_path / "out" / "dataset_info.json").exists() == (format == "llama-factory")


def test_the_header_says_how_to_read_the_rows(tmp_path: Path) -> None:
    run = recorded(tmp_path / "runs", STEPS)
    write_folder(
        tmp_path / "out", [of_run(run)], Target("qwen-vl", "qwen2_5_vl", family("qwen2_5_vl"), max_pixels=100_000)
    )
    header = json.loads((tmp_path / "out" / "export.json").read_text())
    assert header["coordinates"]["space"] == "absolute"
    assert header["pictures"]["train_with"]["max_pixels"] == 100_000
    (size,) = header["pictures"]["sizes"]
    with Image.open(next((tmp_path / "out" / "images").iterdir())) as shown:
        assert size == f"{shown.width}x{shown.height}"
    assert header["examples"] == len(STEPS)


def test_what_teaches_nothing_is_left_out_and_counted(tmp_path: Path) -> None:
    steps = [
        did(0, Click(point=SPOT)),
        did(1, Click(point=SPOT), changed=False),
        did(2, Click(point=SPOT), Outcome("failed", "no")),
        did(3, Click(point=SPOT), Outcome("unknown", "lost")),
        did(4, CallTool(name="look", arguments={})),
        did(5, None, None),
        did(6, AskUser(question="Which?"), changed=None),
    ]
    summary = write_folder(
        tmp_path / "out", [of_run(recorded(tmp_path / "r", steps))], Target("ms-swift", "qwen2_vl", family("qwen2_vl"))
    )
    assert summary.examples == 2
    assert summary.left_out == {
        "nothing visible changed": 1,
        "outcome failed": 1,
        "outcome unknown": 1,
        "calls a tool, whose description is not recorded": 1,
        "no readable action": 1,
    }
    prompts = [row["messages"][0]["content"] for row in rows(tmp_path / "out", "ms-swift")]
    assert all("AskUser" in p for p in prompts), "where somebody was asked, asking was offered"


def test_several_screenshots_are_saved_once_each(tmp_path: Path) -> None:
    clicks = [did(i, Click(point=SPOT)) for i in range(5)]
    summary = write_folder(
        tmp_path / "o",
        [of_run(recorded(tmp_path / "r", clicks))],
        Target("ms-swift", "gui_owl_1_5", family("gui_owl_1_5")),
    )
    assert summary.pictures == len(list((tmp_path / "o" / "images").iterdir())) == 5
    made = rows(tmp_path / "o", "ms-swift")
    assert [len(row["images"]) for row in made] == [1, 2, 3, 4, 5]


def test_nothing_half_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = recorded(tmp_path / "runs", STEPS)
    (run.folder / "0003.png").write_bytes(b"no picture")
    target = Target("ms-swift", "qwen2_vl", family("qwen2_vl"))
    with pytest.raises(Exception, match="not the one that was written"):
        write_folder(tmp_path / "made" / "out", [of_run(run)], target)
    assert list((tmp_path / "made").iterdir()) == []
    (tmp_path / "there").mkdir()
    with pytest.raises(UsageError, match="there already"):
        write_folder(tmp_path / "there", [of_run(run)], target)


def command(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["export", *map(str, arguments)])
    error = result.exception
    return (error.exit_code if isinstance(error, UsageError) else result.exit_code), f"{result.output}{error or ''}"


def test_the_command_says_what_it_wrote(tmp_path: Path) -> None:
    recorded(tmp_path / "runs", STEPS)
    recorded(tmp_path / "runs", STEPS, end="not_done")
    code, said = command(tmp_path / "runs", "--out", tmp_path / "a", "--dialect", "qwen3_vl")
    assert (code, said) == (0, f"{tmp_path / 'a'}: 7 examples of 1 episodes in qwen3_vl\n")
    code, said = command(tmp_path / "runs", "--out", tmp_path / "b", "--all", "--json")
    assert code == 0
    assert json.loads(said)["examples"] == 14


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--format", "swift"], "no training format is called 'swift'; there are llama-factory, ms-swift, qwen-vl"),
        (["--dialect", "nothing"], "no dialect is called 'nothing'"),
        (["--language", "fr"], "no prompt is written in 'fr'"),
    ],
)
def test_wrong_options_are_told_in_a_line(arguments: list[str], told: str, tmp_path: Path) -> None:
    recorded(tmp_path / "runs", STEPS)
    code, said = command(tmp_path / "runs", "--out", tmp_path / "a", *arguments)
    assert code == 2
    assert told in said
    assert not (tmp_path / "a").exists()


def test_runs_that_teach_nothing_are_told(tmp_path: Path) -> None:
    recorded(tmp_path / "failed", STEPS, end="limit")
    code, said = command(tmp_path / "failed", "--out", tmp_path / "a")
    assert code == 2
    assert "none of the 1 runs ended with success" in said
    recorded(tmp_path / "still", [did(0, Click(point=SPOT), changed=False)])
    code, said = command(tmp_path / "still", "--out", tmp_path / "a")
    assert code == 2
    assert re.search(r"none of the steps can be exported: 1 × nothing visible changed", said)
    code, said = command(tmp_path / "nowhere", "--out", tmp_path / "a")
    assert code == 2
    assert "is no run folder" in said
    old = recorded(tmp_path / "old", STEPS, about={})
    code, said = command(old.folder, "--out", tmp_path / "a")
    assert code == 2
    assert "doesn't say what it was recorded on" in said


def test_history_is_told_as_the_taught_family_saw_it(tmp_path: Path) -> None:
    """The size at which another family saw a screen must not turn up in the past."""
    steps = [replace(did(i, Click(point=SPOT)), seen=Size(1000, 1000)) for i in range(2)]
    write_folder(
        tmp_path / "o",
        [of_run(recorded(tmp_path / "r", steps))],
        Target("ms-swift", "qwen2_5_vl", family("qwen2_5_vl")),
    )
    first, second = rows(tmp_path / "o", "ms-swift")
    (written,) = re.findall(r'"coordinate": (\[\d+, ?\d+\])', first["messages"][-1]["content"])
    assert written in second["messages"][1]["content"]


@pytest.mark.parametrize("dialect", ["qwen2_vl", "qwen2_5_vl", "ui_tars_1_5"])
@pytest.mark.parametrize("dataset", ["aitz", "agentnet"])
def test_a_data_set_is_taught_in_any_dialect(dataset: str, dialect: str, tmp_path: Path) -> None:
    """What is taught is read back as the recorded action, on the picture that was saved."""
    steps = [s for s in read(dataset, DATA / dataset) if isinstance(s, RecordedStep)]
    platform = steps[0].platform
    target = Target("ms-swift", dialect, family(dialect))
    summary = write_folder(tmp_path / "o", of_steps(read(dataset, DATA / dataset)), target)
    assert summary.examples > 1
    assert summary.examples + summary.left_out.total() == len(steps)
    spoken = by_name(dialect)(platform, space=family(dialect).space)
    left = [s.truth.recorded.action for s in steps]
    for row in rows(tmp_path / "o", "ms-swift"):
        with Image.open(tmp_path / "o" / row["images"][-1]) as picture:
            (action,) = spoken.parse(row["messages"][-1]["content"], Size(*picture.size)).actions
        same = next(i for i, was in enumerate(left) if near(was, action))
        del left[: same + 1]  # in the order of the recording


def near(was: Action, said: Action) -> bool:
    if isinstance(was, Click) and isinstance(said, Click):
        return distance(was.point, said.point, SCREEN) < 0.005
    return was.kind == said.kind


def test_the_command_for_a_data_set(tmp_path: Path) -> None:
    export = ["export", str(DATA / "aitz"), "-d", "aitz", "-o", str(tmp_path / "out")]
    refused = CliRunner().invoke(app, export)
    assert "a data set is in no dialect" in str(refused.exception)
    done = CliRunner().invoke(app, [*export, "--dialect", "qwen3_vl", "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["episodes"], told["dialect"]) == (1, "qwen3_vl")
    assert told["examples"] + sum(told["left_out"].values()) == 4
