"""Phones on the network: paired with once, connected to whenever their debugging is on.

Pairing is the adb server's (`host:pair`, packages/modules/adb/client/commandline.cpp, since Android 11): it and the
phone prove to each other that they know the code that the phone shows, and exchange keys. Its answers are those of
client/adb_wifi.cpp.
"""

# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import contextlib
import re

from adbutils import AdbClient

from actions.errors import DeviceError, UsageError
from environments.android.adb import Listed, ask, clean, translated
from environments.android.devices import Device, adb_client, look_at
from environments.android.transport import DEADLINES, Deadlines, Transport

ADDRESS = re.compile(r"(\[[0-9A-Za-z:.%]+\]|[0-9A-Za-z._-]+):(\d{1,5})", re.ASCII)
CODE = re.compile(r"[0-9]{6}")
USUAL_PORT = 5555
"""Where phones listen after `adb tcpip 5555`; wireless debugging picks another port each time."""
ON_THE_PHONE = "on the phone: Settings > Developer options > Wireless debugging"


def check_address(address: str) -> str:
    """The address if it is one, "host:port"; else `UsageError`."""
    found = ADDRESS.fullmatch(address)
    if found is None or not 1 <= int(found[2]) <= 65535:
        raise UsageError(f"an address is written as 192.168.1.20:37001, not {clean(address)!r}", remedy=ON_THE_PHONE)
    return address


def check_code(code: str) -> str:
    if CODE.fullmatch(code) is None:
        raise UsageError(f"a pairing code has six digits, not {clean(code)!r}", remedy=ON_THE_PHONE)
    return code


def pair(address: str, code: str, client: AdbClient | int | None = None, *, seconds: float = 30.0) -> None:
    """Make a phone and this machine known to each other. Both `address` and `code` are those of the dialog "Pair device
    with pairing code"; neither is the address to connect to.

    Raises `UsageError` for what can't be one, and `DeviceError` with what is wrong.
    """
    service = f"host:pair:{check_code(code)}:{check_address(address)}"
    with translated(address, "the pairing"):
        said = clean(ask(adb_client(client), service, seconds=seconds))
    again = f'open "Pair device with pairing code" anew ({ON_THE_PHONE}): its code and port are new each time'
    if said.startswith("Successfully paired"):
        return
    if "Wrong password" in said:
        raise DeviceError(f"{address}: the code is wrong, or the phone has closed its dialog", remedy=again)
    if "Unable to start pairing client" in said:
        raise DeviceError(f"no phone takes a pairing at {address}", remedy=again)
    raise DeviceError(f"{address}: {said or 'the adb server says nothing'}", remedy=again)


def connect(address: str, client: AdbClient | int | None = None, *, deadlines: Deadlines = DEADLINES) -> Device:
    """Connect to a phone and wait until it takes commands. Without a port it is 5555's.

    Raises `UsageError` for what is no address, `DeviceError` with a remedy where the phone can't be had.
    """
    adb = adb_client(client)
    serial = check_address(address if ":" in address else f"{address}:{USUAL_PORT}")
    with translated(serial, "adb connect"):
        said = clean(ask(adb, f"host:connect:{serial}", seconds=deadlines.back))
    if "failed to authenticate" in said:
        raise _unknown(serial)
    if not said.startswith(("connected to", "already connected to")):
        _forget(adb, serial, deadlines)
        raise DeviceError(f"no connection to {serial}: {said}", remedy=f"compare its address and port {ON_THE_PHONE}")
    transport = Transport(serial, client=adb, deadlines=deadlines)
    try:
        transport.await_return(seconds=deadlines.connect)
    except DeviceError as e:
        # The server may say "connected" before the phone has looked at the key.
        raise _unknown(serial) if transport.state() == "unauthorized" else e from None
    return look_at(adb, deadlines, Listed(serial, transport.state()))


def _unknown(serial: str) -> DeviceError:
    return DeviceError(
        f"{serial} does not know this machine yet",
        remedy=f"allow debugging on the phone, or pair first: handeye devices pair ADDRESS ({ON_THE_PHONE})",
    )


def _forget(client: AdbClient, serial: str, deadlines: Deadlines) -> None:
    """adb would go on trying, and say "already connected" the next time."""
    with contextlib.suppress(DeviceError), translated(serial, "adb disconnect"):
        ask(client, f"host:disconnect:{serial}", seconds=deadlines.connect)
