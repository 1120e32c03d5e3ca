"""What all readers share: a step is read, or it is said why not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVarTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from actions.errors import HandeyeError, UsageError
from actions.geometry import Point
from agent.evaluation.step import Place, RecordedStep, Unread
from environments.base import Observation
from environments.picture import Picture

MAX_JSON_BYTES = 256 << 20

Found = RecordedStep | Unread
Reader = Callable[[Path], Iterator[Found]]
"""Yields steps one at a time, an episode's in order, and always in the same order. `UsageError` where the path holds
no such data set at all; anything smaller is an `Unread`."""


class Raw(BaseModel):
    """Somebody else's record: what is not asked for is left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class Damaged(ValueError):
    """Why a record can't be read."""


Given = TypeVarTuple("Given")


def attempt(place: Place, read: Callable[[Place, *Given], RecordedStep], *given: *Given) -> Found:
    """What `read` makes of the step there, or why it can't."""
    try:
        return read(place, *given)
    except (ValueError, OSError, HandeyeError) as e:
        return Unread(place, reason(e))


def reason(error: Exception) -> str:
    """In one line."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, first['loc'])) or 'the record'}: {first['msg']}"
    return " ".join(str(error).split()) or type(error).__name__


def load_json(path: Path) -> Any:
    """A whole JSON file. `Damaged` where it isn't one."""
    try:
        if path.stat().st_size > MAX_JSON_BYTES:
            raise Damaged(f"{path.name} is larger than {MAX_JSON_BYTES} bytes")
        return json.loads(path.read_bytes())
    except OSError as e:
        raise Damaged(f"{path.name} can't be read: {e.strerror or e}") from e
    except (ValueError, RecursionError) as e:
        raise Damaged(f"{path.name} is no JSON: {e}") from e


def files(root: Path, pattern: str, what: str) -> list[Path]:
    """The file itself, or all below the folder, sorted. `UsageError` where there are none."""
    found = [root] if root.is_file() else sorted(p for p in root.rglob(pattern) if p.is_file())
    if not found:
        raise UsageError(f"{root} holds no {what}: expected {pattern} in it")
    return found


def beside(root: Path, path: Path) -> str:
    """A file's name as it stands in a `Place`."""
    name = path.name if root == path else path.relative_to(root).as_posix()
    return name.encode("utf-8", "backslashreplace").decode()


def on_screen(x: float, y: float) -> Point:
    """A place in shares of the sides. `Damaged` where it lies outside the screen."""
    if not (0 <= x <= 1 and 0 <= y <= 1):
        raise Damaged(f"its place {x:g}, {y:g} lies outside the screen")
    return Point(x, y)


def observed(picture: Picture) -> Observation:
    return Observation(picture, time=0.0)


def find_picture(name: str, folders: list[Path]) -> Path:
    """The first that is there of a name in some folders; names that lead out of them are refused."""
    if name.startswith("/") or ".." in Path(name).parts:
        raise Damaged(f"the picture's name leads elsewhere: {name!r}")
    for folder in folders:
        if (folder / name).is_file():
            return folder / name
    raise Damaged(f"there is no picture {name!r}")
