"""The file service: stat, list, pull and push.

Source: packages/modules/adb/SYNC.TXT and file_sync_protocol.h of the Android Open Source Project.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
from collections.abc import Callable
from pathlib import Path

from environments.phone.faults import Faults
from environments.phone.storage import Storage
from environments.phone.stream import Stream, StreamClosed

WORD = struct.Struct("<I")
STAT_V1 = struct.Struct("<III")
STAT_V2 = struct.Struct("<IQQIIIIQqqq")
CHUNK_BYTES = 64 * 1024
LONGEST_PATH = 1024


class SyncService:
    """One `sync:` stream after the other; keeps nothing between them."""

    def __init__(self, storage: Storage, faults: Faults, log: Callable[..., None]) -> None:
        self._storage = storage
        self._faults = faults
        self._log = log

    def serve(self, stream: Stream) -> None:
        while True:
            request, length = self._header(stream)
            if request == b"QUIT":
                return
            if length > LONGEST_PATH:
                _fail(stream, "path too long")
                return
            path = stream.read(length).decode("utf-8", "surrogateescape")
            match request:
                case b"STAT" | b"STA2" | b"LST2":
                    self._stat(stream, request, path)
                case b"LIST" | b"LIS2":
                    self._list(stream, request, path)
                case b"RECV":
                    self._pull(stream, path)
                case b"SEND":
                    self._push(stream, path)
                case _:
                    _fail(stream, f"unknown command {request!r}")
                    return

    @staticmethod
    def _header(stream: Stream) -> tuple[bytes, int]:
        header = stream.read(8)
        return header[:4], WORD.unpack(header[4:])[0]

    def _stat(self, stream: Stream, request: bytes, path: str) -> None:
        # The first version follows no links, as lstat; STA2 does.
        found, error = self._look(path, follow=request == b"STA2")
        if request == b"STAT":
            stream.write(b"STAT" + _stat_v1(found))
        else:
            stream.write(request + _stat_v2(found, error))

    def _look(self, path: str, *, follow: bool) -> tuple[os.stat_result | None, int]:
        try:
            return os.stat(self._storage.path(path), follow_symlinks=follow), 0
        except OSError as e:
            return None, e.errno or errno.EACCES

    def _list(self, stream: Stream, request: bytes, path: str) -> None:
        first = request == b"LIST"
        try:
            entries = sorted(os.scandir(self._storage.path(path)), key=lambda entry: entry.name)
        except OSError:
            entries = []  # the protocol has no error here; hosts take it for an empty folder
        for entry in entries:
            found = entry.stat(follow_symlinks=False)
            name = os.fsencode(entry.name)
            described = b"DENT" + _stat_v1(found) if first else b"DNT2" + _stat_v2(found, 0)
            stream.write(described + WORD.pack(len(name)) + name)
        stream.write(b"DONE" + bytes((STAT_V1 if first else STAT_V2).size + WORD.size))

    def _pull(self, stream: Stream, path: str) -> None:
        try:
            with self._storage.path(path).open("rb") as file:
                self._log("pull", path=path)
                while data := file.read(CHUNK_BYTES):
                    stream.write(b"DATA" + WORD.pack(len(data)) + data)
        except OSError as e:
            _fail(stream, f"open failed: {e.strerror or e}")
        else:
            stream.write(b"DONE" + WORD.pack(0))

    def _push(self, stream: Stream, target: str) -> None:
        path, _, mode = target.rpartition(",")
        # Next to the phone's folders and not in them: a push that breaks off leaves nothing behind.
        part = self._storage.root / f"push-{id(stream)}-{stream.local}"
        try:
            size, modified, problem = self._receive(stream, part)
            if problem is None:
                problem = self._put(part, path, mode, modified)
        finally:
            part.unlink(missing_ok=True)
        self._log("push", path=path, bytes=size, problem=problem)
        if problem is None:
            stream.write(b"OKAY" + WORD.pack(0))
        else:
            _fail(stream, problem)

    def _receive(self, stream: Stream, part: Path) -> tuple[int, int, str | None]:
        """Size, time of the last change, and what went wrong. Takes all: the host listens only afterwards."""
        size = 0
        problem = "write failed: No space left on device" if self._faults.disk_full else None
        with part.open("wb") as file:
            while True:
                kind, length = self._header(stream)
                if kind == b"DONE":
                    return size, length, problem  # here the length is the time
                if kind != b"DATA" or length > CHUNK_BYTES:
                    raise StreamClosed("no file data")
                data = stream.read(length)
                size += length
                if problem is None:
                    try:
                        file.write(data)
                        file.flush()
                    except OSError as e:
                        problem = f"write failed: {e.strerror}"

    def _put(self, part: Path, path: str, mode: str, modified: int) -> str | None:
        """Move a received file to its place. What went wrong, or None."""
        try:
            place = self._storage.writable(path)
            place.parent.mkdir(parents=True, exist_ok=True)
            part.chmod(stat.S_IMODE(int(mode)) | stat.S_IRUSR | stat.S_IWUSR)
            os.utime(part, (modified, modified))
            part.replace(place)
        except ValueError:
            return f"invalid mode {mode!r}"
        except OSError as e:
            return f"couldn't create file: {e.strerror or e}"
        return None


def _fail(stream: Stream, message: str) -> None:
    data = message.encode("utf-8", "surrogateescape")
    stream.write(b"FAIL" + WORD.pack(len(data)) + data)


def _stat_v1(found: os.stat_result | None) -> bytes:
    if found is None:
        return STAT_V1.pack(0, 0, 0)
    return STAT_V1.pack(found.st_mode, found.st_size & 0xFFFFFFFF, int(found.st_mtime) & 0xFFFFFFFF)


def _stat_v2(found: os.stat_result | None, error: int) -> bytes:
    if found is None:
        return STAT_V2.pack(error, *(0,) * 10)
    times = (int(found.st_atime), int(found.st_mtime), int(found.st_ctime))
    numbers = (found.st_dev, found.st_ino, found.st_mode, found.st_nlink, found.st_uid, found.st_gid, found.st_size)
    return STAT_V2.pack(0, *numbers, *times)
