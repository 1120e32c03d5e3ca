# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""First stages: the vision tower alone learns to read, then to name what each visual token of a screen shows.

Asked for taps from the start, a model of this size stays at chance on full screens. So throw-away heads first read, off
each visual token, the words that its patches show and its icon, on strips that are full of text; then, on screens, its
kind of element, its row and column, and where a tap there aims besides. Words are named in the language model's own
embeddings, so that both begin with one vocabulary. And each word must be found: one query made of it, as a head of the
language model will make it, must look at a visual token that shows it. To be named by a head for each place in a token
is not enough for that: of words that were named to 97 %, a head could find but 75 %.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from training import tower
from training.course import Course
from training.hardware import device
from training.labels import HALVES, ICON_NAMES, KINDS, LETTER_SLOTS, LETTERS, SLOTS, Labels
from training.pictures import Pictures
from training.store import Drawn
from training.strips import Strips
from training.tower import Look
from training.view import COLUMNS, PATCHES, ROWS, SEEN, TOKENS

CHECKED = 96
"""Screens that the figures are of."""
CHECK_EVERY = 250
NAMED = 190
"""Words that are learned from for each screen of a batch; naming all on strips would take as long as seeing them."""
SOUGHT = 64
"""Words that are looked for on each screen of a batch."""
HEAD = 64
"""Width of the query and of what it is compared with, that of the language model's heads."""
STRIPS_SHARE = 0.3
PER_SCREEN = 4
"""So many strips are learned from in place of a screen."""
PLACES = PATCHES * SLOTS


class Heads(nn.Module):
    """What is read off patches and visual tokens while the tower learns."""

    def __init__(self, vision_width: int, width: int) -> None:
        super().__init__()
        self.letters = nn.Linear(vision_width, HALVES * len(LETTERS))
        self.patch_words = nn.Linear(vision_width, SLOTS * width)
        self.words = nn.Linear(width, PLACES * width)
        self.rest = nn.Linear(width, sum(self.parts))
        self.sought = nn.Linear(width, HEAD, bias=False)
        self.shown = nn.Linear(width, HEAD)

    @property
    def parts(self) -> Sequence[int]:
        """Which places hold a word, icon, kind, row, column, aim."""
        return PLACES, 1 + len(ICON_NAMES), 3 * len(KINDS), ROWS, COLUMNS, 2


class Written:
    """What is written on some pictures and their icons, as tensors, and how far the heads are from them."""

    def __init__(self, pictures: Pictures, labels: Labels, chosen: Sequence[int], at: torch.device) -> None:
        self.pictures = pictures.pick(chosen)
        self._most = NAMED * len(chosen) * self.pictures.shape[1] // SEEN.height
        self.words = _tensor(labels.words[chosen], at).view(-1, PLACES)
        self.icon = _tensor(labels.icon[chosen], at).view(-1)
        letters = _tensor(labels.letters[chosen], at).view(-1, HALVES, LETTER_SLOTS) + 1
        bags = torch.zeros(len(letters), HALVES, 1 + len(LETTERS), device=at)
        self.letters = bags.scatter_(-1, letters, 1.0)[..., 1:].flatten(1)

    def compare(self, model: Any, heads: Heads, look: Look) -> tuple[torch.Tensor, dict[str, float]]:
        """The loss, and shares that are right."""
        patches, seen = (x.flatten(0, 1) for x in look(model, self.pictures))
        return self._compare(model, heads, patches, seen)

    def _compare(
        self, model: Any, heads: Heads, patches: torch.Tensor, seen: torch.Tensor
    ) -> tuple[torch.Tensor, dict[str, float]]:
        table = model.get_input_embeddings().weight
        letters = heads.letters(patches).float()
        holds, icon, *_ = heads.rest(seen).float().split(heads.parts, -1)
        held = self.words >= 0
        tokens, places = held.nonzero(as_tuple=True)
        right = self.words[held]
        if torch.is_grad_enabled() and len(right) > self._most:
            some = torch.arange(self._most, device=right.device) * len(right) // self._most
            tokens, places, right = tokens[some], places[some], right[some]
        shown = held.any(-1).nonzero().squeeze(-1)
        at = torch.zeros(len(seen), dtype=torch.long, device=seen.device)
        at[shown] = torch.arange(len(shown), device=seen.device)
        named = (heads.words(seen[shown]).view(len(shown), PLACES, -1)[at[tokens], places] @ table.T).float()
        near = heads.patch_words(patches[tokens * PATCHES + places // SLOTS]).view(len(right), SLOTS, -1)
        found, finds = self._find(heads, table, seen, tokens, right)
        weight = torch.ones(icon.shape[-1], device=seen.device)
        weight[0] = 0.1  # most tokens show no icon
        loss = (
            functional.cross_entropy(named, right)
            + functional.cross_entropy((near[torch.arange(len(right)), places % SLOTS] @ table.T).float(), right)
            + functional.binary_cross_entropy_with_logits(letters, self.letters, reduction="sum") / self.letters.sum()
            + 2 * functional.binary_cross_entropy_with_logits(holds, held.float())
            + 0.5 * functional.cross_entropy(icon, self.icon, weight)
            + finds
        )
        if torch.is_grad_enabled():
            return loss, {}
        icons = self.icon > 0
        return loss, {
            "letters": _share((letters > 0)[self.letters > 0]),
            "words": _share(named.argmax(-1) == right),
            "found": _share(found),
            "places": _share((holds > 0)[held]),
            "icons": _share(icon.argmax(-1)[icons] == self.icon[icons]),
        }

    def _find(
        self, heads: Heads, table: torch.Tensor, seen: torch.Tensor, tokens: torch.Tensor, words: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Whether the place that a word's query looks at most shows the word, for some words, and the loss: how little
        of its look it gives to all places that do."""
        most = min(len(words), self._most * SOUGHT // NAMED)
        some = torch.arange(most, device=words.device) * len(words) // most
        count = len(seen) // len(self.pictures)
        picture, words = tokens[some] // count, words[some]
        keys = heads.shown(seen).view(-1, count, HEAD)[picture]
        scores = (keys @ heads.sought(table)[words][..., None]).squeeze(-1).float() / HEAD**0.5
        shows = (self.words.view(-1, count, PLACES)[picture] == words[:, None, None]).any(-1)
        look = scores.log_softmax(-1)
        found = shows.gather(-1, look.detach().argmax(-1, keepdim=True))
        return found, -look.masked_fill(~shows, -torch.inf).logsumexp(-1).mean()


class Targets(Written):
    """All labels of some screens."""

    def __init__(self, drawn: Drawn, screens: Sequence[int], at: torch.device) -> None:
        labels, chosen = drawn.labels, list(screens)
        super().__init__(drawn.pictures, labels, chosen, at)
        self.kind = _tensor(labels.kind[chosen], at).view(-1)
        where = torch.arange(TOKENS, device=at)
        self.row = (where // COLUMNS).repeat(len(chosen))
        self.column = (where % COLUMNS).repeat(len(chosen))
        middle = torch.stack([(self.column + 0.5) / COLUMNS, (self.row + 0.5) / ROWS], -1)
        self.aim = torch.from_numpy(labels.aim[chosen].astype(np.float32)).to(at).view(-1, 2) - middle

    def _compare(
        self, model: Any, heads: Heads, patches: torch.Tensor, seen: torch.Tensor
    ) -> tuple[torch.Tensor, dict[str, float]]:
        loss, figures = super()._compare(model, heads, patches, seen)
        _, _, kind, row, column, aim = heads.rest(seen).float().split(heads.parts, -1)
        aims = ~self.aim.isnan().any(-1)
        loss = (
            loss
            + 0.5 * functional.cross_entropy(kind, self.kind)
            + 0.2 * (functional.cross_entropy(row, self.row) + functional.cross_entropy(column, self.column))
            + 5 * functional.smooth_l1_loss(aim[aims], self.aim[aims], beta=0.02)
        )
        off = (aim - self.aim).abs()[aims]
        return loss, {
            **figures,
            "kinds": _share(kind.argmax(-1) == self.kind),
            "rows": _share(row.argmax(-1) == self.row),
            "columns": _share(column.argmax(-1) == self.column),
            "aims": _share((off[:, 0] < 0.04) & (off[:, 1] < 0.02)),
        }


def read(course: Course, strips: Strips, held_out: Strips, look: Look, minutes: float) -> dict[str, float]:
    """The stage on strips."""
    at = device()
    checked = Written(held_out.pictures, held_out.labels, range(CHECKED * PER_SCREEN), at)
    return _train(course, lambda random: _some(random, strips, course.batch, at), checked, look, minutes)


def _some(random: Random, strips: Strips, screens: int, at: torch.device) -> Written:
    """As many strips as cost what so many screens cost."""
    return Written(strips.pictures, strips.labels, random.sample(range(len(strips)), screens * PER_SCREEN), at)


def train(
    course: Course, drawn: Drawn, held_out: Drawn, strips: Strips, look: Look, minutes: float
) -> dict[str, float]:
    """The stage on screens, with strips now and then, lest what screens seldom say be forgotten."""
    at = device()
    checked = Targets(held_out, range(0, len(held_out), max(1, len(held_out) // CHECKED)), at)

    def some(random: Random) -> Written:
        if random.random() < STRIPS_SHARE:
            return _some(random, strips, course.batch, at)
        return Targets(drawn, random.sample(range(len(drawn)), course.batch), at)

    return _train(course, some, checked, look, minutes)


def _train(
    course: Course, some: Callable[[Random], Written], checked: Written, look: Look, minutes: float
) -> dict[str, float]:
    model, heads = course.modules["model"], course.modules["heads"]

    def learn(random: Random) -> torch.Tensor:
        return some(random).compare(model, heads, look)[0]

    def check() -> dict[str, float]:
        with torch.no_grad():
            loss, figures = checked.compare(model, heads, tower.look)
        return {"held out": loss.item(), **figures}

    return course.run(learn, check, minutes=minutes, check_every=CHECK_EVERY)


def _tensor(array: Any, at: torch.device) -> torch.Tensor:
    return torch.from_numpy(array).to(at).long()


def _share(right: torch.Tensor) -> float:
    return right.float().mean().item() if right.numel() else 0.0
