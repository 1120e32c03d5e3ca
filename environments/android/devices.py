"""Which phones there are, and which one is meant."""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from adbutils import AdbClient

from actions.errors import ActionError, DeviceError, DeviceLost, UsageError
from actions.geometry import Size
from environments.android.adb import Listed, clean, listed, on_network
from environments.android.apps import App, Apps
from environments.android.state import parse_wm_size
from environments.android.transport import DEADLINES, Deadlines, Transport, Unsent

LIST = "handeye devices"
REMEDIES = {
    "unauthorized": "allow USB debugging on the phone",
    "authorizing": "allow USB debugging on the phone",
    "offline": "unplug the phone and plug it in again, or: adb reconnect offline",
    "no permissions": "see developer.android.com/tools/device for udev rules",
}
IDENTITY = "; ".join(
    f"getprop {name}" for name in ("ro.serialno", "ro.boot.qemu", "ro.kernel.qemu", "ro.boottime.init")
)
QUESTIONS = f"getprop ro.product.model; getprop ro.build.version.release; {IDENTITY}; wm size"


@dataclass(frozen=True, slots=True)
class Device:
    """A phone as `handeye devices` shows it. What it doesn't tell, or is not asked because it isn't ready, is None."""

    serial: str
    state: str
    """adb's word: "device" (ready), "unauthorized", "offline", …"""
    model: str | None = None
    android: str | None = None
    """The Android version, "14"."""
    size: Size | None = None
    identity: str | None = None
    """The same for the same phone, under whatever serial adb knows it."""

    @property
    def ready(self) -> bool:
        return self.state == "device"

    def __str__(self) -> str:
        about = [self.model, self.android and f"Android {self.android}", self.size and str(self.size)]
        return f"{self.serial} ({', '.join(a for a in (*about, None if self.ready else self.state) if a)})"


def adb_client(client: AdbClient | int | None = None) -> AdbClient:
    """`client` itself, one for an adb server's port on this machine, or (None) for the usual server, whose port
    is 5037 or what ANDROID_ADB_SERVER_PORT says."""
    if isinstance(client, AdbClient):
        return client
    return AdbClient() if client is None else AdbClient("127.0.0.1", client)


def list_devices(client: AdbClient | int | None = None, *, deadlines: Deadlines = DEADLINES) -> list[Device]:
    """Every phone that adb knows, ready or not. One that doesn't answer is listed without what it would have said.

    Raises `DeviceError` where adb itself doesn't work.
    """
    adb = adb_client(client)
    found = listed(adb, seconds=deadlines.connect)
    if not found:
        return []
    with ThreadPoolExecutor(max_workers=8) as pool:
        return list(pool.map(partial(look_at, adb, deadlines), found))


def look_at(client: AdbClient, deadlines: Deadlines, known: Listed) -> Device:
    """A phone with what it says of itself, if it is ready and says it."""
    device = Device(clean(known.serial), clean(known.state))
    if not device.ready:
        return device
    try:
        text = Transport(known.serial, client=client, deadlines=deadlines).run(QUESTIONS, seconds=deadlines.read).text
    except (Unsent, DeviceError):
        return device
    model, android, *rest = [*text.splitlines(), *[""] * 6]
    size = parse_wm_size("\n".join(rest[4:]), 0)
    return Device(
        device.serial,
        device.state,
        clean(model) or None,
        clean(android) or None,
        size,
        parse_identity("\n".join(rest[:4])),
    )


def parse_identity(printed: str) -> str | None:
    """What tells a phone from all others, from what `IDENTITY` prints; None where it says nothing.

    Its serial number; all emulators of a version have the same one (device/generic/goldfish, init.ranchu.rc), so that
    there the nanosecond of its start counts as well (ro.boottime.init).
    """
    serial, qemu, old_qemu, started = (clean(line) for line in [*printed.splitlines(), *[""] * 4][:4])
    if "1" in (qemu, old_qemu):
        serial = f"{serial} {started}".strip()
    return serial or None


def ready_phones(client: AdbClient | int | None = None, *, deadlines: Deadlines = DEADLINES) -> list[Device]:
    """The phones that could be used now, each once: by cable rather than over the network."""
    devices = [d for d in list_devices(client, deadlines=deadlines) if d.ready]
    phones: dict[str, Device] = {}
    for device in sorted(devices, key=lambda d: on_network(d.serial)):
        phones.setdefault(device.identity or device.serial, device)
    return [d for d in devices if d in phones.values()]


def choose(serial: str | None, client: AdbClient, *, deadlines: Deadlines = DEADLINES) -> str:
    """The serial of the phone to use: the one named, or the only one that is ready.

    Raises `UsageError` where several are ready and none is named, `DeviceLost` where there is none,
    `DeviceError` with a remedy where it is there but can't be used.
    """
    found = {d.serial: d.state for d in listed(client, seconds=deadlines.connect)}
    if serial is not None:
        if serial not in found and not on_network(serial):
            known = ", ".join(clean(s) for s in found) or "none"
            raise DeviceLost(f"no phone has the serial {clean(serial)!r}; adb knows {known}", remedy=LIST)
        return _usable(serial, found.get(serial))
    ready = [s for s, state in found.items() if state == "device"]
    if len(ready) == 1:
        return ready[0]
    if ready:
        phones = ready_phones(client, deadlines=deadlines)
        if len(phones) == 1:
            return phones[0].serial
        told = ", ".join(map(str, phones))
        raise UsageError(f"{len(phones)} phones are connected: {told}", remedy="name one: --serial SERIAL")
    if len(found) == 1:
        return _usable(*next(iter(found.items())))
    raise DeviceLost(
        "no phone is connected" if not found else f"none of {len(found)} phones is ready",
        remedy=f"plug one in, turn USB debugging on, then: {LIST}",
    )


def list_apps(
    serial: str | None = None, client: AdbClient | int | None = None, *, deadlines: Deadlines = DEADLINES
) -> tuple[App, ...]:
    """The apps that the launcher of a phone shows, with their labels. Raises what `choose` does, and `DeviceError` for
    a phone that doesn't tell them."""
    adb = adb_client(client)
    transport = Transport(choose(serial, adb, deadlines=deadlines), client=adb, deadlines=deadlines)
    transport.warm_up(IDENTITY, parse_identity)
    try:
        return Apps(transport).labelled()
    except ActionError as e:
        raise DeviceError(e.message, remedy=LIST) from e
    finally:
        transport.close()


def _usable(serial: str, state: str | None) -> str:
    """The serial, unless adb says what keeps it from being used. An address that it doesn't know yet is tried."""
    if state in (None, "device", "connecting"):
        return serial
    if state == "offline" and on_network(serial):
        return serial
    for word, remedy in REMEDIES.items():
        if state.startswith(word):
            raise DeviceError(f"{clean(serial)} is {clean(state)}", remedy=remedy)
    raise DeviceError(f"{clean(serial)} is in the state {clean(state)!r}, not ready", remedy=LIST)
