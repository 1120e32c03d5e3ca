# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""The vision tower once more, on figures: which digit stands where, and what stands between them.

A digit is 4 to 5 pixels wide, up to four of them stand in a patch, and a number is read only if each is. So two
throw-away heads name nothing but those, by their places, off patches and off visual tokens, on strips of little but
figures. What the tower makes of screens is held near what it made of them before, so that all else is kept and a
language model that has learned from it can go on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from training import tower
from training.course import Course
from training.fitting import fit
from training.labels import SLOTS
from training.pictures import Pictures
from training.store import Drawn
from training.strips import SERIAL, Strips
from training.tower import Look
from training.view import PATCHES
from training.vision import CHECKED, PER_SCREEN

CHARACTERS = f"{SERIAL}.,:-"
"""What is named: digits, those that serial numbers have besides, and what stands between them."""
FULL = 35
"""Of these on a strip that is learned from, at least."""
STRIPS_SHARE = 0.7
KEPT = 8.0
"""Of the losses, that of what the tower makes of a screen, against what it made of it before, in its variance."""
FIT_STEPS, FIT_RATE = 120, 5e-3
"""Of the heads alone, before: what they ask for at first would spoil the tower."""
AT_ONCE = 16
"""Pictures that are checked at a time."""
CHECK_EVERY = 150


class Heads(nn.Module):
    """What is read off patches and visual tokens, evened out first: one direction of patches is ten times as loud as
    the rest."""

    def __init__(self, vision_width: int, width: int) -> None:
        super().__init__()
        places = SLOTS * len(CHARACTERS)
        self.patch = nn.Sequential(nn.BatchNorm1d(vision_width, affine=False), nn.Linear(vision_width, places))
        self.token = nn.Sequential(nn.BatchNorm1d(width, affine=False), nn.Linear(width, PATCHES * places))

    def forward(self, patches: torch.Tensor, tokens: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Of (count, 4 TOKENS, vision width) and (count, TOKENS, width), logits of (count, TOKENS, 4, SLOTS,
        len(CHARACTERS)) each."""
        shape = (*tokens.shape[:2], PATCHES, SLOTS, len(CHARACTERS))
        both = ((self.patch, patches), (self.token, tokens))
        named = [head(values.flatten(0, 1).float()).view(shape) for head, values in both]
        return named[0], named[1]


@dataclass(frozen=True, slots=True)
class Figures:
    """Pictures with figures on them. figure: (count, TOKENS, 4, SLOTS) which of `CHARACTERS` it is, -1 for none."""

    pictures: Pictures
    figure: NDArray[np.int8]

    @classmethod
    def of(cls, shown: Strips | Drawn, tokenizer: Any) -> Figures:
        words = shown.labels.words
        figure = np.full(words.shape, -1, np.int8)
        for value, token in enumerate(tokenizer.convert_tokens_to_ids(list(CHARACTERS))):
            figure[words == token] = value
        return cls(shown.pictures, figure)

    def full(self, least: int) -> NDArray[np.int64]:
        """Which pictures have so many figures, the fullest first."""
        counts = (self.figure >= 0).sum((1, 2, 3))
        return np.argsort(-counts, kind="stable")[: int((counts >= least).sum())]

    def pick(self, chosen: NDArray[np.int64], at: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
        return self.pictures.pick(chosen.tolist()), torch.from_numpy(self.figure[chosen]).to(at).long()


def train(
    course: Course, strips: tuple[Figures, Figures], screens: tuple[Figures, Figures], look: Look, minutes: float
) -> dict[str, float]:
    """The stage; of each pair the second is held out. The course's modules are the model, the heads, and `before`, the
    tower that is held to."""
    model, heads = course.modules["model"], course.modules["heads"]
    before = SimpleNamespace(model=SimpleNamespace(visual=course.modules["before"]))
    at = next(heads.parameters()).device
    (texts, _), (whole, _) = strips, screens
    full = texts.full(FULL)
    if not len(full):
        raise ValueError(f"no strip has {FULL} figures: draw more strips")

    def some(random: Random) -> tuple[torch.Tensor, torch.Tensor, bool]:
        if random.random() < STRIPS_SHARE:
            chosen = full[[random.randrange(len(full)) for _ in range(course.batch * PER_SCREEN)]]
            return *texts.pick(chosen, at), False
        return *whole.pick(np.array(random.sample(range(len(whole.figure)), course.batch)), at), True

    def learn(random: Random) -> torch.Tensor:
        pictures, figure, is_screen = some(random)
        patches, tokens = look(model, pictures)
        loss = _loss(heads(patches, tokens), figure)
        if is_screen:
            with torch.no_grad():
                kept = look(before, pictures)[1]
            loss = loss + KEPT * _off(tokens, kept)
        return loss

    def check() -> dict[str, float]:
        heads.eval()
        with torch.no_grad():
            shares = {
                name: _share(heads, model, held_out, at)
                for name, (_, held_out) in (("strips", strips), ("screens", screens))
            }
            pictures = screens[1].pick(screens[1].full(1)[:AT_ONCE], at)[0]
            off = _off(*(tower.look(each, pictures)[1] for each in (model, before)))
        heads.train()
        return {**shares, "off": off.item()}

    if course.step == 0:
        _fit(course, some, look)
    return course.run(learn, check, minutes=minutes, check_every=CHECK_EVERY)


def _fit(course: Course, some: Callable[[Random], tuple[torch.Tensor, torch.Tensor, bool]], look: Look) -> None:
    """Let the heads find what the tower shows already."""
    model, heads = course.modules["model"], course.modules["heads"]

    def loss_of(step: int) -> torch.Tensor:
        pictures, figure, _ = some(course.random(step))
        with torch.no_grad():
            seen = look(model, pictures)
        return _loss(heads(*seen), figure)

    fit(heads, loss_of, steps=FIT_STEPS, rate=FIT_RATE, decay=0.01, name="heads")


def _loss(named: Sequence[torch.Tensor], figure: torch.Tensor) -> torch.Tensor:
    there = figure >= 0
    nats = [functional.cross_entropy(logits[there].float(), figure[there], reduction="sum") for logits in named]
    return torch.stack(nats).sum() / there.sum().clamp(min=1)


def _share(heads: Heads, model: Any, shown: Figures, at: torch.device) -> float:
    """Of the figures on the fullest pictures, those named right off the visual tokens."""
    right: list[torch.Tensor] = []
    chosen = shown.full(1)[:CHECKED]
    for first in range(0, len(chosen), AT_ONCE):
        pictures, figure = shown.pick(chosen[first : first + AT_ONCE], at)
        there = figure >= 0
        right.append(heads(*tower.look(model, pictures))[1].argmax(-1)[there] == figure[there])
    return torch.cat(right).float().mean().item()


def _off(tokens: torch.Tensor, before: torch.Tensor) -> torch.Tensor:
    """How far they are from what they were, in the variance of each of their directions."""
    return ((tokens - before).square() / before.var((0, 1))).mean()
