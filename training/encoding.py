# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Lessons as token ids: the product's prompt through the chat template, the picture's places, and the replies to learn.

The prompt's ids are those that the processor makes of it, and its positions those that the model gives it (tests hold
both); they are made here because a processor would load every picture again in each epoch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.lessons import Turn
from training.view import COLUMNS, ROWS, TOKENS

IGNORED = -100
NO_STEPS = "{}\nActions taken so far:\n"
"""What the dialect puts before the picture for a task that nothing was done for yet."""
SEES = "I see "
POINT = '"point": ('
"""In a reply, what an element's name follows, up to a semicolon, and what coordinates follow."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A conversation on one screen. ids: with a token for each visual one. targets: the ids to be written, `IGNORED`
    elsewhere; `targets[i]` is what comes after `ids[i]`. replies: for each turn, which `ids` are its reply. named,
    aims: for each turn that taps, which `ids` name the element, and after which of them its coordinates are written.
    picture: where the visual tokens begin."""

    screen: int
    ids: NDArray[np.int64]
    targets: NDArray[np.int64]
    replies: Sequence[slice]
    named: Sequence[Sequence[int]]
    aims: Sequence[Sequence[int]]
    turns: Sequence[Turn]
    picture: int


class Encoder:
    def __init__(self, tokenizer: Any, system: str) -> None:
        self.tokenizer = tokenizer
        mark = "\x00"
        chat = [
            {"role": "system", "content": [{"type": "text", "text": system}]},
            {"role": "user", "content": [{"type": "text", "text": mark}, {"type": "image"}]},
        ]
        whole = str(tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True))
        self._head, _, self._tail = whole.partition(mark)
        self._image = int(tokenizer.convert_tokens_to_ids("<|image_pad|>"))

    def prompt(self, told: str) -> str:
        return f"{self._head}{told}{self._tail}"

    def speak(self, screen: int, told: str, turns: Sequence[Turn]) -> Spoken:
        """`told` is what stands before the picture, with the first question; each further turn asks its own."""
        pieces: list[str] = []
        for i, turn in enumerate(turns):
            ask = f"\n<|im_start|>user\n{turn.ask}<|im_end|>\n<|im_start|>assistant\n"
            pieces += [self.prompt(told) if i == 0 else ask, f"{turn.reply}<|im_end|>"]
        tokens = self.tokenizer(pieces, add_special_tokens=False, return_offsets_mapping=True)
        read: list[list[int]] = tokens["input_ids"]
        at = read[0].index(self._image)
        read[0][at : at + 1] = [self._image] * TOKENS
        ids = np.array([i for piece in read for i in piece], np.int64)
        ends = np.cumsum([len(piece) for piece in read])
        replies = [slice(int(ends[2 * i]), int(ends[2 * i + 1])) for i in range(len(turns))]
        named: list[list[int]] = []
        aims: list[list[int]] = []
        for turn, reply, spans in zip(turns, replies, tokens["offset_mapping"][1::2], strict=True):
            name, point = _written(turn)
            # A token begins with the space before it.
            named.append([reply.start + i for i, (a, b) in enumerate(spans) if name.start - 1 <= a and b <= name.stop])
            aims.append([reply.start + i - 1 for i, (a, b) in enumerate(spans) if point.start < b and a < point.stop])
        targets = np.full(len(ids), IGNORED, np.int64)
        for reply in replies:
            targets[reply.start - 1 : reply.stop - 1] = ids[reply]
        return Spoken(screen, ids, targets, replies, named, aims, turns, at)


def _written(turn: Turn) -> tuple[range, range]:
    """Which letters of a reply name the element that is tapped, and which are the coordinates."""
    if turn.box is None:
        return range(0), range(0)
    name = range(len(SEES), turn.reply.index(";")) if turn.reply.startswith(SEES) else range(0)
    start = turn.reply.rindex(POINT) + len(POINT)
    return name, range(start, turn.reply.index(")", start))


def positions(spoken: Spoken) -> NDArray[np.int64]:
    """(3, length): time, row and column, as `get_rope_index` gives them for one picture in a text."""
    first, rest = spoken.picture, len(spoken.ids) - spoken.picture - TOKENS
    text = np.arange(first)
    token = np.arange(TOKENS)
    after = first + max(ROWS, COLUMNS) + np.arange(rest)
    seen = (np.full(TOKENS, first), first + token // COLUMNS, first + token % COLUMNS)
    return np.stack([np.concatenate([text, part, after]) for part in seen])
