"""Pictures in what `screencap` prints: whole ones are found behind any banner, anything else is an error."""

from __future__ import annotations

import re
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.errors import CaptureError
from environments.android.capture import black, parse_png, parse_raw, read_picture
from environments.android.shell import Reply
from environments.picture import Array, encode_png, owned

SIZES = st.tuples(st.integers(1, 40), st.integers(1, 40))
BANNERS = st.one_of(st.just(b""), st.binary(max_size=300), st.text(max_size=200).map(lambda t: f"{t}\n".encode()))


def picture(width: int, height: int, channels: int = 3, seed: int = 0) -> Array:
    """Pixels without a pattern; no zeros, which a header is made of."""
    return np.random.default_rng(seed).integers(1, 255, (height, width, channels), np.uint8, endpoint=True)


def raw(array: Array, *, code: int, colours: bool) -> bytes:
    height, width = array.shape[:2]
    space = struct.pack("<I", 143261696) if colours else b""
    return struct.pack("<III", width, height, code) + space + array.tobytes()


@given(SIZES, st.sampled_from([(1, 4), (2, 4), (3, 3)]), st.booleans(), BANNERS)
def test_a_raw_picture_is_read_exactly(
    size: tuple[int, int], form: tuple[int, int], colours: bool, banner: bytes
) -> None:
    array = picture(*size, channels=form[1])
    found = parse_raw(banner + raw(array, code=form[0], colours=colours))
    assert np.array_equal(found, array[..., :3])
    assert np.array_equal(owned(found), array[..., :3])
    assert owned(found).flags.c_contiguous


@given(SIZES)
def test_pixels_in_the_other_order_are_copied_too(size: tuple[int, int]) -> None:
    view = picture(*size, channels=4)[:, :, 2::-1]
    assert np.array_equal(owned(view), view)
    assert owned(view).flags.c_contiguous


@given(SIZES, st.data())
def test_a_raw_picture_that_is_cut_off_is_no_picture(size: tuple[int, int], data: st.DataObject) -> None:
    whole = raw(picture(*size, channels=4), code=1, colours=True)
    # One pixel short with a 16-byte header is whole with a 12-byte one: no reader can tell.
    lengths = st.integers(0, len(whole) - 1).filter(lambda n: n != len(whole) - 4)
    with pytest.raises(CaptureError):
        parse_raw(whole[: data.draw(lengths)])


@given(SIZES, BANNERS.filter(lambda b: b"\x89PNG" not in b))
def test_a_png_is_read_exactly(size: tuple[int, int], banner: bytes) -> None:
    array = picture(*size)
    assert np.array_equal(parse_png(banner + encode_png(array)), array)


@given(SIZES, st.data())
def test_a_png_that_is_cut_off_is_no_picture(size: tuple[int, int], data: st.DataObject) -> None:
    whole = encode_png(picture(*size))
    # The last 12 bytes are the end mark, which holds no pixels.
    with pytest.raises(CaptureError):
        parse_png(whole[: data.draw(st.integers(0, len(whole) - 17))])


@given(st.binary(max_size=2000))
def test_bytes_are_no_picture_and_raise_only_that(noise: bytes) -> None:
    for parse in (parse_png, parse_raw):
        try:
            array = parse(noise)
        except CaptureError:
            continue
        assert array.size  # a header that fits by chance is a picture


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (b"", "empty"),
        (b"Capturing failed.\x1b[2J", "gave no screenshot but: Capturing failed. [2J"),
        (struct.pack("<IIII", 2, 2, 22, 0) + bytes(32), "pixel format 22"),
        (struct.pack("<III", 1080, 2400, 1) + bytes(99), "cut off"),
        (struct.pack("<III", 0, 0, 1), "gave no screenshot"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(said: bytes, told: str) -> None:
    with pytest.raises(CaptureError, match=re.escape(told)) as caught:
        parse_raw(said)
    assert str(caught.value).isprintable()


def test_a_failing_screencap_is_told_in_its_own_words() -> None:
    reply = Reply(1, memoryview(b""), b"Failed to take screenshot. Status: -22\nmore")
    with pytest.raises(CaptureError, match=r"Failed to take screenshot\. Status: -22 \(handeye doctor\)$"):
        read_picture(reply, "raw")


def test_only_a_picture_without_any_light_is_black() -> None:
    dark = np.zeros((50, 70, 3), np.uint8)
    assert black(dark)
    dark[17, 33, 2] = 1
    assert not black(dark)
