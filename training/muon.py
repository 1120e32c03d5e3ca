# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Muon: momentum whose matrices are brought near the closest orthogonal ones before each step.

Keller Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024), with the scale of Liu et al.,
"Muon is Scalable for LLM Training" (arXiv 2502.16982, section 2.2), under which AdamW's learning rates are right.
torch.optim.Muon does the same in bfloat16, which costs four times as long on a CPU without hardware for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch

from training.hardware import multiplies_bfloat16

COEFFICIENTS = (3.4445, -4.775, 2.0315)
ROUNDS = 5


class Muon(torch.optim.Optimizer):
    """For weights of two dimensions between hidden layers; embeddings, biases and norms are AdamW's."""

    def __init__(
        self, weights: Iterable[Any], *, lr: float, momentum: float = 0.95, weight_decay: float = 0.01
    ) -> None:
        super().__init__(list(weights), {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:  # noqa: ARG002  as all optimisers have it
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                kept = self.state[weight].setdefault("momentum", torch.zeros_like(weight))
                kept.lerp_(weight.grad, 1 - group["momentum"])
                direction = orthogonal(weight.grad.lerp(kept, group["momentum"]))
                scale = 0.2 * max(weight.shape) ** 0.5
                weight.mul_(1 - group["lr"] * group["weight_decay"]).add_(direction, alpha=-group["lr"] * scale)


def orthogonal(matrix: torch.Tensor) -> torch.Tensor:
    """Nearly: all singular values lie around 1."""
    a, b, c = COEFFICIENTS
    wide = matrix.T if matrix.shape[0] > matrix.shape[1] else matrix
    wide = wide / (wide.norm() + 1e-7)
    if multiplies_bfloat16():
        wide = wide.bfloat16()
    for _ in range(ROUNDS):
        square = wide @ wide.T
        wide = a * wide + (b * square + c * square @ square) @ wide
    wide = wide.to(matrix)
    return wide.T if matrix.shape[0] > matrix.shape[1] else wide
