"""Readers of recorded episodes. Each streams: one step at a time, or one episode where its format has it so."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from actions.errors import UsageError
from agent.evaluation.datasets.reading import Found as Found
from agent.evaluation.datasets.reading import Reader


@dataclass(frozen=True, slots=True)
class Dataset:
    """`protocols` are those that its scores are published by, the usual one first."""

    module: str
    protocols: tuple[str, ...]

    @property
    def reader(self) -> Reader:
        module = importlib.import_module(f"{__name__}.{self.module}")
        return getattr(module, f"read_{self.module}")


DATASETS: Mapping[str, Dataset] = MappingProxyType(
    {
        "aitz": Dataset("aitz", ("aitz_qwen", "aitz_coat_fixed", "aitz_coat", "aitw")),
        "aitw": Dataset("aitw", ("aitw",)),
        "android_control": Dataset("android_control", ("ac_qwen", "ac_qwen_finger", "ac_osatlas", "ac_agentcpm")),
        "odyssey": Dataset("odyssey", ("odyssey", "odyssey_agentcpm")),
        "agentnet": Dataset("agentnet", ("agentnet", "agentnet_first")),
        "mind2web": Dataset("mind2web", ("mind2web",)),
        "screenspot": Dataset("screenspot", ("screenspot",)),
        "osworld_g": Dataset("osworld_g", ("osworld_g",)),
        "osworld": Dataset("osworld", ("handeye",)),
        "ui_tars": Dataset("ui_tars", ("handeye",)),
        "runs": Dataset("runs", ("handeye",)),
        "lines": Dataset("lines", ("handeye",)),
    }
)


def usual_protocols(about: Mapping[str, str]) -> tuple[str, ...]:
    """Those of the data set that a file of predictions is about; our own where it says none that there is."""
    dataset = DATASETS.get(about.get("dataset", ""))
    return ("handeye",) if dataset is None else dataset.protocols


def read(dataset: str, root: Path) -> Iterator[Found]:
    """The steps of a data set, by its name. `UsageError` where there is no such name, or nothing of it at `root`."""
    if dataset not in DATASETS:
        near = difflib.get_close_matches(dataset, DATASETS, n=1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        raise UsageError(f"no data set is called {dataset!r}; there are {', '.join(DATASETS)}{meant}")
    if not root.exists():
        raise UsageError(f"{root} is not there: expected a folder or file of {dataset}")
    return DATASETS[dataset].reader(root)
