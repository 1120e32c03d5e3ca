# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""What a batch needs of some conversations, picked out of the arrays of all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.encoding import LOOKS
from training.labels import Labels
from training.reading import places
from training.rows import rounded
from training.talks import Talks


class Picked(NamedTuple):
    """Of some conversations what is picked on the CPU, in other processes where a GPU learns: arrays, or the tensors
    that these come as from there. chosen, screens: (count,) which they are, and about which. ids: (count, length), 0
    for padding. picture, reply: as `Talks` has them. written: (2, count, most) after which place what word is to be
    written, -1 for padding. middles, kinds, words: (count, …) where taps on the screen aim, what stands there and what
    it says. box: (count, NOWHERE, 4). looks: (2, count, most) each, where a head of each kind is taught to look at
    which box. slots: (count, length) at which of the screen's slots the next word stands that is read off, else -1.
    followed: (2, count, most) where at which slot the word before stands. copied: (2, count, most) before which place a
    word is copied, and from where. sources: (2, …) which conversation's which word that is."""

    chosen: Any
    screens: Any
    ids: Any
    picture: Any
    reply: Any
    written: Any
    middles: Any
    kinds: Any
    words: Any
    box: Any
    looks: Sequence[Any]
    slots: Any
    followed: Any
    copied: Any
    sources: Any


def pick(talks: Talks, chosen: Sequence[int], labels: Labels) -> Picked:
    """`labels`: of all screens."""
    picked = np.array(chosen)
    lengths, screens = talks.lengths[picked], talks.screen[picked]
    longest = rounded(int(lengths.max()))
    where = np.minimum(talks.first[picked][:, None] + np.arange(longest), len(talks.ids) - 1)
    is_text = np.arange(longest) < lengths[:, None]
    ids = np.where(is_text, talks.ids[where], 0)
    next_is_reply = np.roll(talks.is_reply[where] & is_text, -1, 1)
    next_word = np.roll(ids, -1, 1)
    taught = np.where(is_text, talks.taught[where], 0) - 1
    whats = [np.where((taught >= 0) & (taught % LOOKS == look), taught // LOOKS, -1) for look in range(LOOKS)]
    shown, box = labels.words[screens], talks.box[picked]
    slots = _slots(whats[2], next_word, shown, box)
    source = np.where(is_text, talks.source[where], -1)
    row, place = (source >= 0).nonzero()
    return Picked(
        picked,
        screens,
        ids,
        talks.picture[picked],
        talks.reply[picked],
        _side_by_side(np.where(next_is_reply, next_word, -1)),
        labels.aim[screens],
        labels.kind[screens],
        shown,
        box,
        [_side_by_side(what) for what in whats],
        slots,
        # What is read off goes on where the last word of it stands.
        _side_by_side(np.roll(slots, 1, 1)),
        # Looked at where it is about to be written, which is one place earlier.
        _side_by_side(np.roll(source, -1, 1)),
        np.stack([row, source[row, place]]),
    )


def _slots(
    whats: NDArray[np.int64], next_word: NDArray[Any], shown: NDArray[np.int16], boxes: NDArray[np.float32]
) -> NDArray[np.int64]:
    """(count, length): at which slot of the screen's the next word stands that is read off; -1 for none. `whats`: for
    each place in the text off which of the boxes something is read there, or -1."""
    slots = np.full(whats.shape, -1, np.int64)
    for row in range(len(whats)):
        for what in np.unique(whats[row][whats[row] >= 0]):
            here = np.flatnonzero(whats[row] == what)
            left, top, right, bottom = boxes[row, what].tolist()
            slots[row, here] = places(next_word[row, here].tolist(), shown[row], (left, top, right, bottom))
    return slots


def _side_by_side(values: NDArray[Any]) -> NDArray[np.int64]:
    """(2, count, most): where in each row of (count, length) values are not negative, and those, -1 for padding."""
    row, place = (values >= 0).nonzero()
    counts = np.bincount(row, minlength=len(values))
    column = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    beside = np.zeros((2, len(values), rounded(int(counts.max()))), np.int64)
    beside[1] = -1
    beside[:, row, column] = place, values[row, place]
    return beside
