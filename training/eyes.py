# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""What the tower makes of screens, for the language model to learn from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from training.hardware import multiplies_bfloat16
from training.store import Drawn
from training.tower import Look, quickest

Eyes = Callable[[Sequence[int]], torch.Tensor]
"""What the tower makes of some screens: (count, TOKENS, width)."""


def live(model: Any, drawn: Drawn, look: Look) -> Eyes:
    """A tower that learns along."""
    return lambda screens: look(model, drawn.pictures.pick(screens))[1]


class Seen:
    """What a frozen tower makes of each screen, kept on disk beside the screens. On a CPU looking costs half of a step,
    so the tower doesn't learn along there."""

    def __init__(self, model: Any, drawn: Drawn, folder: Path) -> None:
        digest = hashlib.sha256(drawn.pictures.pick(range(0, len(drawn), max(1, len(drawn) // 8))).numpy().tobytes())
        for value in model.model.visual.state_dict().values():
            digest.update(value.float().cpu().numpy().tobytes())
        kept = folder / f"{digest.hexdigest()[:12]}-{drawn.name}-{len(drawn)}.npy"
        if not kept.exists():
            folder.mkdir(parents=True, exist_ok=True)
            np.save(kept, self._look(model, drawn))
        self._values = np.load(kept, mmap_mode="r")

    def __call__(self, screens: Sequence[int]) -> torch.Tensor:
        return torch.from_numpy(self._values[list(screens)]).float()

    def _look(self, model: Any, drawn: Drawn) -> NDArray[np.float16]:
        found: list[NDArray[np.float16]] = []
        size, look = 16, quickest()
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=multiplies_bfloat16()):
            for first in tqdm(range(0, len(drawn), size), desc="looking", unit=" batches"):
                pictures = drawn.pictures.pick(range(first, min(first + size, len(drawn))))
                found.append(look(model, pictures)[1].half().numpy())
        return np.concatenate(found)
