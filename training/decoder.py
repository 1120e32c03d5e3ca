# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""The stock language model over conversations side by side, and where some of its heads look.

The weights are the stock modules', and so is what comes out (tests/training hold both together); the model's own
forward hands out no queries and keys.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from transformers.models.qwen2_vl.modeling_qwen2_vl import apply_rotary_pos_emb

from training.attention import attend
from training.tower import compiles

LOOKING = ((1, 0), (3, 0), (2, 0), (2, 2), (3, 1), (3, 2), (4, 0), (4, 1), (5, 0), (5, 1), (5, 2), (5, 3))
"""Layer and number of each head that is taught where to look: at the element, where it is named and where its
coordinates are about to be written; at the word that is copied; and at what is read off: one at the word that was just
written, four, for the four patches of a visual token, at the next, and four at the next once more, for its place among
the words of its patch. The layers before are left to gather what is asked for, those after to say what was found; none
is the last, of which no more is made than what is to be known of it."""
ORDERED = (4, 5)
"""The layers before which it must be known which of a patch's words is next: that whose heads are for one place in a
patch each, and the one before it, so that it is known in time."""


class Decoded(NamedTuple):
    """hidden: (count, most, width), at the places that were asked for. size: (count, most, 1), root mean square of what
    the last norm makes that of. given: (count, most, width) there, what each of the layers `ORDERED` begins with.
    query, key, value: (count, length, head width) of each head that is taught."""

    hidden: torch.Tensor
    size: torch.Tensor
    given: Sequence[torch.Tensor]
    query: Sequence[torch.Tensor]
    key: Sequence[torch.Tensor]
    value: Sequence[torch.Tensor]


Decode = Callable[[Any, torch.Tensor, torch.Tensor, torch.Tensor], Decoded]


def decode(model: Any, inputs: torch.Tensor, positions: torch.Tensor, places: torch.Tensor) -> Decoded:
    """`inputs`: (count, length, width) embeddings. `positions`: (3, count, length) time, row and column. Each place
    sees those before it. `places`: (count, most), what is to be known of the last layer, which does no more than that:
    most of a conversation is prompt and picture."""
    language = model.model.language_model
    cos, sin = language.rotary_emb(inputs, positions)
    hidden = inputs
    given: list[torch.Tensor] = []
    taught: dict[tuple[int, int], tuple[torch.Tensor, torch.Tensor, torch.Tensor]] = {}
    for number, layer in enumerate(language.layers):
        attention = layer.self_attn
        normal = layer.input_layernorm(hidden)
        key, value = (_heads(project(normal), attention) for project in (attention.k_proj, attention.v_proj))
        key = _turned(key, cos, sin)
        is_last = number == len(language.layers) - 1
        if is_last:
            hidden, normal, cos, sin = (_at(places, values) for values in (hidden, normal, cos, sin))
        if number in ORDERED:
            given.append(_at(places, normal))
        query = _turned(_heads(attention.q_proj(normal), attention), cos, sin)
        for where in LOOKING:
            if where[0] == number:
                taught[where] = query[:, where[1]], key[:, where[1]], value[:, where[1]]
        before = torch.arange(inputs.shape[1], device=inputs.device) <= places[:, None, :, None] if is_last else None
        heard = attend(query.to(value), key.to(value), value, causal=not is_last, seen=before)
        hidden = hidden + attention.o_proj(heard.transpose(1, 2).reshape(hidden.shape))
        hidden = hidden + layer.mlp(layer.post_attention_layernorm(hidden))
    queries, keys, values = zip(*(taught[where] for where in LOOKING), strict=True)
    size = hidden.float().square().mean(-1, keepdim=True).sqrt()
    return Decoded(language.norm(hidden), size, given, queries, keys, values)


def _heads(values: torch.Tensor, attention: Any) -> torch.Tensor:
    return values.view(*values.shape[:2], -1, attention.head_dim).transpose(1, 2)


def _turned(values: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    return apply_rotary_pos_emb(values, values, cos, sin)[0]


def _at(places: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    """(count, most, width) of (count, length, width)."""
    return values.gather(1, places[..., None].expand(-1, -1, values.shape[-1]))


def quickest() -> Decode:
    """Compiled where that can be."""
    return torch.compile(decode, dynamic=True) if compiles() else decode
