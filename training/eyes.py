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
from training.pictures import Pictures
from training.store import Drawn
from training.tower import Look, quickest

Eyes = Callable[[Sequence[int]], torch.Tensor]
"""What the tower makes of some screens: (count, TOKENS, width)."""
AT_ONCE = 16


def live(model: Any, drawn: Drawn, look: Look) -> Eyes:
    """A tower that learns along."""
    return lambda screens: look(model, drawn.pictures.pick(screens))[1]


class Seen:
    """What a frozen tower makes of each screen, kept on disk, a file for each of theirs. On a CPU looking costs half of
    a step, so the tower doesn't learn along there."""

    def __init__(self, model: Any, drawn: Drawn, folder: Path) -> None:
        pictures, look = drawn.pictures, quickest()
        tower = hashlib.sha256()
        for value in model.model.visual.state_dict().values():
            tower.update(value.float().cpu().numpy().tobytes())
        kept: list[Path] = []
        for file, path in enumerate(tqdm(pictures.files, desc="looking", unit=" files")):
            numbers, digest = pictures.of(file), tower.copy()
            digest.update(pictures.pick(numbers[:: max(1, len(numbers) // 8)]).numpy().tobytes())
            kept.append(folder / f"{path.name.partition('.')[0]}-{digest.hexdigest()[:12]}.npy")
            if not kept[-1].exists():
                folder.mkdir(parents=True, exist_ok=True)
                part = folder / "part.npy"
                np.save(part, _look(look, model, pictures, numbers))
                part.rename(kept[-1])
        self._mapped = [np.load(path, mmap_mode="r") for path in kept]
        self._pictures = pictures

    def __call__(self, screens: Sequence[int]) -> torch.Tensor:
        places = (self._pictures.place(int(screen)) for screen in screens)
        return torch.from_numpy(np.stack([self._mapped[file][number] for file, number in places])).float()


def _look(look: Look, model: Any, pictures: Pictures, numbers: range) -> NDArray[np.float16]:
    found: list[NDArray[np.float16]] = []
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=multiplies_bfloat16()):
        for first in range(0, len(numbers), AT_ONCE):
            # Always so many, since it is compiled for that.
            chosen = [min(number, len(numbers) - 1) for number in range(first, first + AT_ONCE)]
            found.append(look(model, pictures.pick([numbers[i] for i in chosen]))[1].half().numpy())
    return np.concatenate(found)[: len(numbers)]
