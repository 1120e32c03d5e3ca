"""A stage's log as a picture: one small diagram for each figure, steps from left to right."""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

WIDE, TALL, GAP, ACROSS = 300, 150, 30, 3
INK, LINE, FRAME = (40, 40, 46), (11, 87, 208), (200, 200, 206)
NOT_DRAWN = ("step", "seconds")


def draw(log: Path, picture: Path) -> None:
    """Nothing is drawn until there are two points."""
    points = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    names = [name for name in dict.fromkeys(k for p in points for k in p) if name not in NOT_DRAWN]
    if len(points) < 2 or not names:
        return
    first, last = points[0]["step"], max(points[-1]["step"], points[0]["step"] + 1)
    rows = -(-len(names) // ACROSS)
    image = Image.new("RGB", (ACROSS * (WIDE + GAP) + GAP, rows * (TALL + 2 * GAP) + GAP), (255, 255, 255))
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(13)
    for i, name in enumerate(names):
        left, top = GAP + i % ACROSS * (WIDE + GAP), 2 * GAP + i // ACROSS * (TALL + 2 * GAP)
        curve = [(p["step"], p[name]) for p in points if name in p]
        high, low = max(v for _, v in curve), min(0.0, *(v for _, v in curve))
        pen.rectangle((left, top, left + WIDE, top + TALL), outline=FRAME)
        pen.text((left, top - 18), f"{name}: {curve[-1][1]:.4g} at step {curve[-1][0]} (top {high:.4g})", INK, font)
        spots = [
            (left + WIDE * (x - first) / (last - first), top + TALL * (1 - (v - low) / ((high - low) or 1)))
            for x, v in curve
        ]
        pen.line(spots, LINE, 2)
    image.save(picture, optimize=True)
