"""Small runs to write and read back."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from actions.geometry import Point, Size
from actions.types import Action, Click
from agent.journal import Journal
from environments.base import DONE, Observation
from environments.episode import Attempt, Episode, Step, Usage
from environments.picture import Picture

ABOUT = {"model": "scripted", "dialect": "qwen2_vl", "environment": "phone"}
CLICK = Click(point=Point(0.25, 0.5))


def picture(index: int, size: Size = Size(24, 40)) -> Picture:
    """A picture that can be told from that of every other index."""
    array = np.zeros((size.height, size.width, 3), np.uint8)
    array[:, :, 0] = index % 251
    array[index % size.height, :, 1] = 200
    return Picture(array)


def step(index: int, *, action: Action | None = CLICK, shown: Picture | None = None) -> Step:
    return Step(
        index,
        Observation(shown or picture(index), 100.0 + index, app="com.example", seconds={"capture": 0.1, "settle": 0.4}),
        (Attempt(f"reply {index}"),),
        f"thought {index}",
        action,
        None if action is None else DONE,
        seen=Size(28, 56),
        changed=True,
        seconds={"capture": 0.1, "settle": 0.4, "prefill": 0.2, "decode": 0.3, "act": 0.05},
        usage=Usage(900, 30, 1),
    )


def write(journal: Journal, steps: Sequence[Step]) -> None:
    for s in steps:
        journal.begin(s.index, s.observation)
        if s.action is not None:
            journal.intend(s.index, s.thought, s.action)
        journal.step(s)


def write_run(root: Path, steps: Sequence[Step], *, task: str = "open settings", end: bool = True) -> Path:
    """A run folder with these steps; without `end` it looks as if the run had been killed."""
    with Journal.create(root, task=task, about=ABOUT) as journal:
        write(journal, steps)
        if end:
            journal.end(Episode(task, list(steps), "done", "all done", "42"))
    return journal.folder
