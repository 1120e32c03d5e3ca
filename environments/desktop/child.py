"""Starting the desktop driver's own processes, and giving them a standard output that no library writes to."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import BinaryIO, Literal

_ROOT = Path(__file__).resolve().parents[2]
_BOOT = "import sys; sys.path.insert(0, sys.argv.pop(1)); from environments.desktop.{} import main; main()"


def command(module: Literal["worker", "keeper", "listener"]) -> list[str]:
    """The command that runs `main()` of a module of this package in a process of its own.

    Not `-m`, which looks into the working directory first: a folder named "actions" there would shadow ours. Not
    multiprocessing's spawn, which runs the caller's main module again.
    """
    return [sys.executable, "-P", "-c", _BOOT.format(module), str(_ROOT)]


def private_stdout() -> BinaryIO:
    """The real standard output; what libraries print (python-xlib does) goes to standard error from now on."""
    ours = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(ours, "wb", buffering=0)
