"""The pocket model: a Qwen2-VL that knows the simulated phone and nothing else, and ships in `qwen2-vl-pocket/`.

`handeye demo` and benchmarks/pocket.py take it by default; nothing else does. Its README.md is the model card.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.models.transformers import TransformersModel

POCKET = Path(__file__).with_name("qwen2-vl-pocket")
"""The checkpoint's folder, for whatever takes `--model`."""
DIALECT = "qwen2_vl"
"""What it was trained to speak, in English."""


def pocket_model() -> TransformersModel:
    """As it was measured: on the processor, in float32, whatever else the machine has."""
    from agent.models.loading import open_checkpoint
    from agent.models.transformers import TransformersModel

    found = open_checkpoint(str(POCKET), dialect=DIALECT, offline=True)
    return TransformersModel.load(replace(found, name=POCKET.name), device="cpu", dtype="float32")
