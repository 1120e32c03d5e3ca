"""One stream of an ADB connection: bytes both ways with a single packet in flight, as the protocol has it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Protocol

QUEUE_BYTES = 8 << 20
"""A host has at most one packet in flight, so that a queue never grows past one of them unless the host is broken."""


class StreamClosed(ConnectionError):
    """The host has closed the stream, or is gone."""


class Sender(Protocol):
    """What a stream needs of its connection."""

    packet_bytes: int

    def send_data(self, stream: Stream, data: memoryview) -> None: ...
    def send_ready(self, stream: Stream) -> None: ...
    def send_close(self, stream: Stream) -> None: ...
    def forget(self, stream: Stream) -> None: ...
    def drop(self) -> None: ...


class Stream:
    """`local` is our number of the stream and `remote` the host's. Reading and writing may happen in two threads."""

    def __init__(self, sender: Sender, local: int, remote: int) -> None:
        self.sender = sender
        self.local = local
        self.remote = remote
        self.closed = threading.Event()
        self._changed = threading.Condition()
        self._arrived: deque[bytes] = deque()
        self._waiting = 0
        self._rest: bytes = b""
        self._may_send = True
        self._on_close: list[Callable[[], None]] = []
        self._take: Callable[[bytes], bool] | None = None

    # ------------------------------------------------------------ for services

    def read(self, count: int) -> bytes:
        """Exactly `count` bytes. `StreamClosed` where the stream ends before."""
        parts: list[bytes] = []
        while count:
            if not self._rest:
                self._rest = self._next()
                if not self._rest:
                    raise StreamClosed("the stream ended within a message")
            part, self._rest = self._rest[:count], self._rest[count:]
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def read_some(self) -> bytes:
        """What has arrived, at least a byte; b"" at the end."""
        if self._rest:
            part, self._rest = self._rest, b""
            return part
        return self._next()

    def write(self, data: bytes | memoryview) -> None:
        """Send all of `data`; returns when the last packet is on its way. `StreamClosed` where nobody listens."""
        view = memoryview(data)
        for start in range(0, len(view), self.sender.packet_bytes):
            with self._changed:
                while not self._may_send and not self.closed.is_set():
                    self._changed.wait()
                if self.closed.is_set():
                    raise StreamClosed("the host has closed the stream")
                self._may_send = False
            self.sender.send_data(self, view[start : start + self.sender.packet_bytes])

    def offer(self, take: Callable[[bytes], bool]) -> None:
        """What was read is dealt with, and what comes next goes to `take`, in the thread that hears the host, which
        saves waking another. What `take` answers with False, and all after it, is for `read`, until the next offer.
        `take` must not block, and is not called once the stream has ended."""
        with self._changed:
            self._take = None if self._arrived or self._rest else take

    def on_close(self, callback: Callable[[], None]) -> None:
        """Call this when the stream ends from either side; at once if it has ended. It must not block."""
        with self._changed:
            if not self.closed.is_set():
                self._on_close.append(callback)
                return
        callback()

    def close(self, *, tell: bool = True) -> None:
        """End the stream and, with `tell`, let the host know. May be called twice and from any thread."""
        with self._changed:
            if self.closed.is_set():
                return
            self.closed.set()
            self._take = None
            callbacks, self._on_close = self._on_close, []
            self._changed.notify_all()
        self.sender.forget(self)
        if tell:
            self.sender.send_close(self)
        for callback in callbacks:
            callback()

    # ------------------------------------------------------------ for the connection

    def feed(self, data: bytes) -> None:
        """Data came from the host. It is told to send more only once a service has taken this.

        `ConnectionError` for a host that sends more without being told.
        """
        with self._changed:
            taken = self._take is not None and self._take(data)
            if not taken:
                self._take = None
                self._waiting += len(data)
                if self._waiting > QUEUE_BYTES:
                    raise ConnectionError("the host sends without waiting")
                self._arrived.append(data)
                self._changed.notify_all()
        if taken:
            self.sender.send_ready(self)

    def ready(self) -> None:
        """The host has taken our last packet."""
        with self._changed:
            self._may_send = True
            self._changed.notify_all()

    def _next(self) -> bytes:
        with self._changed:
            while not self._arrived and not self.closed.is_set():
                self._changed.wait()
            if not self._arrived:
                return b""
            data = self._arrived.popleft()
            self._waiting -= len(data)
        self.sender.send_ready(self)
        # An empty packet carries nothing and must not look like the end.
        return data or self._next()
