"""The displays of a phone, which has one unless it folds or something is plugged in.

A display has two numbers: a small one that `input` and `am` take, and the one of the panel itself, which `screencap`
takes (frameworks/base/cmds/screencap: "see dumpsys SurfaceFlinger --display-id"). Only DisplayManagerService.dump has
both, in the lines of DisplayViewport.toString: displayId=2, uniqueId='local:4619827551948147201'. Virtual displays have
no panel, and no picture by `screencap`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from actions.errors import DeviceError
from actions.geometry import Size
from environments.android.transport import Transport

COMMAND = "dumpsys display | grep -F DisplayViewport{"
VIEWPORT = re.compile(r"DisplayViewport\{([^{}]*)\}")
NUMBER = re.compile(r"\bdisplayId=(\d{1,9})\b")
PANEL = re.compile(r"\buniqueId='local:(\d{1,20})'")
FRAME = re.compile(r"\blogicalFrame=Rect\(0, 0 - (\d{1,5}), (\d{1,5})\)")


@dataclass(frozen=True, slots=True)
class Display:
    number: int
    panel: str
    """What `screencap -d` takes."""
    size: Size | None
    """As it is turned; None where the phone doesn't say."""


def read(transport: Transport) -> tuple[Display, ...]:
    """Those that pictures can be taken of. Raises `DeviceError`."""
    return parse(transport.read(COMMAND).text)


def find(number: int, transport: Transport) -> Display:
    """The one with this number; `DeviceError` that names the others where there is none."""
    found = read(transport)
    for one in found:
        if one.number == number:
            return one
    known = ", ".join(f"{d.number} ({d.size})" for d in found) or "none"
    raise DeviceError(
        f"{transport.serial} has no display {number}; it has {known}", remedy="name one of these, or none"
    )


def parse(text: str) -> tuple[Display, ...]:
    """The displays in the lines that `COMMAND` prints, each once. Never raises."""
    found: dict[int, Display] = {}
    for viewport in VIEWPORT.findall(text):
        number, panel, frame = NUMBER.search(viewport), PANEL.search(viewport), FRAME.search(viewport)
        if number is not None and panel is not None:
            size = Size(int(frame[1]), int(frame[2])) if frame and int(frame[1]) and int(frame[2]) else None
            found.setdefault(int(number[1]), Display(int(number[1]), panel[1], size))
    return tuple(found.values())
