# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""The stock vision tower over pictures of one size, side by side.

The model's own forward takes pictures of different sizes, one after the other in each layer, which takes 1.7 times as
long here. The weights are the stock modules', and so is what comes out (tests/training hold both together).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional

from training.attention import attend
from training.view import COLUMNS, MERGE, PATCH, PATCHES, patches

Look = Callable[[Any, torch.Tensor], tuple[torch.Tensor, torch.Tensor]]


def features(model: Any, pictures: torch.Tensor) -> torch.Tensor:
    """What the language model gets of each picture: (count, 8 * rows, width) of (count, 28 * rows, 224, 3) uint8."""
    return look(model, pictures)[1]


def look(model: Any, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The patches, (count, 32 * rows, vision width), and what they are merged to, (count, 8 * rows, width)."""
    tower, count = model.model.visual, len(pictures)
    cos, sin = tower.rotary_pos_emb(torch.empty((), device=pictures.device), _places(pictures))
    seen = functional.linear(patches(pictures), tower.patch_embed.proj.weight.flatten(1)).view(count, len(cos), -1)
    for block in tower.blocks:
        attention = block.attn
        parts = attention.qkv(block.norm1(seen)).view(count, len(cos), 3, attention.num_heads, -1)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        query, key = (x * cos + _turned(x) * sin for x in (query, key))
        looked = attend(query.to(value), key.to(value), value)
        seen = seen + attention.proj(looked.transpose(1, 2).reshape(seen.shape))
        seen = seen + block.mlp(block.norm2(seen))
    return seen, tower.merger(seen).view(count, len(cos) // PATCHES, -1)


def compiles() -> bool:
    """Whether something is there to compile with."""
    return torch.cuda.is_available() or shutil.which("g++") is not None


def quickest(*, varying: bool = False) -> Look:
    """Compiled where that can be; 1.4 times as fast. `varying`: once for all counts of pictures, else for each count
    anew."""
    return torch.compile(look, dynamic=varying) if compiles() else look


def _places(pictures: torch.Tensor) -> torch.Tensor:
    """Row and column of each patch, in the order of `patches`: (4 * 8 * rows, 2)."""
    rows = pictures.shape[1] // PATCH
    row, column = torch.meshgrid(
        torch.arange(rows, device=pictures.device),
        torch.arange(COLUMNS * MERGE, device=pictures.device),
        indexing="ij",
    )
    grids = [g.view(rows // MERGE, MERGE, COLUMNS, MERGE).permute(0, 2, 1, 3).flatten() for g in (row, column)]
    return torch.stack(grids, -1)


def _turned(x: torch.Tensor) -> torch.Tensor:
    first, second = x.chunk(2, -1)
    return torch.cat([-second, first], -1)
