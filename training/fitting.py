# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""What is thrown away again learns by itself for a minute, before what it is put on learns from it."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from tqdm import trange


def fit(
    module: nn.Module, loss_of: Callable[[int], torch.Tensor], *, steps: int, rate: float, decay: float, name: str
) -> None:
    """AdamW, its rate falling to nothing in a straight line. `loss_of`: the loss of a step, by its number; of its
    gradients only those of the module are made use of. `decay`: of weights. `name`: of the progress bar."""
    optimiser = torch.optim.AdamW(module.parameters(), lr=rate, weight_decay=decay)
    for step in trange(steps, desc=name, unit=" steps"):
        optimiser.param_groups[0]["lr"] = rate * (1 - step / steps)
        loss = loss_of(step)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
