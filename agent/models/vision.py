# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false
"""Pictures and videos as the tensors that a Qwen processor takes, with qwen-vl-utils.

qwen-vl-utils resizes what it fetches, and by a rule that differs from the processor's for slivers. So it is given a
factor of one pixel here, which leaves a picture as it is, and the one resize is the processor's: path, URL and
array then give the same tensors. Videos it does resize, to its own budget per frame, and the processor does not.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image

from actions.errors import ModelLoadError, UsageError
from agent.models.images import local_path, open_image
from environments.picture import Array, Picture
from prompts.messages import VideoPart

MOST_FRAMES = 768
"""Frames of one video at most; FPS_MAX_FRAMES in qwen_vl_utils/vision_process.py."""


def image_tensor(picture: Picture | str, *, timeout_seconds: float) -> torch.Tensor:
    """(3, height, width), uint8, in the picture's own size. `UsageError` where it can't be had."""
    if isinstance(picture, Picture):
        return _channels_first(picture.array)
    from qwen_vl_utils import fetch_image

    image = open_image(picture, timeout_seconds=timeout_seconds)
    wanted: dict[str, Any] = {"image": image, "min_pixels": 1, "max_pixels": 2**62}
    half: Any = 0.5  # a patch; two of them make the factor
    try:
        fetched = fetch_image(wanted, image_patch_size=half)
    except ValueError as e:
        raise UsageError(f"{picture[:100]} can't be shown to a model: {e}") from e
    return _channels_first(np.asarray(fetched))


def _channels_first(array: Array) -> torch.Tensor:
    """A copy laid out that way in memory too: the processor takes twice as long over a transposed view."""
    return torch.from_numpy(np.array(array.transpose(2, 0, 1), order="C"))


@dataclass(frozen=True, slots=True)
class Video:
    """`frames`: (count, 3, height, width), float, 0 to 255."""

    frames: torch.Tensor
    metadata: Mapping[str, Any]


def video_tensor(part: VideoPart, *, patch: int, max_pixels: int, timeout_seconds: float) -> Video:
    """A video's frames at `part.fps`, resized by qwen-vl-utils to at most `max_pixels` each, with the times that
    Qwen2.5-VL and Qwen3-VL are told."""
    from qwen_vl_utils.vision_process import VIDEO_MAX_TOKEN_NUM, VIDEO_MIN_TOKEN_NUM, fetch_video

    frames = (
        [Image.fromarray(p.array) for p in part.frames]
        if not isinstance(part.frames, str)
        else list(_decode(part.frames, part.fps, timeout_seconds))
    )
    if not frames:
        raise UsageError("a video needs at least one frame")
    token = (2 * patch) ** 2
    high = min(max_pixels, VIDEO_MAX_TOKEN_NUM * token)
    wanted = {
        "video": frames,
        "sample_fps": part.fps,
        "min_pixels": min(VIDEO_MIN_TOKEN_NUM * token, high),
        "max_pixels": high,
    }
    try:
        fetched: Any = fetch_video(wanted, image_patch_size=patch, return_video_metadata=True)
    except ValueError as e:
        raise UsageError(f"this video can't be shown to a model: {e}") from e
    return Video(*fetched)


def _decode(source: str, fps: float, timeout_seconds: float) -> Iterator[Image.Image]:
    """Frames of a video file or URL, `fps` per second of its time.

    With PyAV, since the torchvision that qwen-vl-utils would read it with no longer reads videos.
    """
    if importlib.util.find_spec("av") is None:
        raise ModelLoadError("reading a video needs the package av", remedy="uv pip install 'handeye[video]'")
    import av
    from av.error import FFmpegError

    at = source if "://" in source and not source.startswith("file:") else str(local_path(source))
    try:
        with av.open(at, timeout=timeout_seconds) as container:
            due, count = 0.0, 0
            for frame in container.decode(video=0):
                if frame.time >= due:
                    yield frame.to_image()
                    due, count = due + 1 / fps, count + 1
                    if count == MOST_FRAMES:
                        return
    except (FFmpegError, OSError, IndexError, ValueError) as e:
        raise UsageError(f"no video could be read from {source[:100]}: {e}") from e
