"""The phone's files: a folder of its own on this machine, which paths on the phone can't leave."""

from __future__ import annotations

import os
import posixpath
import shutil
import tempfile
from pathlib import Path

from environments.aftermath import Aftermath

SOCKET_PATH_BYTES = 100
"""A socket's path may have 104 bytes on macOS and 108 on Linux."""

ALIASES = ("/storage/emulated/0", "/storage/self/primary", "/mnt/sdcard")
"""Other names of /sdcard."""


class Storage:
    """Made with the phone, removed by `close`, or when this process is killed."""

    def __init__(self) -> None:
        place = tempfile.mkdtemp(prefix="handeye-phone-")
        if len(os.fsencode(place)) > SOCKET_PATH_BYTES - 10:
            Path(place).rmdir()
            place = tempfile.mkdtemp(prefix="handeye-phone-", dir="/tmp")
        self.root = Path(place).resolve()
        self._aftermath = Aftermath(self.root)
        self.binaries = self.root / "system/bin"
        self.run = self.root / "run"
        try:
            for folder in (self.root / "sdcard/Download", self.root / "data/local/tmp", self.binaries, self.run):
                folder.mkdir(parents=True)
        except OSError:
            self.close()
            raise

    def path(self, device_path: str) -> Path:
        """Where a file of the phone lies on this machine. `PermissionError` for what leads out of the folder."""
        if "\0" in device_path:
            raise PermissionError("a path holds no NUL")
        plain = posixpath.normpath("/" + device_path.lstrip("/"))
        for alias in ALIASES:
            if plain == alias or plain.startswith(alias + "/"):
                plain = "/sdcard" + plain.removeprefix(alias)
        path = self.root / plain.lstrip("/")
        # A shell command may have left a link here that leads anywhere.
        if not path.resolve().is_relative_to(self.root):
            raise PermissionError(f"{device_path} leads out of the phone")
        return path

    def writable(self, device_path: str) -> Path:
        """The same for writing; the phone's system is read-only."""
        path = self.path(device_path)
        if path.is_relative_to(self.root / "sdcard") or path.is_relative_to(self.root / "data"):
            return path
        raise PermissionError(f"{device_path}: Read-only file system")

    def close(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        self._aftermath.close()
