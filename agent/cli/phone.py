"""`handeye phone`: a simulated phone for others to drive over adb."""

from __future__ import annotations

from typing import Annotated

import typer


def phone(
    seed: Annotated[int, typer.Option("--seed", min=0, help="Decides layout, names and states.")] = 0,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0: any free port.")] = 0,
    size: Annotated[str, typer.Option("--size", help="Pixels, as 1080x2400.")] = "1080x2400",
    fault: Annotated[
        list[str] | None, typer.Option("--fault", help="Something that goes wrong, as slow=0.5; may be repeated.")
    ] = None,
    tasks: Annotated[bool, typer.Option("--tasks", help="List the kinds of tasks and stop.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --tasks: print JSON.")] = False,
) -> None:
    """Start a simulated phone on 127.0.0.1 that any adb can connect to; Ctrl-C ends it. See docs/phone.md."""
    import json
    import re
    import sys
    import threading

    from actions.errors import UsageError
    from actions.geometry import Size

    if tasks:
        from environments.phone.tasks import TEMPLATES, sample

        examples = {name: sample(name, seed) for name in TEMPLATES}
        if as_json:
            rows = [
                {"name": n, "app": e.goal.package, "possible": e.goal.possible, "text": e.text, "text_zh": e.text_zh}
                for n, e in examples.items()
            ]
            print(json.dumps(rows, ensure_ascii=False))
        else:
            for name, example in examples.items():
                print(f"{name:<20} {example.text}")
        return
    from environments.phone.phone import Phone
    from environments.phone.server import PhoneServer

    match = re.fullmatch(r"(\d{2,4})x(\d{2,4})", size)
    if match is None:
        raise UsageError(f"a size is written as 1080x2400, not {size!r}")
    with PhoneServer(Phone(seed, size=Size(int(match[1]), int(match[2]))), port=port) as server:
        for name, given, value in (f.partition("=") for f in fault or []):
            server.faults.put(name, value if given else "true")
        if server.note:
            print(server.note, file=sys.stderr)
        print(f"a simulated phone, seed {seed}: adb connect {server.address}", flush=True)
        threading.Event().wait()
