"""`handeye devices`: which Android devices adb sees."""

from __future__ import annotations

from typing import Annotated

import typer


def devices(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the Android devices that adb sees, with their state."""
    from dataclasses import asdict

    from agent.cli import terminal
    from environments.android.devices import list_devices

    found = list_devices()
    if as_json:
        print(terminal.as_json([asdict(d) for d in found]))
        return
    for device in found:
        print(terminal.clean(str(device)))
    if not found:
        print("no device: connect a phone with USB debugging on, or `handeye phone` starts a simulated one")
