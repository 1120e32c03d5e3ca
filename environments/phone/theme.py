"""Colours of the simulated phone, light and dark, with one of several accents."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

Colour = tuple[int, int, int]

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)

ACCENTS: tuple[tuple[Colour, Colour], ...] = (
    ((11, 87, 208), (168, 199, 250)),
    ((20, 108, 46), (109, 213, 140)),
    ((103, 80, 164), (208, 188, 255)),
    ((0, 106, 106), (128, 213, 212)),
    ((152, 71, 0), (255, 183, 134)),
    ((156, 34, 90), (255, 176, 202)),
)
"""The accent on light and on dark screens."""


@dataclass(frozen=True, slots=True)
class Theme:
    dark: bool
    background: Colour
    surface: Colour
    """Cards, dialogs and fields, which stand out from the background."""
    text: Colour
    secondary: Colour
    divider: Colour
    outline: Colour
    accent: Colour
    on_accent: Colour
    tonal: Colour
    """The accent, faint: bubbles, chips, the keys of the keyboard that do something."""
    error: Colour
    keyboard: Colour
    key: Colour


@lru_cache(maxsize=2 * len(ACCENTS))
def theme(*, dark: bool, accent: int = 0) -> Theme:
    light_accent, dark_accent = ACCENTS[accent % len(ACCENTS)]
    if dark:
        return Theme(
            dark=True,
            background=(19, 19, 22),
            surface=(40, 41, 46),
            text=(230, 230, 234),
            secondary=(178, 180, 188),
            divider=(58, 59, 64),
            outline=(124, 126, 134),
            accent=dark_accent,
            on_accent=(16, 24, 40),
            tonal=mix((19, 19, 22), dark_accent, 0.28),
            error=(255, 180, 171),
            keyboard=(32, 33, 37),
            key=(62, 63, 69),
        )
    return Theme(
        dark=False,
        background=(250, 250, 253),
        surface=mix(WHITE, light_accent, 0.055),
        text=(27, 27, 31),
        secondary=(84, 86, 94),
        divider=(222, 223, 230),
        outline=(121, 123, 132),
        accent=light_accent,
        on_accent=WHITE,
        tonal=mix(WHITE, light_accent, 0.16),
        error=(186, 26, 26),
        keyboard=(224, 226, 233),
        key=(254, 254, 255),
    )


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """`first` with a `share` (0 to 1) of `second`."""
    r, g, b = (round(a + (z - a) * share) for a, z in zip(first, second, strict=True))
    return (r, g, b)
