"""The same step with another text to be typed."""

from __future__ import annotations

import re
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.types import TypeText
from tests.training.conftest import Made
from training import lessons
from training.lessons import DIALECT, REWORDED, episode, written
from training.rewording import COORDINATES, Wording, reworded
from training.view import SEEN

STEPS = 'Actions taken so far:\n1. I look for Bank; I see it and open it. Tap {"point": (501,175)}\n'


def others(told: str, thought: str, typed: str, shown: tuple[str, ...] = (), count: int = 20) -> list[Wording]:
    return list(reworded(Wording(told, thought, TypeText(text=typed)), shown, Random(1), count))


@pytest.mark.parametrize(
    ("task", "typed", "told", "wanted"),
    [
        ("Send Emma €153,000.61 now.", "153000.61", r"Send Emma €(\d{3},\d{3}\.\d\d) now\.", r"[1-9]\d{5}\.\d\d"),
        ("Her number is (237) 555-0107.", "2375550107", r"Her number is (\(\d{3}\) \d{3}-\d{4})\.", r"[1-9]\d{9}"),
        ("The PIN is 0195.", "0195", r"The PIN is (\d{4})\.", r"\d{4}"),
        ("At 19:00 sharp.", "19:00", r"At (\d\d:\d\d) sharp\.", r"\d\d:\d\d"),
        ("To account SB97 8041 0549.", "SB97 8041 0549", r"To account (SB\d\d \d{4} \d{4})\.", r"SB\d\d \d{4} \d{4}"),
    ],
)
def test_a_number_becomes_another_written_as_it_was(task: str, typed: str, told: str, wanted: str) -> None:
    texts: set[str] = set()
    for other in others(f"{task}\n{STEPS}", "I type.", typed):
        found = re.fullmatch(told, other.told.removesuffix(f"\n{STEPS}"))
        assert found is not None
        assert re.fullmatch(wanted, other.action.text)
        assert re.sub(r"\D", "", found[1]) == re.sub(r"\D", "", other.action.text)
        texts.add(other.action.text)
    assert len(texts) > 10


def test_a_text_becomes_another_wherever_it_was_told() -> None:
    told = f'Add “Trip” to the Tripoli list.\n{STEPS}2. I type Trip. Type {{"text": "Trip"}}\n'
    found = others(told, "I type Trip again.", "Trip")
    assert len({other.action.text for other in found}) == len(found) > 10
    for other in found:
        text = other.action.text
        assert other.told == told.replace("Trip", text).replace(f"{text}oli", "Tripoli")
        assert other.thought == f"I type {text} again."


@pytest.mark.parametrize(
    ("told", "typed", "shown"),
    [
        ("Add milk.", "milk", ("Buy milk",)),  # the picture shows it
        ("Add milk.", "bread", ()),  # it was told nowhere
        ("Add milkshake.", "milk", ()),  # nor here
        ("Add x.", "x", ()),
        ("Type 501. I tap (501, 175).", "501", ()),  # as a coordinate
        ('Add say "hi".', 'say "hi"', ()),
        ("Type 12.", "12", ()),  # as a step is numbered
        ("Call (237) 555-0107, that is 237-555-0107.", "2375550107", ()),  # told in two ways
        ("Send €1,329.72.", "1329.72", ("Available €1,329.72",)),
        ("Come at 19:305 with 305.", "19", ()),
    ],
)
def test_what_could_be_seen_or_mistaken_stays(told: str, typed: str, shown: tuple[str, ...]) -> None:
    assert others(told, "I type.", typed, shown) == []


def test_a_file_keeps_its_ending_and_an_address_its_form() -> None:
    for told in ("Call it A-B.TXT now.", "Write to bear.paw88@mail.example now."):
        (typed,) = re.findall(r"\S+\.\w+|\S+@\S+", told)
        found = others(f"{told}\n{STEPS}", "I type.", typed)
        assert len(found) > 10
        for other in found:
            assert typed not in other.told
            assert re.sub(r"\w+", "", other.action.text) == re.sub(r"\w+", "", typed)


@given(st.text(max_size=30), st.text(max_size=90), st.text(max_size=30), st.integers(0, 999))
def test_no_text_breaks_it(before: str, typed: str, after: str, seed: int) -> None:
    told = f"{before}{typed}{after}\n{STEPS}"
    for other in reworded(Wording(told, f"I type {typed}.", TypeText(text=typed)), (), Random(seed), 3):
        assert COORDINATES.findall(other.told) == COORDINATES.findall(told)
        assert DIALECT.parse(written(other.thought, other.action), SEEN).actions == (other.action,)


def test_screens_on_which_something_is_typed_come_with_others(made: Made) -> None:
    count = 0
    for scene in made.scenes:
        is_typed = isinstance(DIALECT.parse(scene.step.reply, SEEN).actions[0], TypeText)
        assert len(scene.reworded) == (REWORDED if is_typed else 0)
        count += is_typed
        for step in scene.reworded:
            (action,) = DIALECT.parse(step.reply, SEEN).actions
            assert isinstance(action, TypeText)
            assert action.text in step.ask
            assert step.ask != scene.told
        assert len({step.reply for step in scene.reworded}) in (0, REWORDED)
    assert count


def test_they_are_the_same_each_time_and_leave_the_rest_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (list(episode("send_message", 10_007)) for _ in range(2))
    assert any(scene.reworded for scene in first)
    assert [scene.reworded for scene in first] == [scene.reworded for scene in second]
    monkeypatch.setattr(lessons, "REWORDED", 0)
    plain = list(episode("send_message", 10_007))
    assert not any(scene.reworded for scene in plain)
    for scene, other in zip(first, plain, strict=True):
        assert (scene.told, scene.step, scene.questions) == (other.told, other.step, other.questions)
        assert np.array_equal(scene.picture, other.picture)
