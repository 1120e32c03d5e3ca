# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""The screen as scrcpy's server sends it: H.264 in its packets, on an abstract socket that adb connects to.

Protocol: doc/develop.md and the server's Streamer, DesktopConnection, Options and SurfaceEncoder of Genymobile/scrcpy,
as of 2.0 to 4.1. Numbers are big-endian. Versions 2 and 3 send the size once, 4 at the beginning of each session, of
which there is a new one when the screen turns. A screen on which nothing moves is sent a few times more, then no more.
"""

from __future__ import annotations

import select
import struct
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from actions.geometry import Size, fitted
from environments.phone.commands.base import Call, CommandError, System
from environments.phone.stream import Stream
from environments.picture import Array

if TYPE_CHECKING:
    from av import VideoCodecContext

H264 = b"h264"
NAME_BYTES = 64
REPEAT_SECONDS, REPEATS = 0.1, 10
"""SurfaceEncoder.REPEAT_FRAME_DELAY_US, and how often Android's GraphicBufferSource does so."""
FRAMES_PER_SECOND = 60


@dataclass(frozen=True)
class Options:
    """Those of the server's options that are heeded here, and their defaults (Options.java)."""

    socket: str
    major: int
    max_size: int
    bit_rate: int
    frames_per_second: float
    device_meta: bool
    dummy_byte: bool

    @classmethod
    def parse(cls, version: str, given: Mapping[str, str]) -> Options:
        number = given.get("scid")
        return cls(
            socket="scrcpy" if number is None else f"scrcpy_{int(number, 16):08x}",
            major=int(version.split(".")[0]),
            max_size=int(given.get("max_size", 0)),
            bit_rate=int(given.get("video_bit_rate", 8_000_000)),
            frames_per_second=float(given.get("max_fps", 0)) or FRAMES_PER_SECOND,
            device_meta=given.get("send_device_meta") != "false",
            dummy_byte=given.get("send_dummy_byte") != "false",
        )


def serve(call: Call, options: Options) -> None:
    """Wait for the host to connect, and send it the screen until it leaves."""
    system = call.system
    arrived = threading.Event()
    streams: list[Stream] = []

    def accept(stream: Stream) -> None:
        system.sockets.pop(options.socket, None)  # one connection for each kind of stream, then no more
        streams.append(stream)
        arrived.set()
        stream.closed.wait()

    system.sockets[options.socket] = accept
    try:
        while not arrived.wait(0.05):
            if system.closing.is_set() or _left_alone(call.stdout):
                return
        _send(streams[0], system, options)
    except ConnectionError:
        return  # the host has seen enough
    finally:
        system.sockets.pop(options.socket, None)
        for stream in streams:
            stream.close()


def _left_alone(stdout: int) -> bool:
    """Whether the shell that started this is gone: nobody reads what it would write."""
    waiting = select.poll()
    waiting.register(stdout, 0)
    return bool(waiting.poll(0))


def _send(stream: Stream, system: System, options: Options) -> None:
    if options.dummy_byte:
        stream.write(b"\0")
    if options.device_meta:
        stream.write(
            system.phone.properties.get("ro.product.model", "").encode()[: NAME_BYTES - 1].ljust(NAME_BYTES, b"\0")
        )
    stream.write(H264)
    encoder: VideoCodecContext | None = None
    sent: Array | None = None
    size, repeated, last, number = Size(1, 1), 0, 0.0, 0
    while not stream.closed.is_set() and not system.closing.is_set():
        began = time.monotonic()
        with system.phone.lock:
            frame = system.camera.take(system.phone, system.faults)
        new = frame is not sent
        repeats = repeated < REPEATS and began - last >= REPEAT_SECONDS
        if (new or repeats) and not system.faults.video_stalls:
            shown = _size(frame, options.max_size)
            if encoder is None or shown != size:
                first, size = encoder is None, shown
                encoder = _encoder(size, options)
                if first and options.major < 4:
                    stream.write(struct.pack(">II", size.width, size.height))
                elif options.major >= 4:
                    stream.write(struct.pack(">III", 1 << 31, size.width, size.height))
                stream.write(_packet(encoder.extradata or b"", 1 << (63 if options.major < 4 else 62)))
            left = system.faults.video_ends_after
            if left is not None and number >= left:
                system.faults.take("video_ends_after")
                return
            for data, key in _encode(encoder, frame, number, size):
                flag = 1 << (62 if options.major < 4 else 61) if key else 0
                stream.write(_packet(data, flag | int(began * 1e6)))
            sent, last, number = frame, began, number + 1
            repeated = 0 if new else repeated + 1
        system.closing.wait(max(0.0, 1 / options.frames_per_second - (time.monotonic() - began)))


def _packet(data: bytes, flags_and_time: int) -> bytes:
    return struct.pack(">QI", flags_and_time, len(data)) + data


def _size(frame: Array, most: int) -> Size:
    """As scrcpy has it: no longer than this, and both sides multiples of eight."""
    height, width = frame.shape[:2]
    return fitted(Size(width, height), most or max(width, height), factor=8)


def _encoder(size: Size, options: Options) -> VideoCodecContext:
    import av
    from av.codec.context import Flags

    try:
        encoder = av.VideoCodecContext.create("libx264", "w")
    except ValueError as e:
        raise CommandError("[server] ERROR: Could not create default video encoder for h264", code=1) from e
    encoder.width, encoder.height = size.width, size.height
    encoder.pix_fmt = "yuv420p"
    encoder.time_base = Fraction(1, FRAMES_PER_SECOND)
    encoder.bit_rate = options.bit_rate
    # Apart, as MediaCodec gives it: a packet of parameters, which the host puts before the next one.
    encoder.flags |= int(Flags.global_header)
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "threads": "1"}
    encoder.open()
    return encoder


def _encode(encoder: VideoCodecContext, frame: Array, number: int, size: Size) -> list[tuple[bytes, bool]]:
    import av

    picture = av.VideoFrame.from_ndarray(frame, format="rgb24").reformat(
        width=size.width, height=size.height, format="yuv420p", interpolation="AREA"
    )
    picture.pts = number
    return [(bytes(packet), packet.is_keyframe) for packet in encoder.encode(picture)]
