"""What is tidied up when this process is killed and can't do it itself: a folder, and a group of processes.

A small shell holds the reading end of a pipe whose other end only this process has. The pipe ends with this process,
however that goes; then the shell removes the folder and ends the process group that it is in. POSIX only.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

SCRIPT = 'read -r _; rm -rf -- "$1"; kill -KILL 0'


class Aftermath:
    """Waits. Made before what it is for: a process that is to end with it is started with `process_group=group`.

    Raises `OSError` where the shell can't be started.
    """

    def __init__(self, folder: Path) -> None:
        self._shell = subprocess.Popen(
            ["/bin/sh", "-c", SCRIPT, "sh", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            process_group=0,
        )
        self.group = self._shell.pid
        """The process group. Its number is given to nobody else, since the shell is in it and leaves it last."""

    def close(self) -> None:
        """Do it now: the owner calls this when it has tidied up itself. May be called twice."""
        assert self._shell.stdin is not None
        self._shell.stdin.close()
        self._shell.wait()
