"""Icons by name, as masks of any size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from PIL import Image

from environments.phone.icons.controls import CONTROLS
from environments.phone.icons.switches import SWITCHES
from environments.phone.icons.things import THINGS
from environments.phone.shapes import Shape, drawn

ICONS: Mapping[str, Sequence[Shape]] = MappingProxyType({**CONTROLS, **SWITCHES, **THINGS})


@lru_cache(maxsize=512)
def mask(name: str, pixels: int) -> Image.Image:
    """An "L" picture of `pixels` squared. An unknown name is a KeyError."""
    return drawn(ICONS[name], pixels)
