# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Episodes in which the model itself acts and the solution says what would have been right.

So a model learns the way back from its own mistakes, which no one else makes (Ross, Gordon, Bagnell: A Reduction of
Imitation Learning and Structured Prediction to No-Regret Online Learning, arXiv 1011.0686). Many phones are used side
by side, since a model writes dozens of replies in hardly more time than one.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from actions.errors import ParseError
from actions.types import Finish
from environments.phone.tasks.eyes import Move
from training import store, talks
from training.batch import Batch
from training.encoding import Encoder
from training.hardware import multiplies_bfloat16
from training.labels import Labels
from training.language import replies
from training.lessons import DIALECT, Episode, Scene
from training.model import tokenizer_of
from training.picked import pick
from training.tower import Look, look
from training.view import SEEN, TOKENS

SHARDS = range(3_000, 4_000)
"""Beside those of the solution alone."""


def draw(folder: Path, shards: int, model: Any) -> None:
    """Draw so many shards that are learned from, if they are not there yet."""
    tokenizer, system = tokenizer_of(folder), (folder / "system.txt").read_text("utf-8")
    numbers = store.learned(SHARDS)[:shards]
    for shard in tqdm(numbers, desc="practice", unit=" shards"):
        if not (folder / f"{shard:05}.jsonl").exists():
            episodes = store.episodes(shard, disturbance=0)
            store.keep(folder, shard, practise(model, tokenizer, system, episodes, look), tokenizer)


def practise(model: Any, tokenizer: Any, system: str, episodes: Iterable[Episode], see: Look) -> list[Scene]:
    """All scenes of all episodes, one episode after the other."""
    encoder = Encoder(tokenizer, system)
    going = list(episodes)
    scenes = [[next(episode)] for episode in going]
    numbers = list(range(len(going)))
    while numbers:
        moves = _moves(model, tokenizer, encoder, [scenes[n][-1] for n in numbers], see)
        still: list[int] = []
        for number, move in zip(numbers, moves, strict=True):
            try:
                scenes[number].append(going[number].send(move))
            except StopIteration:
                continue
            still.append(number)
        numbers = still
    return [scene for episode in scenes for scene in episode]


def _moves(model: Any, tokenizer: Any, encoder: Encoder, scenes: list[Scene], see: Look) -> list[Move | None]:
    """What the model does on each of these screens; None where that can't be read, or would end the task too early:
    there the solution goes on."""
    spoken = talks.together(talks.of_screen(i, s.told, s.step, (), encoder) for i, s in enumerate(scenes))
    at = model.device
    batch = Batch(pick(spoken, range(len(scenes)), Labels.blank(len(scenes), TOKENS)), at)
    end = int(tokenizer.convert_tokens_to_ids("<|im_end|>"))
    with torch.no_grad(), torch.autocast(at.type, torch.bfloat16, enabled=multiplies_bfloat16()):
        pictures = torch.from_numpy(np.stack([scene.picture for scene in scenes])).to(at)
        written = replies(model, batch, see(model, pictures)[1], end)
    return [_move(tokenizer.decode(ids)) for ids in written]


def _move(text: str) -> Move | None:
    try:
        decision = DIALECT.parse(text, SEEN)
    except ParseError:
        return None
    action = decision.actions[0]
    return None if isinstance(action, Finish) else (decision.thought, action)
