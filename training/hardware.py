"""What there is to train on."""

from __future__ import annotations

import torch


def device() -> torch.device:
    """The GPU where there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def multiplies_bfloat16() -> bool:
    """Whether matrices are multiplied several times as fast in bfloat16: on GPUs, on CPUs with instructions for it."""
    if torch.cuda.is_available():
        return True
    found = torch.cpu.get_capabilities()
    return bool(found.get("avx512_bf16") or found.get("amx_bf16"))
