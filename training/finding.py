# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""The heads that look for an element by its name begin as a query and a key that find words on screens.

These are learned first, by themselves, in a minute. Without that, whole screens teach the heads where each name mostly
stands, since that is quicker to learn than to look: after an hour half of all names were looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from training import fitting
from training.batch import AIMING, FOLLOWING, NAMING
from training.decoder import LOOKING
from training.eyes import Eyes
from training.store import Drawn

FAR = 100
"""Places between a name in a reply and the picture in its prompt. What they turn far can't be compared."""
STEPS, SCREENS, RATE = 400, 24, 5e-3
WORDS = 64
"""That are looked for on each screen of a step."""


class Finder(nn.Module):
    """Says how well words fit visual tokens, as a head of the language model does after its norm."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        language = model.model.language_model
        self.size = int(language.layers[0].self_attn.head_dim)
        pairs = (language.rotary_emb.inv_freq * FAR < 1).nonzero().squeeze(-1)
        self.places = torch.cat([pairs, pairs + self.size // 2])
        """In a head's width."""
        self.table = model.get_input_embeddings().weight.detach().clone()
        width = self.table.shape[1]
        self.sought, self.shown = (nn.Linear(width, len(self.places), bias=False) for _ in range(2))

    def forward(self, words: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
        """(count, TOKENS) of (count,) words on (count, TOKENS, width)."""
        query, key = (_even(x) for x in (self.table[words], seen))
        return (self.shown(key) @ self.sought(query)[..., None]).squeeze(-1) / self.size**0.5


def fit(model: Any, drawn: Drawn, eyes: Eyes, seed: int) -> Finder:
    at = model.device
    finder = Finder(model).to(at)
    random = Random(seed)  # noqa: S311  a game of chance, no secret

    def loss_of(_: int) -> torch.Tensor:
        screens = sorted(random.sample(range(len(drawn)), min(SCREENS, len(drawn))))
        place, words, shows = _asked(drawn, screens, random)
        with torch.no_grad():
            seen = eyes(screens)[place.to(at)]
        look = finder(words.to(at), seen.float()).log_softmax(-1)
        return -look.masked_fill(~shows.to(at), -torch.inf).logsumexp(-1).mean()

    fitting.fit(finder, loss_of, steps=STEPS, rate=RATE, decay=0.0, name="finding")
    return finder


def begin(model: Any, finder: Finder) -> None:
    """Make of it queries and keys of the heads that are taught to look at what is tapped and at what was just read."""
    size = finder.size
    with torch.no_grad():
        for number, head in (LOOKING[look] for look in (NAMING, AIMING, FOLLOWING)):
            layer = model.model.language_model.layers[number]
            attention, loud = layer.self_attn, layer.input_layernorm.weight
            for projected, found in ((attention.q_proj, finder.sought), (attention.k_proj, finder.shown)):
                whole = slice(head * size, (head + 1) * size)
                projected.weight[whole], projected.bias[whole] = 0.0, 0.0
                projected.weight[head * size + finder.places] = found.weight / loud


def _asked(drawn: Drawn, screens: Sequence[int], random: Random) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Of some words of each screen: which of the screens it is on, the word, and which visual tokens show it."""
    labels = drawn.labels.words[list(screens)].reshape(len(screens), -1, drawn.labels.words[0, 0].size)
    asked = [(i, int(word)) for i, shown in enumerate(labels) for word in _some(np.unique(shown), random)]
    place, words = (torch.tensor(part) for part in zip(*asked, strict=True))
    shows = (torch.from_numpy(labels)[place] == words[:, None, None]).any(-1)
    return place, words, shows


def _some(words: Any, random: Random) -> Sequence[int]:
    there = words[words >= 0].tolist()
    return random.sample(there, min(WORDS, len(there)))


def _even(x: torch.Tensor) -> torch.Tensor:
    return functional.rms_norm(x, x.shape[-1:], eps=1e-6)
