# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""The stock language model over conversations side by side, and where two of its heads look.

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

LOOKING = ((1, 0), (3, 0), (3, 1), (2, 0), (4, 0))
"""Layer and number of each head that is taught where to look: at the element, where it is named, where its coordinates
are about to be written and where what is read off it is; at the word that is copied; and once more at what is read off,
since one head is too narrow to bring back all the words that a visual token shows. The layers before are left to gather
what is asked for, those after to say what was found."""


class Decoded(NamedTuple):
    """hidden: (count, length, width). query, key, value: (count, length, head width) of each head that is taught."""

    hidden: torch.Tensor
    query: Sequence[torch.Tensor]
    key: Sequence[torch.Tensor]
    value: Sequence[torch.Tensor]


Decode = Callable[[Any, torch.Tensor, torch.Tensor], Decoded]


def decode(model: Any, inputs: torch.Tensor, positions: torch.Tensor) -> Decoded:
    """`inputs`: (count, length, width) embeddings. `positions`: (3, count, length) time, row and column. Each place
    sees those before it."""
    language = model.model.language_model
    cos, sin = language.rotary_emb(inputs, positions)
    hidden = inputs
    taught: dict[tuple[int, int], tuple[torch.Tensor, torch.Tensor, torch.Tensor]] = {}
    for number, layer in enumerate(language.layers):
        attention = layer.self_attn
        normal = layer.input_layernorm(hidden)
        query, key, value = (
            project(normal).view(*normal.shape[:2], -1, attention.head_dim).transpose(1, 2)
            for project in (attention.q_proj, attention.k_proj, attention.v_proj)
        )
        query, key = apply_rotary_pos_emb(query, key, cos, sin)
        for where in LOOKING:
            if where[0] == number:
                taught[where] = query[:, where[1]], key[:, where[1]], value[:, where[1]]
        heard = attend(query.to(value), key.to(value), value, causal=True)
        hidden = hidden + attention.o_proj(heard.transpose(1, 2).reshape(hidden.shape))
        hidden = hidden + layer.mlp(layer.post_attention_layernorm(hidden))
    queries, keys, values = zip(*(taught[where] for where in LOOKING), strict=True)
    return Decoded(language.norm(hidden), queries, keys, values)


def quickest() -> Decode:
    """Compiled where that can be."""
    return torch.compile(decode, dynamic=True) if compiles() else decode
