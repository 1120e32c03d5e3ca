"""The folder that an export writes: the rows, their pictures, and `export.json`, which says how to read both.

Pictures are saved at the size at which the family sees them, so that a trainer's own resizing leaves them, and
coordinates in pixels, as they are. The folder appears when it is whole.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from actions.errors import UsageError
from actions.geometry import Size, Space
from agent import durable
from agent.export.examples import Example, LeftOut, examples
from agent.export.formats import FILES, Format, Unfit, dataset_info, row
from agent.export.source import Source
from agent.models.family import Family
from agent.models.images import resized
from environments.picture import Picture, encode_png
from prompts.dialect import Language
from prompts.dialects import by_name
from prompts.messages import Message, pictures

HEADER = "export.json"
SPACES: dict[Space, str] = {
    "thousand": "x and y from 0 to 1000, whatever the picture's size",
    "999": "x and y from 0 to 999, whatever the picture's size",
    "unit": "x and y from 0 to 1, whatever the picture's size",
    "absolute": "x and y in pixels of the pictures as they are saved here",
}


@dataclass(frozen=True, slots=True)
class Target:
    """What an export is for. The pixel bounds are the family's own unless given."""

    format: Format
    dialect: str
    family: Family
    language: Language = "en"
    min_pixels: int | None = None
    max_pixels: int | None = None

    def resize(self, size: Size) -> Size:
        return self.family.resized(size, min_pixels=self.min_pixels, max_pixels=self.max_pixels)


@dataclass(slots=True)
class Summary:
    """What went into a folder. `left_out` and `approximate` count by reason and by field."""

    folder: Path
    episodes: int = 0
    examples: int = 0
    pictures: int = 0
    left_out: Counter[str] = field(default_factory=Counter[str])
    approximate: Counter[str] = field(default_factory=Counter[str])


def write_folder(folder: Path, sources: Iterable[Source], target: Target) -> Summary:
    """Export episodes to `folder`, which must not be there. `UsageError` where no step teaches anything."""
    if folder.exists():
        raise UsageError(f"{folder} is there already", remedy="name another folder with --out")
    with durable.storing(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        try:
            summary = _write(draft, sources, target)
            summary.folder = folder
            if not summary.examples:
                reasons = "; ".join(f"{n} × {reason}" for reason, n in summary.left_out.most_common(3))
                raise UsageError(f"none of the steps can be exported{f': {reasons}' if reasons else ''}")
            os.rename(draft, folder)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
    return summary


def _write(draft: Path, sources: Iterable[Source], target: Target) -> Summary:
    summary = Summary(draft)
    file = FILES[target.format]
    sizes: Counter[str] = Counter()
    with (draft / file).open("w", encoding="utf-8") as out:
        rows = Rows(out, listed=file.endswith(".json"))
        for number, source in enumerate(sources):
            summary.episodes += 1
            summary.left_out.update(source.unread)
            album = Album(draft, f"{number:04}-{_plain(source.name)}", target.resize)
            for made in _examples(source, target):
                if isinstance(made, Example):
                    try:
                        rows.add(row(target.format, made.messages, album.files(made.messages)))
                    except Unfit as e:
                        made = LeftOut(made.step, str(e))
                    else:
                        summary.examples += 1
                        sizes[str(made.seen)] += 1
                        summary.approximate.update(made.approximate)
                if isinstance(made, LeftOut):
                    summary.left_out[made.reason] += 1
            summary.pictures += len(album.saved)
        rows.close()
    if target.format == "llama-factory":
        _json(draft / "dataset_info.json", dataset_info("handeye"))
    _json(draft / HEADER, _header(target, summary, sizes))
    return summary


def _examples(source: Source, target: Target) -> Iterator[Example | LeftOut]:
    """Prompts as a run's own are: for its platform, with what its device can do."""
    dialect = by_name(target.dialect)(source.platform, language=target.language, space=target.family.space)
    return examples(source.episode, dialect, resize=target.resize, supports=source.offered)


def _header(target: Target, summary: Summary, sizes: Counter[str]) -> dict[str, Any]:
    family = target.family
    return {
        "made_by": "handeye export",
        "format": target.format,
        "dialect": target.dialect,
        "family": family.name,
        "coordinates": {"space": family.space, "meaning": SPACES[family.space], "origin": "top left"},
        "pictures": {
            "saved_at": "the size that the family's processor makes of the screenshot",
            "sizes": dict(sizes),
            "multiple_of": family.factor,
            "train_with": {
                "min_pixels": target.min_pixels or family.min_pixels,
                "max_pixels": target.max_pixels or family.max_pixels,
            },
            "paths": "relative to this folder",
        },
        "loss": "on the last assistant turn of each example only",
        "episodes": summary.episodes,
        "examples": summary.examples,
        "left_out": dict(summary.left_out.most_common()),
        "approximate": dict(summary.approximate.most_common()),
    }


class Rows:
    """Rows of JSON, one to a line, each written as it comes; `listed`: as the items of one list."""

    def __init__(self, out: TextIO, *, listed: bool) -> None:
        self._out = out
        self._listed = listed
        self._count = 0

    def add(self, row: dict[str, Any]) -> None:
        between = ("[\n" if self._count == 0 else ",\n") if self._listed else ""
        self._out.write(between + json.dumps(row, ensure_ascii=False) + ("" if self._listed else "\n"))
        self._count += 1

    def close(self) -> None:
        if self._listed:
            self._out.write("\n]\n" if self._count else "[]\n")


class Album:
    """The pictures of one episode, each saved once, when it is first needed."""

    def __init__(self, folder: Path, name: str, resize: Callable[[Size], Size]) -> None:
        self._folder = folder
        self._name = name
        self._resize = resize
        self.saved: dict[int, str] = {}

    def files(self, messages: Sequence[Message]) -> list[str]:
        """Where the messages' pictures are, relative to the folder."""
        return [self._file(p.picture) for p in pictures(messages) if isinstance(p.picture, Picture)]

    def _file(self, picture: Picture) -> str:
        # By identity: the episode keeps its pictures for as long as this album lives.
        if id(picture) not in self.saved:
            file = f"images/{self._name}-{len(self.saved):04}.png"
            path = self._folder / file
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(encode_png(resized(picture.array, self._resize(picture.size))))
            self.saved[id(picture)] = file
        return self.saved[id(picture)]


def _plain(name: str) -> str:
    return re.sub(r"[^\w.-]", "_", name, flags=re.ASCII)[:80]


def _json(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", "utf-8")
