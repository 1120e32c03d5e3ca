"""A lock on an open file, between processes: one function for the systems that differ in how it is had."""

from __future__ import annotations

import errno
import os
import sys


def lock(fd: int, *, shared: bool = False) -> bool:
    """Lock an open file for as long as it stays open, also against other processes; False where another has it.

    The system lets go of the lock when the process dies, however it dies.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(fd, 1 << 40, os.SEEK_SET)  # far behind the end: a locked range can't be read by others
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
            os.lseek(fd, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(fd, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError as e:
        if e.errno in (errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK):
            return False
        if e.errno in (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS):
            return True  # a network disk without locks: the folder's own random name has to do
        raise
    return True
