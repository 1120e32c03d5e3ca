"""Gzipped TFRecord files of `tf.train.Example`, read without TensorFlow.

Sources: tensorflow.org/tutorials/load_data/tfrecord ("TFRecords format details": a length of 8 bytes and its masked
CRC32C, the data and theirs) and tensorflow/tensorflow, core/example/example.proto and feature.proto (an Example's
features are 1, a map of 1; a feature is a list of bytes 1, of floats 2 or of integers 3, in `value` 1). The CRC of the
length is checked. That of the data is not, which would take longer than all the rest: gzip has one over everything.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from agent.evaluation.datasets.protobuf import fields, floats, message, numbers, text
from agent.evaluation.datasets.reading import Damaged

MAX_RECORD_BYTES = 1 << 30
"""An episode of AndroidControl has some twenty screenshots of a few megabytes."""

Values = list[bytes] | list[float] | list[int]


def records(path: Path) -> Iterator[bytes]:
    """The records of a file, one at a time. `Damaged` at the first that isn't whole: what follows can't be found."""
    with gzip.open(path, "rb") as file:
        number = 0
        try:
            while head := file.read(12):
                number += 1
                if len(head) < 12:
                    raise Damaged(f"record {number} is cut off")
                length, crc = struct.unpack("<QI", head)
                if masked_crc(head[:8]) != crc:
                    raise Damaged(f"record {number} has a damaged length")
                if length > MAX_RECORD_BYTES:
                    raise Damaged(f"record {number} is longer than {MAX_RECORD_BYTES} bytes")
                data = file.read(length + 4)
                if len(data) < length + 4:
                    raise Damaged(f"record {number} is cut off")
                yield data[:-4]
        except (EOFError, gzip.BadGzipFile, zlib.error) as e:
            raise Damaged(f"after record {number} it is no whole gzip file: {e}") from e


def masked_crc(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _CRC32C[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _table() -> tuple[int, ...]:
    """Castagnoli's polynomial, reflected."""
    rows = list(range(256))
    for _ in range(8):
        rows = [n >> 1 ^ (0x82F63B78 if n & 1 else 0) for n in rows]
    return tuple(rows)


_CRC32C = _table()


@dataclass(frozen=True, slots=True)
class Example:
    """The features of a record. Each getter raises `Damaged` where the feature isn't there in that form."""

    features: Mapping[str, Values]

    def text(self, name: str) -> str:
        return _single(name, self.texts(name))

    def texts(self, name: str) -> list[str]:
        try:
            return [v.decode() for v in self.blobs(name)]
        except UnicodeDecodeError as e:
            raise Damaged(f"{name} is no UTF-8") from e

    def blob(self, name: str) -> bytes:
        return _single(name, self.blobs(name))

    def blobs(self, name: str) -> list[bytes]:
        return _all(bytes, name, self._values(name))

    def floats(self, name: str) -> list[float]:
        return _all(float, name, self._values(name))

    def integer(self, name: str) -> int:
        return _single(name, _all(int, name, self._values(name)))

    def _values(self, name: str) -> Values:
        if name not in self.features:
            raise Damaged(f"there is no {name}")
        return self.features[name]


_Value = TypeVar("_Value")


def _all(form: type[_Value], name: str, values: Values) -> list[_Value]:
    fitting = [v for v in values if isinstance(v, form)]
    if len(fitting) != len(values):
        raise Damaged(f"{name} holds no {form.__name__}")
    return fitting


def _single(name: str, values: list[_Value]) -> _Value:
    if len(values) != 1:
        raise Damaged(f"{name} has {len(values)} values, not one")
    return values[0]


def example(record: bytes) -> Example:
    """`Damaged` where a record is no Example."""
    features: dict[str, Values] = {}
    for number, _, value in fields(record):
        if number == 1:
            for inner, _, entry in fields(message(value)):
                if inner == 1:
                    _add_entry(message(entry), features)
    return Example(features)


def _add_entry(data: memoryview, features: dict[str, Values]) -> None:
    """One key of the map with its feature; of two of the same name the last counts."""
    name = ""
    values: Values = list[bytes]()
    for number, _, value in fields(data):
        if number == 1:
            name = text(value)
        elif number == 2:
            values = _feature(message(value))
    features[name] = values


def _feature(data: memoryview) -> Values:
    for number, _, value in fields(data):
        if number in (1, 2, 3):
            return _list(number, message(value))
    return list[bytes]()


def _list(kind: int, data: memoryview) -> Values:
    found = [(wire, value) for number, wire, value in fields(data) if number == 1]
    match kind:
        case 1:
            return [bytes(message(value)) for _, value in found]
        case 2:
            return [x for _, value in found for x in floats(value)]
        case _:
            return [x for wire, value in found for x in numbers(wire, value)]
