"""UGround-V1 on Qwen2-VL (2B, 7B, 72B): a description in, `(x, y)` in thousandths out, and nothing else.

Source: OSU-NLP-Group/UGround at 6173b77, grounding/uground_qwen2vl_serve.py, which its reported scores were made with
(grounding/README.md): the picture first, then this text; the reply is divided by 1000. The shorter prompt of
uground_qwen2vl.py beside it is not used. Its authors decode greedily and found 1344x1344 pixels best
(train/qwen2_vl/README.md).
"""

from __future__ import annotations

from typing import ClassVar

from actions.geometry import Box, Size
from environments.picture import Picture
from prompts.grounding import GroundingDialect, one_line
from prompts.messages import ImagePart, Message

_QUESTION = """
Your task is to help the user identify the precise coordinates (x, y) of a specific area/element/object on the screen \
based on a description.

- Your response should aim to point to the center or a representative point within the described area/element/object \
as accurately as possible.
- If the description is unclear or ambiguous, infer the most relevant area or element based on its likely context or \
purpose.
- Your answer should be a single string (x, y) corresponding to the point of the interest.

Description: {}

Answer:"""


class UGround(GroundingDialect):
    """The dialect of UGround-V1."""

    name: ClassVar[str] = "uground"

    def render(self, picture: Picture, description: str) -> list[Message]:
        return [Message.of("user", ImagePart(picture), _QUESTION.format(one_line(description)))]

    def write(self, box: Box, seen: Size) -> str:
        x, y = self._numbers(box.center, seen)
        return f"({x}, {y})"
