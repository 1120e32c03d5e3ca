"""One run at a time on one phone, among all processes and users of this machine.

The lock is the system's, on a file at a place that all users share, so that it goes with the process, however that
ends; what the file says only tells who holds it. Another machine that reaches the phone is not seen.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shlex
import stat
import sys
import tempfile
from pathlib import Path

from actions.errors import DeviceError
from environments.android.adb import clean
from environments.file_lock import lock

SAFE = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
TRIES = 20
COMMAND_CHARACTERS = 160


class DeviceLock:
    """Held from when it is made until `release`, or until this process ends.

    `identity`: what tells the phone from all others; `called`: its name in an error; `folder`: None for the one that
    all users share. Raises `DeviceError` that names the holder's process and command.
    """

    def __init__(self, identity: str, *, called: str, folder: Path | None = None) -> None:
        name = hashlib.sha256(identity.encode()).hexdigest()[:16]
        self._path = (folder or _shared()) / f"handeye-phone-{name}.lock"
        try:
            self._fd: int | None = self._take(called)
        except OSError as e:
            raise DeviceError(f"{self._path} can't be locked: {e.strerror or e}", remedy=f"rm {self._path}") from e

    def _take(self, called: str) -> int:
        for _ in range(TRIES):
            fd = _open(self._path)
            if not lock(fd):
                holder = _holder(fd)
                os.close(fd)
                raise DeviceError(f"{called} is in use by {holder}", remedy="wait until it ends, or end it")
            if _lies_at(fd, self._path):
                os.ftruncate(fd, 0)
                os.write(fd, f"{os.getpid()}\n{_command()}\n".encode())
                return fd
            os.close(fd)  # whoever held it has removed the file meanwhile
        raise DeviceError(f"{called} is taken and let go too often by others", remedy="try again")

    def release(self) -> None:
        """May be called twice."""
        if self._fd is None:
            return
        fd, self._fd = self._fd, None
        with contextlib.suppress(OSError):  # another user's file stays
            self._path.unlink()
        os.close(fd)


def _shared() -> Path:
    """Where all users can make files: not TMPDIR, which may differ by user. On Windows, which has no such place, only
    runs of the same user see each other."""
    common = Path("/tmp")  # noqa: S108  the names in it are opened with care
    return common if common.is_dir() else Path(tempfile.gettempdir())


def _open(path: Path) -> int:
    """The file, for reading and writing by everyone. `OSError` where it is none."""
    flags = os.O_RDWR | SAFE
    try:
        # Without O_CREAT: with it Linux refuses another user's file in a folder like /tmp (fs.protected_regular).
        fd = os.open(path, flags)
    except FileNotFoundError:
        try:
            fd = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o666)
        except FileExistsError:
            fd = os.open(path, flags)
        else:
            os.chmod(path, 0o666)  # noqa: S103  whatever the umask says: every user must be able to lock it
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(f"{path} is no file")
    return fd


def _lies_at(fd: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(fd), path.lstat())
    except FileNotFoundError:
        return False


def _holder(fd: int) -> str:
    pid, _, command = os.read(fd, 1000).decode("utf-8", "replace").partition("\n")
    if not pid.isdecimal():
        return "another process"
    return f"process {pid} ({clean(command, limit=COMMAND_CHARACTERS)})"


def _command() -> str:
    program, *arguments = sys.argv or ["python"]
    return clean(shlex.join([Path(program).name, *arguments]), limit=COMMAND_CHARACTERS)
