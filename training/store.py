"""What was drawn for training, on disk: shards of some hundred screens with their labels and lessons.

A shard follows from its number alone, is written once and never changed, so drawing can be stopped, gone on with and
spread over processes and machines. Every tenth shard is held out: no stage learns from it, all are checked on it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, fields
from itertools import chain
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from environments.phone.tasks import TEMPLATES
from training import talks, words
from training.disturbed import SHARE
from training.encoding import Encoder
from training.labels import Labels, label
from training.lessons import Episode, Scene, Turn, episode
from training.pictures import Pictures
from training.stated import Stated
from training.talks import FIRST_OTHER, FIRST_REWORDED, Talks
from training.worlds import TRAINING

EPISODES = 57
"""Episodes of a shard: one of each template, today."""
HELD_OUT = 10
THAT_READ = (
    "read_network read_message read_about read_notification read_event read_number read_balance read_payment "
    "read_picture_name note_event_time text_number shop_price browser_weather browser_article calculate largest_file"
).split()
"""Templates whose solution reads something off the screen, once in an episode."""
READINGS = range(2_000, 2_500)
"""Shards of nothing but such screens, `READINGS_EACH` of each template. In the others one step in thirty reads: one of
each template in a shard, which is soon known by heart."""
READINGS_EACH = 24
LABELS = tuple(f.name for f in fields(Labels))
VOCABULARY_SHARDS = range(9_000, 9_006)
"""Drawn for the tokenizer only."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """All that is taught on one screen: `told` stands before the picture; see `lessons.Scene`."""

    template: str
    told: str
    step: Turn
    questions: tuple[Turn, ...]
    reworded: tuple[Turn, ...]
    others: tuple[Turn, ...]


def episodes(shard: int, *, disturbance: float = SHARE) -> Iterable[Episode]:
    templates = list(TEMPLATES)
    for number in range(shard * EPISODES, (shard + 1) * EPISODES):
        yield episode(templates[number % len(templates)], TRAINING[number], disturbance=disturbance)


def scenes(shard: int) -> Iterable[Scene]:
    return chain.from_iterable(_readings(shard) if shard in READINGS else episodes(shard))


def learned(shards: Iterable[int]) -> Sequence[int]:
    """Those that are not held out."""
    return [shard for shard in shards if shard % HELD_OUT]


def _readings(shard: int) -> Iterable[Episode]:
    count = len(THAT_READ) * READINGS_EACH
    for number in range(shard * count, (shard + 1) * count):
        yield episode(THAT_READ[number % len(THAT_READ)], TRAINING[number], only_reading=True)


def prepare(folder: Path, begin: Path | None = None) -> None:
    """Make the tokenizer, once, or take that of the checkpoint that training begins with; and keep the lines that were
    seen and the system prompt of all that is drawn."""
    if (folder / "lines.txt").exists():
        return
    from training.model import tokenizer_in

    texts: list[str] = []
    lines: set[str] = set()
    system = ""
    for shard in VOCABULARY_SHARDS:
        for scene in tqdm(scenes(shard), desc=f"texts for the tokenizer, shard {shard}", unit=" screens"):
            texts += [scene.told, scene.step.reply, *(f"{q.ask}\n{q.reply}" for q in scene.questions)]
            shown = [line.text for line in scene.notes.lines]
            texts += [f" {line}" for line in shown]
            lines.update(line.strip() for line in shown)
            system = scene.system
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "system.txt").write_text(system, "utf-8")
    tokenizer = words.make(texts, system) if begin is None else tokenizer_in(begin)
    tokenizer.save_pretrained(folder / "tokenizer")
    (folder / "lines.txt").write_text("\n".join(sorted(lines)), "utf-8")


def draw(folder: Path, shards: Iterable[int], *, processes: int) -> None:
    """Draw the shards that are not there yet."""
    missing = [s for s in shards if not _file(folder, s, "jsonl").exists()]
    with ProcessPoolExecutor(processes) as pool:
        jobs = [pool.submit(_draw, folder, s) for s in missing]
        for job in tqdm(as_completed(jobs), total=len(jobs), desc="shards", unit=" shards"):
            job.result()


def _draw(folder: Path, shard: int) -> None:
    import torch

    from training.model import tokenizer_of

    torch.set_num_threads(1)
    keep(folder, shard, scenes(shard), tokenizer_of(folder))


def keep(folder: Path, shard: int, drawn: Iterable[Scene], tokenizer: Any) -> None:
    """Write a shard."""
    system = (folder / "system.txt").read_text("utf-8")
    encoder = Encoder(tokenizer, system)
    pictures: list[NDArray[np.uint8]] = []
    labels: list[Labels] = []
    spoken: list[Talks] = []
    lines: list[str] = []
    for scene in drawn:
        if scene.system != system:
            raise ValueError("the prompt has changed since this folder's tokenizer was made; begin a new folder")
        turns = tuple(scene.questions), tuple(scene.reworded), tuple(scene.others)
        asked, reworded, others = turns
        lesson = Lesson(scene.template, scene.told, scene.step, *turns)
        spoken.append(talks.of_screen(len(pictures), scene.told, scene.step, asked, encoder, reworded, others))
        pictures.append(scene.picture)
        labels.append(label(scene.notes, scene.nodes, scene.size, tokenizer))
        lines.append(json.dumps(asdict(lesson), ensure_ascii=False))
    np.save(_file(folder, shard, "pictures.npy"), np.stack(pictures))
    stacked = {name: np.stack([getattr(x, name) for x in labels]) for name in LABELS}
    np.savez(_file(folder, shard, "labels.npz"), **cast("Any", stacked))
    joined = talks.together(spoken)
    np.savez(_file(folder, shard, "talks.npz"), **{name: getattr(joined, name) for name in talks.NAMES})
    part = _file(folder, shard, "part")
    part.write_text("\n".join(lines) + "\n", "utf-8")
    part.rename(_file(folder, shard, "jsonl"))


def _file(folder: Path, shard: int, ending: str) -> Path:
    return folder / f"{shard:05}.{ending}"


@dataclass(frozen=True, slots=True)
class Drawn:
    """Shards read back; screens are counted through all of them. `lessons`: only where asked for. `shards`: how many
    conversations each has."""

    name: str
    pictures: Pictures
    labels: Labels
    talks: Talks
    lessons: Sequence[Lesson]
    shards: Mapping[int, int]

    def __len__(self) -> int:
        return len(self.labels.icon)

    def turn(self, talk: int) -> Turn:
        lesson, number = self.lessons[int(self.talks.screen[talk])], int(self.talks.number[talk])
        if number >= FIRST_OTHER:
            return lesson.others[number - FIRST_OTHER]
        if number >= FIRST_REWORDED:
            return lesson.reworded[number - FIRST_REWORDED]
        return lesson.step if number == 0 else lesson.questions[number - 1]


def read(folder: Path, *, held_out: bool, shards: int | None = None) -> Drawn:
    """What is there to learn from, or, with its lessons, to be checked on; the first `shards` of it."""
    numbers = sorted(int(p.stem) for p in folder.glob("*.jsonl"))
    numbers = [n for n in numbers if (n % HELD_OUT == 0) is held_out][:shards]
    if not numbers:
        raise FileNotFoundError(f"no shards in {folder}: draw first")
    lessons: list[Lesson] = []
    for number in numbers if held_out else ():
        lessons += map(_lesson, _file(folder, number, "jsonl").read_text("utf-8").splitlines())
    labels = [Labels(**_arrays(folder, n, "labels.npz")) for n in numbers]
    spoken = [Talks(**_arrays(folder, n, "talks.npz")) for n in numbers]
    return Drawn(
        "held out" if held_out else "learned",
        Pictures([_file(folder, n, "pictures.npy") for n in numbers]),
        Labels(*(np.concatenate([getattr(part, name) for part in labels]) for name in LABELS)),
        talks.together(spoken, [len(x.icon) for x in labels]),
        lessons,
        {number: len(part) for number, part in zip(numbers, spoken, strict=True)},
    )


def _arrays(folder: Path, number: int, ending: str) -> dict[str, Any]:
    with np.load(_file(folder, number, ending)) as kept:
        return {name: kept[name] for name in kept.files}


def _lesson(line: str) -> Lesson:
    data = json.loads(line)
    # Shards that were drawn before there were other texts and tasks have none.
    turns = (tuple(map(_turn, data.get(name, ()))) for name in ("questions", "reworded", "others"))
    return Lesson(data["template"], data["told"], _turn(data["step"]), *turns)


def _turn(data: dict[str, Any]) -> Turn:
    box, anchor = (_tuple(data[name]) for name in ("box", "anchor"))
    stated = [Stated(*map(_tuple, (s["name"], s["state"], s["box"])), is_read=s["is_read"]) for s in data["stated"]]
    return Turn(data["ask"], data["reply"], box, anchor, tuple(stated))


def _tuple(values: Any) -> Any:
    return None if values is None else tuple(values)
