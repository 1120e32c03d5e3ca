"""What each visual token shows, straight from the phone's layout: the targets of the vision tower's first lessons.

A token is 28x28 pixels of the shrunk screen, four patches. `letters` are the characters in the left and in the right
half of each patch, by their middles: what can be seen without looking around. `words` names, for each patch, the tokens
of text whose middle lies in it, in reading order; so a long word belongs to the patch that it is centred on. `icon` and
`kind` name the icon and the element there, and `aim` where the middle of the element is that a tap there would hit.
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
from training.view import COLUMNS, MERGE, PATCHES, ROWS

SLOTS = 4
"""Tokens of text that a patch has room for; about 1 of 1000 patches holds more, and the rest is left out."""

LETTERS = "".join(map(chr, range(0x21, 0x7F)))
"""Those that are labelled."""
LETTER_SLOTS = 4
HALVES = 2

ICON_NAMES = tuple(sorted(ICONS))
KINDS = ("nothing", "text", "tapped", "switch", "radio", "box", "field", "key", "picture")
"""What stands at a token; each a second time for checked or focused, and a third time for disabled."""
SWITCHES = ("switch", "radio", "box")
"""Of them, those that can be on; some that are `tapped` can be too."""

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
    """letters: (TOKENS, 4, HALVES, LETTER_SLOTS) indices in `LETTERS`, -1 for none, without order. words: (TOKENS, 4,
    SLOTS) ids, -1 for none. icon: (TOKENS,) 0 for none. kind: (TOKENS,). aim: (TOKENS, 2) unit
    floats on the screen, not a number where a tap hits nothing."""

    letters: NDArray[np.int8]
    words: NDArray[np.int16]
    icon: NDArray[np.int16]
    kind: NDArray[np.int16]
    aim: NDArray[np.float16]

    @classmethod
    def blank(cls, *shape: int) -> Labels:
        """Of what shows nothing; `shape` ends with how many visual tokens."""
        return cls(
            letters=np.full((*shape, PATCHES, HALVES, LETTER_SLOTS), -1, np.int8),
            words=np.full((*shape, PATCHES, SLOTS), -1, np.int16),
            icon=np.zeros(shape, np.int16),
            kind=np.zeros(shape, np.int16),
            aim=np.full((*shape, 2), np.nan, np.float16),
        )


def label(notes: Notes, nodes: Sequence[Node], size: Size, tokenizer: Any, *, rows: int = ROWS) -> Labels:
    """Of a screen of `size` pixels that shows `notes` and whose reachable elements are `nodes`; or of a part of one, of
    so many rows of visual tokens."""
    tokens = rows * COLUMNS
    labels = Labels.blank(tokens)
    for text, place in _pieces(notes, tokenizer):
        token, patch = _where(place, size, rows)
        free = np.flatnonzero(labels.words[token, patch] < 0)
        if len(free):
            labels.words[token, patch, free[0]] = text
    for line in notes.lines:
        for char, place in zip(line.text, line.places, strict=True):
            token, patch = _where(place, size, rows)
            half = place.x * COLUMNS * MERGE * HALVES // size.width % HALVES
            free = np.flatnonzero(labels.letters[token, patch, half] < 0)
            if char in LETTERS and len(free):
                labels.letters[token, patch, half, free[0]] = LETTERS.index(char)
    for drawn in notes.icons:
        if drawn.place in Rect.of(size):
            labels.icon[_where(drawn.place, size, rows)[0]] = 1 + ICON_NAMES.index(drawn.name)
    for node in nodes:
        box = node.rect.box(size)
        columns, lines = _most_of(box.left, box.right, COLUMNS), _most_of(box.top, box.bottom, rows)
        where = np.arange(tokens).reshape(rows, COLUMNS)[lines, columns].ravel()
        if node.cls not in _FRAMES:
            labels.kind[where] = kind_of(node)
        if node.clickable:
            labels.aim[where] = box.center.x, box.center.y
    return labels


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


def _most_of(first: float, last: float, count: int) -> slice:
    """Which of `count` columns or rows something from `first` to `last` fills for the most part, at least the one with
    its middle."""
    begin, end = round(first * count), round(last * count)
    middle = min(int((first + last) / 2 * count), count - 1)
    return slice(begin, end) if begin < end else slice(middle, middle + 1)


def _where(place: Pixel, size: Size, rows: int) -> tuple[int, int]:
    """The visual token at a place, and which of its four patches."""
    column = min(max(0, place.x * COLUMNS * MERGE // size.width), COLUMNS * MERGE - 1)
    row = min(max(0, place.y * rows * MERGE // size.height), rows * MERGE - 1)
    return row // MERGE * COLUMNS + column // MERGE, row % MERGE * MERGE + column % MERGE
