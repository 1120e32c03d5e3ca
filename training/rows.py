# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Some rows out of many, in so few different numbers that products have few shapes."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch.nn import functional

ALIKE = 64
"""What lengths and counts are rounded up to multiples of, so that products have few different shapes: for each new one
a CPU in bfloat16 makes code first (oneDNN), which `hardware.keep_products` has kept. With both a step of 16 took 2.3
to 2.7 s on two cores with AMX, where it took 4.4 s without (docs/pocket-log.md)."""


class Rows(NamedTuple):
    """Some rows out of many, their number rounded up. which: (rounded,) places, the first of all for padding. is_one:
    (rounded,) whether it is no padding. number: without padding, but at least 1. total: out of how many."""

    which: torch.Tensor
    is_one: torch.Tensor
    number: int
    total: int

    @classmethod
    def of(cls, some: torch.Tensor) -> Rows:
        """Those for which `some`, (total,) bool, is true."""
        found = some.nonzero()[:, 0]
        which = functional.pad(found, (0, rounded(len(found)) - len(found)))
        return cls(which, torch.arange(len(which), device=which.device) < len(found), max(1, len(found)), len(some))

    def labels(self, labels: torch.Tensor) -> torch.Tensor:
        """(rounded, …) those of (total, …), -1 for padding."""
        kept = self.is_one.view(-1, *[1] * (labels.dim() - 1))
        return labels[self.which].where(kept, -1)

    def spread(self, values: torch.Tensor) -> torch.Tensor:
        """(total,) of (rounded,), 0 elsewhere and for padding."""
        return values.new_zeros(self.total).index_add(0, self.which, values.where(self.is_one, 0.0))


def rounded(count: int) -> int:
    """Up to a multiple of `ALIKE`."""
    return max(1, -(-count // ALIKE)) * ALIKE
