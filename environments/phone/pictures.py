"""Pictures for pages and shops, drawn as coloured shapes: a thing or a view on a tinted ground."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from PIL import Image

from actions.geometry import Pixel, Rect
from environments.phone.canvas import Canvas
from environments.phone.parts import Layout, Style, Widget
from environments.phone.shapes import Shape, drawn
from environments.phone.theme import BLACK, WHITE, Colour, mix

Layer = tuple[float, Sequence[Shape]]
"""Shapes on the grid of 24 of `shapes`, and how they differ from the tint: -1 is black, 0 the tint, 1 white."""

ART: Mapping[str, Sequence[Layer]] = MappingProxyType(
    {
        "mug": (
            (-0.15, (("ring", (17, 12.5, 4, 2)),)),
            (0, (("box", (5, 6, 17, 20, 2.5)),)),
            (0.5, (("box", (7, 8, 8.6, 16, 0.8)),)),
            (-0.35, (("box", (5, 6, 17, 7.4, 0.7)),)),
        ),
        "lamp": (
            (-0.5, (("box", (11.2, 11, 12.8, 20, 0)), ("box", (7, 19.5, 17, 21.5, 1)))),
            (0, (("area", (8.5, 3, 15.5, 3, 19, 12, 5, 12)),)),
            (0.6, (("area", (8, 12, 16, 12, 17, 13.2, 7, 13.2)),)),
        ),
        "chair": (
            (-0.4, (("line", (1.4, 7, 15, 6, 22)), ("line", (1.4, 17, 15, 18, 22)))),
            (0, (("box", (6.5, 2.5, 17.5, 12, 2)),)),
            (-0.2, (("box", (5.5, 12.6, 18.5, 16, 1.4)),)),
            (0.4, (("box", (8.5, 4.5, 15.5, 5.6, 0.5)),)),
        ),
        "clock": (
            (0, (("disc", (12, 12, 9.5)),)),
            (0.85, (("disc", (12, 12, 7.6)),)),
            (-0.7, (("line", (1.1, 12, 6.5, 12, 12, 15.6, 14.2)), ("disc", (12, 12, 0.9)))),
        ),
        "plant": (
            (-0.25, (("area", (7, 15, 17, 15, 15.5, 22, 8.5, 22)),)),
            (-0.45, (("box", (6, 14, 18, 16, 0.6)),)),
            (0, (("line", (2.2, 12, 14, 12, 4)), ("line", (3, 12, 13, 6, 6)), ("line", (3, 12, 13, 18, 6)))),
            (0.3, (("line", (1.6, 12, 14, 8.5, 3.5)), ("line", (1.6, 12, 14, 15.5, 3.5)))),
        ),
        "backpack": (
            (-0.4, (("arc", (12, 5.5, 3.4, 1.4, 180, 360)),)),
            (0, (("box", (5, 5, 19, 22, 4)),)),
            (-0.25, (("box", (7, 13, 17, 20, 1.4)),)),
            (0.5, (("box", (10.5, 14.2, 13.5, 15.4, 0.5)), ("box", (8, 9, 16, 10, 0.4)))),
        ),
        "shoe": (
            (0, (("area", (3, 8, 9, 8, 13, 13, 20, 14.5, 21.5, 18, 3, 18)),)),
            (0.75, (("box", (2.5, 17.6, 22, 20, 1)),)),
            (0.6, (("line", (0.8, 9, 11.6, 11.2, 9.6)), ("line", (0.8, 10.8, 13.2, 12.6, 11.4)))),
        ),
        "shirt": (
            (
                0,
                (
                    (
                        "area",
                        (8, 3.5, 16, 3.5, 22, 8, 19.5, 11.5, 17.5, 10.2, 17.5, 21, 6.5, 21, 6.5, 10.2, 4.5, 11.5, 2, 8),
                    ),
                ),
            ),
            (-0.3, (("slice", (12, 3.5, 3, 0, 180)),)),
        ),
        "umbrella": (
            (-0.5, (("line", (1.2, 12, 10, 12, 20)), ("arc", (14, 19.4, 2.6, 1.2, 20, 180)))),
            (0, (("slice", (12, 12, 9.5, 180, 360)),)),
            (0.35, (("area", (12, 2.6, 8.5, 12, 15.5, 12)),)),
        ),
        "book": (
            (-0.35, (("box", (5, 3, 19, 21.5, 1.4)),)),
            (0.85, (("box", (6.6, 18, 18.4, 20.6, 0.5)),)),
            (0, (("box", (6.4, 3, 19, 18.6, 1.2)),)),
            (0.6, (("box", (9, 6.4, 16.4, 7.8, 0.4)), ("box", (9, 9.4, 14, 10.6, 0.4)))),
        ),
        "ball": (
            (0, (("disc", (12, 12, 9)),)),
            (
                0.7,
                (
                    ("arc", (3, 12, 10, 1.2, 300, 60)),
                    ("arc", (21, 12, 10, 1.2, 120, 240)),
                    ("box", (11.4, 3, 12.6, 21, 0)),
                ),
            ),
        ),
        "kettle": (
            (-0.5, (("arc", (12, 8, 5.6, 1.5, 180, 360)),)),
            (0, (("area", (7, 8, 17, 8, 19, 20.5, 5, 20.5)), ("area", (17, 10, 22, 8.6, 18, 15.5)))),
            (-0.35, (("box", (6.6, 7, 17.4, 8.8, 0.5)),)),
            (0.5, (("box", (8, 11, 9.3, 18, 0.6)),)),
        ),
        "headphones": (
            (-0.3, (("arc", (12, 12.5, 9, 2.2, 180, 360)),)),
            (0, (("box", (2.6, 12, 7.4, 21, 2)), ("box", (16.6, 12, 21.4, 21, 2)))),
            (0.5, (("box", (5.6, 13.4, 6.6, 19.6, 0.5)), ("box", (17.4, 13.4, 18.4, 19.6, 0.5)))),
        ),
        "kite": (
            (-0.4, (("line", (0.9, 12, 15, 9, 18.5, 12.5, 20, 9, 22.5)),)),
            (0, (("area", (12, 2, 19, 8.5, 12, 16, 5, 8.5)),)),
            (0.45, (("area", (12, 2, 19, 8.5, 12, 8.5)), ("area", (12, 8.5, 12, 16, 5, 8.5)))),
        ),
        "sun": ((0.2, (("disc", (12, 12, 8.5)),)), (0, (("disc", (12, 12, 6)),))),
        "cloud": (
            (
                0.75,
                (
                    ("disc", (8, 14, 4.6)),
                    ("disc", (13, 11, 5.6)),
                    ("disc", (17.6, 14.6, 4)),
                    ("box", (8, 13, 17.6, 18.6, 0)),
                ),
            ),
        ),
        "rain": (
            (
                -0.2,
                (
                    ("line", (1.2, 8, 17.5, 6.8, 21)),
                    ("line", (1.2, 12.6, 17.5, 11.4, 21)),
                    ("line", (1.2, 17, 17.5, 15.8, 21)),
                ),
            ),
            (
                0.65,
                (
                    ("disc", (8, 11, 4.2)),
                    ("disc", (13, 8.4, 5.2)),
                    ("disc", (17.4, 11.6, 3.8)),
                    ("box", (8, 10, 17.4, 15.2, 0)),
                ),
            ),
        ),
        "snow": (
            (
                0.9,
                (
                    ("line", (1.3, 12, 3, 12, 21)),
                    ("line", (1.3, 4.2, 7.5, 19.8, 16.5)),
                    ("line", (1.3, 4.2, 16.5, 19.8, 7.5)),
                ),
            ),
        ),
        "city": (
            (0.6, (("disc", (18.4, 5.6, 2.6)),)),
            (-0.15, (("box", (1, 11, 6, 24, 0)), ("box", (13.4, 9, 18, 24, 0)))),
            (-0.35, (("box", (5, 6, 10.4, 24, 0)), ("box", (17, 13, 23, 24, 0)))),
            (-0.5, (("box", (9.6, 14, 14.4, 24, 0)),)),
            (0.55, tuple(("box", (6 + dx, y, 7.2 + dx, y + 1.3, 0)) for dx in (0, 2.2) for y in (8, 11, 14, 17))),
        ),
        "bridge": (
            (0.4, (("box", (0, 19, 24, 24, 0)),)),
            (-0.4, (("box", (6, 5, 7.4, 20, 0)), ("box", (16.6, 5, 18, 20, 0)), ("box", (0, 14.6, 24, 16, 0)))),
            (-0.25, (("line", (0.7, 0, 13, 6.7, 5.4, 12, 12.6, 17.3, 5.4, 24, 13)),)),
        ),
        "garden": (
            (0.25, (("box", (0, 16.5, 24, 24, 0)),)),
            (-0.3, (("line", (1, 6, 20, 6, 11)), ("line", (1, 12, 21, 12, 9)), ("line", (1, 18, 20, 18, 11)))),
            (0.1, (("disc", (6, 10, 2.8)), ("disc", (18, 10, 2.8)))),
            (0, (("disc", (12, 7.6, 3.4)),)),
            (0.8, (("disc", (6, 10, 1.1)), ("disc", (12, 7.6, 1.3)), ("disc", (18, 10, 1.1)))),
        ),
        "shelf": (
            (-0.45, (("box", (1, 11, 23, 12.2, 0)), ("box", (1, 21.6, 23, 22.8, 0)))),
            (0, (("box", (2, 3.4, 4.4, 11, 0.2)), ("box", (9, 4.4, 11, 11, 0.2)), ("box", (5, 13.5, 7.4, 21.6, 0.2)))),
            (
                0.4,
                (
                    ("box", (4.8, 2.4, 6.6, 11, 0.2)),
                    ("box", (14, 3, 16.6, 11, 0.2)),
                    ("box", (11, 14.6, 13, 21.6, 0.2)),
                ),
            ),
            (
                -0.25,
                (
                    ("box", (6.9, 4, 8.7, 11, 0.2)),
                    ("box", (17, 4.4, 18.6, 11, 0.2)),
                    ("box", (2, 14.4, 4.6, 21.6, 0.2)),
                ),
            ),
            (
                0.7,
                (
                    ("box", (11.4, 4.9, 13.6, 11, 0.2)),
                    ("box", (8, 13, 10.4, 21.6, 0.2)),
                    ("box", (15, 13.6, 17, 21.6, 0.2)),
                ),
            ),
        ),
        "train": (
            (0, (("box", (5, 3, 19, 18, 3)),)),
            (0.7, (("box", (7, 6, 11.4, 10.6, 0.6)), ("box", (12.6, 6, 17, 10.6, 0.6)))),
            (0.5, (("disc", (8, 14.4, 1.2)), ("disc", (16, 14.4, 1.2)))),
            (
                -0.4,
                (
                    ("line", (1.3, 8, 18, 5.6, 22)),
                    ("line", (1.3, 16, 18, 18.4, 22)),
                    ("box", (6.4, 19.4, 17.6, 20.6, 0)),
                ),
            ),
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Picture(Widget):
    """A picture of `ART`, `tall` dp high. It has no node but its description."""

    art: str
    tint: Colour
    tall: float = 160
    description: str = ""
    pad: tuple[float, float] = (16, 6)
    radius: float = 14

    def height(self, width: int, style: Style) -> int:  # noqa: ARG002
        return style.dp(self.tall) + 2 * style.dp(self.pad[1])

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        box = area.inset(style.dp(self.pad[0]), style.dp(self.pad[1]))
        ground = mix(self.tint, BLACK, 0.74) if style.theme.dark else mix(self.tint, WHITE, 0.72)
        room = box.inset(0, next(box.rows(9)).height)
        length = min(room.height, room.width)
        spot = room.middle(length, length)

        def paint(canvas: Canvas) -> None:
            canvas.rounded(box, style.dp(self.radius), ground)
            if length > 0:
                canvas.put(_drawn(self.art, self.tint, length, ground), Pixel(spot.left, spot.top))

        out.add(box, paint, description=self.description or self.art, cls="ImageView")


@lru_cache(maxsize=128)
def _drawn(art: str, tint: Colour, pixels: int, ground: Colour) -> Image.Image:
    """Kept, since the shapes are drawn four times too large."""
    image = Image.new("RGB", (pixels, pixels), ground)
    for shade, shapes in ART[art]:
        image.paste(mix(tint, WHITE if shade > 0 else BLACK, abs(shade)), (0, 0), drawn(shapes, pixels))
    return image
