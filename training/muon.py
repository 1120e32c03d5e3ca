# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Muon: momentum whose matrices are brought near the closest orthogonal ones before each step.

Keller Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024), with the scale of Liu et al.,
"Muon is Scalable for LLM Training" (arXiv 2502.16982, section 2.2), under which AdamW's learning rates are right.
torch.optim.Muon does the same in bfloat16, which costs four times as long on a CPU without hardware for it, and one
matrix after the other, where a GPU waits for each of a thousand small products.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch

from training.hardware import multiplies_bfloat16

COEFFICIENTS = (3.4445, -4.775, 2.0315)
ROUNDS = 5
DECAY = 0.1
"""As in that paper. At a tenth of that the layers between attention had grown to seven times their first weights."""


class Muon(torch.optim.Optimizer):
    """For weights of two dimensions between hidden layers; embeddings, biases and norms are AdamW's."""

    def __init__(
        self, weights: Iterable[Any], *, lr: float, momentum: float = 0.95, weight_decay: float = DECAY
    ) -> None:
        super().__init__(list(weights), {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:  # noqa: ARG002  as all optimisers have it
        for group in self.param_groups:
            for alike in _by_shape(w for w in group["params"] if w.grad is not None):
                pulls = torch.stack([weight.grad for weight in alike])
                # That of all matrices of one shape, kept with the first.
                kept = self.state[alike[0]].setdefault("momentum", torch.zeros_like(pulls))
                kept.lerp_(pulls, 1 - group["momentum"])
                directions = orthogonal(pulls.lerp_(kept, group["momentum"]))
                scale = 0.2 * max(pulls.shape[1:]) ** 0.5
                for weight, direction in zip(alike, directions, strict=True):
                    weight.mul_(1 - group["lr"] * group["weight_decay"]).add_(direction, alpha=-group["lr"] * scale)


def _by_shape(weights: Iterable[Any]) -> Iterable[list[Any]]:
    alike: dict[torch.Size, list[Any]] = {}
    for weight in weights:
        alike.setdefault(weight.shape, []).append(weight)
    return alike.values()


def orthogonal(matrices: torch.Tensor) -> torch.Tensor:
    """(count, rows, columns). Nearly: all singular values lie around 1."""
    a, b, c = COEFFICIENTS
    is_tall = matrices.shape[-2] > matrices.shape[-1]
    wide = matrices.mT if is_tall else matrices
    wide = wide / (wide.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    if multiplies_bfloat16():
        wide = wide.bfloat16()
    for _ in range(ROUNDS):
        square = wide @ wide.mT
        wide = a * wide + (b * square + c * square @ square) @ wide
    wide = wide.to(matrices)
    return wide.mT if is_tall else wide
