# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Which conversations a batch is of."""

from __future__ import annotations

from random import Random

import numpy as np

from tests.training.conftest import Made
from training import store, talks


def test_a_batch_is_of_nearly_one_length_and_every_prompt_comes_up(made: Made) -> None:
    drawn = store.read(made.folder, held_out=False)
    chosen = drawn.talks.number > 0
    choice, random = talks.Choice(drawn.talks, chosen), Random(0)
    found: set[int] = set()
    far = np.full(len(drawn.talks), np.inf, np.float32)
    for _ in range(2000):
        batch = choice.draw(random, 4, far)
        lengths = drawn.talks.lengths[batch]
        assert lengths.max() - lengths.min() < talks.CLASS
        found.update(batch)
    assert found == set(np.flatnonzero(chosen).tolist())


def test_what_is_far_from_being_said_comes_up_more_often(made: Made) -> None:
    drawn = store.read(made.folder, held_out=False)
    chosen = drawn.talks.number > 0
    choice, random = talks.Choice(drawn.talks, chosen), Random(0)
    hard = np.arange(len(drawn.talks)) % 10 == 0
    far = np.where(hard, 2.0, 0.1).astype(np.float32)
    drawn_of = np.array([talk for _ in range(2000) for talk in choice.draw(random, 4, far)])
    by_chance = hard[chosen].mean()
    assert 2 * by_chance < hard[drawn_of].mean() < 3 * by_chance
    assert set(drawn_of.tolist()) == set(np.flatnonzero(chosen).tolist())  # and nothing is left out


def test_how_much_farther_a_long_reply_is_does_not_count(made: Made) -> None:
    drawn = store.read(made.folder, held_out=False)
    choice = talks.Choice(drawn.talks, drawn.talks.number > 0)
    long = np.arange(len(drawn.talks)) % 10 == 0
    fars = [np.where(long, nats, talks.FAR).astype(np.float32) for nats in (145.0, talks.FAR)]
    randoms = [Random(0) for _ in fars]
    for _ in range(200):
        one, other = (choice.draw(random, 4, far) for random, far in zip(randoms, fars, strict=True))
        assert one == other
