# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Where a word of a reply is copied from."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.training.conftest import Made
from training import encoding
from training.encoding import ASIDE, AT_HAND
from training.lessons import Turn


@pytest.mark.parametrize(
    ("asked", "past", "thought", "call", "source"),
    [
        ("Tap Wi-Fi now", "", "I see Wi-Fi", "Tap", [-1, -1, 1, 0]),
        ("say Hi to Bo", "", "I say Hi", "Hi", [-1, 0, 1, -1]),  # it stood twice, and nothing tells which is meant
        ("say Hi to Bo", "", "Now I say Hi", "I say Hi", [-1, -1, 0, 1, 5, 6, 7]),
        ("PIN 1 2 1 3", "", "the PIN", "PIN 1 2 1 3", [-1, 0, -1, 1, 2, 3, 4]),
        ("text Bo the number", "it is 7 1 it is 7 1", "I type", "7 1", [-1, -1, 10, 11]),
        ("text Bo 1", "it is 7 1", "it is 7", "7 1", [-1, -1, -1, 9, 2]),  # the past: for what is typed alone
    ],
)
def test_a_word_is_copied_from_where_the_same_words_lead_up_to_it(
    asked: str, past: str, thought: str, call: str, source: Sequence[int]
) -> None:
    near, far, own, done = (part.split() for part in (asked, past, thought, call))
    said = [AT_HAND] * len(near) + [ASIDE] * len(far) + [AT_HAND] * len(own) + [0] * len(done)
    may_copy = [AT_HAND] * len(own) + [ASIDE] * len(done)
    assert encoding.sources((*near, *far, *own, *done), said, may_copy) == source


@pytest.mark.parametrize(
    ("told", "reply", "there"),
    [
        ("The PIN is 4498.", "still needs 4, then 498; I tap 4.", (11, 12, 13, 14)),
        ("PIN 4498. 1. It still needs 4, then 498; I tap 4.", "still needs 4, then 98; I tap 4.", (36, 37, 38)),
        ("PIN 4498. 1. It still needs 4, then 498; I tap 4.", "still needs 4, then 498; I tap 4.", (28, 36, 37, 38)),
        ("PIN 4498. 1. It still needs 4, then 98; I tap 4.", "still needs 9, then 8; I tap 9.", (36, 37)),
        ("PIN 4498. 1. It still needs 8; I tap 8.", "still needs 4, then 498; I tap 4.", (4, 5, 6, 7)),
        ("Start it for 5 minutes.", "still needs 5, then 00; I tap 5.", ()),
        ("PIN 4498.", "I look for Bank; I see it and open it.", ()),
    ],
)
def test_keys_that_are_left_are_copied_from_the_step_before(told: str, reply: str, there: Sequence[int]) -> None:
    left = encoding.keys_left(told, reply)
    assert tuple(left.values()) == there
    assert all(reply[now] == told[before] for now, before in left.items())


def test_keys_are_not_copied_from_before_the_task() -> None:
    told = "From 0 to 1000. Start it for 10 minutes."
    assert tuple(encoding.keys_left(told, "still needs 1, then 0; I tap 1.", told.index("Start")).values()) == (29, 30)


@pytest.mark.parametrize(
    ("task", "past", "typed", "there"),
    [
        ("Note: Recipe.", "", "Recipe", range(6, 12)),
        ("Note Recipes: Recipe. Recipe!", "", "Recipe", range(14, 20)),  # the first by itself
        ("Note the time.", "It is 9:05. It is 9:05", "9:05", range(32, 36)),  # the last
        ("Note 9:05.", "It is 9:05.", "9:05", range(5, 9)),
        ("Call (237) 555-0107.", "", "2375550107", (6, 7, 8, 11, 12, 13, 15, 16, 17, 18)),
        ("Send €1,234.50.", "", "1234.50", (6, 8, 9, 10, 11, 12, 13)),
        ("Note the time.", "", "9:05", ()),
        ("Note the time.", "It is 9:05.", "", ()),
    ],
)
def test_what_is_typed_is_copied_letter_by_letter(task: str, past: str, typed: str, there: Sequence[int]) -> None:
    told = f"{task}{past}"
    reply = f'I type.{encoding.CALL}: Type\n✿ARGS✿: {{"text": "{typed}"}}'
    given = range(len(task)), range(len(task), len(told))
    letters = encoding.typed_from(told, reply, given)
    assert tuple(letters.values()) == tuple(there)
    assert all(reply[now] == told[before] for now, before in letters.items())


def test_what_is_answered_is_copied_from_the_thought() -> None:
    reply = f'Beneath Car fund stands €9.{encoding.CALL}: Answer\n✿ARGS✿: {{"text": "€9"}}'
    letters = encoding.typed_from_thought(reply)
    assert [reply[before] for before in letters.values()] == ["€", "9"]
    assert max(letters.values()) < reply.index(encoding.CALL)
    assert encoding.typed_from("€9", reply, (range(2), range(0))) == {}


@pytest.mark.parametrize("text", ["Recipe: tomato soup", "打开设置", "Sh4-wq"])
def test_each_of_its_tokens_is_though_it_is_another(made: Made, text: str) -> None:
    """Without a space before it a word mostly begins with another token."""
    told = encoding.NO_STEPS.format(f"Note “x” or {text}.")
    reply = f'I type.{encoding.CALL}: Type\n✿ARGS✿: {{"text": "{text}"}}'
    spoken = encoding.Encoder(made.tokenizer, "").speak(told, [Turn(told, reply)])
    place = range(reply.index(text), reply.index(text) + len(text))
    tokens = made.tokenizer(reply, return_offsets_mapping=True)
    there: list[int] = []
    for number, (start, end) in enumerate(tokens["offset_mapping"], spoken.reply):
        if place.start <= start and end <= place.stop:
            source = spoken.source[number]
            assert 0 <= source < spoken.picture
            if text.isascii():
                letter, word = reply[start], made.tokenizer.decode([spoken.ids[source]])
                assert letter in word
            there.append(source)
    assert there == sorted(there)
    assert len(set(there)) > 2
