# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Lessons as token ids: the product's prompt through the chat template, the picture's places, and the reply to learn.

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


@dataclass(frozen=True, slots=True)
class Spoken:
    """A prompt with its reply. ids: with a token for each visual one. picture: where the visual tokens begin. reply:
    where the reply begins. named, aims: if the reply taps, which `ids` name the element, and after which of them its
    coordinates are written."""

    ids: Sequence[int]
    picture: int
    reply: int
    named: Sequence[int]
    aims: Sequence[int]


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

    def speak(self, told: str, turn: Turn) -> Spoken:
        """`told` is what stands before the picture."""
        tokens = self.tokenizer(
            [self.prompt(told), f"{turn.reply}<|im_end|>"], add_special_tokens=False, return_offsets_mapping=True
        )
        asked, replied = tokens["input_ids"]
        at = asked.index(self._image)
        asked[at : at + 1] = [self._image] * TOKENS
        name, point = _written(turn)
        spans = list(enumerate(tokens["offset_mapping"][1], start=len(asked)))
        return Spoken(
            ids=[*asked, *replied],
            picture=at,
            reply=len(asked),
            # A token begins with the space before it.
            named=[i for i, (a, b) in spans if name.start - 1 <= a and b <= name.stop],
            aims=[i - 1 for i, (a, b) in spans if point.start < b and a < point.stop],
        )


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
