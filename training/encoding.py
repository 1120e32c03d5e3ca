# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Lessons as token ids: the product's prompt through the chat template, the picture's places, and the replies to learn.

The prompt's ids are those that the processor makes of it, and its positions those that the model gives it (tests hold
both); they are made here because a processor would load every picture again in each epoch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from training.lessons import Turn
from training.view import COLUMNS, ROWS, TOKENS

NO_STEPS = "{}\nActions taken so far:\n"
"""What the dialect puts before the picture for a task that nothing was done for yet."""
SEES = "I see "
POINT = '"point": ('
"""In a reply, what an element's name follows, up to a semicolon, and what coordinates follow."""
NAMES, AIMS = 1, 2
"""What stands where an element is named, and where its coordinates are about to be written."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A conversation about one screen. ids: with a token for each visual one. picture: where the visual tokens begin.
    reply, end: where the first reply begins and ends. is_reply: which `ids` are of a reply. taught: for each of the
    `ids`, 0, or `NAMES` or `AIMS` more than twice the turn, where a head is taught to look at what the turn taps."""

    ids: Sequence[int]
    picture: int
    reply: int
    end: int
    is_reply: Sequence[bool]
    taught: Sequence[int]


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

    def speak(self, told: str, turns: Sequence[Turn]) -> Spoken:
        """`told` is what stands before the picture, with what is first asked; each further turn asks its own."""
        pieces: list[str] = []
        for i, turn in enumerate(turns):
            ask = f"\n<|im_start|>user\n{turn.ask}<|im_end|>\n<|im_start|>assistant\n"
            pieces += [self.prompt(told) if i == 0 else ask, f"{turn.reply}<|im_end|>"]
        tokens = self.tokenizer(pieces, add_special_tokens=False, return_offsets_mapping=True)
        read: list[list[int]] = tokens["input_ids"]
        at = read[0].index(self._image)
        read[0][at : at + 1] = [self._image] * TOKENS
        ids: list[int] = []
        is_reply: list[bool] = []
        taught: list[int] = []
        for i, turn in enumerate(turns):
            asked, replied = read[2 * i : 2 * i + 2]
            ids += [*asked, *replied]
            is_reply += [False] * len(asked) + [True] * len(replied)
            taught += [0] * len(asked) + _taught(i, turn, tokens["offset_mapping"][2 * i + 1])
        reply = len(read[0])
        return Spoken(ids, at, reply, reply + len(read[1]), is_reply, taught)


def _taught(number: int, turn: Turn, spans: Sequence[tuple[int, int]]) -> list[int]:
    """For each token of a reply."""
    name, point = _written(turn)
    taught = [0] * len(spans)
    for i, (start, end) in enumerate(spans):
        # A token begins with the space before it.
        if name.start - 1 <= start and end <= name.stop:
            taught[i] = 2 * number + NAMES
        if point.start < end and start < point.stop:
            taught[i - 1] = 2 * number + AIMS  # after which it is written
    return taught


def _written(turn: Turn) -> tuple[range, range]:
    """Which letters of a reply name the element that is tapped, and which are the coordinates."""
    if turn.box is None:
        return range(0), range(0)
    name = range(len(SEES), turn.reply.index(";")) if turn.reply.startswith(SEES) else range(0)
    start = turn.reply.rindex(POINT) + len(POINT)
    return name, range(start, turn.reply.index(")", start))


def positions(picture: torch.Tensor, length: int) -> torch.Tensor:
    """(3, count, length): time, row and column, as `get_rope_index` gives them for one picture in a text; `picture`:
    (count,), where each one's visual tokens begin."""
    first = picture[:, None]
    text = torch.arange(length, device=picture.device).expand(len(picture), -1)
    token = (text - first).clamp(0, TOKENS - 1)
    after = first + max(ROWS, COLUMNS) + text - first - TOKENS
    is_picture = (text >= first) & (text < first + TOKENS)
    rest = torch.where(text < first, text, after)
    seen = (first.expand_as(text), first + token // COLUMNS, first + token % COLUMNS)
    return torch.stack([torch.where(is_picture, part, rest) for part in seen])
