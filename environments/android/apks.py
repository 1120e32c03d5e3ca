"""What apps are called, out of the files that they are installed from, in the phone's language.

An app's file may have hundreds of megabytes; of each only the list of what is in it and its compiled resources are
read, through `dd`, which needs no more than adb's own user may do. Apps from a store come in parts, one of them for
each language.
"""

from __future__ import annotations

import re
import shlex
import zipfile
import zlib
from collections.abc import Sequence
from typing import IO, cast

from environments.android import resources
from environments.android.adb import clean
from environments.android.resources import Locale
from environments.android.shell import Buffer
from environments.android.transport import Transport

BLOCK = 1 << 16
LANGUAGE = "settings get system system_locales; getprop persist.sys.locale; getprop ro.product.locale"
"""The first one that is set is the phone's."""
TABLE = "resources.arsc"
DAMAGED = OSError, EOFError, KeyError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error
"""What zipfile raises for what is no archive, is encrypted or packed in an unknown way, or holds no such file."""
MOST = 64 << 20
"""A larger table of resources is left alone."""


def language(transport: Transport) -> Locale:
    for line in transport.read(LANGUAGE).text.splitlines():
        tag = line.split(",")[0].strip()
        if re.fullmatch(r"[a-z]{2,3}([-_]\w+)*", tag):
            return Locale.parse(tag)
    return Locale()


def label(transport: Transport, files: Sequence[str], resource: int, locale: Locale, *, seconds: float) -> str | None:
    """What a resource says in an app that is installed from `files`; None where that can't be found out.

    Raises `DeviceLost` and `DeviceTimeout`.
    """
    tables = [table for file in files if (table := _table(transport, file, seconds)) is not None]
    try:
        found = resources.text(tables, resource, locale)
    except ValueError:
        return None
    return None if found is None else clean(" ".join(found.split())) or None


def _table(transport: Transport, file: str, seconds: float) -> bytes | None:
    """None for a file that can't be read, or has no resources of its own (parts for a processor have none)."""
    try:
        with zipfile.ZipFile(cast("IO[bytes]", RemoteFile(transport, file, seconds=seconds))) as archive:
            if archive.getinfo(TABLE).file_size > MOST:
                return None
            return archive.read(TABLE)
    except DAMAGED:
        return None


class RemoteFile:
    """A file on the phone, to be read from anywhere: as much of Python's files as `zipfile` needs."""

    def __init__(self, transport: Transport, path: str, *, seconds: float) -> None:
        """`seconds`: for each read. `OSError` for what is no file that may be read."""
        self._transport, self._path, self._seconds = transport, shlex.quote(path), seconds
        size = transport.read(f"stat -L -c %s {self._path}", seconds=seconds).text.strip()
        if not size.isdecimal():
            raise OSError(f"{path} can't be read")
        self._size, self._at = int(size), 0
        self._first, self._kept = 0, b""

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        start = (0, self._at, self._size)[whence]
        if start + offset < 0:
            raise OSError("before the beginning")
        self._at = start + offset
        return self._at

    def read(self, count: int = -1) -> bytes:
        """`count` bytes, or up to the end."""
        end = self._size if count < 0 else min(self._at + count, self._size)
        if self._at >= end:
            return b""
        if not (self._first <= self._at and end <= self._first + len(self._kept)):
            block = self._at // BLOCK
            self._first, self._kept = block * BLOCK, self._fetch(block, -(-end // BLOCK) - block)
        found = self._kept[self._at - self._first : end - self._first]
        if len(found) < end - self._at:
            raise OSError("the file has become shorter")
        self._at = end
        return found

    def _fetch(self, block: int, count: int) -> bytes:
        command = f"dd if={self._path} bs={BLOCK} skip={block} count={count} 2>/dev/null"
        reply = self._transport.read(command, seconds=self._seconds, out=Buffer())
        if reply.code != 0:
            raise OSError(f"dd: exit code {reply.code}")
        return bytes(reply.out)

    def close(self) -> None:
        pass
