# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""The stock language model over conversations side by side, and where two of its heads look.

The weights are the stock modules', and so is what comes out (tests/training hold both together); the model's own
forward hands out no queries and keys.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from transformers.models.qwen2_vl.modeling_qwen2_vl import apply_rotary_pos_emb

from training.attention import attend
from training.tower import compiles

LOOKING = (1, 2)
"""The layers whose first heads are taught where to look: one where an element is named, one where its coordinates
begin. Those before are left to gather a name's words, those after to say where it is."""


class Decoded(NamedTuple):
    """hidden: (count, length, width). query, key: (2, count, length, head width), of the heads that are taught. value:
    (count, length, head width), of the second."""

    hidden: torch.Tensor
    query: torch.Tensor
    key: torch.Tensor
    value: torch.Tensor


Decode = Callable[[Any, torch.Tensor, torch.Tensor], Decoded]


def decode(model: Any, inputs: torch.Tensor, positions: torch.Tensor) -> Decoded:
    """`inputs`: (count, length, width) embeddings. `positions`: (3, count, length) time, row and column. Each place
    sees those before it."""
    language = model.model.language_model
    cos, sin = language.rotary_emb(inputs, positions)
    hidden = inputs
    taught: list[tuple[torch.Tensor, ...]] = []
    for number, layer in enumerate(language.layers):
        attention = layer.self_attn
        normal = layer.input_layernorm(hidden)
        query, key, value = (
            project(normal).view(*normal.shape[:2], -1, attention.head_dim).transpose(1, 2)
            for project in (attention.q_proj, attention.k_proj, attention.v_proj)
        )
        query, key = apply_rotary_pos_emb(query, key, cos, sin)
        if number in LOOKING:
            taught.append((query[:, 0], key[:, 0], value[:, 0]))
        heard = attend(query.to(value), key.to(value), value, causal=True)
        hidden = hidden + attention.o_proj(heard.transpose(1, 2).reshape(hidden.shape))
        hidden = hidden + layer.mlp(layer.post_attention_layernorm(hidden))
    queries, keys, values = zip(*taught, strict=True)
    return Decoded(language.norm(hidden), torch.stack(queries), torch.stack(keys), values[-1])


def quickest() -> Decode:
    """Compiled where that can be."""
    return torch.compile(decode, dynamic=True) if compiles() else decode
