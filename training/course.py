# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""One stage of training: steps until a number of them or the time is used up, with checkpoints to go on from.

What a step learns from follows from its number, so a run that was broken off and gone on with ends with the same
weights as one that was not (on the same machine, and not where `act` picks ahead for a GPU). Figures go to log.jsonl
and, as curves, to curves.png.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import torch
from tqdm import tqdm

from training.curves import draw
from training.hardware import device, multiplies_bfloat16
from training.muon import Muon

MUON = 8.0
"""Muon's learning rate, in AdamW's."""
WARM_UP = 100
"""Steps in which the learning rate rises to its full value."""
FALL = 0.9
"""The share of all steps, the last ones, over which it falls. When it fell over the last 40 % only, most of what was
learned late was learned then; falling from the start on is held to be best for a given number of steps (Bergsma et al.,
Straight to Zero, arXiv 2502.15938)."""
LOWEST = 0.02
"""Of the learning rate, at the end."""


@dataclass(slots=True)
class Course:
    """`modules` are what is saved; those of their parameters that require a gradient learn. `done`: which share of the
    stage is behind. `within`: minutes after which the stage is over whatever its steps, the learning rate falling in
    time; such a run ends elsewhere each time."""

    folder: Path
    name: str
    modules: Mapping[str, Any]
    rate: float
    steps: int
    batch: int
    step: int = 0
    done: float = 0.0
    seed: int = 0
    within: float | None = None
    save_seconds: float = 120.0
    optimisers: Sequence[Any] = ()
    _spent: float = 0.0
    _saved: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.optimisers = _optimisers(self.modules.values(), self.rate)
        if self._file.exists():
            kept = torch.load(self._file, map_location="cpu", weights_only=True)
            for name, module in self.modules.items():
                module.load_state_dict(kept["modules"][name])
            for optimiser, state in zip(self.optimisers, kept["optimisers"], strict=True):
                optimiser.load_state_dict(state)
            self.step, self._spent = kept["step"], kept["seconds"]

    @property
    def _file(self) -> Path:
        return self.folder / "checkpoint.pt"

    def random(self, step: int | None = None) -> Random:
        """For what a step learns from; without one, the present step."""
        return Random(f"{self.name}/{self.seed}/{self.step if step is None else step}")  # noqa: S311  a game of chance, no secret

    def run(
        self,
        learn: Callable[[Random], torch.Tensor],
        check: Callable[[], dict[str, float]],
        *,
        minutes: float,
        check_every: int,
    ) -> dict[str, float]:
        """`learn` gives the loss of a batch; `check` figures on what is held out. The last figures."""
        began = time.monotonic()
        groups = [group for optimiser in self.optimisers for group in optimiser.param_groups]
        learning = [p for group in groups for p in group["params"]]
        kind = device().type
        figures: dict[str, float] = {}
        average: torch.Tensor | None = None  # fetched now and then only, since a GPU is waited for each time

        def note() -> None:
            nonlocal figures
            if average is not None:
                figures = {"loss": average.item(), **check()}
                self._note(figures, time.monotonic() - began)

        with tqdm(total=self.steps, initial=self.step, desc=self.name, unit=" steps") as bar:
            while self._is_before_end(time.monotonic() - began) and time.monotonic() - began < 60 * minutes:
                for group in groups:
                    group["lr"] = group["initial_lr"] * self._share()
                with torch.autocast(kind, torch.bfloat16, enabled=multiplies_bfloat16()):
                    loss = learn(self.random())
                if not loss.isfinite():
                    raise FloatingPointError(f"{self.name}: the loss of step {self.step} is {loss.item()}")
                for optimiser in self.optimisers:
                    optimiser.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(learning, 1.0)
                for optimiser in self.optimisers:
                    optimiser.step()
                self.step += 1
                now = loss.detach().float()
                average = now if average is None else average.lerp(now, 0.02)
                bar.update()
                if self.step % check_every == 0:
                    note()
                if time.monotonic() - self._saved > self.save_seconds:
                    self.save(time.monotonic() - began)
        if self.step % check_every:
            note()
        self.save(time.monotonic() - began)
        return figures

    def _is_before_end(self, seconds: float) -> bool:
        in_time = 0.0 if self.within is None else (self._spent + seconds) / (60 * self.within)
        self.done = max(self.step / self.steps, in_time)
        return self.done < 1

    def _share(self) -> float:
        """Of the learning rate, at this step."""
        return min(1.0, (self.step + 1) / WARM_UP, max(LOWEST, (1 - self.done) / FALL))

    def _note(self, figures: dict[str, float], seconds: float) -> None:
        line = {"step": self.step, "seconds": round(self._spent + seconds), **figures}
        with (self.folder / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps({k: round(v, 5) for k, v in line.items()}) + "\n")
        tqdm.write(f"{self.name} " + ", ".join(f"{k} {v:.4g}" for k, v in line.items()))
        draw(self.folder / "log.jsonl", self.folder / "curves.png")

    def save(self, seconds: float = 0.0) -> None:
        kept = {
            "modules": {name: module.state_dict() for name, module in self.modules.items()},
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "step": self.step,
            "seconds": self._spent + seconds,
        }
        part = self._file.with_suffix(".part")
        torch.save(kept, part)
        part.replace(self._file)
        self._saved = time.monotonic()


def _optimisers(modules: Iterable[Any], rate: float) -> Sequence[Any]:
    """Muon for the matrices between hidden layers, AdamW for all else that learns."""
    named = [(n, p) for m in modules for n, p in m.named_parameters() if p.requires_grad]
    is_hidden = [p.dim() == 2 and any(part in n for part in ("blocks.", "layers.", "merger.")) for n, p in named]
    hidden = [p for (_, p), is_ in zip(named, is_hidden, strict=True) if is_]
    others = [p for (_, p), is_ in zip(named, is_hidden, strict=True) if not is_]
    return (
        Muon([{"params": hidden, "initial_lr": MUON * rate}], lr=MUON * rate),
        torch.optim.AdamW([{"params": others, "initial_lr": rate}], lr=rate, weight_decay=0.01, betas=(0.9, 0.98)),
    )
