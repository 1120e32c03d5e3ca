"""What each visual token shows, straight from the phone's layout: the targets of the vision tower's first lessons.

A token is 28x28 pixels of the shrunk screen, four patches. `words` names, for each patch, the tokens of text whose
middle lies in it, in reading order; so a long word belongs to the patch that it is centred on. `icon` and `kind` name
the icon and the element there, and `aim` where the middle of the element is that a tap there would hit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actions.geometry import Pixel, Rect, Size
from environments.phone.icons import ICONS
from environments.phone.nodes import Node
from training.glyphs import Notes
from training.view import COLUMNS, MERGE, ROWS, TOKENS

SLOTS = 4
"""Tokens of text that a patch has room for; about 1 of 1000 patches holds more, and the rest is left out."""

ICON_NAMES = tuple(sorted(ICONS))
KINDS = ("nothing", "text", "tapped", "switch", "radio", "box", "field", "key", "picture")
"""What stands at a token; each a second time for checked or focused, and a third time for disabled."""

_KIND_OF = {
    "Switch": "switch",
    "RadioButton": "radio",
    "CheckBox": "box",
    "EditText": "field",
    "Key": "key",
    "ImageView": "picture",
    "SurfaceView": "picture",
}
_FRAMES = frozenset({"RecyclerView", "ViewPager", "FrameLayout", "WebView", "View", "GridView", "Keyboard", "Folder"})


@dataclass(frozen=True, slots=True)
class Labels:
    """words: (TOKENS, 4, SLOTS) ids, -1 for none. icon: (TOKENS,) 0 for none. kind: (TOKENS,). aim: (TOKENS, 2) unit
    floats on the screen, not a number where a tap hits nothing."""

    words: NDArray[np.int16]
    icon: NDArray[np.int16]
    kind: NDArray[np.int16]
    aim: NDArray[np.float16]


def label(notes: Notes, nodes: Sequence[Node], size: Size, tokenizer: Any) -> Labels:
    """Of a screen of `size` pixels that shows `notes` and whose reachable elements are `nodes`."""
    words = np.full((TOKENS, MERGE**2, SLOTS), -1, np.int16)
    for text, place in _pieces(notes, tokenizer):
        token, patch = _where(place, size)
        free = np.flatnonzero(words[token, patch] < 0)
        if len(free):
            words[token, patch, free[0]] = text
    icon = np.zeros(TOKENS, np.int16)
    for drawn in notes.icons:
        if drawn.place in Rect.of(size):
            icon[_where(drawn.place, size)[0]] = 1 + ICON_NAMES.index(drawn.name)
    kind = np.zeros(TOKENS, np.int16)
    aim = np.full((TOKENS, 2), np.nan, np.float16)
    for node in nodes:
        box = node.rect.box(size)
        columns = slice(*(round(v * COLUMNS) for v in (box.left, box.right)))
        rows = slice(*(round(v * ROWS) for v in (box.top, box.bottom)))
        where = np.arange(TOKENS).reshape(ROWS, COLUMNS)[rows, columns].ravel()
        if node.cls not in _FRAMES:
            kind[where] = kind_of(node)
        if node.clickable:
            aim[where] = box.center.x, box.center.y
    return Labels(words, icon, kind, aim)


def kind_of(node: Node) -> int:
    name = _KIND_OF.get(node.cls) or ("tapped" if node.clickable else "text")
    state = 2 if not node.enabled else int(node.checked or node.focused)
    return KINDS.index(name) + state * len(KINDS)


def _pieces(notes: Notes, tokenizer: Any) -> list[tuple[int, Pixel]]:
    """The tokens of all lines from left to right and top to bottom, each with the place of its middle."""
    lines = sorted(notes.lines, key=lambda line: (line.places[0].y, line.places[0].x))
    if not lines:
        return []
    # After a space, as words stand in a prompt.
    read = tokenizer([f" {line.text}" for line in lines], return_offsets_mapping=True, add_special_tokens=False)
    found: list[tuple[int, Pixel]] = []
    for line, ids, spans in zip(lines, read["input_ids"], read["offset_mapping"], strict=True):
        for id_, (start, end) in zip(ids, spans, strict=True):
            first, last = max(0, int(start) - 1), min(int(end) - 2, len(line.places) - 1)
            if first <= last and line.text[first : last + 1].strip():
                middle = (line.places[first].x + line.places[last].x) // 2
                found.append((id_, Pixel(middle, line.places[first].y)))
    return found


def _where(place: Pixel, size: Size) -> tuple[int, int]:
    """The visual token at a place, and which of its four patches."""
    column = min(max(0, place.x * COLUMNS * MERGE // size.width), COLUMNS * MERGE - 1)
    row = min(max(0, place.y * ROWS * MERGE // size.height), ROWS * MERGE - 1)
    return row // MERGE * COLUMNS + column // MERGE, row % MERGE * MERGE + column % MERGE
