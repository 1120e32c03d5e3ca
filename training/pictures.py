# pyright: reportUnknownMemberType=false
"""Pictures out of files of many, on the device that learns from them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch

from training.hardware import device

READERS = 8


class Pictures:
    """Pictures of one size, counted through all files. A GPU takes them all, since picking them on the CPU would take
    longer than learning from them; a CPU maps the files and reads what is asked for."""

    def __init__(self, files: Sequence[Path]) -> None:
        self.files = files
        self._mapped = [np.load(file, mmap_mode="r") for file in files]
        self._ends = np.cumsum([len(part) for part in self._mapped])
        self._device = device()
        self._all = self._load(files) if self._device.type == "cuda" else None

    def of(self, file: int) -> range:
        """The pictures of one of the files."""
        return range(self._ends[file] - len(self._mapped[file]), self._ends[file])

    def __len__(self) -> int:
        return int(self._ends[-1])

    def _load(self, files: Sequence[Path]) -> torch.Tensor:
        whole = torch.empty((len(self), *self._mapped[0].shape[1:]), dtype=torch.uint8, device=self._device)

        def copy(number: int, file: Path) -> None:
            part = torch.from_numpy(np.load(file))
            whole[self.of(number).start : self.of(number).stop].copy_(part)

        with ThreadPoolExecutor(READERS) as pool:
            list(pool.map(copy, range(len(files)), files))
        return whole

    def pick(self, chosen: Sequence[int]) -> torch.Tensor:
        """(count, height, width, 3) uint8."""
        if self._all is not None:
            return self._all[torch.as_tensor(chosen).to(self._device, torch.long, non_blocking=True)]
        return torch.from_numpy(
            np.stack([self._mapped[file][place] for file, place in map(self.place, map(int, chosen))])
        )

    def place(self, number: int) -> tuple[int, int]:
        """Which file a picture is in, and where in it."""
        file = int(np.searchsorted(self._ends, number, side="right"))
        return file, number - self.of(file).start
