"""What is tidied up when this process is killed and can't do it itself: a folder, and a group of processes.

A small shell holds the reading end of a pipe whose other end only this process has. The pipe ends with this process,
however that goes; then the shell removes the folder and ends the process group that it is in. POSIX only.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

SCRIPT = 'read -r _; rm -rf -- "$1"; kill -KILL 0'


class Aftermath:
    """Waits. `group`: the process group to end, made with `Popen(process_group=0)`; None for the folder alone.

    Raises `OSError` where the shell can't be started or the group has ended already.
    """

    def __init__(self, folder: Path, *, group: int | None = None) -> None:
        self._shell = subprocess.Popen(
            ["/bin/sh", "-c", SCRIPT, "sh", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            # As a member of the group it keeps the group's number from being given to anyone else.
            process_group=group or 0,
        )

    def close(self) -> None:
        """Do it now: the owner calls this when it has tidied up itself. May be called twice."""
        assert self._shell.stdin is not None
        self._shell.stdin.close()
        self._shell.wait()
