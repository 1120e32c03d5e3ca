# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""First stage: the vision tower alone learns to name what each visual token shows.

Asked for taps from the start, a model of this size stays at chance on full screens. So throw-away heads first read, off
each visual token, the words that its patches show, its icon and kind of element, its row and column, and where a tap
there aims. Words are named in the language model's own embeddings, so that both begin with one vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from training.course import Course, device
from training.labels import ICON_NAMES, KINDS, SLOTS
from training.store import Drawn
from training.view import COLUMNS, GRID, MERGE, ROWS, TOKENS, patches

CHECKED = 96
"""Screens that the figures are of."""
PLACES = MERGE**2 * SLOTS


class Heads(nn.Module):
    """What is read off a visual token while the tower learns."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.words = nn.Linear(width, PLACES * width)
        self.rest = nn.Linear(width, sum(self.parts))

    @property
    def parts(self) -> Sequence[int]:
        """Which places hold a word, icon, kind, row, column, aim."""
        return PLACES, 1 + len(ICON_NAMES), 3 * len(KINDS), ROWS, COLUMNS, 2


def features(model: Any, pictures: torch.Tensor) -> torch.Tensor:
    """(count, TOKENS, width) of (count, 448, 196, 3) uint8."""
    grid = torch.tensor([GRID] * len(pictures), device=pictures.device)
    return model.model.visual(patches(pictures), grid_thw=grid).pooler_output.view(len(pictures), TOKENS, -1)


class Targets:
    """The labels of some screens as tensors, and how far the heads are from them."""

    def __init__(self, drawn: Drawn, screens: Sequence[int], at: torch.device) -> None:
        labels, chosen = drawn.labels, list(screens)
        self.pictures = torch.from_numpy(np.stack([drawn.picture(s) for s in chosen])).to(at)
        self.words = _tensor(labels.words[chosen], at).view(-1, PLACES)
        self.icon = _tensor(labels.icon[chosen], at).view(-1)
        self.kind = _tensor(labels.kind[chosen], at).view(-1)
        where = torch.arange(TOKENS, device=at)
        self.row = (where // COLUMNS).repeat(len(chosen))
        self.column = (where % COLUMNS).repeat(len(chosen))
        middle = torch.stack([(self.column + 0.5) / COLUMNS, (self.row + 0.5) / ROWS], -1)
        self.aim = torch.from_numpy(labels.aim[chosen].astype(np.float32)).to(at).view(-1, 2) - middle

    def compare(self, model: Any, heads: Heads) -> tuple[torch.Tensor, dict[str, float]]:
        """The loss, and shares that are right."""
        seen = features(model, self.pictures).float().flatten(0, 1)
        holds, icon, kind, row, column, aim = heads.rest(seen).split(heads.parts, -1)
        held = self.words >= 0
        tokens, places = held.nonzero(as_tuple=True)
        shown = held.any(-1).nonzero().squeeze(-1)
        at = torch.zeros(len(seen), dtype=torch.long, device=seen.device)
        at[shown] = torch.arange(len(shown), device=seen.device)
        read = heads.words(seen[shown]).view(len(shown), PLACES, -1)[at[tokens], places]
        named = read @ model.get_input_embeddings().weight.T
        right = self.words[held]
        aims = ~self.aim.isnan().any(-1)
        weight = torch.ones(icon.shape[-1], device=seen.device)
        weight[0] = 0.1  # most tokens show no icon
        loss = (
            functional.cross_entropy(named, right)
            + 2 * functional.binary_cross_entropy_with_logits(holds, held.float())
            + 0.5 * functional.cross_entropy(icon, self.icon, weight)
            + 0.5 * functional.cross_entropy(kind, self.kind)
            + 0.2 * (functional.cross_entropy(row, self.row) + functional.cross_entropy(column, self.column))
            + 5 * functional.smooth_l1_loss(aim[aims], self.aim[aims], beta=0.02)
        )
        icons = self.icon > 0
        off = (aim - self.aim).abs()[aims]
        figures = {
            "words": _share(named.argmax(-1) == right),
            "places": _share((holds > 0)[held]),
            "icons": _share(icon.argmax(-1)[icons] == self.icon[icons]),
            "kinds": _share(kind.argmax(-1) == self.kind),
            "rows": _share(row.argmax(-1) == self.row),
            "columns": _share(column.argmax(-1) == self.column),
            "aims": _share((off[:, 0] < 0.04) & (off[:, 1] < 0.02)),
        }
        return loss, figures


def train(course: Course, drawn: Drawn, held_out: Drawn, minutes: float) -> dict[str, float]:
    model, heads, at = course.modules["model"], course.modules["heads"], device()
    checked = Targets(held_out, range(0, len(held_out), max(1, len(held_out) // CHECKED)), at)

    def learn(random: Random) -> torch.Tensor:
        return Targets(drawn, random.sample(range(len(drawn)), course.batch), at).compare(model, heads)[0]

    def check() -> dict[str, float]:
        with torch.no_grad():
            loss, figures = checked.compare(model, heads)
        return {"held out": loss.item(), **figures}

    return course.run(learn, check, minutes=minutes, check_every=100)


def _tensor(array: Any, at: torch.device) -> torch.Tensor:
    return torch.from_numpy(array.astype(np.int64)).to(at)


def _share(right: torch.Tensor) -> float:
    return right.float().mean().item() if right.numel() else 0.0
