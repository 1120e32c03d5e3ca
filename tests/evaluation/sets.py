"""Small data sets in the true layout of each, as far as it is public; written into a folder of a test."""

from __future__ import annotations

import gzip
import io
import json
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from agent.evaluation.datasets.tfrecord import masked_crc

DATA = Path(__file__).parents[1] / "data"

FeatureValues = Sequence[bytes] | Sequence[float] | Sequence[int]


def png(width: int = 100, height: int = 200, shade: int = 128) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (shade, 0, 0)).save(out, "PNG")
    return out.getvalue()


def jpeg(width: int = 100, height: int = 200) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (0, 128, 0)).save(out, "JPEG")
    return out.getvalue()


def write(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


# ---------------------------------------------------------------- protocol buffers and TFRecord


def varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number: int, value: bytes | int) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def feature(values: FeatureValues, *, packed: bool = True) -> bytes:
    if not values:
        return b""
    match values[0]:
        case bytes():
            return field(1, b"".join(field(1, v) for v in values if isinstance(v, bytes)))
        case float():
            if packed:
                return field(2, field(1, struct.pack(f"<{len(values)}f", *values)))
            return field(2, b"".join(varint(1 << 3 | 5) + struct.pack("<f", v) for v in values))
        case _:
            numbers = [int(v) for v in values]
            if packed:
                return field(3, field(1, b"".join(map(varint, numbers))))
            return field(3, b"".join(field(1, v) for v in numbers))


def example(features: dict[str, FeatureValues], *, packed: bool = True) -> bytes:
    entries = (field(1, k.encode()) + field(2, feature(v, packed=packed)) for k, v in features.items())
    return field(1, b"".join(field(1, entry) for entry in entries))


def framed(record: bytes) -> bytes:
    length = struct.pack("<Q", len(record))
    return length + struct.pack("<I", masked_crc(length)) + record + struct.pack("<I", masked_crc(record))


def write_tfrecord(path: Path, records: Sequence[bytes]) -> Path:
    return write(path, gzip.compress(b"".join(map(framed, records))))


# ---------------------------------------------------------------- AITW


def aitw_record(
    index: int,
    kind: int,
    *,
    touch: tuple[float, float] = (-1.0, -1.0),
    lift: tuple[float, float] = (-1.0, -1.0),
    text: str = "",
    length: int = 8,
    packed: bool = True,
) -> bytes:
    pixels = np.full((40, 20, 3), index, np.uint8).tobytes()
    return example(
        {
            "episode_id": [b"77"],
            "step_id": [index],
            "episode_length": [length],
            "goal_info": [b"open the clock"],
            "image/encoded": [pixels],
            "image/height": [40],
            "image/width": [20],
            "image/channels": [3],
            "image/ui_annotations_positions": [0.1, 0.2, 0.3, 0.4],
            "image/ui_annotations_text": [b"Clock"],
            "image/ui_annotations_ui_types": [b"TEXT"],
            "results/action_type": [kind],
            "results/type_action": [text.encode()],
            "results/yx_touch": list(touch),
            "results/yx_lift": list(lift),
        },
        packed=packed,
    )


# ---------------------------------------------------------------- AndroidControl


def node(left: int, top: int, right: int, bottom: int, *, text: str = "", flags: Sequence[int] = (14, 23)) -> bytes:
    bounds = b"".join(field(i, v) for i, v in enumerate((left, top, right, bottom), 1) if v)
    return field(2, bounds) + (field(7, text.encode()) if text else b"") + b"".join(field(f, 1) for f in flags)


def forest(*nodes: bytes) -> bytes:
    return field(1, field(6, 1) + field(11, b"".join(field(1, n) for n in nodes)))


def android_control_record(actions: Sequence[dict[str, object]], *, trees: Sequence[bytes] | None = None) -> bytes:
    screens = len(actions) + 1
    return example(
        {
            "episode_id": [42],
            "goal": [b"Set an alarm for six"],
            "screenshots": [png(shade=i) for i in range(screens)],
            "accessibility_trees": trees or [forest(node(0, 0, 100, 200, flags=(23,)))] * screens,
            "screenshot_widths": [100] * screens,
            "screenshot_heights": [200] * screens,
            "actions": [json.dumps(a).encode() for a in actions],
            "step_instructions": [f"do {i}".encode() for i in range(len(actions))],
        }
    )
