"""Android in the Wild: gzipped TFRecord files, a record for each step, with the pixels of its screen.

Source: google-research/google-research, android_in_the_wild/README.md and visualization_utils.py. Numbers are shares of
the sides, y before x; boxes y, x, height, width in one flat list. An episode's steps stand together, in order.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from actions.geometry import Area
from agent.evaluation.datasets.aitz import recorded_touch
from agent.evaluation.datasets.reading import Damaged, Found, attempt, beside, files, observed, reason
from agent.evaluation.datasets.tfrecord import Example, example, records
from agent.evaluation.pictures import raw_picture
from agent.evaluation.step import MOST_STEPS, Place, RecordedStep, Truth, Unread


def read_aitw(root: Path) -> Iterator[Found]:
    for path in files(root, "*-of-*", "AITW's TFRecord files"):
        name = beside(root, path)
        number = 0
        try:
            for number, record in enumerate(records(path), 1):
                yield _found(record, name, number)
        except (Damaged, OSError) as e:
            yield Unread(Place("aitw", name, f"record {number + 1}", 0), reason(e))


def _found(record: bytes, name: str, number: int) -> Found:
    try:
        features = example(record)
        index, length = features.integer("step_id"), features.integer("episode_length")
        if not 0 <= index < length <= MOST_STEPS:
            raise Damaged(f"it is said to be step {index} of {length}")
        place = Place("aitw", name, features.text("episode_id"), index, length)
    except Damaged as e:
        return Unread(Place("aitw", name, f"record {number}", 0), reason(e))
    return attempt(place, _step, features)


def _step(place: Place, features: Example) -> RecordedStep:
    picture = raw_picture(
        features.blob("image/encoded"),
        features.integer("image/height"),
        features.integer("image/width"),
        features.integer("image/channels"),
    )
    touch, lift = _pair(features, "results/yx_touch"), _pair(features, "results/yx_lift")
    recorded = recorded_touch(
        features.integer("results/action_type"), features.text("results/type_action"), touch, lift
    )
    truth = Truth(picture.size, ((recorded,),), _elements(features), {"subset": place.file.split("/")[0]})
    return RecordedStep(place, features.text("goal_info"), None, observed(picture), truth)


def _pair(features: Example, name: str) -> tuple[float, float]:
    values = features.floats(name)
    if len(values) != 2:
        raise Damaged(f"{name} has {len(values)} values, not two")
    return values[0], values[1]


def _elements(features: Example) -> tuple[Area, ...]:
    flat = features.floats("image/ui_annotations_positions")
    if len(flat) % 4 or not all(map(math.isfinite, flat)):
        raise Damaged("image/ui_annotations_positions has no four numbers for each box")
    boxes = zip(*(iter(flat),) * 4, strict=True)
    return tuple((x, y, x + across, y + down) for y, x, down, across in boxes)
