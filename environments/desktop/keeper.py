# pyright: basic
"""A small process that keeps what was in the clipboard before the worker pasted.

On X11 a selection's contents live in the process that owns it. This one outlives the run, as the program that the
contents were copied from would have, and ends as soon as all of them have a new owner.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import subprocess
import sys
from collections.abc import Mapping

from Xlib import error

from environments.desktop import child
from environments.desktop.selections import Content, Item, Selections
from environments.desktop.x11 import spare_cookie_file

START_SECONDS = 5.0
PARTS_SECONDS = 5.0
"""How long a program may still take to read what it had begun to when somebody copied something else."""


class Keeper:
    """Such a process. It takes a while to start, so it is started before there is something to keep."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            child.command("keeper"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environment),
            start_new_session=True,
            cwd="/",
        )

    def take(self, contents: Mapping[str, Content]) -> bool:
        """Own these contents (selection name -> content) from now on. False where they could not be taken."""
        packed = {
            name: {t: [i.type, i.format, base64.b64encode(i.data).decode()] for t, i in content.items()}
            for name, content in contents.items()
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError), self._process.stdin as pipe:
            pipe.write(json.dumps(packed).encode())
        with self._process.stdout as pipe:
            ready, _, _ = select.select([pipe], [], [], START_SECONDS)
            return bool(ready) and pipe.readline() == b"kept\n"


def main() -> None:
    """Contents on standard input; "kept" on standard output once they are owned; then serve until all are taken."""
    with child.private_stdout() as answer:
        packed = json.load(sys.stdin)
        contents = {
            name: {t: Item(kind, size, base64.b64decode(data)) for t, (kind, size, data) in content.items()}
            for name, content in packed.items()
        }
        spare_cookie_file()
        selections = Selections()
        if selections.own(contents) != set(contents):
            return
        answer.write(b"kept\n")
    # Nobody reads these any more, and an open pipe would keep a shell that started the run waiting.
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    with contextlib.suppress(error.ConnectionClosedError, OSError):  # the X server ended, and so does this
        selections.serve(None, lambda: not selections.contents)
        selections.serve(PARTS_SECONDS, lambda: not selections.sending)
