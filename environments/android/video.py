# pyright: reportUnknownMemberType=false
"""A video of the screen as scrcpy's server sends it: packets in, the newest picture out.

Format: doc/develop.md and Streamer.java of Genymobile/scrcpy, versions 2.0 to 4.1; numbers are big-endian. After the
codec's name versions 2 and 3 send the size; 4 begins each session, of which a turned screen begins a new one, with a
packet that holds it. A header of 12 bytes stands before each packet of H.264: flags, time, length. H.264 tells its size
itself, so the sizes are read and not used.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator

import numpy as np

from actions.errors import DeviceError
from environments.android.scrcpy import VideoEnded
from environments.picture import Array

try:
    import av
    from av.codec.context import Flags
    from av.error import FFmpegError
except ImportError as e:
    raise DeviceError("the video of a screen needs the package av", remedy="uv pip install 'handeye[video]'") from e

MAJORS = (2, 3, 4)
"""The versions of scrcpy that are known; each first number may have another protocol."""
CODEC = b"h264"
HEADER = struct.Struct(">QI")
LONGEST = 64 * 1024 * 1024
"""No packet of a screen is longer."""


class Video:
    """Decodes in a thread of its own until the stream ends or `close`. The connection is this one's to close."""

    def __init__(self, wire: socket.socket, *, major: int) -> None:
        self._wire = wire
        self._major = major
        self._changed = threading.Condition()
        self._newest: av.VideoFrame | None = None
        self._shown: tuple[av.VideoFrame, Array] | None = None
        self._ended: str | None = None
        self.frames = 0
        """How many have come."""
        self._thread = threading.Thread(target=self._run, name="android-video", daemon=True)
        self._thread.start()

    def frame(self) -> Array:
        """The newest picture, (height, width, 3) uint8 RGB; not to be written to. `VideoEnded` where no more come."""
        with self._changed:
            newest, ended = self._newest, self._ended
        if ended is not None:
            raise VideoEnded(f"the video of the screen has ended: {ended}")
        if newest is None:
            raise VideoEnded("the video of the screen has not begun")
        if self._shown is None or self._shown[0] is not newest:
            self._shown = (newest, np.asarray(newest.to_ndarray(format="rgb24"), np.uint8))
        return self._shown[1]

    def wait(self, seconds: float) -> None:
        """Until the first picture. `VideoEnded` where none comes."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._newest or self._ended, seconds):
                raise VideoEnded(f"the video of the screen has not begun within {seconds:.3g} s")
        self.frame()

    def close(self) -> None:
        """May be called twice."""
        with contextlib.suppress(OSError):  # it has ended
            self._wire.shutdown(socket.SHUT_RDWR)
        self._wire.close()
        self._thread.join(5)

    def _run(self) -> None:
        reason = "the phone sends no more"
        try:
            decoder = av.VideoCodecContext.create("h264", "r")
            decoder.thread_count = 1  # with several each picture would wait for the next ones
            decoder.flags |= int(Flags.low_delay)
            for packet in packets(self._wire, major=self._major):
                for frame in decoder.decode(av.Packet(packet)):
                    with self._changed:
                        self._newest = frame
                        self.frames += 1
                        self._changed.notify_all()
        except (OSError, EOFError):
            pass
        except (ValueError, FFmpegError) as e:
            reason = str(e)
        finally:
            with self._changed:
                self._ended = reason
                self._changed.notify_all()


def packets(wire: socket.socket, *, major: int) -> Iterator[bytes]:
    """What to give a decoder of H.264, one picture each, behind the parameters that came before it.

    `EOFError` where the stream ends, `ValueError` for one that isn't scrcpy's.
    """
    codec = _read(wire, len(CODEC))
    if codec != CODEC:
        # Zero: the stream was switched off; one: an error in its configuration (Streamer.writeDisableStream).
        raise ValueError(f"the phone sends {codec!r} and not {CODEC!r}")
    if major < 4:
        _read(wire, 8)
    config_flag = 1 << (63 if major < 4 else 62)
    parameters = b""
    while True:
        flags, length = HEADER.unpack(_read(wire, HEADER.size))
        if major >= 4 and flags >> 63:
            continue  # a session; what looks like the length is the height
        if length > LONGEST:
            raise ValueError(f"a packet of {length} bytes is none of a video")
        data = _read(wire, length)
        if flags & config_flag:
            parameters = data
        elif data:
            yield parameters + data
            parameters = b""


def _read(wire: socket.socket, count: int) -> bytes:
    data = bytearray(count)
    view = memoryview(data)
    while view:
        got = wire.recv_into(view)
        if not got:
            raise EOFError
        view = view[got:]
    return bytes(data)
