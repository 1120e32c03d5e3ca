"""Icons as shapes on a grid of 24, drawn four times too large and scaled down to a mask of any size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from PIL import Image, ImageDraw

Shape = tuple[str, Sequence[float]]
"""What to draw: "line" (thickness, x, y, x, y, ...), "area" (x, y, ...), "disc" (x, y, radius), "ring" (x, y, radius,
thickness), "arc" (x, y, radius, thickness, from, to in degrees clockwise from the right), "slice" (x, y, radius, from,
to), "box" (left, top, right, bottom, radius), "frame" (left, top, right, bottom, radius, thickness); with "-" in front
it's cut out."""

ICONS: Mapping[str, tuple[Shape, ...]] = MappingProxyType(
    {
        "back": (("line", (2, 12, 5, 5, 12, 12, 19)), ("line", (2, 5, 12, 20, 12))),
        "plus": (("line", (2, 12, 5, 12, 19)), ("line", (2, 5, 12, 19, 12))),
        "trash": (
            ("box", (6, 8, 18, 21, 1.5)),
            ("-line", (1.6, 10, 11, 10, 18)),
            ("-line", (1.6, 14, 11, 14, 18)),
            ("box", (5, 4, 19, 6.2, 0.5)),
            ("box", (9, 3, 15, 5, 0.5)),
        ),
        "send": (("area", (3, 4, 22, 12, 3, 20, 3, 13.6, 14, 12, 3, 10.4)),),
        "wifi": (
            ("slice", (12, 20, 16, 225, 315)),
            ("-slice", (12, 20, 13.4, 220, 320)),
            ("slice", (12, 20, 11, 225, 315)),
            ("-slice", (12, 20, 8.4, 220, 320)),
            ("slice", (12, 20, 6, 225, 315)),
        ),
        "wifi_full": (("slice", (12, 20.5, 16, 225, 315)),),
        "signal": (("area", (3, 20, 20, 3, 20, 20)),),
        "bluetooth": (("line", (1.8, 7, 7.5, 17, 16.5, 12, 21, 12, 3, 17, 7.5, 7, 16.5)),),
        "airplane": (
            (
                "area",
                (
                    11,
                    3.5,
                    12,
                    2.2,
                    13,
                    3.5,
                    13,
                    9.5,
                    21,
                    14.5,
                    21,
                    16.6,
                    13,
                    14.2,
                    13,
                    19,
                    15.3,
                    20.6,
                    15.3,
                    22,
                    12,
                    21,
                    8.7,
                    22,
                    8.7,
                    20.6,
                    11,
                    19,
                    11,
                    14.2,
                    3,
                    16.6,
                    3,
                    14.5,
                    11,
                    9.5,
                ),
            ),
        ),
        "data": (
            ("line", (2, 8, 20, 8, 5)),
            ("line", (2, 4, 9, 8, 5, 12, 9)),
            ("line", (2, 16, 4, 16, 19)),
            ("line", (2, 12, 15, 16, 19, 20, 15)),
        ),
        "pin": (("disc", (12, 9, 6.5)), ("area", (5.8, 11, 18.2, 11, 12, 22)), ("-disc", (12, 9, 2.5))),
        "nfc": (("frame", (3, 3, 21, 21, 3, 2)), ("arc", (7, 12, 5, 2, -50, 50)), ("arc", (7, 12, 9, 2, -40, 40))),
        "moon": (("disc", (12, 12, 9)), ("-disc", (16.5, 8.5, 7.5))),
        "sun": (
            ("disc", (12, 12, 4.6)),
            *(
                ("line", (2, 12 + dx * 7, 12 + dy * 7, 12 + dx * 10, 12 + dy * 10))
                for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1), (0.7, 0.7), (-0.7, 0.7), (0.7, -0.7), (-0.7, -0.7))
            ),
        ),
        "rotate": (
            ("frame", (8, 4, 16, 20, 2, 2)),
            ("arc", (12, 12, 10.6, 1.8, 200, 250)),
            ("arc", (12, 12, 10.6, 1.8, 20, 70)),
        ),
        "battery": (
            ("frame", (7, 4.5, 17, 22, 2, 2)),
            ("box", (10, 2, 14, 5, 0.5)),
            ("box", (9.8, 12, 14.2, 19.2, 0.5)),
        ),
        "saver": (
            ("frame", (7, 4.5, 17, 22, 2, 2)),
            ("box", (10, 2, 14, 5, 0.5)),
            ("line", (1.8, 12, 10.5, 12, 16.5)),
            ("line", (1.8, 9, 13.5, 15, 13.5)),
        ),
        "silent": (("disc", (12, 12, 9.5)), ("-box", (7, 10.8, 17, 13.2, 0.5))),
        "bell": (
            ("slice", (12, 10, 6, 180, 360)),
            ("box", (6, 9.5, 18, 17, 0)),
            ("box", (4, 16.5, 20, 18.5, 0.5)),
            ("disc", (12, 20, 2)),
            ("disc", (12, 4, 1.6)),
        ),
        "vibrate": (
            ("frame", (8, 4, 16, 20, 2, 2)),
            ("line", (2, 4.5, 8, 4.5, 16)),
            ("line", (2, 19.5, 8, 19.5, 16)),
            ("line", (2, 1.5, 10, 1.5, 14)),
            ("line", (2, 22.5, 10, 22.5, 14)),
        ),
        "note": (
            ("disc", (9, 17.5, 3.6)),
            ("line", (2.2, 11.6, 17.5, 11.6, 3.6, 18, 3.6)),
            ("box", (10.6, 2.6, 18, 6, 0.4)),
        ),
        "lock": (
            ("box", (5, 10, 19, 21.5, 2)),
            ("arc", (12, 9, 4.6, 2, 180, 360)),
            ("line", (2, 8.4, 9, 8.4, 11)),
            ("line", (2, 15.6, 9, 15.6, 11)),
            ("-disc", (12, 15.6, 1.9)),
        ),
        "info": (("ring", (12, 12, 9.5, 2)), ("disc", (12, 8, 1.4)), ("box", (11, 10.6, 13, 17, 0.4))),
        "font": (
            ("line", (2.2, 4, 5.5, 15, 5.5)),
            ("line", (2.2, 9.5, 5.5, 9.5, 20)),
            ("line", (2, 14, 11.5, 21, 11.5)),
            ("line", (2, 17.5, 11.5, 17.5, 20)),
        ),
        "clock": (("ring", (12, 12, 9.5, 2)), ("line", (2, 12, 6.6, 12, 12.4, 16, 14.8))),
        "hotspot": (
            ("disc", (12, 13.5, 2.4)),
            ("arc", (12, 13.5, 6.2, 2, 150, 390)),
            ("arc", (12, 13.5, 10.2, 2, 145, 395)),
        ),
        "shield": (
            ("area", (12, 2, 20, 5, 20, 11, 18.5, 16, 12, 22, 5.5, 16, 4, 11, 4, 5)),
            ("-line", (2, 8, 12, 11, 15, 16.5, 9)),
        ),
        "gear": (
            *(
                ("line", (4.4, 12, 12, 12 + dx * 9, 12 + dy * 9))
                for dx, dy in ((1, 0), (0.5, 0.87), (-0.5, 0.87), (-1, 0), (-0.5, -0.87), (0.5, -0.87))
            ),
            ("disc", (12, 12, 7.2)),
            ("-disc", (12, 12, 3.4)),
        ),
        "page": (
            ("box", (5, 2.5, 19, 21.5, 2)),
            ("-line", (1.8, 8, 8, 16, 8)),
            ("-line", (1.8, 8, 12, 16, 12)),
            ("-line", (1.8, 8, 16, 13, 16)),
        ),
        "chat": (
            ("box", (3, 4, 21, 17, 3)),
            ("area", (6, 15, 6, 22, 13, 16)),
            ("-disc", (8, 10.5, 1.4)),
            ("-disc", (12, 10.5, 1.4)),
            ("-disc", (16, 10.5, 1.4)),
        ),
        "shift": (("area", (12, 4, 21, 13, 16, 13, 16, 20, 8, 20, 8, 13, 3, 13)),),
        "backspace": (
            ("area", (8, 5, 22, 5, 22, 19, 8, 19, 2, 12)),
            ("-line", (1.9, 11.5, 9, 17.5, 15)),
            ("-line", (1.9, 17.5, 9, 11.5, 15)),
        ),
        "enter": (("line", (2, 20, 6, 20, 13, 5, 13)), ("line", (2, 10, 8, 5, 13, 10, 18))),
        "person": (("disc", (12, 8, 4.4)), ("slice", (12, 21, 8.4, 180, 360))),
        "people": (
            ("disc", (9, 8.5, 3.6)),
            ("slice", (9, 19.5, 7, 180, 360)),
            ("arc", (16, 8.5, 2.8, 1.8, 250, 450)),
            ("arc", (15.4, 19.5, 6.6, 1.8, 290, 360)),
        ),
        "call": (
            (
                "area",
                (
                    3.4,
                    3.4,
                    8.2,
                    3.4,
                    9.2,
                    8.8,
                    6.8,
                    11,
                    9.4,
                    14.6,
                    13,
                    17.2,
                    15.2,
                    14.8,
                    20.6,
                    15.8,
                    20.6,
                    20.6,
                    15.6,
                    20.4,
                    9.8,
                    18,
                    5.8,
                    14,
                    3.6,
                    8.4,
                ),
            ),
        ),
        "hang_up": (
            ("arc", (12, 21, 11, 4.6, 200, 340)),
            ("box", (1.4, 12.6, 7.4, 17.4, 1.6)),
            ("box", (16.6, 12.6, 22.6, 17.4, 1.6)),
        ),
        "star": (
            (
                "area",
                (12, 2.4, 14.9, 8.6, 21.6, 9.4, 16.7, 14, 18, 20.8, 12, 17.5, 6, 20.8, 7.3, 14, 2.4, 9.4, 9.1, 8.6),
            ),
        ),
        "star_outline": (
            (
                "area",
                (12, 2.4, 14.9, 8.6, 21.6, 9.4, 16.7, 14, 18, 20.8, 12, 17.5, 6, 20.8, 7.3, 14, 2.4, 9.4, 9.1, 8.6),
            ),
            (
                "-area",
                (
                    12,
                    6.8,
                    13.7,
                    10.2,
                    17.4,
                    10.8,
                    14.6,
                    13.4,
                    15.4,
                    17.2,
                    12,
                    15.3,
                    8.6,
                    17.2,
                    9.4,
                    13.4,
                    6.6,
                    10.8,
                    10.3,
                    10.2,
                ),
            ),
        ),
        "pencil": (
            ("line", (4.4, 6.4, 17.6, 16.2, 7.8)),
            ("area", (3, 21, 4.2, 15.8, 8.2, 19.8)),
            ("line", (4.4, 18.4, 5.6, 18.41, 5.61)),
        ),
        "mail": (("box", (2.5, 4.5, 21.5, 19.5, 2)), ("-line", (1.8, 3.5, 7.5, 12, 13, 20.5, 7.5))),
        "copy": (("frame", (8, 7, 20, 22, 2, 2)), ("line", (2, 4.5, 17, 4.5, 3.5, 15.5, 3.5))),
        "dialpad": (*(("disc", (x, y, 2)) for x in (5, 12, 19) for y in (4, 10, 16)), ("disc", (12, 22, 2))),
        "history": (
            ("arc", (13, 12, 9, 2, 200, 510)),
            ("line", (2, 13, 7.4, 13, 12.4, 16.6, 14.6)),
            ("area", (1, 9.5, 8.4, 9.5, 4.7, 14)),
        ),
        "alarm": (
            ("ring", (12, 13, 8.6, 2)),
            ("line", (2, 12, 8.6, 12, 13.4, 15, 15.4)),
            ("line", (2.2, 2.6, 6.4, 6.4, 3.2)),
            ("line", (2.2, 21.4, 6.4, 17.6, 3.2)),
        ),
        "timer": (
            ("area", (5, 2.5, 19, 2.5, 13, 12, 19, 21.5, 5, 21.5, 11, 12)),
            ("-area", (8.4, 19.8, 15.6, 19.8, 12, 14.8)),
            ("-area", (8.2, 4.2, 15.8, 4.2, 14.6, 6.2, 9.4, 6.2)),
        ),
        "play": (("area", (7, 4, 20, 12, 7, 20)),),
        "pause": (("box", (6, 4.5, 10, 19.5, 0.8)), ("box", (14, 4.5, 18, 19.5, 0.8))),
        "reset": (("arc", (12, 13, 8, 2.2, 300, 600)), ("area", (12, 1, 12, 9.6, 17.4, 5.3))),
        "mic_off": (
            ("box", (9, 2.5, 15, 14, 3)),
            ("arc", (12, 11, 7, 2, 20, 160)),
            ("line", (2, 12, 18, 12, 21.5)),
            ("-line", (4, 4, 4, 20, 20)),
            ("line", (2, 3.6, 4.4, 19.6, 20.4)),
        ),
        "speaker": (
            ("area", (3, 9, 7.5, 9, 13, 4, 13, 20, 7.5, 15, 3, 15)),
            ("arc", (13, 12, 5, 2, -50, 50)),
            ("arc", (13, 12, 9, 2, -50, 50)),
        ),
        "call_out": (("line", (2, 6, 18, 17.4, 6.6)), ("line", (2, 9, 6, 18, 6, 18, 15))),
        "call_in": (("line", (2, 18, 6, 6.6, 17.4)), ("line", (2, 15, 18, 6, 18, 6, 9))),
        "call_missed": (("line", (2, 3.5, 7, 12, 15.5, 20.5, 7)), ("line", (2, 14.5, 6.6, 20.8, 6.6, 20.8, 12.8))),
        "search": (("ring", (10.4, 10.4, 7.4, 2.2)), ("line", (2.6, 15.8, 15.8, 20.4, 20.4))),
        "close": (("line", (2.2, 5.5, 5.5, 18.5, 18.5)), ("line", (2.2, 18.5, 5.5, 5.5, 18.5))),
        "torch": (
            ("area", (7, 2.5, 17, 2.5, 17, 7, 14.4, 10.6, 14.4, 21.5, 9.6, 21.5, 9.6, 10.6, 7, 7)),
            ("-disc", (12, 13.6, 1.3)),
        ),
        "human": (
            ("disc", (12, 4.4, 2.6)),
            ("line", (2.4, 4, 9, 12, 10, 20, 9)),
            ("line", (2.4, 8.6, 21, 12, 13, 12, 10)),
            ("line", (2.4, 15.4, 21, 12, 13)),
        ),
        "keyboard": (
            ("frame", (2, 6, 22, 18.5, 2, 2)),
            *(("box", (x, y, x + 1.8, y + 1.8, 0)) for y in (8.6, 11.4) for x in (5, 8, 11, 14, 17)),
            ("box", (8, 14.4, 16, 16.2, 0)),
        ),
        "home": (),
        "calculator": (
            ("box", (4, 2, 20, 22, 2.5)),
            ("-box", (6.8, 4.8, 17.2, 9, 0.6)),
            *(("-disc", (x, y, 1.25)) for x in (8, 12, 16) for y in (12.4, 15.7, 19)),
        ),
        "calendar": (
            ("box", (3, 4, 21, 21.5, 2.5)),
            ("line", (2, 8, 2.5, 8, 6)),
            ("line", (2, 16, 2.5, 16, 6)),
            ("-box", (5, 9, 19, 19.5, 0.8)),
            ("box", (12.5, 13.5, 16.8, 17.5, 0.6)),
        ),
        "folder": (("box", (2, 6.5, 22, 20, 2)), ("area", (2.4, 9, 2.4, 5, 4, 4, 9.4, 4, 11.6, 7, 11.6, 9))),
        "folder_plus": (
            ("box", (2, 6.5, 22, 20, 2)),
            ("area", (2.4, 9, 2.4, 5, 4, 4, 9.4, 4, 11.6, 7, 11.6, 9)),
            ("-line", (1.8, 12, 10, 12, 17)),
            ("-line", (1.8, 8.5, 13.5, 15.5, 13.5)),
        ),
        "left": (("line", (2.2, 15, 5.5, 8.5, 12, 15, 18.5)),),
        "right": (("line", (2.2, 9, 5.5, 15.5, 12, 9, 18.5)),),
        "more": (("disc", (12, 5.5, 1.9)), ("disc", (12, 12, 1.9)), ("disc", (12, 18.5, 1.9))),
        "sort": (("line", (2.2, 4, 6.5, 20, 6.5)), ("line", (2.2, 4, 12, 14.5, 12)), ("line", (2.2, 4, 17.5, 9, 17.5))),
        "image": (
            ("box", (2.5, 4, 21.5, 20, 2)),
            ("-area", (5, 17.5, 9.5, 11.5, 12.6, 15, 15.2, 12.6, 19, 17.5)),
            ("-disc", (16.4, 8.4, 1.7)),
        ),
        "film": (("box", (2.5, 4.5, 21.5, 19.5, 2)), ("-area", (9.6, 8, 16.4, 12, 9.6, 16))),
        "archive": (
            ("box", (3, 3, 21, 8, 1)),
            ("box", (4.2, 9.4, 19.8, 21, 1.2)),
            ("-line", (1.8, 9.5, 12.8, 14.5, 12.8)),
        ),
        "cart": (
            ("line", (2, 2, 4, 5, 4, 8, 15, 18.5, 15, 21, 7, 6, 7)),
            ("disc", (9, 19.5, 1.8)),
            ("disc", (17.5, 19.5, 1.8)),
        ),
        "globe": (
            ("ring", (12, 12, 9.5, 2)),
            ("line", (1.8, 3, 12, 21, 12)),
            ("line", (1.8, 12, 3, 8.2, 7, 7.4, 12, 8.2, 17, 12, 21)),
            ("line", (1.8, 12, 3, 15.8, 7, 16.6, 12, 15.8, 17, 12, 21)),
        ),
        "bag": (
            ("area", (4.5, 8, 19.5, 8, 21, 21.5, 3, 21.5)),
            ("arc", (12, 8.5, 5, 2, 180, 360)),
            ("-disc", (9, 11.5, 1.1)),
            ("-disc", (15, 11.5, 1.1)),
        ),
        "bookmark": (("line", (2, 6.5, 3.5, 17.5, 3.5, 17.5, 20.5, 12, 16, 6.5, 20.5, 6.5, 3.5)),),
        "bookmarked": (("area", (5.5, 2.5, 18.5, 2.5, 18.5, 22, 12, 17, 5.5, 22)),),
        "minus": (("line", (2, 5, 12, 19, 12)),),
        "receipt": (
            ("area", (5, 2, 19, 2, 19, 22, 16.6, 20, 14.3, 22, 12, 20, 9.7, 22, 7.4, 20, 5, 22)),
            ("-line", (1.8, 8, 7, 16, 7)),
            ("-line", (1.8, 8, 11, 16, 11)),
            ("-line", (1.8, 8, 15, 13, 15)),
        ),
        "tick": (("line", (2.6, 5, 12.5, 10, 17.5, 19.5, 6.5)),),
        "bank": (
            ("area", (12, 2.5, 21.5, 8, 21.5, 9.6, 2.5, 9.6, 2.5, 8)),
            *(("box", (x - 1.2, 11, x + 1.2, 18, 0.3)) for x in (6, 12, 18)),
            ("box", (3, 18.8, 21, 21.2, 0.4)),
        ),
        "camera": (
            ("area", (8.4, 4, 15.6, 4, 17.4, 7, 6.6, 7)),
            ("box", (2, 6.4, 22, 20, 2.4)),
            ("-disc", (12, 13.2, 4.9)),
            ("ring", (12, 13.2, 3.5, 1.8)),
        ),
        "gallery": (
            ("frame", (2.5, 3.5, 21.5, 20.5, 2.4, 2)),
            ("area", (5, 18, 9.6, 11, 13, 15.4, 15.4, 12.6, 19, 18)),
            ("disc", (16.4, 8.4, 1.7)),
        ),
        "heart": (
            ("disc", (7.6, 8.8, 4.8)),
            ("disc", (16.4, 8.8, 4.8)),
            ("area", (3.7, 11.5, 12, 8, 20.3, 11.5, 12, 21)),
        ),
        "heart_outline": (
            ("disc", (7.6, 8.8, 4.8)),
            ("disc", (16.4, 8.8, 4.8)),
            ("area", (3.7, 11.5, 12, 8, 20.3, 11.5, 12, 21)),
            ("-disc", (7.6, 8.8, 2.9)),
            ("-disc", (16.4, 8.8, 2.9)),
            ("-area", (5.4, 10.6, 9.8, 7.4, 12, 10, 14.2, 7.4, 18.6, 10.6, 12, 18.3)),
        ),
        "flash": (("area", (13.6, 2, 5, 13.6, 11, 13.6, 10, 22, 19, 10, 12.8, 10)),),
        "flash_off": (
            ("area", (13.6, 2, 5, 13.6, 11, 13.6, 10, 22, 19, 10, 12.8, 10)),
            ("-line", (4.4, 3.5, 4.5, 20.5, 20.5)),
            ("line", (2, 3.5, 4.5, 20.5, 20.5)),
        ),
        "flip": (
            ("arc", (12, 12, 8.6, 2.2, 200, 330)),
            ("arc", (12, 12, 8.6, 2.2, 20, 150)),
            ("area", (17.2, 10.8, 22.8, 8.6, 21.4, 4)),
            ("area", (6.8, 13.2, 1.2, 15.4, 2.6, 20)),
        ),
    }
)

_SCALE = 4


@lru_cache(maxsize=512)
def mask(name: str, pixels: int) -> Image.Image:
    """An "L" picture of `pixels` squared. An unknown name is a KeyError."""
    return drawn(ICONS[name], pixels)


def drawn(shapes: Sequence[Shape], pixels: int) -> Image.Image:
    """Shapes as an "L" picture of `pixels` squared."""
    large = pixels * _SCALE
    image = Image.new("L", (large, large))
    draw = ImageDraw.Draw(image)
    for what, numbers in shapes:
        ink = 0 if what.startswith("-") else 255
        _shape(draw, what.removeprefix("-"), [n * large / 24 for n in numbers], numbers, ink)
    return image.reduce(_SCALE)


def _shape(draw: ImageDraw.ImageDraw, what: str, n: list[float], raw: Sequence[float], ink: int) -> None:
    """`n` in pixels, `raw` as written (for angles)."""
    match what:
        case "line":
            thick, points = round(n[0]), list(zip(n[1::2], n[2::2], strict=True))
            draw.line(points, fill=ink, width=thick, joint="curve")
            for x, y in points:
                _disc(draw, x, y, n[0] / 2, ink)
        case "area":
            draw.polygon(list(zip(n[::2], n[1::2], strict=True)), fill=ink)
        case "disc":
            _disc(draw, n[0], n[1], n[2], ink)
        case "ring":
            draw.ellipse(_around(*n[:3]), outline=ink, width=round(n[3]))
        case "arc":
            draw.arc(_around(*n[:3]), raw[4], raw[5], fill=ink, width=round(n[3]))
        case "slice":
            draw.pieslice(_around(*n[:3]), raw[3], raw[4], fill=ink)
        case "box":
            draw.rounded_rectangle(n[:4], n[4], fill=ink)
        case "frame":
            draw.rounded_rectangle(n[:4], n[4], outline=ink, width=round(n[5]))
        case _:
            raise ValueError(f"no shape is called {what!r}")


def _around(x: float, y: float, radius: float) -> tuple[float, float, float, float]:
    return x - radius, y - radius, x + radius, y + radius


def _disc(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, ink: int) -> None:
    draw.ellipse(_around(x, y, radius), fill=ink)


@lru_cache(maxsize=128)
def corners(radius: int) -> tuple[Image.Image, Image.Image, Image.Image, Image.Image]:
    """Masks of a disc's quarters: top left, top right, bottom left, bottom right."""
    large = radius * _SCALE
    disc = Image.new("L", (2 * large, 2 * large))
    _disc(ImageDraw.Draw(disc), large - 0.5, large - 0.5, large - 0.5, 255)
    small, side = disc.reduce(_SCALE), 2 * radius
    return (
        small.crop((0, 0, radius, radius)),
        small.crop((radius, 0, side, radius)),
        small.crop((0, radius, radius, side)),
        small.crop((radius, radius, side, side)),
    )
