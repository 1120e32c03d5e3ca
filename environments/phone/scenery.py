"""Views that the simulated phone's camera sees, drawn as shapes: landscapes, a city, a face. The same for a number."""

from __future__ import annotations

from functools import lru_cache
from random import Random

from PIL import Image, ImageDraw, ImageFilter, ImageOps

from actions.geometry import Rect, Size
from environments.phone import world
from environments.phone.theme import BLACK, WHITE, Colour, mix

SCENES = 24
"""How many different views there are of each kind."""
ZOOMS = (1, 2, 3)

SIDE = 720
_GRID = 1440
"""A view is drawn twice too large and scaled down."""

SKIES: tuple[tuple[Colour, Colour], ...] = (
    ((92, 158, 222), (214, 234, 248)),
    ((58, 62, 120), (246, 168, 120)),
    ((122, 174, 214), (252, 226, 190)),
    ((36, 46, 88), (150, 120, 168)),
    ((150, 178, 196), (228, 232, 232)),
)
GREENS: tuple[Colour, ...] = ((74, 122, 66), (110, 140, 60), (46, 98, 84), (150, 142, 70))
WALLS: tuple[Colour, ...] = ((196, 120, 92), (214, 178, 132), (120, 138, 160), (176, 92, 84), (148, 152, 148))
SKINS: tuple[Colour, ...] = ((244, 208, 178), (224, 172, 134), (178, 122, 86), (120, 78, 54))
HAIR: tuple[Colour, ...] = ((40, 30, 28), (92, 58, 36), (168, 120, 62), (60, 60, 66))
CLOTHES: tuple[Colour, ...] = ((196, 68, 62), (44, 92, 150), (58, 120, 90), (226, 176, 66), (110, 84, 150))


@lru_cache(maxsize=8)
def scene(number: int, *, front: bool) -> Image.Image:
    """A square view. `front`: what the camera beside the screen sees, a face. Copy before drawing on it. It takes 5 ms
    and 2 MB, so few are kept."""
    random = world.stream(number, "front" if front else "back")
    image = _sky(random)
    draw = ImageDraw.Draw(image)
    if front:
        soft = image.resize((_GRID // 8, _GRID // 8), Image.Resampling.BILINEAR).filter(ImageFilter.GaussianBlur(3))
        image = soft.resize((_GRID, _GRID), Image.Resampling.BILINEAR)
        draw = ImageDraw.Draw(image)
        _face(draw, random)
    else:
        (_mountains, _sea, _city, _fields)[number % 4](draw, random)
    return image.reduce(2)


@lru_cache(maxsize=192)
def small(number: int, size: Size, *, front: bool, zoom: int = 1, flash: bool = False) -> Image.Image:
    """The middle of a view, cut to fill `size`: for thumbnails."""
    return _filled(number, size, front=front, zoom=zoom, flash=flash)


@lru_cache(maxsize=2)
def large(number: int, size: Size, *, front: bool, zoom: int = 1, flash: bool = False) -> Image.Image:
    """The same; fewer are kept, which take 10 MB each."""
    return _filled(number, size, front=front, zoom=zoom, flash=flash)


def _filled(number: int, size: Size, *, front: bool, zoom: int, flash: bool) -> Image.Image:
    away = {1: 0, 2: 180, 3: 240}[zoom]
    seen = scene(number, front=front).crop(Rect(0, 0, SIDE, SIDE).inset(away).bounds)
    image = ImageOps.fit(seen, (size.width, size.height), Image.Resampling.BILINEAR)
    return image.point([min(255, round(v * 1.12 + 10)) for v in range(256)] * 3) if flash else image


def _sky(random: Random) -> Image.Image:
    top, bottom = random.choice(SKIES)
    strip = Image.new("RGB", (1, 64))
    strip.putdata([mix(top, bottom, y / 50 if y < 50 else 1.0) for y in range(64)])
    image = strip.resize((8, _GRID), Image.Resampling.BILINEAR).resize((_GRID, _GRID), Image.Resampling.NEAREST)
    draw = ImageDraw.Draw(image)
    x, y, r = random.randint(200, 1240), random.randint(140, 420), random.randint(50, 90)
    draw.ellipse((x - r, y - r, x + r, y + r), fill=mix(bottom, (255, 244, 214), 0.8))
    for _ in range(random.randint(1, 4)):
        x, y = random.randint(0, 1300), random.randint(80, 520)
        for _ in range(4):
            wide = random.randint(60, 150)
            draw.ellipse((x, y - wide // 4, x + 2 * wide, y + wide // 4), fill=mix(bottom, WHITE, 0.55))
            x, y = x + random.randint(20, 90), y + random.randint(-20, 20)
    return image


def _ridge(random: Random, base: int, rise: int, step: int) -> list[tuple[int, int]]:
    """The edge of a range of hills from left to right."""
    return [(x, base - random.randint(0, rise)) for x in range(-step, _GRID + 2 * step, step)]


def _ground(draw: ImageDraw.ImageDraw, edge: list[tuple[int, int]], colour: Colour) -> None:
    draw.polygon([(edge[0][0], _GRID), *edge, (edge[-1][0], _GRID)], fill=colour)


def _mountains(draw: ImageDraw.ImageDraw, random: Random) -> None:
    rock = mix((70, 84, 110), random.choice(GREENS), 0.2)
    for depth, base in enumerate((760, 900)):
        for _ in range(4):
            x, high, wide = random.randint(0, _GRID), random.randint(220, 480) - 90 * depth, random.randint(260, 460)
            shade = mix(rock, WHITE, 0.35 - 0.25 * depth)
            draw.polygon([(x - wide, base + 200), (x, base - high), (x + wide, base + 200)], fill=shade)
            side = [(x, base - high), (x + wide, base + 200), (x + wide // 6, base + 200)]
            draw.polygon(side, fill=mix(shade, BLACK, 0.16))
            cap, part = high + 200, wide / (high + 200)
            low = cap // 5
            snow = [(x - low * part, base - high + low), (x, base - high), (x + low * part, base - high + low)]
            edge = ((x + low * part / 3, base - high + low * 3 // 4), (x, base - high + low))
            draw.polygon([*snow, *edge], fill=(240, 244, 250))
    green = random.choice(GREENS)
    _ground(draw, _ridge(random, 960, 60, 240), mix(green, WHITE, 0.12))
    _ground(draw, _ridge(random, 1160, 70, 200), green)
    for _ in range(26):
        x, foot = random.randint(0, _GRID), random.randint(1010, 1400)
        _tree(draw, x, foot, random.randint(60, 150), mix(green, BLACK, 0.4))


def _tree(draw: ImageDraw.ImageDraw, x: int, foot: int, high: int, colour: Colour) -> None:
    for level in range(3):
        wide, top = high * (3 - level) // 9, foot - high * (level + 2) // 4
        low = foot - high * level // 4
        draw.polygon([(x - wide, low), (x, top), (x + wide, low)], fill=colour)


def _sea(draw: ImageDraw.ImageDraw, random: Random) -> None:
    water = random.choice(((34, 112, 150), (52, 138, 160), (40, 84, 128)))
    _ground(draw, [(0, 800), (_GRID, 800)], water)
    for _ in range(60):
        y = random.randint(820, 1190)
        x, long = random.randint(0, _GRID), random.randint(30, 60 + (y - 800) // 3)
        draw.line((x, y, x + long, y), fill=mix(water, WHITE, random.uniform(0.15, 0.5)), width=5)
    if random.random() < 0.7:
        x, y = random.randint(240, 1100), random.randint(830, 900)
        draw.polygon([(x, y - 230), (x, y - 20), (x + 130, y - 20)], fill=(250, 248, 240))
        draw.polygon([(x - 10, y - 190), (x - 10, y - 20), (x - 90, y - 20)], fill=(222, 96, 74))
        draw.polygon([(x - 120, y - 10), (x + 150, y - 10), (x + 100, y + 40), (x - 80, y + 40)], fill=(112, 70, 48))
    sand = (232, 210, 160)
    _ground(draw, _ridge(random, 1240, 40, 180), mix(sand, WHITE, 0.45))
    _ground(draw, _ridge(random, 1275, 36, 180), sand)
    x, y = random.randint(200, 1100), 1330
    draw.line((x, y, x + 60, y - 260), fill=(120, 90, 60), width=14)
    draw.pieslice((x - 130, y - 360, x + 250, y - 160), 180, 360, fill=random.choice(CLOTHES))
    draw.pieslice((x, y - 360, x + 120, y - 160), 180, 360, fill=(250, 244, 232))


def _city(draw: ImageDraw.ImageDraw, random: Random) -> None:
    for depth, base in enumerate((620, 760)):
        x = -40
        while x < _GRID:
            wide, top = random.randint(110, 220), base - random.randint(-120, 240)
            wall = mix(random.choice(WALLS), WHITE, 0.35 - 0.35 * depth)
            draw.rectangle((x, top, x + wide, _GRID), fill=wall)
            glass = random.choice((mix(wall, BLACK, 0.45), (250, 222, 150)))
            for wy in range(top + 36, 1180, 74):
                for wx in range(x + 24, x + wide - 40, 52):
                    pane = glass if random.random() < 0.75 else mix(wall, BLACK, 0.2)
                    draw.rectangle((wx, wy, wx + 28, wy + 44), fill=pane)
            x += wide + random.choice((0, 0, 14))
    road = (84, 86, 92)
    draw.rectangle((0, 1180, _GRID, _GRID), fill=(164, 160, 154))
    draw.rectangle((0, 1230, _GRID, _GRID), fill=road)
    for x in range(-60, _GRID, 220):
        draw.rectangle((x, 1330, x + 120, 1344), fill=(236, 232, 220))
    for _ in range(random.randint(1, 3)):
        x, paint = random.randint(0, 1150), random.choice(CLOTHES)
        draw.rounded_rectangle((x, 1210, x + 270, 1290), 26, fill=paint)
        draw.polygon([(x + 50, 1215), (x + 90, 1150), (x + 190, 1150), (x + 230, 1215)], fill=mix(paint, WHITE, 0.55))
        for wheel in (x + 40, x + 180):
            draw.ellipse((wheel, 1265, wheel + 56, 1321), fill=(34, 34, 38))


def _fields(draw: ImageDraw.ImageDraw, random: Random) -> None:
    greens = random.sample(GREENS, 3)
    for i, green in enumerate(greens):
        _ground(draw, _ridge(random, 820 + 150 * i, 60, 300), mix(green, WHITE, 0.3 - 0.12 * i))
    for x in range(-200, _GRID + 200, 90):
        draw.line((720 + (x - 720) // 3, 1090, x, _GRID), fill=mix(greens[2], BLACK, 0.18), width=12)
    x, y, wall = random.randint(150, 950), random.randint(760, 880), random.choice(WALLS)
    draw.rectangle((x, y, x + 300, y + 190), fill=mix(wall, WHITE, 0.25))
    draw.polygon([(x - 40, y), (x + 60, y - 120), (x + 240, y - 120), (x + 340, y)], fill=mix(wall, BLACK, 0.45))
    draw.rectangle((x + 125, y + 80, x + 185, y + 190), fill=mix(wall, BLACK, 0.55))
    for wx in (x + 35, x + 215):
        draw.rectangle((wx, y + 60, wx + 56, y + 116), fill=(250, 232, 170))
    for _ in range(6):
        x, y, r = random.randint(0, _GRID), random.randint(900, 1050), random.randint(44, 90)
        draw.rectangle((x - 9, y, x + 9, y + r + 50), fill=(96, 70, 50))
        draw.ellipse((x - r, y - r, x + r, y + r), fill=mix(random.choice(GREENS), BLACK, 0.2))


def _face(draw: ImageDraw.ImageDraw, random: Random) -> None:
    skin, hair, shirt = random.choice(SKINS), random.choice(HAIR), random.choice(CLOTHES)
    x = 720 + random.randint(-60, 60)
    if random.random() < 0.5:
        draw.rounded_rectangle((x - 330, 420, x + 330, 1140), 260, fill=hair)
    draw.rounded_rectangle((x - 480, 1120, x + 480, 1700), 260, fill=shirt)
    draw.rounded_rectangle((x - 110, 950, x + 110, 1210), 90, fill=mix(skin, BLACK, 0.14))
    draw.ellipse((x - 325, 640, x - 225, 800), fill=skin)
    draw.ellipse((x + 225, 640, x + 325, 800), fill=skin)
    draw.ellipse((x - 280, 360, x + 280, 1060), fill=skin)
    draw.pieslice((x - 296, 330, x + 296, 880), 180, 360, fill=hair)
    for side in (-120, 120):
        draw.ellipse((x + side - 46, 668, x + side + 46, 724), fill=(250, 250, 250))
        draw.ellipse((x + side - 24, 670, x + side + 24, 720), fill=(52, 44, 44))
        draw.arc((x + side - 66, 600, x + side + 66, 690), 205, 335, fill=mix(hair, BLACK, 0.2), width=16)
    draw.arc((x - 40, 730, x + 40, 830), 20, 160, fill=mix(skin, BLACK, 0.3), width=12)
    draw.chord((x - 110, 840, x + 110, 970), 10, 170, fill=(178, 66, 70))
    if random.random() < 0.4:
        for side in (-120, 120):
            draw.ellipse((x + side - 88, 620, x + side + 88, 780), outline=(40, 40, 46), width=12)
        draw.line((x - 34, 694, x + 34, 694), fill=(40, 40, 46), width=12)
