"""The model families that can be loaded, as facts: how each counts, cuts pictures up and is published.

No torch here: `handeye models` and a client of an endpoint need these facts and nothing else.

Sources: config.json and preprocessor_config.json of the checkpoints named below (model type, patch and merge size,
pixel bounds); the coordinate spaces from arXiv 2409.12191 section 2.3 (Qwen2-VL: 0..1000), arXiv 2502.13923
section 2.2 (Qwen2.5-VL: pixels of the resized picture) and the cookbooks of QwenLM/Qwen3-VL (0..1000).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from actions.geometry import Size, Space, smart_resize


@dataclass(frozen=True, slots=True)
class Published:
    """A checkpoint on the Hugging Face hub. `gigabytes`: its weights as 16-bit numbers, about; a screenshot's
    activations and the key-value cache come to one or two more."""

    id: str
    gigabytes: float


@dataclass(frozen=True, slots=True)
class Family:
    """`patch`: pixels along a side of the vision encoder's patch; `merge`: patches along a side of a visual token.
    `min_pixels` and `max_pixels`: the bounds in the published preprocessor_config.json."""

    name: str
    model_types: tuple[str, ...]
    dialect: str
    space: Space
    patch: int
    min_pixels: int
    max_pixels: int
    published: tuple[Published, ...]
    pattern: str
    """What the name of one of its checkpoints contains, as a regular expression."""
    merge: int = 2

    @property
    def factor(self) -> int:
        """Pixels along a side of one visual token; the resized sides are multiples of it."""
        return self.patch * self.merge

    def resized(self, size: Size, *, min_pixels: int | None = None, max_pixels: int | None = None) -> Size:
        """The size at which its processor shows the model a picture of `size`. `ValueError` past a ratio of 200."""
        low = self.min_pixels if min_pixels is None else min_pixels
        high = self.max_pixels if max_pixels is None else max_pixels
        return smart_resize(size, factor=self.factor, min_pixels=low, max_pixels=high)


FAMILIES: tuple[Family, ...] = (
    Family(
        name="Qwen2-VL",
        model_types=("qwen2_vl",),
        dialect="qwen2_vl",
        space="thousand",
        patch=14,
        min_pixels=4 * 28 * 28,
        max_pixels=16384 * 28 * 28,
        published=(
            Published("Qwen/Qwen2-VL-2B-Instruct", 4.4),
            Published("Qwen/Qwen2-VL-7B-Instruct", 16.6),
            Published("Qwen/Qwen2-VL-72B-Instruct", 147),
        ),
        pattern=r"qwen[-_]?2[-_]?vl",
    ),
    Family(
        name="Qwen2.5-VL",
        model_types=("qwen2_5_vl",),
        dialect="qwen2_5_vl",
        space="absolute",
        patch=14,
        min_pixels=4 * 28 * 28,
        max_pixels=16384 * 28 * 28,
        published=(
            Published("Qwen/Qwen2.5-VL-3B-Instruct", 7.5),
            Published("Qwen/Qwen2.5-VL-7B-Instruct", 16.6),
            Published("Qwen/Qwen2.5-VL-32B-Instruct", 67),
            Published("Qwen/Qwen2.5-VL-72B-Instruct", 147),
        ),
        pattern=r"qwen[-_]?2[._]5[-_]?vl",
    ),
    Family(
        name="Qwen3-VL",
        model_types=("qwen3_vl", "qwen3_vl_moe"),
        dialect="qwen3_vl",
        space="thousand",
        patch=16,
        min_pixels=64 * 32 * 32,
        max_pixels=16384 * 32 * 32,
        published=(
            Published("Qwen/Qwen3-VL-2B-Instruct", 4.3),
            Published("Qwen/Qwen3-VL-4B-Instruct", 8.9),
            Published("Qwen/Qwen3-VL-8B-Instruct", 17.5),
            Published("Qwen/Qwen3-VL-32B-Instruct", 67),
            Published("Qwen/Qwen3-VL-30B-A3B-Instruct", 62),
            Published("Qwen/Qwen3-VL-235B-A22B-Instruct", 471),
        ),
        pattern=r"qwen[-_]?3[-_]?vl",
    ),
)

NAMES = ", ".join(f.name for f in FAMILIES)
"""For messages."""


def by_type(model_type: str) -> Family | None:
    """The family of a config's `model_type`."""
    return next((f for f in FAMILIES if model_type in f.model_types), None)


def by_name(name: str) -> Family | None:
    """The family that a checkpoint's or an endpoint's model name speaks of: "qwen2-vl-72b-instruct"."""
    return next((f for f in FAMILIES if re.search(f.pattern, name, re.IGNORECASE)), None)


def by_dialect(dialect: str) -> Family | None:
    return next((f for f in FAMILIES if f.dialect == dialect), None)


_CONTROL = re.compile(r"<\|(im_start|im_end|endoftext|vision_start|vision_end|vision_pad|image_pad|video_pad)\|>")


def plain(text: str) -> str:
    """Text in which no turn and no picture can be forged: `<|im_end|>` becomes `<| im_end |>`.

    A tokenizer takes these texts for control tokens wherever they stand, and part of a prompt was read off a
    screen, where anyone may have written it. Tokens that prompts and replies do use (`<|box_start|>`,
    `<tool_call>`) are left alone. Half surrogate pairs, which no tokenizer takes, become question marks.
    """
    return _CONTROL.sub(r"<| \1 |>", text).encode("utf-8", "replace").decode("utf-8")
