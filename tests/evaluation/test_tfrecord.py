"""TFRecord files and protocol buffers: what is whole is read, and nothing else passes for it."""

import contextlib
import gzip
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.geometry import Size
from agent.evaluation.datasets import Found, read
from agent.evaluation.datasets.accessibility import nodes
from agent.evaluation.datasets.protobuf import fields, numbers
from agent.evaluation.datasets.reading import Damaged
from agent.evaluation.datasets.tfrecord import example, masked_crc, records
from agent.evaluation.step import RecordedStep, Unread
from tests.evaluation import sets

values = st.one_of(
    st.lists(st.binary(max_size=20), min_size=1, max_size=4),
    st.lists(st.floats(width=32, allow_nan=False), min_size=1, max_size=4),
    st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=4),
)


@given(features=st.dictionaries(st.text(max_size=8), values, max_size=4), packed=st.booleans())
def test_an_example_is_read_as_it_was_written(features: dict[str, sets.FeatureValues], packed: bool) -> None:
    assert example(sets.example(features, packed=packed)).features == features


def test_the_checksum_is_castagnolis() -> None:
    """RFC 3720, B.4: 32 bytes of zeros have 8A9136AA; masked as TensorFlow does."""
    crc = 0x8A9136AA
    assert masked_crc(bytes(32)) == ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def test_a_feature_of_another_form_is_named() -> None:
    found = example(sets.example({"a": [1], "b": [b"x", b"y"], "c": [b"\xff"], "d": [1.0]}))
    for get, told in (
        (lambda: found.blob("a"), "a holds no bytes"),
        (lambda: found.text("b"), "b has 2 values, not one"),
        (lambda: found.text("c"), "c is no UTF-8"),
        (lambda: found.integer("d"), "d holds no int"),
        (lambda: found.floats("e"), "there is no e"),
    ):
        with pytest.raises(Damaged, match=told):
            get()


@given(data=st.binary(max_size=200))
def test_any_bytes_are_an_example_or_damaged(data: bytes) -> None:
    with contextlib.suppress(Damaged):
        example(data)
    with contextlib.suppress(Damaged):
        list(nodes(data, Size(10, 10)))


@given(flips=st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 255)), min_size=1, max_size=4))
def test_a_damaged_record_is_read_or_named(flips: list[tuple[int, int]]) -> None:
    record = bytearray(sets.android_control_record([{"action_type": "click", "x": 1, "y": 2}]))
    for place, change in flips:
        record[place % len(record)] ^= change
    tree = bytearray(sets.forest(sets.node(0, 0, 5, 5, text="x")))
    tree[flips[0][0] % len(tree)] ^= flips[0][1]
    with contextlib.suppress(Damaged):
        example(bytes(record))
    with contextlib.suppress(Damaged):
        list(nodes(bytes(tree), Size(10, 10)))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\x80", "cut off"),
        (b"\xff" * 11, "longer than ten bytes"),
        (b"\x00\x00", "number 0"),
        (b"\x0b", "wire type 3"),
        (b"\x0a\x05ab", "longer than its message"),
        (b"\x0d\x00\x00", "longer than its message"),
    ],
)
def test_each_way_in_which_a_message_is_damaged(data: bytes, told: str) -> None:
    with pytest.raises(Damaged, match=told):
        list(fields(data))


def test_negative_numbers() -> None:
    assert list(numbers(2, memoryview(sets.varint(-1) + sets.varint(-(2**63)) + sets.varint(7)))) == [-1, -(2**63), 7]


# ---------------------------------------------------------------- files


def aitw(root: Path, data: bytes) -> list[Found]:
    sets.write(root / "general-00000-of-00001", data)
    return list(read("aitw", root))


WHOLE = b"".join(sets.framed(sets.aitw_record(i, 10)) for i in range(3))
ONE = len(WHOLE) // 3


@pytest.mark.parametrize("cut", [1, 12, ONE - 2, ONE, ONE + 5, 2 * ONE + 100])
def test_a_file_that_is_cut_off_keeps_what_is_whole(tmp_path: Path, cut: int) -> None:
    found = aitw(tmp_path, gzip.compress(WHOLE[:cut]))
    assert sum(isinstance(f, RecordedStep) for f in found) == cut // ONE
    if cut % ONE:
        assert isinstance(found[-1], Unread)
        assert found[-1].reason == f"record {cut // ONE + 1} is cut off"


@given(keep=st.floats(0, 1, exclude_max=True))
def test_a_gzip_file_that_is_cut_off_is_named(tmp_path_factory: pytest.TempPathFactory, keep: float) -> None:
    data = gzip.compress(WHOLE)
    found = aitw(tmp_path_factory.getbasetemp() / "cut", data[: max(1, int(len(data) * keep))])
    assert isinstance(found[-1], Unread)
    assert "no whole gzip file" in found[-1].reason or "cut off" in found[-1].reason


@given(place=st.integers(0, 10**6), change=st.integers(1, 255))
def test_a_flipped_byte_is_never_silent(tmp_path_factory: pytest.TempPathFactory, place: int, change: int) -> None:
    """gzip's own checksum is over everything; its header's time and system say nothing of the data."""
    data = bytearray(gzip.compress(WHOLE, mtime=0))
    at = 10 + place % (len(data) - 10)
    data[at] ^= change
    found = aitw(tmp_path_factory.getbasetemp() / "flip", bytes(data))
    assert any(isinstance(f, Unread) for f in found)


def test_a_damaged_length_stops_the_file_and_not_the_reader(tmp_path: Path) -> None:
    damaged = bytearray(WHOLE)
    damaged[ONE] ^= 1
    found = aitw(tmp_path, gzip.compress(bytes(damaged)))
    assert [isinstance(f, RecordedStep) for f in found] == [True, False]
    assert isinstance(found[1], Unread)
    assert found[1].reason == "record 2 has a damaged length"


def test_a_length_beyond_reason_takes_no_memory(tmp_path: Path) -> None:
    length = struct.pack("<Q", 1 << 40)
    path = sets.write(tmp_path / "a", gzip.compress(length + struct.pack("<I", masked_crc(length))))
    with pytest.raises(Damaged, match="longer than"):
        list(records(path))


def test_a_file_that_is_no_gzip_is_named(tmp_path: Path) -> None:
    (found,) = aitw(tmp_path, b"<html>")
    assert isinstance(found, Unread)
    assert "no whole gzip file" in found.reason
