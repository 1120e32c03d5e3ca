"""A folder with two tasks drawn for training, made once per test process, and an untrained model saved from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch

from training import model, store, tower, words
from training.batch import Batch
from training.eyes import Eyes, live
from training.lessons import Scene, episode
from training.picked import pick

CPU = torch.device("cpu")
SEED = 10_003
TEMPLATES = ("toggle_visible", "send_message")


@dataclass(frozen=True, slots=True)
class Made:
    """`folder` holds the scenes twice: to learn from and held out."""

    folder: Path
    scenes: Sequence[Scene]
    tokenizer: Any


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("pocket")
    scenes = [scene for template in TEMPLATES for scene in episode(template, SEED, disturbance=0)]
    system = scenes[0].system
    texts = [f"{scene.told} {scene.step.reply} {line.text}" for scene in scenes for line in scene.notes.lines]
    tokenizer = words.make(texts * words.LEAST, system)
    tokenizer.save_pretrained(folder / "tokenizer")
    (folder / "system.txt").write_text(system, "utf-8")
    for shard in (0, 1):
        store.keep(folder, shard, scenes, tokenizer)
    model.save(model.begin(tokenizer, seed=0), tokenizer, folder / "model")
    return Made(folder, scenes, tokenizer)


def side_by_side(drawn: store.Drawn, chosen: Sequence[int]) -> Batch:
    return Batch(pick(drawn.talks, chosen, drawn.labels), CPU)


def eyes(pocket: Any, drawn: store.Drawn) -> Eyes:
    return live(pocket, drawn, tower.look)


def replied(made: Made, drawn: store.Drawn, talk: int) -> range:
    """Where in a conversation its first reply is, with the token that ends it."""
    ids = drawn.talks.ids[drawn.talks.first[talk] : drawn.talks.first[talk + 1]]
    start, end = int(drawn.talks.reply[talk]), made.tokenizer.convert_tokens_to_ids("<|im_end|>")
    return range(start, start + ids[start:].tolist().index(end) + 1)
