"""Where on a screen each word stands of a text that is read off it: a slot of a patch of a visual token."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.labels import SLOTS
from training.view import COLUMNS, MERGE, ROWS


def places(text: Sequence[int], words: NDArray[np.int16], box: tuple[float, float, float, float]) -> list[int]:
    """`text`: tokens as they are written. `words`: (TOKENS, 4, SLOTS) of the screen. `box`: of the element that is read
    off, in unit floats. For each token the index of its slot among all of the screen's; for one that isn't found, as a
    space isn't, that of the next one that is, or -1. A line broken on the screen goes on in the next."""
    shown, slots = _in_order(words, box)
    found: list[int] = []
    after = 0
    while len(found) < len(text):
        rest = text[len(found) :]
        runs = [_run(rest, shown[start:]) for start in range(len(shown))]
        most = max(runs, default=0)
        if not most:
            found.append(-1)
            continue
        best = [start for start, run in enumerate(runs) if run == most]
        start = next((b for b in best if b >= after), best[0])
        found += slots[start : start + most]
        after = start + most
    for i in range(len(found) - 1, 0, -1):
        found[i - 1] = found[i] if found[i - 1] < 0 else found[i - 1]
    return found


def _in_order(words: NDArray[np.int16], box: tuple[float, float, float, float]) -> tuple[list[int], list[int]]:
    """The words inside a box in the order of reading, and their slots."""
    left, top, right, bottom = box
    slots = np.arange(words.size).reshape(ROWS, COLUMNS, MERGE, MERGE, SLOTS).transpose(0, 2, 1, 3, 4)
    rows = slice(int(top * ROWS), int(bottom * ROWS) + 1)
    columns = slice(int(left * COLUMNS), int(right * COLUMNS) + 1)
    inside = slots[rows, :, columns].ravel()
    shown = words.ravel()[inside]
    return shown[shown >= 0].tolist(), inside[shown >= 0].tolist()


def _run(text: Sequence[int], shown: Sequence[int]) -> int:
    """How many words agree from the beginning."""
    count = 0
    for one, other in zip(text, shown, strict=False):
        if one != other:
            break
        count += 1
    return count
