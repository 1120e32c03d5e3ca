"""Qwen2-VL's grounding: where is what a description names, as boxes between tokens.

Source: section 2.1 of the Qwen2-VL paper (arXiv 2409.12191), "Data Format", visual grounding: the text that refers to a
place stands between `<|object_ref_start|>` and `<|object_ref_end|>`, its box in thousandths follows.
"""

from __future__ import annotations

import re

from actions.geometry import Box, Point, Size, Space, from_model, to_model
from environments.picture import Picture
from prompts.foreign import neutral
from prompts.messages import ImagePart, Message
from prompts.reading import box_of, check_length

_BOX = re.compile(
    r"\(\s{0,8}(\d{1,9}(?:\.\d{1,9})?)\s{0,8},\s{0,8}(\d{1,9}(?:\.\d{1,9})?)\s{0,8}\)\s{0,8},"
    r"\s{0,8}\(\s{0,8}(\d{1,9}(?:\.\d{1,9})?)\s{0,8},\s{0,8}(\d{1,9}(?:\.\d{1,9})?)\s{0,8}\)",
    re.ASCII,
)


def grounding_messages(description: str, picture: Picture) -> list[Message]:
    """A prompt that asks where something is; read the reply with `parse_boxes`.

    The reply may be decoded with its special tokens or without: both are read.
    """
    wanted = f"<|object_ref_start|>{neutral(description)}<|object_ref_end|>"
    return [
        Message.of("system", "You are a helpful assistant."),
        Message.of("user", ImagePart(picture), f"Find {wanted} and give its bounding box."),
    ]


def write_box(description: str, box: Box, *, space: Space = "thousand", seen: Size = Size(1000, 1000)) -> str:
    """What a Qwen2-VL model writes for a box."""
    x1, y1 = to_model(Point(box.left, box.top), space=space, seen=seen)
    x2, y2 = to_model(Point(box.right, box.bottom), space=space, seen=seen)
    ref = f"<|object_ref_start|>{neutral(description)}<|object_ref_end|>"
    return f"{ref}<|box_start|>({x1},{y1}),({x2},{y2})<|box_end|>"


def parse_boxes(text: str, *, space: Space = "thousand", seen: Size = Size(1000, 1000)) -> list[Box]:
    """All boxes of a reply, in order; none where it holds none. `ParseError` for a box outside the picture."""
    check_length(text)
    boxes: list[Box] = []
    for match in _BOX.finditer(text):
        x1, y1, x2, y2 = map(float, match.groups())
        boxes.append(box_of(from_model(x1, y1, space=space, seen=seen), from_model(x2, y2, space=space, seen=seen)))
    return boxes
