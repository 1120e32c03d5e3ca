"""How Qwen's own models say where something is: boxes between tokens in Qwen2-VL, boxes in JSON since Qwen2.5-VL.

Sources: section 2.1 of the Qwen2-VL paper (arXiv 2409.12191), "Data Format", visual grounding: the text that refers to
a place stands between `<|object_ref_start|>` and `<|object_ref_end|>`, its box in thousandths follows (the sentence
that asks is not given there; a reply may be decoded with its special tokens or without, both are read). QwenLM/Qwen3-VL
for the others, read in copies only: cookbooks/spatial_understanding.ipynb (Qwen2.5-VL, pixels of the resized picture)
and cookbooks/2d_grounding.ipynb (Qwen3-VL, thousandths): `bbox_2d` with a label, in a fenced block.
"""

from __future__ import annotations

from typing import ClassVar

from actions.geometry import Box, Point, Size, Space
from environments.picture import Picture
from prompts.foreign import dumps
from prompts.grounding import GroundingDialect, one_line
from prompts.messages import ImagePart, Message

_SYSTEM = Message.of("system", "You are a helpful assistant.")


class BoxGrounding(GroundingDialect):
    """Boxes between Qwen2-VL's own tokens."""

    def write(self, box: Box, seen: Size) -> str:
        (x1, y1), (x2, y2) = self._corners(box, seen)
        return f"<|box_start|>({x1},{y1}),({x2},{y2})<|box_end|>"

    def _corners(self, box: Box, seen: Size) -> tuple[tuple[float, float], tuple[float, float]]:
        return (
            self._numbers(Point(box.left, box.top), seen),
            self._numbers(Point(box.right, box.bottom), seen),
        )


class Qwen2VLGrounding(BoxGrounding):
    """Any Qwen2-VL as a grounder."""

    name: ClassVar[str] = "qwen2_vl"

    def render(self, picture: Picture, description: str) -> list[Message]:
        wanted = f"<|object_ref_start|>{one_line(description)}<|object_ref_end|>"
        return [_SYSTEM, Message.of("user", ImagePart(picture), f"Find {wanted} and give its bounding box.")]


class Qwen25VLGrounding(BoxGrounding):
    """Any Qwen2.5-VL as a grounder. Source: spatial_understanding of QwenLM/Qwen3-VL."""

    name: ClassVar[str] = "qwen2_5_vl"
    space: Space = "absolute"

    def render(self, picture: Picture, description: str) -> list[Message]:
        question = f"Locate {one_line(description)}, output its bbox coordinates using JSON format."
        return [_SYSTEM, Message.of("user", ImagePart(picture), question)]

    def write(self, box: Box, seen: Size) -> str:
        corners = [n for corner in self._corners(box, seen) for n in corner]
        return f"```json\n[\n\t{dumps({'bbox_2d': corners, 'label': 'it'})}\n]\n```"


class Qwen3VLGrounding(Qwen25VLGrounding):
    """Any Qwen3-VL as a grounder. Source: 2d_grounding of QwenLM/Qwen3-VL."""

    name: ClassVar[str] = "qwen3_vl"
    space: Space = "thousand"

    def render(self, picture: Picture, description: str) -> list[Message]:
        question = (
            f'Locate every instance that belongs to the following categories: "{one_line(description)}". '
            "Report bbox coordinates in JSON format."
        )
        return [Message.of("user", ImagePart(picture), question)]
