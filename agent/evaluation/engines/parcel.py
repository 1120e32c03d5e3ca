"""What travels between a run and its workers: episodes there, lines or an error back, each as bytes.

An episode takes the bytes of its pictures along. So no other machine needs the data set, a gzipped file is read once
from its beginning, and no picture is decoded before it is shown to a model.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, cast

from actions.errors import HandeyeError
from agent.evaluation.pictures import LazyPicture, picture_bytes
from agent.evaluation.predictions import Predicted, UnreadStep
from agent.evaluation.replay import Earlier
from agent.evaluation.runner import Found
from environments.picture import Picture


@dataclass(frozen=True, slots=True)
class Episode:
    """`done`: the steps by their index that are written already, with what was predicted where they could be read."""

    steps: tuple[Found, ...]
    done: Mapping[int, Earlier | None]


Sent = Episode | HandeyeError
Returned = Predicted | UnreadStep | HandeyeError


def pack(content: Sent | Returned) -> bytes:
    """Raises `CaptureError` where a picture can't be read."""
    out = io.BytesIO()
    _Pickler(out, protocol=5).dump(content)
    return out.getvalue()


def unpack(data: bytes) -> Any:
    """What was packed. Only for what came from our own run: Ray itself trusts whoever may connect to it."""
    return pickle.loads(data)  # noqa: S301


class _Pickler(pickle.Pickler):
    def reducer_override(self, obj: Any) -> Any:
        match obj:
            case LazyPicture():
                return picture_bytes, (obj.data,)
            case Picture():
                return Picture, (obj.array,)
            case MappingProxyType():
                return _read_only, (dict(cast("Mapping[Any, Any]", obj)),)
            case _:
                return NotImplemented


def _read_only(mapping: Mapping[Any, Any]) -> Mapping[Any, Any]:
    return MappingProxyType(mapping)
