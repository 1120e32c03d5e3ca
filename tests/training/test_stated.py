"""What thoughts say to be so or not: where on the screen that is seen, and that it is looked at and not copied."""

from __future__ import annotations

import pytest

from actions.geometry import Box, Rect, Size
from environments.phone.nodes import Node
from environments.phone.tasks.eyes import STATED
from tests.training.conftest import Made
from training.encoding import AIMS, LOOKS, NOWHERE, READS, STATES, Encoder
from training.lessons import Scene, episode
from training.stated import stated
from training.worlds import TRAINING

SIZE = Size(100, 100)


def node(rect: tuple[int, int, int, int], text: str, description: str = "", *, checkable: bool = True) -> Node:
    return Node(rect=Rect(*rect), text=text, description=description, checkable=checkable)


def said(thought: str, nodes: list[Node]) -> list[tuple[str, str, tuple[float, ...] | None]]:
    """Names, states and boxes."""
    return [(thought[slice(*s.name)], thought[slice(*s.state)], s.box) for s in stated(thought, nodes, SIZE)]


def test_each_thing_is_found_whose_state_is_said() -> None:
    nodes = [
        node((0, 0, 50, 10), "Red"),
        node((50, 0, 100, 10), "Blue"),
        node((0, 20, 10, 30), "", "Flash off", checkable=False),
        node((0, 40, 100, 50), "Red", checkable=False),
    ]
    thought = "Red should be on and is off; Blue should be off and is on. Flash should be on and is off. I save."
    assert said(thought, nodes) == [
        ("Red", "is off", (0.0, 0.0, 0.5, 0.1)),
        ("Blue", "is on", (0.5, 0.0, 1.0, 0.1)),
        ("Flash", "is off", (0.0, 0.2, 0.1, 0.3)),
    ]


def test_what_is_not_on_the_screen_is_nowhere() -> None:
    thought = "Red should be on and was. Slow should be on and is not here yet, so I scroll down."
    assert said(thought, []) == [("Red", "was", None), ("Slow", "is not here", None)]


def test_where_it_is_not_clear_what_is_meant_nothing_is_taught() -> None:
    twice = [node((0, 0, 50, 10), "Red"), node((50, 0, 100, 10), "Red")]
    assert said("Red should be on and is off; I tap it.", twice) == []
    assert said("Green should be on and is off; I tap it.", twice) == []
    assert said("Red should be on and was. I save.", twice) == []


def test_it_is_what_was_looked_for() -> None:
    alarms = [node((0, 0, 90, 10), "", "7:30, every day", checkable=False), node((90, 0, 100, 10), "", "7:30, off")]
    thought = "I look for 7:30; I see it. It should be on and is off; I tap its switch."
    assert said(thought, alarms) == [("", "is off", (0.9, 0.0, 1.0, 0.1))]


@pytest.mark.parametrize(
    ("thought", "wanted", "state"),
    [
        ("It should ring every Tuesday and Sunday and rings Tue; I tap Sun.", "every Tuesday and Sunday", "rings Tue"),
        ("It should be the front camera and is the back one; I switch.", "the front camera", "is the back one"),
        ("The hour should be 09 and is 08; I tap the hour 09.", "09", "is 08"),
    ],
)
def test_what_is_wanted_may_be_said_in_the_words_of_the_task(thought: str, wanted: str, state: str) -> None:
    match = STATED.search(thought)
    assert match is not None
    assert (match["wanted"], match["state"]) == (wanted, state)


def scenes(template: str) -> list[Scene]:
    return [s for seed in TRAINING[40:44] for s in episode(template, seed, disturbance=0) if s.step.stated]


@pytest.mark.parametrize(
    "template",
    [
        *("set_alarm", "take_picture", "shop_add", "quick_setting"),
        *("toggle_visible", "switch_alarm", "read_event", "change_choice"),
    ],
)
def test_a_state_is_looked_at_where_it_is_about_to_be_said_and_not_copied(template: str, made: Made) -> None:
    checked = 0
    for scene in scenes(template):
        encoder = Encoder(made.tokenizer, scene.system)
        spoken = encoder.speak(scene.told, [scene.step])
        for i, one in enumerate(scene.step.stated):
            what = NOWHERE if one.box is None else STATES + i
            look = READS if one.is_read else AIMS
            places = [p for p, taught in enumerate(spoken.taught) if taught == LOOKS * what + look]
            state = scene.step.reply[slice(*one.state)]
            assert state == made.tokenizer.decode([spoken.ids[p + 1] for p in places]).strip()
            assert all(spoken.source[p + 1] < 0 for p in places), "not taken from the task"
            checked += 1
    assert checked > 2


@pytest.mark.parametrize("template", ["set_alarm", "shop_add", "change_choice", "start_timer"])
def test_what_is_read_stands_in_its_box(template: str) -> None:
    read = 0
    for scene in scenes(template):
        for one in scene.step.stated:
            if one.is_read and one.box is not None:
                box = Box(*one.box)
                texts = [n.text for n in scene.nodes if n.text and n.rect.box(scene.size) == box]
                assert scene.step.reply[slice(*one.state)] in [text.removeprefix("Timer for ") for text in texts]
                read += 1
    assert read > 2
