# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false
"""Pictures by path, URL and data: URL, and what is said where there is none."""

from __future__ import annotations

import base64
import io
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from actions.errors import UsageError
from actions.geometry import Size
from agent.models import images
from agent.models.vision import image_tensor
from environments.picture import Picture, encode_png

ARRAY = np.random.default_rng(1).integers(0, 256, (40, 60, 3), dtype=np.uint8)


@pytest.fixture
def site() -> Generator[str]:
    """A web site with one picture, one page that hangs and one that isn't there."""
    done = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/hang":
                done.wait(30)
                return
            self.send_response(200 if self.path == "/a.png" else 404)
            self.end_headers()
            if self.path == "/a.png":
                self.wfile.write(encode_png(ARRAY))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    done.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_every_way_gives_the_same_pixels(tmp_path: Path, site: str) -> None:
    path = tmp_path / "Bild mit Leerzeichen é.png"
    path.write_bytes(encode_png(ARRAY))
    encoded = base64.encodebytes(encode_png(ARRAY)).decode()  # with line breaks
    for source in (
        Picture(ARRAY),
        str(path),
        path.as_uri(),
        f"{site}/a.png",
        images.data_url(ARRAY),
        f"data:image/png;base64,{encoded}",
    ):
        assert np.array_equal(images.pixels(source), ARRAY)
        assert np.array_equal(image_tensor(source, timeout_seconds=5).numpy().transpose(1, 2, 0), ARRAY)


@pytest.mark.parametrize("mode", ["RGBA", "RGB", "L", "1", "CMYK"])
def test_modes_become_rgb_as_in_qwen_vl_utils(mode: str, tmp_path: Path) -> None:
    from qwen_vl_utils.vision_process import to_rgb

    layer = Image.fromarray(np.random.default_rng(2).integers(0, 256, (20, 30, 4), dtype=np.uint8), "RGBA")
    image = layer if mode == "RGBA" else layer.convert(mode)
    assert np.array_equal(np.asarray(images.rgb(image)), np.asarray(to_rgb(image)))


def test_transparency_is_white_in_every_mode() -> None:
    for image in (
        Image.new("RGBA", (4, 4), (0, 0, 0, 0)),
        Image.new("LA", (4, 4), (0, 0)),
        Image.new("RGBA", (4, 4), (0, 0, 0, 0)).quantize(2),
    ):
        assert np.asarray(images.rgb(image)).min() == 255


def test_resizing() -> None:
    assert images.resized(ARRAY, Size(60, 40)) is ARRAY
    assert images.resized(ARRAY, Size(56, 28)).shape == (28, 56, 3)


def test_the_data_url_is_lossless() -> None:
    head, _, body = images.data_url(ARRAY).partition(",")
    assert head == "data:image/png;base64"
    with Image.open(io.BytesIO(base64.b64decode(body))) as image:
        assert np.array_equal(np.asarray(image), ARRAY)


def test_what_is_no_picture(tmp_path: Path, site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    png = encode_png(ARRAY)
    (tmp_path / "cut.png").write_bytes(png[: len(png) // 2])
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "empty.png").touch()
    cases = {
        str(tmp_path / "none.png"): "no such file",
        str(tmp_path): "no picture at",
        "a\x00b": "no picture at",
        str(tmp_path / "cut.png"): "is no whole picture",
        str(tmp_path / "text.png"): "is no whole picture",
        str(tmp_path / "empty.png"): "is no whole picture",
        "data:image/png;base64,@@@": "is no base64",
        "data:image/png;base64," + "A" * 4000: "is no whole picture",
        "data:image/png,raw": "expected data:image",
        "data:": "expected data:image",
        f"{site}/none": "404",
        f"{site}/hang": "within 0.3 s",
        "http://127.0.0.1:1/a.png": "within 0.3 s",
        "http://[::1": "no picture came",
        "": "no picture at",
    }
    for source, message in cases.items():
        with pytest.raises(UsageError, match=message) as caught:
            images.open_image(source, timeout_seconds=0.3)
        assert len(str(caught.value)) < 400
        assert "\n" not in str(caught.value)
    (tmp_path / "good.png").write_bytes(png)
    monkeypatch.setattr(images, "LARGEST", 100)
    for source in (str(tmp_path / "good.png"), f"{site}/a.png"):
        with pytest.raises(UsageError, match="larger than"):
            images.open_image(source)
