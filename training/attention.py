# pyright: reportUnknownMemberType=false
"""Attention by the quickest way there is here."""

from __future__ import annotations

import torch
from torch.nn import functional


def attend(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, *, causal: bool = False) -> torch.Tensor:
    """Scaled dot-product attention of (count, heads, length, head width). In bfloat16 a CPU takes two to three times as
    long for torch's own gradient as for the plain products."""
    if query.device.type != "cpu" or query.dtype != torch.bfloat16:
        return functional.scaled_dot_product_attention(query, key, value, is_causal=causal)
    scores = (query * query.shape[-1] ** -0.5) @ key.transpose(-1, -2)
    if causal:
        length = torch.arange(scores.shape[-1])
        scores = scores.masked_fill(length > length[:, None], -torch.inf)
    return scores.softmax(-1).to(value.dtype) @ value
