# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false
"""How the pocket model sees a screen: 224x504, which is 8x18 visual tokens of four patches each.

A 1080x2400 screenshot comes out at exactly this size from the family's own processor with `MAX_PIXELS`. The smallest
labels of the phone (12 sp) can still be read there; at 168x336 they can't.
"""

from __future__ import annotations

import numpy as np
import torch
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2.functional import resize

from actions.geometry import Rect, Size
from environments.picture import Array

SEEN = Size(224, 504)
MAX_PIXELS = 118_000
MIN_PIXELS = 28 * 28
PATCH, MERGE = 14, 2
PATCHES = MERGE**2
"""Of a visual token."""
COLUMNS, ROWS = 8, 18
TOKENS = COLUMNS * ROWS
GRID = (1, ROWS * MERGE, COLUMNS * MERGE)
Unit = tuple[float, float, float, float]
"""Left, top, right and bottom of a box in unit floats of the screen."""
MEAN = (0.48145466, 0.4578275, 0.40821073)
DEVIATION = (0.26862954, 0.26130258, 0.27577711)
"""image_mean and image_std of Qwen2-VL's preprocessor_config.json."""


def unit(rect: Rect, size: Size) -> Unit:
    """Of pixels of a screen of that size."""
    box = rect.box(size)
    return box.left, box.top, box.right, box.bottom


def shrunk(picture: Array, seen: Size = SEEN) -> Array:
    """As the processor resizes it: bicubic, antialiased, (504, 224, 3) uint8."""
    tensor = torch.from_numpy(np.array(picture.transpose(2, 0, 1), order="C"))
    small = resize(tensor, [seen.height, seen.width], interpolation=InterpolationMode.BICUBIC, antialias=True)
    return small.permute(1, 2, 0).contiguous().numpy()


def patches(pictures: torch.Tensor) -> torch.Tensor:
    """(count * 4 * tokens, 1176) of (count, 28 * rows, 224, 3) uint8, as the processor lays them out: the four patches
    of a visual token one after the other, two equal frames."""
    count, rows = pictures.shape[0], pictures.shape[1] // (PATCH * MERGE)
    mean, deviation = (torch.tensor(v, device=pictures.device) for v in (MEAN, DEVIATION))
    values = (pictures.float() / 255 - mean) / deviation
    parts = values.view(count, rows, MERGE, PATCH, COLUMNS, MERGE, PATCH, 3).permute(0, 1, 4, 2, 5, 7, 3, 6)
    return torch.stack([parts, parts], dim=6).reshape(count * rows * COLUMNS * PATCHES, -1)
