"""Strips of text to learn reading from: a quarter of a screen's height, full of lines as the phone writes them.

A screen is mostly empty, and what it says is often said. Four strips cost what one screen costs and show more words,
those of the interface all as often, with invented names and numbers between them. Most strips have little but figures:
a screen has few, and a number is read only if each of its digits is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from actions.geometry import Rect, Size
from environments.phone.canvas import Canvas
from environments.phone.text import Face
from environments.phone.theme import ACCENTS, Colour, Theme, theme
from training import worlds
from training.glyphs import Notes, NotingCanvas
from training.labels import ICON_NAMES, Labels, label
from training.pictures import Pictures
from training.store import LABELS
from training.view import SEEN, shrunk

ROWS = 4
"""Rows of visual tokens."""
SEEN_STRIP = Size(SEEN.width, 28 * ROWS)
CANVASES = ((Size(504, 250), 196, 0.8), (Size(1080, 535), 420, 0.2))
"""Size, density, and how often: those of `lessons.CHEAP` and `lessons.REAL`."""
TEXT_SIZES = (10, 12, 12, 13, 13, 14, 14, 14, 15, 16, 16, 16, 18, 20, 22, 24, 28, 32, 40)
FONT_SCALES = (0.85, 1.0, 1.0, 1.0, 1.15, 1.3)
NUMBERS = ("{0}", "{0}", "{1}:{2:02d}", "{1:02d}:{2:02d}", "{0}%", "{3}.{2:02d}", "${3}.{2:02d}", "+{0}")
"""Digits, hour, minute, units."""
FIGURES_SHARE = 0.6
"""Of the strips, those of little but figures."""
FIGURES = (
    *("0", "00", "000", "0000", "00000", "00000000", "0000000000", "0.0", "00.00", "0,000", "00,000.00", "000.00"),
    *("€0.00", "€00.00", "€000.00", "€0,000.00", "€00,000.00", "-€00.00", "-€0,000.00", "+€000.00", "£00.00", "$0.00"),
    *("0:00", "00:00", "00:00", "(000) 000-0000", "SB00 0000 0000", "SIM0.000000", "IMG_0000.jpg", "0 of 00", "0×"),
    *("SIM********", "SIM********", "****", "********", "00.0", "00,000"),
    *("00 °C", "00 %", "00 km/h", "0.0 MB", "00 May 0000", "0 Oct 0000, 00:00", "00/00/0000", "~ 0000", "~ 00"),
)
"""As the phone writes them, any digit for each 0, any of a serial number's for each * and an invented word for ~."""
SERIAL = "0123456789ABCDEF"
"""The digits of serial numbers."""
IN_A_FILE = 2000


@dataclass(frozen=True, slots=True)
class Strips:
    """Pictures of (112, 224, 3), and labels of 32 visual tokens each."""

    pictures: Pictures
    labels: Labels

    def __len__(self) -> int:
        return len(self.pictures)


def draw(folder: Path, files: Iterable[int], *, processes: int) -> None:
    """Draw the files that are not there yet. Each follows from its number."""
    missing = [n for n in files if not _file(folder, n).exists()]
    with ProcessPoolExecutor(processes) as pool:
        jobs = [pool.submit(_draw, folder, n) for n in missing]
        for job in tqdm(as_completed(jobs), total=len(jobs), desc="strips", unit=" files"):
            job.result()


def read(folder: Path) -> tuple[Strips, Strips]:
    """What there is to learn from, and the first file, which is held out."""
    files = sorted(folder.glob("strips-*.npy"))
    if len(files) < 2:
        raise FileNotFoundError(f"no strips in {folder}: draw first")
    return _read(files[1:]), _read(files[:1])


def _read(files: Sequence[Path]) -> Strips:
    labels = [_labels(file) for file in files]
    joined = Labels(*(np.concatenate([getattr(part, name) for part in labels]) for name in LABELS))
    return Strips(Pictures(files), joined)


def _draw(folder: Path, number: int) -> None:
    import torch

    from training.model import tokenizer_of

    torch.set_num_threads(1)
    tokenizer = tokenizer_of(folder)
    known = (folder / "lines.txt").read_text("utf-8").splitlines()
    made = [strip(number * IN_A_FILE + i, known, tokenizer) for i in range(IN_A_FILE)]
    labels: Any = {name: np.stack([getattr(m[1], name) for m in made]) for name in LABELS}
    np.savez(_file(folder, number).with_suffix(".npz"), **labels)
    part = folder / f"strips-{number:04}.part"
    with part.open("wb") as out:
        np.save(out, np.stack([m[0] for m in made]))
    part.rename(_file(folder, number))


def _file(folder: Path, number: int) -> Path:
    return folder / f"strips-{number:04}.npy"


def _labels(file: Path) -> Labels:
    kept = np.load(file.with_suffix(".npz"))
    return Labels(*(kept[name] for name in LABELS))


def strip(seed: int, known: Sequence[str], tokenizer: Any) -> tuple[NDArray[np.uint8], Labels]:
    """`known`: the interface's lines."""
    random = Random(f"strips/{seed}")  # noqa: S311  a game of chance, no secret
    size, density, _ = random.choices(CANVASES, [share for *_, share in CANVASES])[0]
    image = Image.new("RGB", (size.width, size.height))
    notes = Notes()
    _Writer(random, known, size, density).write((Canvas(image), NotingCanvas(notes, Rect.of(size))))
    return shrunk(np.asarray(image), SEEN_STRIP), label(notes, [], size, tokenizer, rows=ROWS)


@dataclass(slots=True)
class _Writer:
    random: Random
    known: Sequence[str]
    size: Size
    density: int

    def write(self, canvases: Sequence[Canvas]) -> None:
        """The same on each canvas, line below line."""
        random = self.random
        text = self._figure if random.random() < FIGURES_SHARE else self._text
        colours = theme(dark=random.random() < 0.5, accent=random.randrange(len(ACCENTS)))
        scale = random.choice(FONT_SCALES)
        for canvas in canvases:
            canvas.fill(Rect.of(self.size), colours.background)
        top = random.randint(-self._dp(20), self._dp(12))
        while top < self.size.height:
            face = Face(max(6, round(self._dp(random.choice(TEXT_SIZES)) * scale)), random.random() < 0.2)
            high = face.line + self._dp(random.choice((0, 2, 4, 8, 16, 24)))
            ground = self._ground(canvases, Rect(0, top, self.size.width, top + high), colours)
            self._line(canvases, top + (high - face.line) // 2, face, _inks(colours, ground), text)
            top += high

    def _dp(self, n: float) -> int:
        return round(n * self.density / 160)

    def _ground(self, canvases: Sequence[Canvas], row: Rect, colours: Theme) -> Colour:
        """What the line is written on."""
        random = self.random
        if random.random() < 0.5:
            return colours.background
        ground = random.choice((colours.surface, colours.surface, colours.accent, colours.tonal, colours.key))
        inset = self._dp(random.choice((0, 8, 16)))
        box = Rect(inset, row.top, self.size.width - inset, row.bottom)
        for canvas in canvases:
            canvas.rounded(box, self._dp(12), ground)
        return ground

    def _line(
        self, canvases: Sequence[Canvas], top: int, face: Face, inks: Sequence[Colour], some: Callable[[], str]
    ) -> None:
        random = self.random
        left = self._dp(random.choice((8, 16, 16, 24, 56, 72)) + random.randint(0, 6))
        if random.random() < 0.25:
            name, pixels = random.choice(ICON_NAMES), self._dp(random.choice((18, 20, 24, 24, 32, 40)))
            spot = Rect(self._dp(16), top, self._dp(16) + pixels, top + face.line)
            for canvas in canvases:
                canvas.icon(name, spot, pixels, inks[0])
            left = max(left, spot.right + self._dp(12))
        style = random.random()
        if style < 0.08:
            return self._keys(canvases, top, face, inks[0])
        gap = self._dp(random.choice((6, 12, 24, 48)))
        while left < self.size.width - self._dp(24):
            text, ink = some(), random.choice(inks)
            if style < 0.5:
                text = face.fit(text, self.size.width - left - self._dp(8))
            for canvas in canvases:
                canvas.text(left, top, text, face, ink)
            left += round(face.length(text)) + gap
        return None

    def _keys(self, canvases: Sequence[Canvas], top: int, face: Face, ink: Colour) -> None:
        """Single characters, as a keyboard has them."""
        count = self.random.choice((7, 9, 10, 10))
        chars = self.random.choice(("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789@#$&-+()/*"))
        for i in range(count):
            middle = (i + 0.5) * self.size.width / count
            char = self.random.choice(chars)
            for canvas in canvases:
                canvas.text(middle - face.length(char) / 2, top, char, face, ink)

    def _text(self) -> str:
        random = self.random
        kind = random.random()
        if kind < 0.5 and self.known:
            return random.choice(self.known)
        if kind < 0.85:
            return worlds.invented(random)
        number = "".join(random.choice("0123456789") for _ in range(random.choice((1, 2, 2, 3, 4, 5))))
        form = random.choice(NUMBERS)
        return form.format(number, random.randint(0, 23), random.randint(0, 59), random.randint(1, 250))

    def _figure(self) -> str:
        random = self.random
        if random.random() < 0.1:
            return self._text()
        form = random.choice(FIGURES).replace("~", worlds.invented(random).partition(" ")[0])
        chosen = {"0": SERIAL[:10], "*": SERIAL}
        return "".join(random.choice(chosen.get(char, char)) for char in form)


def _inks(colours: Theme, ground: Colour) -> tuple[Colour, ...]:
    """What can be read on it; the first is the usual one."""
    if ground == colours.accent:
        return (colours.on_accent,)
    return colours.text, colours.text, colours.secondary, colours.accent, colours.error
