# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Attention by the quickest way is the same attention."""

from __future__ import annotations

import pytest
import torch

from training.attention import attend


@pytest.mark.parametrize("causal", [False, True])
def test_attention_in_16_bits_is_the_same_attention(causal: bool) -> None:
    torch.manual_seed(0)
    query, key, value = torch.randn(3, 2, 3, 40, 16)
    right = torch.nn.functional.scaled_dot_product_attention(query, key, value, is_causal=causal)
    near = attend(query.bfloat16(), key.bfloat16(), value.bfloat16(), causal=causal)
    assert near.dtype == torch.bfloat16
    assert torch.allclose(near.float(), right, atol=0.03)
    assert torch.equal(attend(query, key, value, causal=causal), right)


def test_attention_from_some_places_is_that_of_all_places() -> None:
    torch.manual_seed(0)
    query, key, value = torch.randn(3, 2, 3, 40, 16)
    places = torch.tensor([[4, 5, 39], [0, 7, 20]])
    chosen = query.gather(2, places[:, None, :, None].expand(-1, 3, -1, 16))
    before = torch.arange(40) <= places[:, None, :, None]
    right = torch.nn.functional.scaled_dot_product_attention(query, key, value, is_causal=True)
    right = right.gather(2, places[:, None, :, None].expand(-1, 3, -1, 16))
    assert torch.allclose(attend(chosen, key, value, seen=before), right, atol=1e-5)
    near = attend(chosen.bfloat16(), key.bfloat16(), value.bfloat16(), seen=before)
    assert torch.allclose(near.float(), right, atol=0.03)
