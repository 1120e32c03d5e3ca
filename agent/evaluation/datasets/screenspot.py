"""ScreenSpot, ScreenSpot-v2 and ScreenSpot-Pro: JSON lists of descriptions, and folders of pictures.

Sources: njucckevin/SeeClick, pretrain/screenspot_test.py (`bbox` is x, y, width, height in pixels, of v2 as well) and
likaixin2000/ScreenSpot-Pro-GUI-Grounding, eval_screenspot_pro.py (left, top, right, bottom, and `img_size`). Each
description is an episode of one step. Tags: `type` (text or icon), `source`, `platform`, `application`, `group`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import TypeAdapter

from actions.geometry import Area, Size, to_area
from actions.types import Click
from agent.evaluation.areas import center
from agent.evaluation.datasets.reading import (
    Found,
    Raw,
    attempt,
    beside,
    files,
    find_picture,
    load_json,
    observed,
    reason,
)
from agent.evaluation.pictures import picture_file
from agent.evaluation.step import Place, Recorded, RecordedStep, Truth, Unread
from environments.base import Platform

FOLDERS = ("images", "screenspot_imgs", "screenspotv2_image", ".")


class RawItem(Raw):
    img_filename: str
    bbox: tuple[float, float, float, float]
    instruction: str
    id: str | None = None
    img_size: tuple[int, int] | None = None
    data_type: str | None = None
    data_source: str | None = None
    ui_type: str | None = None
    platform: str | None = None
    application: str | None = None
    group: str | None = None


_list = TypeAdapter(list[object])


def read_screenspot(root: Path) -> Iterator[Found]:
    for path in files(root, "*.json", "ScreenSpot's lists"):
        name = beside(root, path)
        try:
            items = _list.validate_python(load_json(path))
        except ValueError as e:
            yield Unread(Place("screenspot", name, path.stem, 0, 1), reason(e))
            continue
        folders = [parent / folder for parent in (path.parent, path.parent.parent) for folder in FOLDERS]
        for number, item in enumerate(items):
            yield attempt(Place("screenspot", name, f"{path.stem}:{number}", 0, 1), _step, item, folders)


def _step(place: Place, item: object, folders: list[Path]) -> RecordedStep:
    raw = RawItem.model_validate(item)
    picture = picture_file(find_picture(raw.img_filename, folders))
    area = _area(raw, picture.size)
    tags = {
        "type": raw.ui_type or raw.data_type,
        "source": raw.data_source,
        "platform": raw.platform,
        "application": raw.application,
        "group": raw.group,
    }
    platform: Platform = "mobile" if raw.data_source in ("ios", "android") else "desktop"
    recorded = Recorded(Click(point=center(area)), (area,))
    truth = Truth(picture.size, ((recorded,),), tags={k: v for k, v in tags.items() if v})
    return RecordedStep(place, raw.instruction, None, observed(picture), truth, platform)


def _area(raw: RawItem, size: Size) -> Area:
    left, top, third, fourth = raw.bbox
    if raw.img_size is not None:
        return to_area(left, top, third, fourth, Size(*raw.img_size))
    return to_area(left, top, left + third, top + fourth, size)
