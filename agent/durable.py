"""Writing so that a crash leaves the old state or the new one and never half of either.

What is durable here survives the death of the process at any instruction, and of the machine as far as its disk keeps
its word. Every `OSError` becomes a `StorageError` in `storing`, the one place that translates them.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shlex
import shutil
import stat
import sys
from collections.abc import Generator
from pathlib import Path

from actions.errors import StorageError, UsageError
from environments.file_lock import lock as lock

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NON_BLOCK = getattr(os, "O_NONBLOCK", 0)

# Data and length, without the time stamps; macOS has only fsync.
sync = getattr(os, "fdatasync", os.fsync)


@contextlib.contextmanager
def storing(place: Path) -> Generator[None]:
    """Translates the operating system's refusals to write at `place`."""
    try:
        yield
    except OSError as e:
        if e.errno in _FULL:
            raise disk_full(place) from e
        raise StorageError(
            f"can't write {place}: {e.strerror or e}", remedy="choose a folder that you may write"
        ) from e


def disk_full(place: Path) -> StorageError:
    return StorageError(
        f"no space is left for {place}",
        remedy=f"make room (df -h {shlex.quote(str(place.parent))}) or choose another disk for the runs",
    )


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def make_folder(folder: Path) -> bool:
    """Make a folder that only its owner can read; False where the name is taken."""
    with storing(folder):
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            return False
        sync_folder(folder.parent)
    return True


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable. Windows does that by itself and can't open folders."""
    if sys.platform == "win32":
        return
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_all(fd: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(fd, rest) :]


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all, and durable when this returns. Mode 0600."""
    draft = path.with_name(f".{path.name}.tmp")
    with storing(path):
        try:
            fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _NO_FOLLOW, 0o600)
            try:
                write_all(fd, data)
                os.fsync(fd)
            finally:
                os.close(fd)
            os.replace(draft, path)
            sync_folder(path.parent)
        except OSError:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
            raise


def open_new(path: Path) -> int:
    """A new file to append to, mode 0600. `FileExistsError` where there is one."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _NO_FOLLOW, 0o600)


def open_regular(path: Path, *, write: bool = False) -> int:
    """Open a file that is really one: no link, no pipe (which would block), no device. Else a `UsageError`."""
    try:
        if path.is_symlink():  # where the system has no O_NOFOLLOW
            raise UsageError(f"{path} is a link, expected a file")
        fd = os.open(path, (os.O_RDWR if write else os.O_RDONLY) | _NO_FOLLOW | _NON_BLOCK)
    except OSError as e:
        raise UsageError(f"can't read {path}: {e.strerror or e}") from e
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise UsageError(f"{path} is no ordinary file")
    return fd
