# pyright: reportUnknownMemberType=false
"""Which device, number format and attention kernel this machine runs a model on best."""

from __future__ import annotations

import platform

import torch

from actions.errors import ModelLoadError, ModelMemoryError, UsageError

DTYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16, "float32": torch.float32}


def choose_device(wanted: str | None) -> str:
    """What was asked for, if it is there; else the first of cuda, mps, cpu. "auto" is left to accelerate."""
    if wanted is None:
        return "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    kind, _, index = wanted.partition(":")
    if kind not in ("cuda", "mps", "cpu", "auto") or (index and (kind != "cuda" or not index.isdigit())):
        raise UsageError(f"no device is called {wanted!r}; there are cuda, cuda:0, cuda:1 ..., mps, cpu, auto")
    there = {
        "cuda": torch.cuda.is_available() and int(index or 0) < torch.cuda.device_count(),
        "mps": torch.backends.mps.is_available(),
    }
    if not there.get(kind, True):
        raise ModelLoadError(f"torch {torch.__version__} finds no device {wanted} here", remedy="--device cpu")
    return wanted


def choose_dtype(wanted: str | None, device: str, *, quantised: str | None = None) -> torch.dtype:
    """What was asked for, else by device.

    bfloat16 where the device computes it itself: it has float32's range, which these checkpoints were trained with.
    float16 on GPUs without it (before Ampere; macOS before 14) and for GPTQ and AWQ on a GPU, whose kernels are
    written for it. On a CPU bfloat16 only with instructions for it (AVX512-BF16, AMX): elsewhere it is emulated,
    several times slower than float32.
    """
    if wanted is not None:
        if wanted not in DTYPES:
            raise UsageError(f"no number format is called {wanted!r}; there are {', '.join(DTYPES)}")
        return DTYPES[wanted]
    match device.partition(":")[0]:
        case "mps":
            return torch.bfloat16 if _macos() >= 14 else torch.float16
        case "cpu":
            return torch.bfloat16 if _cpu_computes_bfloat16() else torch.float32
        case _:
            if not torch.cuda.is_available():
                return torch.float32
            if quantised in ("gptq", "awq"):
                return torch.float16
            return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16


def choose_attention(wanted: str | None, device: str, dtype: torch.dtype) -> str:
    """flash_attention_2 where it is installed and the GPU runs it (Ampere and later, 16 bits), else sdpa."""
    from transformers.utils.import_utils import is_flash_attn_2_available

    works = (
        device.partition(":")[0] in ("cuda", "auto")
        and dtype in (torch.float16, torch.bfloat16)
        and torch.cuda.is_available()
        and torch.cuda.get_device_capability()[0] >= 8
        and bool(is_flash_attn_2_available())
    )
    if wanted is None:
        return "flash_attention_2" if works else "sdpa"
    if wanted not in ("flash_attention_2", "sdpa", "eager"):
        raise UsageError(f"no attention is called {wanted!r}; there are flash_attention_2, sdpa, eager")
    if wanted == "flash_attention_2" and not works:
        raise ModelLoadError(
            f"flash_attention_2 doesn't work here: it needs the package flash-attn, an NVIDIA GPU since Ampere and "
            f"16-bit numbers, and this is {device} with {str(dtype).removeprefix('torch.')}",
            remedy="--attention sdpa",
        )
    return wanted


def require_memory(needed: int, device: str, name: str, *, remedy: str) -> None:
    """`ModelMemoryError` where `needed` bytes of weights can't fit, before minutes are spent on finding out."""
    free = free_memory(device)
    if free is not None and needed > free:
        raise ModelMemoryError(
            f"{name} needs {needed / 1e9:.1f} GB for its weights and {device} has {free / 1e9:.1f} GB free",
            remedy=remedy,
        )


def free_memory(device: str) -> int | None:
    """Free bytes, where that can be told; of all GPUs together for "auto"."""
    import psutil  # accelerate brings it

    kind, _, index = device.partition(":")
    if kind == "cpu":
        return int(psutil.virtual_memory().available)
    if kind in ("cuda", "auto") and torch.cuda.is_available():
        if kind == "auto":
            return sum(torch.cuda.mem_get_info(i)[0] for i in range(torch.cuda.device_count()))
        return int(torch.cuda.mem_get_info(int(index or 0))[0])
    return None


def _macos() -> int:
    return int(platform.mac_ver()[0].partition(".")[0] or 0)


def _cpu_computes_bfloat16() -> bool:
    """torch's own question, under either of the names that it has had."""
    for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"):
        ask = getattr(torch.cpu, name, None)
        if ask is not None and ask():
            return True
    return False
