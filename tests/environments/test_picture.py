"""Pictures are lossless in both forms, and nothing that is not a whole picture passes for one."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from actions.errors import CaptureError
from actions.geometry import Size
from environments.picture import Picture, decode_png


def noise(height: int, width: int, seed: int = 0) -> Picture:
    return Picture(np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8))


@given(height=st.integers(1, 40), width=st.integers(1, 40), seed=st.integers(0, 99))
def test_png_and_array_are_the_same_picture(height: int, width: int, seed: int) -> None:
    picture = noise(height, width, seed)
    again = Picture(png=picture.png)
    assert again.size == picture.size == Size(width, height)
    assert np.array_equal(again.array, picture.array)
    assert again.digest == picture.digest


def test_compact_keeps_the_pixels() -> None:
    picture = noise(30, 20)
    before = picture.array.copy()
    picture.encode_soon()
    picture.compact()
    assert np.array_equal(picture.array, before)


def test_size_is_part_of_the_digest() -> None:
    flat = np.zeros((4, 6, 3), np.uint8)
    assert Picture(flat).digest != Picture(flat.reshape(6, 4, 3)).digest


def test_every_truncated_png_is_refused() -> None:
    png = noise(16, 16).png
    for end in range(len(png)):
        with pytest.raises(CaptureError, match="no whole PNG"):
            decode_png(png[:end])


def test_other_formats_and_garbage_are_refused() -> None:
    jpeg = io.BytesIO()
    Image.new("RGB", (8, 8)).save(jpeg, "JPEG")
    for data in (jpeg.getvalue(), b"", b"error: no display", b"\x89PNG\r\n\x1a\n"):
        with pytest.raises(CaptureError):
            decode_png(data)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_bomb_is_refused() -> None:
    bomb = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    with pytest.raises(CaptureError):
        decode_png(bomb.getvalue())


def test_other_shapes_are_refused() -> None:
    for array in (np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3), np.float32)):
        with pytest.raises(ValueError, match="shape"):
            Picture(array)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="array or a PNG"):
        Picture()
