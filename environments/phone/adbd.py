"""The phone's side of the ADB protocol over TCP, so that the real adb server connects to it as to any phone.

Source: packages/modules/adb/protocol.txt of the Android Open Source Project. A packet is six little-endian words
(command, two arguments, length of the data, a checksum, the command inverted) and the data. What a stream offers is
left to the services given.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import Any

from environments.phone import peers
from environments.phone.faults import Faults
from environments.phone.stream import Stream

HEADER = struct.Struct("<6I")
CNXN, AUTH, OPEN = 0x4E584E43, 0x48545541, 0x4E45504F
OKAY, CLSE, WRTE = 0x59414B4F, 0x45534C43, 0x45545257

VERSION = 0x01000001
"""From this version on both sides leave the checksum of stream data out."""
PACKET_BYTES = 1 << 20
TOKEN, SIGNATURE, PUBLIC_KEY = 1, 2, 3
MOST_STREAMS = 512
RETRY_SECONDS = 0.05

Service = Callable[[Stream], None]


class Threads:
    """Threads that end by themselves once what they wait for is closed; `join` makes sure that they have."""

    def __init__(self) -> None:
        self._started: set[threading.Thread] = set()
        self._lock = threading.Lock()

    def start(self, name: str, work: Callable[..., None], *args: Any) -> None:
        thread = threading.Thread(target=work, args=args, name=name, daemon=True)
        with self._lock:
            self._started = {other for other in self._started if other.is_alive()} | {thread}
            thread.start()

    def join(self, timeout_seconds: float) -> None:
        """Wait for all but the caller's own, also for those that are started meanwhile."""
        deadline = time.monotonic() + timeout_seconds
        while (left := deadline - time.monotonic()) > 0:
            with self._lock:
                alive = [
                    other for other in self._started if other.is_alive() and other is not threading.current_thread()
                ]
            if not alive:
                return
            alive[0].join(left)


class Connection:
    """One host. Reads packets in its own thread, and starts one for each stream."""

    def __init__(self, peer: socket.socket, daemon: Daemon) -> None:
        self.packet_bytes = 4096
        self._socket = peer
        self._daemon = daemon
        self._sending = threading.Lock()
        self._lock = threading.Lock()
        self._streams: dict[int, Stream] = {}
        self._last = 0
        self._online = False
        self._wants_in = False
        self._dropped = False
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def run(self) -> None:
        """Read until the host is gone or writes what no host writes."""
        try:
            while True:
                command, first, second, length, _, magic = HEADER.unpack(self._receive(HEADER.size))
                if magic != command ^ 0xFFFFFFFF or length > PACKET_BYTES:
                    raise ConnectionError("no ADB packet")
                self._handle(command, first, second, self._receive(length))
        except OSError:
            return  # gone, dropped, or broken: all end the same way
        finally:
            self.drop()
            with self._lock:
                streams = list(self._streams.values())
            for stream in streams:
                stream.close(tell=False)
            self._socket.close()

    def drop(self) -> None:
        """Cut the connection; `run` then ends. Safe from any thread."""
        self._dropped = True  # Linux goes on receiving from a host that goes on sending
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def admit(self) -> None:
        """What tapping "Allow USB debugging" does for a host that waits for it."""
        if self._wants_in and not self._online:
            self._introduce()

    def _receive(self, count: int) -> bytes:
        data = bytearray(count)
        view = memoryview(data)
        while view:
            got = self._socket.recv_into(view)
            if not got or self._dropped:
                raise ConnectionError("the host is gone")
            view = view[got:]
        return bytes(data)

    def _handle(self, command: int, first: int, second: int, data: bytes) -> None:
        if command == CNXN:
            self._meet(first, second, data)
        elif command == AUTH:
            if first == SIGNATURE:
                self._send(AUTH, TOKEN, 0, b"\2" * 20)  # no key is known: ask again, the host then shows its own
            elif first == PUBLIC_KEY:
                self._wants_in = True
                if self._daemon.faults.auth is None:
                    self.admit()  # allowed before its key was here
        elif not self._online:
            raise ConnectionError("streams before the connection is authorised")
        elif command == OPEN:
            self._open(first, data)
        else:
            with self._lock:
                stream = self._streams.get(second)
            if command == WRTE:
                if stream is None:
                    self._send(CLSE, 0, first)
                else:
                    stream.feed(data)
            elif stream is not None and command == OKAY:
                stream.ready()
            elif stream is not None and command == CLSE:
                stream.close(tell=False)

    def _meet(self, version: int, most: int, banner: bytes) -> None:
        if version < VERSION:
            raise ConnectionError("an adb from before 2017, which wants checksums")
        self.packet_bytes = max(1, min(most, PACKET_BYTES))
        self._daemon.log("connected", banner=banner.decode("utf-8", "replace"))
        match self._daemon.faults.auth:
            case None:
                self._introduce()
            case "reject":
                self._send(AUTH, TOKEN, 0, b"\1" * 20)
            case "silent":
                pass

    def _introduce(self) -> None:
        self._online = True
        self._send(CNXN, VERSION, PACKET_BYTES, self._daemon.banner())

    def _open(self, remote: int, data: bytes) -> None:
        name = data.rstrip(b"\0").decode("utf-8", "surrogateescape")
        service = self._daemon.services(name)
        with self._lock:
            full = len(self._streams) >= MOST_STREAMS
            self._last += 1
            stream = Stream(self, self._last, remote)
            if service is not None and not full and remote:
                self._streams[stream.local] = stream
        if service is None or full or not remote:
            self._send(CLSE, 0, remote)
            return
        self._send(OKAY, stream.local, remote)
        self._daemon.threads.start(f"adb {name[:40]}", self._serve, service, stream)

    def _serve(self, service: Service, stream: Stream) -> None:
        try:
            service(stream)
        except ConnectionError:
            return  # the host went away: nobody is left to be told
        finally:
            stream.close()

    # ------------------------------------------------------------ what streams send

    def send_data(self, stream: Stream, data: memoryview) -> None:
        allowed = self._daemon.faults.allowance(len(data))
        if allowed is None:
            self._send(WRTE, stream.local, stream.remote, data)
        else:
            # The header promises all of it, so the host is left with half a packet, as when a cable is pulled.
            self._send(WRTE, stream.local, stream.remote, data, cut=allowed)
            self.drop()

    def send_ready(self, stream: Stream) -> None:
        self._send(OKAY, stream.local, stream.remote)

    def send_close(self, stream: Stream) -> None:
        self._send(CLSE, stream.local, stream.remote)

    def forget(self, stream: Stream) -> None:
        with self._lock:
            self._streams.pop(stream.local, None)

    def _send(
        self, command: int, first: int, second: int, data: bytes | memoryview = b"", *, cut: int | None = None
    ) -> None:
        check = sum(data) & 0xFFFFFFFF if command in (CNXN, AUTH) else 0
        header = HEADER.pack(command, first, second, len(data), check, command ^ 0xFFFFFFFF)
        try:
            with self._sending:
                if len(data) < 4096:
                    self._socket.sendall(header + bytes(data)[:cut])
                else:
                    self._socket.sendall(header)
                    self._socket.sendall(data[:cut])
        except OSError:
            self.drop()


class Daemon:
    """Listens for hosts from `start` on.

    `services` gives the service of a name, or None; `banner` says who the phone is.

    With `own_user_only`, connections of other users of this machine are closed at once.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        banner: Callable[[], bytes],
        services: Callable[[str], Service | None],
        faults: Faults,
        log: Callable[..., None],
        own_user_only: bool = False,
    ) -> None:
        self._own_user_only = own_user_only
        self.banner = banner
        self.services = services
        self.faults = faults
        self.log = log
        self.threads = Threads()
        self._connections: set[Connection] = set()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._listener = socket.create_server((host, port), backlog=16)
        self.port = int(self._listener.getsockname()[1])

    def start(self) -> None:
        self.threads.start("adb listener", self._listen)

    def _listen(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                if self._closing.wait(RETRY_SECONDS):
                    return
                continue  # no file numbers left, or a host that hung up while it waited
            if self.faults.refuse or (self._own_user_only and not peers.is_own(peer)):
                peer.close()
                continue
            try:
                connection = Connection(peer, self)
            except OSError:
                peer.close()  # gone again before it could be greeted
                continue
            with self._lock:
                self._connections.add(connection)
                if self._closing.is_set():
                    connection.drop()
            self.threads.start("adb connection", self._attend, connection)

    def _attend(self, connection: Connection) -> None:
        try:
            connection.run()
        finally:
            with self._lock:
                self._connections.discard(connection)
            self.log("disconnected")

    def disconnect(self) -> None:
        """Cut all connections."""
        for connection in self._now():
            connection.drop()

    def admit(self) -> None:
        """Authorise all hosts that wait for it."""
        for connection in self._now():
            connection.admit()

    def _now(self) -> list[Connection]:
        with self._lock:
            return list(self._connections)

    def close(self, *, timeout_seconds: float = 5.0) -> None:
        """Stop listening, cut all connections and wait for the threads."""
        with self._lock:
            self._closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.disconnect()
        self.threads.join(timeout_seconds)
