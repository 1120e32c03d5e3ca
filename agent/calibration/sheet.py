"""All targets of a calibration on one picture: where each is, and where the model pointed."""

from __future__ import annotations

import io
import itertools
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from actions.geometry import Pixel, smart_resize, to_pixel
from agent.calibration.asking import Answer

_TILE = 72_000
"""Pixels of one target's picture on the sheet, about."""
_GAP = 12
_CAPTION = 36
_ACROSS = 8
"""Pictures in a row."""
_TARGET, _POINTED, _INK = (0, 150, 60), (220, 0, 90), (40, 40, 40)


def draw_sheet(answers: Sequence[Answer], sentence: str) -> bytes:
    """A PNG: a ring around each target, a cross where the model pointed, the error in pixels of the whole picture."""
    font = ImageFont.load_default(13)
    rows = [
        group[start : start + _ACROSS]
        for group in (list(g) for _, g in itertools.groupby(answers, key=lambda a: a.target.screen.name))
        for start in range(0, len(group), _ACROSS)
    ]
    tiles = [[_tile(answer, font) for answer in row] for row in rows]
    across = max([_GAP + sum(t.width + _GAP for t in row) for row in tiles] + [900])
    down = 60 + sum(max(t.height for t in row) + _GAP for row in tiles)
    sheet = Image.new("RGB", (across, down), "white")
    drawing = ImageDraw.Draw(sheet)
    drawing.text((_GAP, 10), _cut(sentence, font, across - 2 * _GAP), font=font, fill=_INK)
    drawing.text((_GAP, 30), "ring: the target · cross: where the model pointed", font=font, fill=_INK)
    y = 60
    for row in tiles:
        x = _GAP
        for tile in row:
            sheet.paste(tile, (x, y))
            x += tile.width + _GAP
        y += max(t.height for t in row) + _GAP
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return out.getvalue()


def _tile(answer: Answer, font: ImageFont.ImageFont | ImageFont.FreeTypeFont) -> Image.Image:
    size = smart_resize(answer.target.size, factor=2, min_pixels=4, max_pixels=_TILE)
    picture = Image.fromarray(answer.target.picture.array).resize((size.width, size.height))
    drawing = ImageDraw.Draw(picture)
    middle = to_pixel(answer.target.point, size)
    if answer.point is not None:
        pointed = to_pixel(answer.point, size)
        drawing.line((*middle, *pointed), fill=_POINTED)
        _cross(drawing, pointed)
    _ring(drawing, middle)
    drawing.rectangle((0, 0, size.width - 1, size.height - 1), outline=(190, 190, 190))
    tile = Image.new("RGB", (max(size.width, 150), size.height + _CAPTION), "white")
    tile.paste(picture, (0, 0))
    told = _told(answer)
    caption = ImageDraw.Draw(tile)
    caption.text((0, size.height + 2), answer.target.description, font=font, fill=_INK)
    caption.text((0, size.height + 17), told, font=font, fill=_TARGET if answer.inside else _POINTED)
    return tile


def _told(answer: Answer) -> str:
    if (error := answer.error_pixels) is not None:
        return f"{error:.0f} px{', inside' if answer.inside else ''}"
    if answer.written is None:
        return "not read"
    x, y = answer.written
    return f"not read: {x:.6g}, {y:.6g}"


def _ring(drawing: ImageDraw.ImageDraw, middle: Pixel, radius: int = 12) -> None:
    x, y = middle
    drawing.ellipse((x - radius, y - radius, x + radius, y + radius), outline=_TARGET, width=2)


def _cross(drawing: ImageDraw.ImageDraw, middle: Pixel, arm: int = 6) -> None:
    x, y = middle
    drawing.line((x - arm, y - arm, x + arm, y + arm), fill=_POINTED, width=2)
    drawing.line((x - arm, y + arm, x + arm, y - arm), fill=_POINTED, width=2)


def _cut(text: str, font: ImageFont.ImageFont | ImageFont.FreeTypeFont, room: int) -> str:
    while font.getlength(text) > room:
        text = text[:-4].rstrip() + " …" if len(text) > 8 else ""
    return text
