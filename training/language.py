# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""The last stage: the language model learns to locate what is asked for, to read, and to do tasks.

It learns from the solution's steps, also with other texts to be typed and times to be tapped, mixed with questions
about the same screens. From the replies alone it doesn't learn on whole screens which element is meant. So some heads
are told where to look: at the element that is tapped, where its name is written and where its coordinates are; at what
is read off, where the last word of it stood and where the next one stands; and at the word in the prompt that is
copied. And some are told what to bring back from any visual token: the first digits of where a tap there aims, whether
what it hits is on, and the words that it shows. Those that read and copy must also say the words outright. All that is
losses and no part of the model.
(Others supervise a Qwen2-VL's own attention to the same end: Zhou et al., GUI-AIMA, arXiv 2511.00810.)
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset
from transformers import DynamicCache

from actions.errors import ParseError
from actions.geometry import Box
from actions.types import Action, Click
from training.batch import AIMING, COPYING, FOLLOWING, NAMING, PICKING, READING, Batch, Written
from training.course import Course
from training.decoder import Decode, decode
from training.eyes import Eyes
from training.fitting import fit
from training.hardware import multiplies_bfloat16
from training.lessons import DIALECT, Turn
from training.picked import Picked, pick
from training.store import Drawn
from training.talks import Choice, Talks
from training.tower import features
from training.view import COLUMNS, ROWS, SEEN, TOKENS

CHECKED = 64
"""Steps, taps, other questions and steps with other texts that the figures are of, each."""
CHECK_EVERY = 250
LONGEST_REPLY = 112
STEPS_SHARE, READING_SHARE, REWORDED_SHARE, OTHERS_SHARE = 0.35, 0.25, 0.07, 0.2
"""Of the conversations, that begin with a step of the solution which reads nothing off the screen, with one that does,
with one that types another text or taps another time than the screen's own, and with a step of another task. Of the
steps as they come one in thirty reads, which is too few to learn it from; and a number is read only if each of its
digits is, so it takes more than other steps do."""
LOOKING_SHARE, BROUGHT_SHARE, TOLD_SHARE, SAID_SHARE, ORDER_SHARE = 0.5, 0.5, 0.5, 0.3, 0.3
"""Of the losses for where to look, for what is brought back from there and for which of it is next, beside that of the
tokens."""
PICKERS = 4
"""Processes, at most."""
PICKED_AHEAD = 4
"""Steps, by each of them."""
QUIET = 0.1
"""Of the final norm, at first."""
FIT_STEPS, FIT_RATE = 100, 5e-3
"""Of the probes alone, where a model that has learned already begins with new ones: what they ask for at first would
spoil it."""


class Farness(nn.Module):
    """nats: (count,) how unlikely each conversation's first reply was when it was last learned from; infinitely,
    before. Saved with the model, shard by shard, so that more may be drawn. `shards`: how many conversations of which
    they are, one shard after the other."""

    def __init__(self, shards: Mapping[int, int]) -> None:
        super().__init__()
        self._shards = shards
        self.nats = torch.full((sum(shards.values()),), torch.inf)

    def get_extra_state(self) -> dict[int, torch.Tensor]:
        # Copies, since of a part of a tensor all of it would be saved.
        return {shard: part.clone() for shard, part in self._parts()}

    def set_extra_state(self, state: Mapping[int, torch.Tensor]) -> None:
        for shard, part in self._parts():
            if shard in state and len(state[shard]) == len(part):
                part.copy_(state[shard])

    def _parts(self) -> Iterator[tuple[int, torch.Tensor]]:
        return zip(self._shards, self.nats.split(list(self._shards.values())), strict=True)


class Picking(Dataset[list[Picked]]):
    """What each step learns from: some of each kind of conversations. `far`: of all, as `Farness` has it."""

    def __init__(self, drawn: Drawn, course: Course, far: torch.Tensor) -> None:
        talks, is_step = drawn.talks, drawn.talks.number == 0
        rest = 1 - STEPS_SHARE - READING_SHARE - REWORDED_SHARE - OTHERS_SHARE
        kinds = (
            (is_step & ~talks.reads, STEPS_SHARE),
            (is_step & talks.reads, READING_SHARE),
            (talks.rewords, REWORDED_SHARE),
            (talks.of_others, OTHERS_SHARE),
            (talks.asks, rest),
        )
        kinds = [(some, share) for some, share in kinds if some.any()]
        self.shares = [share for _, share in kinds]
        self._choices = [Choice(talks, some) for some, _ in kinds]
        self._drawn, self._course, self._far = drawn, course, far

    def __getitem__(self, step: int) -> list[Picked]:
        random, far = self._course.random(step), self._far.numpy()
        return [
            pick(
                self._drawn.talks,
                choice.draw(random, max(1, round(2 * self._course.batch * share)), far),
                self._drawn.labels,
            )
            for choice, share in zip(self._choices, self.shares, strict=True)
        ]

    def ahead(self) -> Iterator[list[Picked]]:
        """Of this step and those after it, by processes of their own, so that a GPU doesn't wait for it; a few steps
        ahead, when it isn't known yet what those between will have learned."""
        self._far.share_memory_()
        loaded = DataLoader(
            self,
            batch_size=None,
            sampler=range(self._course.step, self._course.steps),
            num_workers=min(PICKERS, len(os.sched_getaffinity(0))),
            prefetch_factor=PICKED_AHEAD,
            pin_memory=torch.cuda.is_available(),
            multiprocessing_context="fork",  # all that was drawn is there already, and need not be sent
        )
        return iter(loaded)


def bring_near(model: Any, drawn: Drawn) -> None:
    """Scale words and what the tower makes of pictures to 1, as the layers' outputs are, where they are far from it:
    what is quieter is drowned, and then no layer finds where on the screen a visual token is. And write as quietly as
    a model that has learned nothing."""
    with torch.no_grad():
        words = model.get_input_embeddings().weight
        words.mul_(_to_one(words))
        model.model.language_model.norm.weight.fill_(QUIET)
        seen = drawn.pictures.pick(range(0, len(drawn), max(1, len(drawn) // 8)))
        scale = _to_one(features(model, seen.to(words.device)))
        model.model.visual.merger.mlp[-1].weight.mul_(scale)
        model.model.visual.merger.mlp[-1].bias.mul_(scale)


def _to_one(values: torch.Tensor) -> float:
    scale = 1 / values.square().mean().sqrt().item()
    return 1.0 if 0.5 < scale < 2 else scale


def replies(model: Any, batch: Batch, seen: torch.Tensor, end: int) -> list[list[int]]:
    """What the model writes by itself, likeliest token by likeliest token."""
    language, table = model.model.language_model, model.get_input_embeddings()
    longest, cache = int(batch.reply.max()), DynamicCache()
    mask = torch.arange(longest, device=batch.ids.device) < batch.reply[:, None]
    # What is padded stays in the cache and is looked at by nothing.
    heard = language(
        None, mask.long(), batch.positions[:, :, :longest], cache, batch.inputs(model, seen)[:, :longest]
    ).last_hidden_state
    last = heard[torch.arange(len(mask)), batch.reply - 1]
    place = batch.reply - TOKENS + max(ROWS, COLUMNS)
    going = torch.ones_like(batch.reply, dtype=torch.bool)
    said: list[torch.Tensor] = []
    while len(said) < LONGEST_REPLY:
        best = (last.to(table.weight) @ table.weight.T).argmax(-1)
        going &= best != end
        if not going.any():
            break
        said.append(best.masked_fill(~going, -1))
        mask = functional.pad(mask, (0, 1), value=True)
        here = (place + len(said) - 1)[None, :, None].expand(3, -1, 1)
        last = language(None, mask.long(), here, cache, table(best)[:, None]).last_hidden_state[:, -1]
    written = torch.stack(said, 1).tolist() if said else [[]] * len(mask)
    return [[token for token in one if token >= 0] for one in written]


@dataclass(slots=True)
class Learner:
    """What the stage is made of. `tokenizer`: to judge what is written."""

    course: Course
    drawn: Drawn
    held_out: Drawn
    tokenizer: Any
    eyes: Eyes
    eyes_held_out: Eyes
    decode: Decode
    at: torch.device

    def train(self, minutes: float) -> dict[str, float]:
        model, probes, course = self.course.modules["model"], self.course.modules["probes"], self.course
        nats: torch.Tensor = course.modules["farness"].nats
        picking = Picking(self.drawn, course, nats)
        ahead = picking.ahead() if self.at.type == "cuda" and sys.platform == "linux" else None

        def learn(_: Random) -> torch.Tensor:
            loss = torch.zeros((), device=self.at)
            picked = picking[course.step] if ahead is None else next(ahead)
            for one, share in zip(picked, picking.shares, strict=True):
                batch = Batch(one, self.at)
                written = batch.written(model, self.eyes(batch.screens), probes, self.decode)
                nats[one.chosen] = written.far.cpu()
                brought = (
                    BROUGHT_SHARE * (written.brought + written.states)
                    + TOLD_SHARE * written.told
                    + SAID_SHARE * written.said
                )
                looked = LOOKING_SHARE * written.looking + ORDER_SHARE * written.ordered
                loss = loss + share * (written.loss + looked + brought)
            return loss

        return course.run(learn, self.check, minutes=minutes, check_every=CHECK_EVERY)

    def fit(self) -> None:
        """Let the probes find what the heads bring back already."""
        model, probes = self.course.modules["model"], self.course.modules["probes"]
        picking = Picking(self.drawn, self.course, self.course.modules["farness"].nats)
        learning = [weight for weight in model.parameters() if weight.requires_grad]

        def loss_of(step: int) -> torch.Tensor:
            some = picking[step]
            batch = Batch(some[step % len(some)], self.at)
            with torch.autocast(self.at.type, torch.bfloat16, enabled=multiplies_bfloat16()):
                written = batch.written(model, self.eyes(batch.screens), probes, decode)
                return written.brought + written.states + written.told + written.ordered

        for weight in learning:
            weight.requires_grad_(False)
        fit(probes, loss_of, steps=FIT_STEPS, rate=FIT_RATE, decay=0.01, name="probes")
        for weight in learning:
            weight.requires_grad_(True)

    def check(self) -> dict[str, float]:
        """Shares of replies that are right, all of each written by the model itself; and how far it is from those held
        out and from those that are learned from, which lie apart where it has learned them by heart."""
        with torch.no_grad(), torch.autocast(self.at.type, torch.bfloat16, enabled=multiplies_bfloat16()):
            return self._figures()

    def _figures(self) -> dict[str, float]:
        model, losses = self.course.modules["model"], dict[str, Written]()
        end = int(self.tokenizer.convert_tokens_to_ids("<|im_end|>"))
        figures: dict[str, float] = {}
        for kind, chosen in _some_of_each_kind(self.held_out.talks).items():
            batch, seen, losses[kind] = self._written(self.held_out, self.eyes_held_out, chosen)
            said = replies(model, batch, seen, end)
            turns = [self.held_out.turn(talk) for talk in chosen]
            right = [agrees(self.tokenizer.decode(ids), turn) for ids, turn in zip(said, turns, strict=True)]
            figures[kind] = sum(right) / len(right)
        of_each_kind = _some_of_each_kind(self.drawn.talks).values()
        known = [self._written(self.drawn, self.eyes, chosen)[2] for chosen in of_each_kind]
        looks = {
            "names": ("taps", NAMING),
            "aims": ("taps", AIMING),
            "aims in steps": ("steps", AIMING),
            "copies": ("answers", COPYING),
            "follows": ("answers", FOLLOWING),
        }
        return {
            "held out": _mean(losses.values()),
            "known": _mean(known),
            **{name: losses[kind].hits[head].item() for name, (kind, head) in looks.items()},
            **{
                name: sum(losses["answers"].hits[head].item() for head in heads) / len(heads)
                for name, heads in (("reads", READING), ("picks", PICKING))
            },
            "brought": losses["taps"].brought.item(),
            "states": losses["answers"].states.item(),
            "told": losses["answers"].told.item(),
            "said": losses["answers"].said.item(),
            "ordered": losses["answers"].ordered.item(),
            **figures,
        }

    def _written(self, drawn: Drawn, eyes: Eyes, chosen: Sequence[int]) -> tuple[Batch, torch.Tensor, Written]:
        batch = Batch(pick(drawn.talks, chosen, drawn.labels), self.at)
        seen = eyes(batch.screens)
        return batch, seen, batch.written(self.course.modules["model"], seen, self.course.modules["probes"], decode)


def _some_of_each_kind(talks: Talks) -> dict[str, list[int]]:
    is_tap, is_step = talks.is_tap, talks.number == 0
    kinds = {
        "steps": is_step,
        "reading": is_step & talks.reads,
        "taps": is_tap & talks.asks,
        "answers": ~is_tap & talks.asks,
        "reworded": talks.rewords,
        "others": talks.of_others,
    }
    numbers = {kind: np.flatnonzero(of_kind) for kind, of_kind in kinds.items()}
    return {kind: some[:: max(1, len(some) // CHECKED)].tolist() for kind, some in numbers.items() if len(some)}


def _mean(written: Collection[Written]) -> float:
    return sum(part.loss.item() for part in written) / len(written)


def agrees(text: str, turn: Turn) -> bool:
    """Whether a reply does what it should: a tap inside the same element, any other action as it is."""
    try:
        said = DIALECT.parse(text, SEEN).actions[0]
    except ParseError:
        return False
    right: Action = DIALECT.parse(turn.reply, SEEN).actions[0]
    if isinstance(said, Click) and isinstance(right, Click) and turn.box is not None:
        return said.point in Box(*turn.box)
    return said == right
