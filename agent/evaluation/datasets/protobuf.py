"""The wire format of protocol buffers, as far as reading goes: fields by number, without their schema.

Source: protobuf.dev/programming-guides/encoding. Nothing is trusted: every length is held against what is there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from agent.evaluation.datasets.reading import Damaged

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
Value = int | memoryview
Field = tuple[int, int, Value]
"""Number, wire type, and the value: an integer for a varint, else the bytes as they stand."""


def fields(data: bytes | memoryview) -> Iterator[Field]:
    view, place = memoryview(data), 0
    while place < len(view):
        key, place = _varint(view, place)
        number, wire = key >> 3, key & 7
        if number == 0:
            raise Damaged("a field of number 0")
        if wire == VARINT:
            value, place = _varint(view, place)
            yield number, wire, value
            continue
        if wire == LENGTH:
            length, place = _varint(view, place)
        elif wire in (FIXED32, FIXED64):
            length = 4 if wire == FIXED32 else 8
        else:
            raise Damaged(f"a field of wire type {wire}")
        if length > len(view) - place:
            raise Damaged("a field is longer than its message")
        yield number, wire, view[place : place + length]
        place += length


def _varint(view: memoryview, place: int) -> tuple[int, int]:
    result = 0
    for shift in range(0, 70, 7):
        if place >= len(view):
            raise Damaged("a number is cut off")
        byte = view[place]
        place += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result & 0xFFFFFFFFFFFFFFFF, place
    raise Damaged("a number is longer than ten bytes")


def message(value: Value) -> memoryview:
    if isinstance(value, int):
        raise Damaged("a number where a message was expected")
    return value


def text(value: Value) -> str:
    try:
        return bytes(message(value)).decode()
    except UnicodeDecodeError as e:
        raise Damaged("a text is no UTF-8") from e


def number(value: Value) -> int:
    """A signed integer: int32 and int64 both stand in 64 bits."""
    if not isinstance(value, int):
        raise Damaged("bytes where a number was expected")
    return value - (1 << 64) if value >> 63 else value


def numbers(wire: int, value: Value) -> Iterator[int]:
    """One, or many packed together."""
    if wire == VARINT:
        yield number(value)
        return
    view, place = message(value), 0
    while place < len(view):
        one, place = _varint(view, place)
        yield number(one)


def floats(value: Value) -> tuple[float, ...]:
    """One of four bytes, or many packed together."""
    view = message(value)
    if len(view) % 4:
        raise Damaged("packed floats of a length that is no multiple of 4")
    return struct.unpack(f"<{len(view) // 4}f", view)
