"""`handeye devices`: which Android devices adb sees, and getting more of them over the network."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(invoke_without_command=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="As 192.168.1.20:37001.")]


@app.callback()
def devices(context: typer.Context, as_json: AsJson = False) -> None:
    """List the Android devices that adb sees, with their state; pair with and connect to one on the network."""
    from dataclasses import asdict

    from agent.cli import terminal
    from environments.android.devices import list_devices

    if context.invoked_subcommand is not None:
        return
    found = list_devices()
    if as_json:
        print(terminal.as_json([asdict(d) for d in found]))
        return
    for device in found:
        print(terminal.clean(str(device)))
    if not found:
        print("no device: connect a phone with USB debugging on, or `handeye phone` starts a simulated one")


@app.command()
def pair(
    address: Address,
    code: Annotated[str | None, typer.Option("--code", help="The six digits; asked for where it's missing.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a phone and this machine known to each other, once.

    Address and code are those that the phone shows under Wireless debugging > Pair device with pairing code.
    """
    import sys

    from actions.errors import UsageError
    from agent.cli import terminal
    from environments.android import wireless

    wireless.check_address(address)
    if code is None:
        if not sys.stdin.isatty():
            raise UsageError("the pairing code is missing", remedy=f"handeye devices pair {address} --code 123456")
        print("pairing code: ", end="", file=sys.stderr, flush=True)
    wireless.pair(address, code if code is not None else sys.stdin.readline().strip())
    if as_json:
        print(terminal.as_json({"paired": address}))
    else:
        print(f"paired with {address}; now: handeye devices connect, with the address under Wireless debugging itself")


@app.command()
def connect(address: Address, as_json: AsJson = False) -> None:
    """Connect to a phone on the network, by the address that it shows under Wireless debugging itself."""
    from dataclasses import asdict

    from agent.cli import terminal
    from environments.android import wireless

    device = wireless.connect(address)
    print(terminal.as_json(asdict(device)) if as_json else terminal.clean(f"connected: {device}"))


@app.command()
def apps(
    serial: Annotated[str | None, typer.Option("--serial", help="Which phone, where there are several.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the apps of a phone by package, with their labels in the phone's language."""
    from agent.cli import terminal
    from environments.android.devices import list_apps

    found = sorted(list_apps(serial), key=lambda app: app.package)
    if as_json:
        print(terminal.as_json([{"package": a.package, "activity": a.activity, "label": a.label} for a in found]))
        return
    for known in found:
        print(terminal.clean(str(known)))
