"""OSWorld-G: one JSON list of descriptions, as first written (OSWorld-G.json) or refined, and a folder `images`.

Source: xlang-ai/OSWorld-G, evaluation/eval.py, as other repositories quote it: `box_type` is bbox (x, y, width, height
in pixels), polygon (x and y of each corner) or refusal, where nothing on the screen is what is described. Given a
folder, the first list counts; given a file, that one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from actions.geometry import Size, to_area
from actions.types import Click, Finish
from agent.evaluation.areas import center
from agent.evaluation.datasets.reading import (
    Damaged,
    Found,
    Raw,
    attempt,
    beside,
    files,
    find_picture,
    load_json,
    observed,
    on_screen,
    reason,
)
from agent.evaluation.pictures import picture_file
from agent.evaluation.step import Place, Recorded, RecordedStep, Truth, Unread


class RawItem(Raw):
    id: str
    image_path: str
    image_size: tuple[int, int]
    instruction: str
    box_type: Literal["bbox", "polygon", "refusal"]
    box_coordinates: list[float]
    GUI_types: tuple[str, ...] = ()


_list = TypeAdapter(list[object])


def read_osworld_g(root: Path) -> Iterator[Found]:
    path = files(root, "OSWorld-G.json", "OSWorld-G list")[0]
    name = beside(root, path)
    try:
        items = _list.validate_python(load_json(path))
    except ValueError as e:
        yield Unread(Place("osworld_g", name, path.stem, 0, 1), reason(e))
        return
    for number, item in enumerate(items):
        yield attempt(Place("osworld_g", name, f"{path.stem}:{number}", 0, 1), _step, item, path.parent)


def _step(place: Place, item: object, folder: Path) -> RecordedStep:
    raw = RawItem.model_validate(item)
    picture = picture_file(find_picture(raw.image_path, [folder / "images", folder]))
    tags = {"id": raw.id, "box": raw.box_type, "type": ", ".join(raw.GUI_types)}
    truth = Truth(picture.size, ((_recorded(raw, Size(*raw.image_size)),),), tags=tags)
    return RecordedStep(place, raw.instruction, None, observed(picture), truth, "desktop")


def _recorded(raw: RawItem, size: Size) -> Recorded:
    numbers = raw.box_coordinates
    match raw.box_type:
        case "refusal":
            return Recorded(Finish(success=False))
        case "bbox":
            if len(numbers) != 4:
                raise Damaged(f"its box has {len(numbers)} numbers, not 4")
            x, y, across, down = numbers
            area = to_area(x, y, x + across, y + down, size)
            return Recorded(Click(point=center(area)), (area,))
        case "polygon":
            if len(numbers) < 6 or len(numbers) % 2:
                raise Damaged(f"its polygon has {len(numbers)} numbers, not two for each of three corners or more")
            corners = [to_area(x, y, x, y, size) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
            outline = tuple(on_screen(left, top) for left, top, _, _ in corners)
            lefts, tops = [p.x for p in outline], [p.y for p in outline]
            return Recorded(Click(point=center((min(lefts), min(tops), max(lefts), max(tops)))), outline=outline)
