# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""What reads off what heads bring back from visual tokens, in training alone, and what it should say there.

So a head that is told where to look learns what to bring from there long before a reply hangs on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from training.decoder import ORDERED
from training.labels import KINDS, SLOTS, SWITCHES
from training.rows import Rows
from training.view import PATCHES

DIGITS = 10
DIGITS_WEIGH = 3.0
"""In what is brought back from where something is read, beside other words: a number is right only if each of its
digits is, and a serial number too, whose digits are letters as well."""
FIRST = 2
"""So many digits of each coordinate are told, as a reply writes them, in thousandths."""
STATES = NO_SWITCH, OFF, ON = range(3)
"""Of what a tap hits: no switch (or a button that is not on), one that is off, one that is on."""


class Places(nn.Linear):
    """Reads off what the second taught head brings back from a visual token: the first two digits of the x and of the y
    where a tap there aims, 10 logits each."""

    def __init__(self, model: Any) -> None:
        super().__init__(model.model.language_model.layers[0].self_attn.head_dim, 2 * FIRST * DIGITS)

    def compare(self, value: torch.Tensor, digits: torch.Tensor) -> torch.Tensor:
        """The loss; `digits`: (…, 2, FIRST), -1 where a tap hits nothing, which may be everywhere."""
        logits = self(value).float().view(-1, DIGITS)
        loss = functional.cross_entropy(logits, digits.view(-1), ignore_index=-1, reduction="sum")
        return loss / (digits >= 0).sum().clamp(min=1)


class States(nn.Linear):
    """Reads off the same whether what a tap there hits is on. Without this loss the value tells it of few switches,
    though the visual tokens show it, and what is on is said to be off."""

    def __init__(self, model: Any) -> None:
        super().__init__(model.model.language_model.layers[0].self_attn.head_dim, len(STATES))

    def compare(self, value: torch.Tensor, states: torch.Tensor) -> torch.Tensor:
        """The loss, in which each of `STATES` weighs the same; `states`: (…), which it is, -1 where a tap hits
        nothing."""
        logits, states = self(value).float().view(-1, len(STATES)), states.flatten()
        nats = functional.cross_entropy(logits, states, ignore_index=-1, reduction="none")
        of_each = [(nats * (states == n)).sum() / (states == n).sum().clamp(min=1) for n in range(len(STATES))]
        return torch.stack(of_each).mean()


class Shown(nn.Linear):
    """Reads off what a head that reads brings back from a visual token: the words in one of its patches, each in its
    slot, or those in one slot, each in its patch. Without this loss it learns to look at what is to be read long before
    it learns to tell it."""

    def __init__(self, model: Any, count: int) -> None:
        """`count`: of words."""
        text = model.config.text_config
        super().__init__(model.model.language_model.layers[0].self_attn.head_dim, count * text.hidden_size)

    def nats(
        self, value: torch.Tensor, words: torch.Tensor, table: torch.Tensor, weights: torch.Tensor
    ) -> torch.Tensor:
        """The loss, summed; `words`: (…, count), -1 for none. `table`: (vocabulary, width), of which none is to
        learn. `weights`: (vocabulary,)."""
        value, words = value.flatten(0, -2), words.flatten(0, -2)
        some = Rows.of((words >= 0).any(-1))
        named, asked = self(value[some.which]).view(-1, table.shape[1]), some.labels(words).flatten()
        each = Rows.of(asked >= 0)
        logits = named[each.which] @ table.detach().T
        return functional.cross_entropy(logits.float(), each.labels(asked), weights, ignore_index=-1, reduction="sum")


class Probes(nn.Module):
    """What reads off the heads' values in training alone, and is thrown away with them. weights: (vocabulary,) of the
    words that are read."""

    weights: torch.Tensor

    def __init__(self, model: Any, digits: Sequence[int] = ()) -> None:
        """`digits`: those of the vocabulary."""
        super().__init__()
        self.places = Places(model)
        self.shown = nn.ModuleList(Shown(model, count) for count in (*[SLOTS] * PATCHES, *[PATCHES] * SLOTS))
        self.order = nn.ModuleList(nn.Linear(model.config.text_config.hidden_size, SLOTS) for _ in ORDERED)
        self.states = States(model)
        weights = torch.ones(model.config.text_config.vocab_size)
        weights[list(digits)] = DIGITS_WEIGH
        self.register_buffer("weights", weights, persistent=False)

    def weight(self, words: torch.Tensor) -> torch.Tensor:
        """Of all words, of which -1 is none; at least 1."""
        return self.weights[words.clamp(min=0)].where(words >= 0, 0.0).sum().clamp(min=1)

    def told(self, values: Sequence[torch.Tensor], words: torch.Tensor, table: torch.Tensor) -> torch.Tensor:
        """The loss of the words that the heads that read bring back, twice each; `words`: (…, PATCHES, SLOTS)."""
        probes: Sequence[Any] = list(self.shown)
        parts = by_head(words)
        nats = [
            probe.nats(*of_part, table, self.weights) for probe, *of_part in zip(probes, values, parts, strict=True)
        ]
        return torch.stack(nats).sum() / (2 * self.weight(words))

    def ordered(self, given: Sequence[torch.Tensor], order: torch.Tensor) -> torch.Tensor:
        """The loss of which of a patch's words is next, before each of the layers `ORDERED`; without it they are picked
        almost as if they lay there in any order. given: (…, width) each. order: (…), -1 for none."""
        named = [probe(begun).flatten(0, -2).float() for probe, begun in zip(self.order, given, strict=True)]
        nats = [functional.cross_entropy(n, order.flatten(), ignore_index=-1, reduction="sum") for n in named]
        return torch.stack(nats).mean() / (order >= 0).sum().clamp(min=1)


def by_head(words: torch.Tensor) -> Sequence[torch.Tensor]:
    """What each of the heads that read brings of (…, PATCHES, SLOTS) words: those of a patch, or those in a slot."""
    return *words.unbind(-2), *words.unbind(-1)


def first_digits(aims: torch.Tensor) -> torch.Tensor:
    """(…, 2, FIRST) the first digits of unit floats, (…, 2); -1 where they are no number."""
    thousandths = (aims.nan_to_num() * 1000).round().long().clamp(0, 999)
    found = torch.stack([thousandths // 10 ** (2 - place) % DIGITS for place in range(FIRST)], -1)
    return found.masked_fill(aims.isnan()[..., None], -1)


def switched(kinds: torch.Tensor, aims: torch.Tensor) -> torch.Tensor:
    """(count, TOKENS): which of `STATES` that has which a tap at each visual token hits; -1 where it hits nothing, or a
    switch that is disabled, of which the labels don't say whether it is on. All tokens of a row are as its switch is,
    the words too. `kinds`: (count, TOKENS) as `Labels` has them; `aims`: (count, TOKENS, 2) unit floats."""
    kind, state = kinds % len(KINDS), kinds // len(KINDS)
    switches = torch.tensor([KINDS.index(name) for name in SWITCHES], device=kinds.device)
    is_switch = torch.isin(kind, switches)
    can_be_on = is_switch | (kind == KINDS.index("tapped"))
    same = (aims[:, :, None] == aims[:, None]).all(-1)
    found = torch.full_like(kinds, NO_SWITCH)
    for some, what in ((is_switch & (state == 0), OFF), (can_be_on & (state == 1), ON), (is_switch & (state == 2), -1)):
        found = found.masked_fill((same & some[:, None]).any(-1), what)
    return found.masked_fill(aims.isnan().any(-1), -1)
