"""What there is to train on."""

from __future__ import annotations

import os

import torch

KEPT = "ONEDNN_PRIMITIVE_CACHE_CAPACITY"
PRODUCTS = 4096
"""Shapes of products for which code is kept; oneDNN keeps 1024 by itself. Each takes 2 MB or so with AMX."""


def keep_products() -> None:
    """Let oneDNN keep so many; before the first product in bfloat16."""
    os.environ.setdefault(KEPT, str(PRODUCTS))


def device() -> torch.device:
    """The GPU where there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def multiplies_bfloat16() -> bool:
    """Whether matrices are multiplied several times as fast in bfloat16: on GPUs, on CPUs with instructions for it."""
    if torch.cuda.is_available():
        return True
    found = torch.cpu.get_capabilities()
    return bool(found.get("avx512_bf16") or found.get("amx_bf16"))
