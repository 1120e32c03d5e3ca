"""What lies in Files: entries, what they are called and how large they are, drawn by the seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from types import MappingProxyType
from typing import Any

from environments.phone.theme import Colour

STORED: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "Documents": (
            *("tax-2025.pdf", "lease-contract.pdf", "curriculum-vitae.pdf", "garden-plan.txt", "insurance.pdf"),
            *("packing-list.txt", "warranty-fridge.pdf", "thesis-draft.docx", "budget.xlsx", "recipes.txt"),
        ),
        "Download": (
            *("boarding-pass.pdf", "city-map.pdf", "setup-guide.pdf", "ringtones.zip", "menu-luigi.pdf", "fonts.zip"),
            *("train-times.txt", "manual-camera.pdf", "invoice-4471.pdf", "wallpaper-pack.zip"),
        ),
        "Music": (
            *("morning-song.mp3", "rain.mp3", "concert-live.mp3", "lullaby.mp3", "podcast-12.mp3", "demo-tape.mp3"),
            *("choir-practice.mp3", "birds.mp3"),
        ),
        "Pictures": (
            *("beach.jpg", "passport-photo.jpg", "sunset.jpg", "family-dinner.jpg", "cat-sleeping.jpg", "sketch.png"),
            *("mountain-hut.jpg", "whiteboard.png", "receipt-shoes.jpg", "old-house.jpg"),
        ),
        "Videos": (
            *("first-steps.mp4", "fireworks.mp4", "goal.mp4", "surf-lesson.mp4", "dance-show.mp4", "drone-coast.mp4"),
            *("birthday-cake.mp4", "snow-day.mp4"),
        ),
        "Work": (
            *("minutes-june.txt", "offer-letter.pdf", "floor-plan.pdf", "slides-final.pptx", "timesheet.xlsx"),
            *("logo-new.png", "handbook.pdf", "todo-work.txt"),
        ),
    }
)

NEW_FOLDERS = ("Receipts", "Holiday", "Old stuff", "Backup", "School", "House", "Letters", "Projects", "Family", "账单")

TEXTS = (
    "Sort the boxes in the cellar.\nAsk the neighbour for the drill.\nBring the glass to the container.",
    "2 onions, 3 carrots, a litre of stock.\nFry, add the rest, let it simmer for 40 minutes.",
    "Present: Emma, Jonas, Tara.\nThe opening moves to the second week.\nTara asks for two more offers.",
    "Platform 4, every hour at ten past.\nThe last one goes at 23:10.",
    "Tent, torch, rope, matches, first-aid kit, rain jacket, two maps.",
)

KINDS: Mapping[str, tuple[str, str, Colour, int, int]] = MappingProxyType(
    {
        "txt": ("Text", "page", (84, 110, 122), 200, 9_000),
        "pdf": ("PDF document", "page", (198, 40, 40), 60_000, 8_000_000),
        "docx": ("Document", "page", (21, 101, 192), 30_000, 900_000),
        "xlsx": ("Table", "page", (46, 125, 50), 20_000, 600_000),
        "pptx": ("Slides", "page", (216, 102, 27), 400_000, 9_000_000),
        "zip": ("Archive", "archive", (121, 85, 72), 900_000, 60_000_000),
        "mp3": ("Music", "note", (142, 36, 170), 1_500_000, 14_000_000),
        "jpg": ("Picture", "image", (0, 121, 107), 400_000, 7_000_000),
        "png": ("Picture", "image", (0, 121, 107), 90_000, 4_000_000),
        "mp4": ("Video", "film", (194, 24, 91), 6_000_000, 400_000_000),
    }
)
"""By ending: what it is called, icon, colour, bytes at least and at most."""

OTHER = ("File", "page", (96, 96, 104), 100, 90_000)


@dataclass(slots=True)
class Entry:
    """A file, or, where it has `items`, a folder. `size` is bytes."""

    name: str
    day: date
    size: int = 0
    text: str | None = None
    items: list[Entry] | None = None

    @property
    def kind(self) -> tuple[str, str, Colour, int, int]:
        return KINDS.get(self.name.rpartition(".")[2].lower(), OTHER)

    def data(self) -> dict[str, Any]:
        if self.items is not None:
            return {"items": listing(self.items)}
        said = {} if self.text is None else {"text": self.text}
        return {"size": self.size, "day": self.day.isoformat(), **said}


def listing(entries: Sequence[Entry]) -> dict[str, Any]:
    """What `Files.data` has for a folder; names are unique within one."""
    return {e.name: e.data() for e in entries}


def size_text(size: int) -> str:
    """840 B, 12.4 kB, 3.1 MB, as the app shows it: thousands, one decimal."""
    if size < 1000:
        return f"{size} B"
    for unit, whole in (("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000)):
        if size < whole * 999.95 or unit == "GB":
            return f"{size / whole:.1f} {unit}"
    raise AssertionError("every size has a unit")


def new_file(name: str, random: Random, today: date) -> Entry:
    """A file of its kind's usual size, from the last year."""
    entry = Entry(name, today - timedelta(days=random.randint(1, 360)))
    _, _, _, least, most = entry.kind
    entry.size = random.randint(least, most)
    if name.endswith(".txt"):
        entry.text = random.choice(TEXTS)
        entry.size = len(entry.text.encode())
    return entry
