"""Text of the simulated phone: which font draws which character, how wide it gets, where lines break.

Fonts are found by name where Pillow looks for them; without any fonts package its built-in font is used. A character
that a font lacks is drawn by the next font of the chain that has it (Chinese in an otherwise Latin line).
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from environments.phone.script import visual

REGULAR = ("NotoSans-Regular.ttf", "DejaVuSans.ttf", "Arial.ttf")
BOLD = ("NotoSans-Bold.ttf", "DejaVuSans-Bold.ttf", "Arial Bold.ttf", "NotoSansCJK-Bold.ttc")
FALLBACK = (
    "NotoSansArabic-Regular.ttf",
    "NotoSansHebrew-Regular.ttf",
    "DejaVuSans.ttf",
    "NotoSansCJK-Regular.ttc",
    "wqy-microhei.ttc",
    "PingFang.ttc",
    "msyh.ttc",
    "NotoSansSymbols2-Regular.ttf",
)
BUILT_IN = ""
ELLIPSIS = "…"

Font = ImageFont.FreeTypeFont


@lru_cache(maxsize=4)
def installed(bold: bool) -> tuple[str, ...]:
    """Paths of the fonts to try, in order; the last is Pillow's own."""
    paths: list[str] = []
    for name in dict.fromkeys((BOLD if bold else REGULAR) + FALLBACK):
        try:
            path = str(ImageFont.truetype(name, 16, layout_engine=ImageFont.Layout.BASIC).path)
        except OSError:
            continue
        if path not in paths:
            paths.append(path)
    return (*paths, BUILT_IN)


@lru_cache(maxsize=16)
def _font(path: str, pixels: int) -> Font:
    """Few are kept, which take 0.8 MB each: glyphs and widths are, so a font is seldom asked again."""
    if path == BUILT_IN:
        font = ImageFont.load_default(pixels)
        assert isinstance(font, ImageFont.FreeTypeFont), "Pillow was built without FreeType"
        return font
    return ImageFont.truetype(path, pixels, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=65_536)
def _has(path: str, char: str) -> bool:
    """Whether a font has a glyph. Pillow doesn't tell, but what is missing looks like a code point that no font has."""
    return _looks(path, char) != _missing(path)


@lru_cache(maxsize=16)
def _missing(path: str) -> bytes:
    return _looks(path, "\U0010fffe")


def _looks(path: str, char: str) -> bytes:
    image = Image.new("L", (48, 48))
    ImageDraw.Draw(image).text((8, 36), char, font=_font(path, 24), fill=255, anchor="ls")
    return image.tobytes()


class Drawn(NamedTuple):
    """Drawn characters: a mask, and where it lies seen from the pen on the baseline."""

    mask: Image.Image
    left: int
    top: int


@lru_cache(maxsize=8192)
def _glyph(path: str, pixels: int, char: str) -> Drawn:
    font = _font(path, pixels)
    left, top, right, bottom = (math.floor(n) for n in font.getbbox(char, anchor="ls"))
    mask = Image.new("L", (max(1, right - left + 1), max(1, bottom - top + 1)))
    ImageDraw.Draw(mask).text((-left, -top), char, font=font, fill=255, anchor="ls")
    return Drawn(mask, left, top)


@lru_cache(maxsize=1024)
def _line(face: Face, text: str) -> Drawn:
    """Put together from glyphs that are kept, since FreeType takes 0.4 ms for a line. They stand where their widths put
    them; Pillow's own basic layout moves a pair by a 64th of its kerning, which is less than a pixel for a line."""
    glyphs: list[Drawn] = []
    pen = 0.0
    for char in filter(None, map(shown, visual(text))):
        path, glyph = _glyph_for(char, face.bold)
        mask, left, top = _glyph(path, face.pixels, glyph)
        glyphs.append(Drawn(mask, round(pen) + left, top))
        pen += advance(char, face.pixels, face.bold)
    left, top = min((g.left for g in glyphs), default=0), min((g.top for g in glyphs), default=0)
    right = max((g.left + g.mask.width for g in glyphs), default=1)
    bottom = max((g.top + g.mask.height for g in glyphs), default=1)
    line = Image.new("L", (right - left, bottom - top))
    for glyph in glyphs:
        line.paste(255, (glyph.left - left, glyph.top - top), glyph.mask)
    return Drawn(line, left, top)


@lru_cache(maxsize=65_536)
def shown(char: str) -> str:
    """What is drawn for a character: itself, a space for controls, nothing for joiners, a mark for half a pair."""
    if " " <= char <= "~":
        return char
    category = unicodedata.category(char)
    if category in ("Cc", "Zs", "Zl", "Zp"):
        return " "
    if category == "Cf" or "\ufe00" <= char <= "\ufe0f":
        return ""
    return "\ufffd" if category == "Cs" else char


class Face(NamedTuple):
    """A size and weight of the chain of fonts. All lengths are pixels."""

    pixels: int
    bold: bool = False

    @property
    def line(self) -> int:
        """From one line to the next."""
        return round(self.pixels * 1.36)

    @property
    def baseline(self) -> int:
        """From a line's top to its baseline, so that capitals stand in the middle."""
        return round((self.line + self.pixels * 0.72) / 2)

    def drawn(self, text: str) -> Drawn:
        """The text in one line, as it is."""
        return _line(self, text)

    def length(self, text: str) -> float:
        return _length(self, text)

    def fit(self, text: str, room: int, *, ellipsis: str = ELLIPSIS) -> str:
        """The text in one line, cut and ended by an ellipsis where it is too long; spaces at the end take no room."""
        return _fitted(self, text.rstrip(" "), room, ellipsis)

    def from_offset(self, text: str, offset: float) -> tuple[int, float]:
        """The first character that lies beyond `offset` pixels, at least in part, and where it begins."""
        at = 0.0
        for index, char in enumerate(text):
            wide = advance(char, self.pixels, self.bold)
            if at + wide > offset:
                return index, at
            at += wide
        return len(text), at

    def wrap(self, text: str, room: int) -> list[tuple[int, str]]:
        """Lines no longer than `room`, each with the index of its first character. Nothing is lost but newlines."""
        return list(_wrapped(self, text, room))

    def paragraph(self, text: str, room: int) -> list[tuple[int, str]]:
        """The lines of a text without newlines: broken after spaces, hyphens and Chinese characters."""
        lines: list[tuple[int, str]] = []
        first = 0
        at = 0.0
        opportunity = 0
        since = 0.0
        for i, char in enumerate(text):
            wide = advance(char, self.pixels, self.bold)
            if at + wide > room and i > first and char != " ":
                if opportunity > first:
                    lines.append((first, text[first:opportunity]))
                    first, at = opportunity, at - since
                else:
                    lines.append((first, text[first:i]))
                    first, at = i, 0.0
                since = 0.0
                opportunity = first
            at += wide
            if char in " -/" or char >= "\u2e80":
                opportunity, since = i + 1, at
        lines.append((first, text[first:]))
        return lines


@lru_cache(maxsize=8192)
def _length(face: Face, text: str) -> float:
    return sum(advance(c, face.pixels, face.bold) for c in visual(text))


@lru_cache(maxsize=8192)
def _fitted(face: Face, text: str, room: int, ellipsis: str) -> str:
    at, mark = 0.0, face.length(ellipsis)
    keep = 0
    for end, char in enumerate(text):
        if at + mark <= room:
            keep = end
        at += advance(char, face.pixels, face.bold)
        if at > room:
            return text[:keep].replace("\n", " ").rstrip() + ellipsis
    return text.replace("\n", " ")


@lru_cache(maxsize=2048)
def _wrapped(face: Face, text: str, room: int) -> tuple[tuple[int, str], ...]:
    """Kept, since a layout asks for the same lines several times."""
    lines: list[tuple[int, str]] = []
    start = 0
    for paragraph in text.split("\n"):
        lines.extend((start + first, piece) for first, piece in face.paragraph(paragraph, room))
        start += len(paragraph) + 1
    return tuple(lines)


@lru_cache(maxsize=65_536)
def advance(char: str, pixels: int, bold: bool) -> float:
    """How far the pen moves for one character."""
    drawn = shown(char)
    if not drawn:
        return 0.0
    path, glyph = _glyph_for(drawn, bold)
    return _font(path, pixels).getlength(glyph)


@lru_cache(maxsize=65_536)
def _glyph_for(char: str, bold: bool) -> tuple[str, str]:
    """The font that draws a character, and what it draws: without its accents where no font has it with them."""
    chain = installed(bold)
    for candidate in (char, unicodedata.normalize("NFD", char)[:1]):
        for path in chain:
            if _has(path, candidate):
                return path, candidate
    return chain[0], char


def longest(face: Face, lines: Sequence[tuple[int, str]]) -> float:
    return max((face.length(text) for _, text in lines), default=0.0)
