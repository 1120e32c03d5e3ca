"""`getevent`: what the kernel tells of the touch panel and of the keys, with -p what there is.

Form: system/core/toolbox/getevent.c of the Android Open Source Project. Times (-t) are of the monotonic clock; with one
device named, lines don't begin with it.
"""

from __future__ import annotations

import queue
import select
from collections.abc import Mapping
from types import MappingProxyType

from environments.phone import panel
from environments.phone.commands.base import Call, CommandError
from environments.phone.panel import DEVICES, TOUCH, Device, Event

USAGE = "Usage: getevent [-t] [-l] [-p] [device]"
LOOK_SECONDS = 0.2
"""How often it is looked whether anyone still reads."""

TYPES: Mapping[int, str] = MappingProxyType({panel.EV_SYN: "EV_SYN", panel.EV_KEY: "EV_KEY", panel.EV_ABS: "EV_ABS"})
CODES: Mapping[tuple[int, int], str] = MappingProxyType(
    {
        (panel.EV_SYN, panel.SYN_REPORT): "SYN_REPORT",
        (panel.EV_KEY, panel.BTN_TOUCH): "BTN_TOUCH",
        (panel.EV_ABS, panel.SLOT): "ABS_MT_SLOT",
        (panel.EV_ABS, panel.POSITION_X): "ABS_MT_POSITION_X",
        (panel.EV_ABS, panel.POSITION_Y): "ABS_MT_POSITION_Y",
        (panel.EV_ABS, panel.TRACKING_ID): "ABS_MT_TRACKING_ID",
        **{(panel.EV_KEY, code): f"KEY_{name.upper().replace('_', '')}" for name, code in panel.KEYS.items()},
    }
)


def getevent(call: Call) -> None:
    letters = "".join(word[1:] for word in call.arguments if word.startswith("-"))
    paths = [word for word in call.arguments if not word.startswith("-")]
    if not set(letters) <= set("tlp"):
        raise CommandError(USAGE, code=1)
    wanted = [device for device in DEVICES if not paths or device.path in paths]
    for path in paths:
        if path not in [device.path for device in DEVICES]:
            raise CommandError(f"could not open {path}, No such file or directory", code=1)
    with call.phone.panel.listening() as events:
        if not paths or "p" in letters:
            for number, device in enumerate(wanted, 1):
                call.say(f"add device {number}: {device.path}", f'  name:     "{device.name}"')
                if "p" in letters:
                    call.say(*_possible(call, device, labels="l" in letters))
        if "p" not in letters:
            _tell(call, events, wanted, letters, named=not paths)


def _possible(call: Call, device: Device, *, labels: bool) -> list[str]:
    def name(kind: int, code: int) -> str:
        return f"{CODES[kind, code]:<21}" if labels else f"{code:04x} "

    if device is not TOUCH:
        keys = "".join(name(panel.EV_KEY, code) for code in sorted(panel.KEYS.values()))
        return ["  events:", f"    KEY (0001): {keys}", "  input props:", "    <none>"]
    axes = [
        f"{name(panel.EV_ABS, code)} : value 0, min 0, max {highest}, fuzz 0, flat 0, resolution 0"
        for code, highest in call.phone.panel.ranges()
    ]
    head = ["  events:", f"    KEY (0001): {name(panel.EV_KEY, panel.BTN_TOUCH)}", f"    ABS (0003): {axes[0]}"]
    return [*head, *(f"                {axis}" for axis in axes[1:]), "  input props:", "    INPUT_PROP_DIRECT"]


def _tell(call: Call, events: queue.Queue[Event], wanted: list[Device], letters: str, *, named: bool) -> None:
    """Until nobody reads any more. `BrokenPipeError` then."""
    reader = select.poll()
    reader.register(call.stdout, 0)
    while not call.system.closing.is_set():
        try:
            event = events.get(timeout=LOOK_SECONDS)
        except queue.Empty:
            if reader.poll(0):  # the pipe's other end is closed
                return
            continue
        if event.device in wanted:
            call.say(_line(event, letters, named=named))


def _line(event: Event, letters: str, *, named: bool) -> str:
    when = f"[{event.time:15.6f}] " if "t" in letters else ""
    where = f"{event.device.path}: " if named else ""
    value = event.value & 0xFFFFFFFF
    if "l" not in letters:
        return f"{when}{where}{event.type:04x} {event.code:04x} {value:08x}"
    what = CODES[event.type, event.code]
    said = ("UP", "DOWN", "REPEAT")[event.value] if event.type == panel.EV_KEY else f"{value:08x}"
    return f"{when}{where}{TYPES[event.type]:<12} {what:<20} {said:<20}"
