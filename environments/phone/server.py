"""The simulated phone behind ADB: what `adb connect` reaches, with a real shell beneath.

Anyone on this machine who can open a TCP connection can drive the phone, as with a real one in TCP mode. In the sandbox
that is all they can do; where bubblewrap doesn't work, `note` says so and, on Linux, only this user's own processes are
let in.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Self

from actions.errors import DeviceError
from environments.phone import peers
from environments.phone.adbd import Daemon, Service
from environments.phone.commands.base import System
from environments.phone.phone import Phone
from environments.phone.sandbox import build
from environments.phone.shell import Shell
from environments.phone.storage import Storage
from environments.phone.stream import Stream
from environments.phone.stubs import Stubs
from environments.phone.sync import SyncService

FEATURES = "shell_v2,cmd,stat_v2,ls_v2,fixed_push_mkdir"
"""What the phone tells the host it can do; more would have to be answered for."""


class PhoneServer:
    """Serves one phone; a context manager.

    `port` 0 picks a free one. `shell` is the name or path of the shell to run commands with; None takes mksh where
    there is one. `note` is "" or what the user should know, in words. Raises `DeviceError` where there is no shell, the
    port can't be had, or the disk is full.
    """

    def __init__(self, phone: Phone, *, port: int = 0, host: str = "127.0.0.1", shell: str | None = None) -> None:
        self.phone = phone
        # Phones of one seed have one serial number, as emulators have; this is what tells them apart.
        phone.properties |= {"ro.boot.qemu": "1", "ro.boottime.init": str(time.monotonic_ns())}
        self.faults = phone.faults
        try:
            with ExitStack() as undo:
                self._storage = Storage()
                undo.callback(self._storage.close)
                sandbox = build(self._storage, shell)
                self.note = sandbox.note
                self._daemon = Daemon(
                    host,
                    port,
                    banner=self._banner,
                    services=self._service,
                    faults=self.faults,
                    log=phone.log.add,
                    own_user_only=sandbox.bubblewrap is None and peers.can_tell(),
                )
                undo.callback(self._daemon.close)
                self._system = System(phone, self._storage, self.faults, self._daemon.disconnect)
                self._stubs = Stubs(sandbox, self._system, self._daemon.threads)
                undo.pop_all()
        except OSError as e:
            raise DeviceError(f"the simulated phone can't be served on {host}:{port}: {e}", remedy="try port 0") from e
        self.address = f"{host}:{self._daemon.port}"
        self._shell = Shell(sandbox, self.faults, self._daemon.threads, phone.log.add)
        self._sync = SyncService(self._storage, self.faults, phone.log.add)
        self._daemon.start()

    def disconnect(self) -> None:
        """Drop all connections, as pulling the cable does. Hosts may connect again at once."""
        self._daemon.disconnect()

    def accept_key(self) -> None:
        """The user taps "Allow USB debugging": let in the hosts that wait, and those to come."""
        self.faults.auth = None
        self._daemon.admit()

    def close(self) -> None:
        """End all commands, connections and threads, and remove the phone's files. May be called twice."""
        self._stubs.close()
        self._daemon.close()
        self._storage.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------ for the daemon

    def _banner(self) -> bytes:
        names = ("ro.product.name", "ro.product.model", "ro.product.device")
        with self.phone.lock:
            known = {name: self.phone.properties.get(name, "") for name in names}
        # A separator within a value would end it.
        pairs = (f"{name}={value.translate(SEPARATORS)}" for name, value in known.items())
        return f"device::{';'.join(pairs)};features={FEATURES}".encode()

    def _service(self, name: str) -> Service | None:
        """The service that a host asks for by name, or None."""
        self.phone.log.add("open", service=name)
        kind, _, rest = name.partition(":")
        word, *options = kind.split(",")
        match word:
            case "shell":
                framed, terminal = "v2" in options, "pty" in options
                return lambda stream: self._shell.serve(stream, rest, framed=framed, terminal=terminal)
            case "exec":
                return lambda stream: self._shell.serve(stream, rest, framed=False)
            case "sync":
                return self._sync.serve
            case "tcpip":
                return _says(f"restarting in TCP mode port: {rest}\n".encode())
            case "usb":
                return _says(b"restarting in USB mode\n")
            case "root" | "unroot" | "remount" | "disable-verity":
                return _says(b"adbd cannot run as root in production builds\n")
            case "localabstract":
                return self._system.sockets.get(rest)
            case "reverse":
                return _says(_reverse(rest))
            case "reboot":
                return self._reboot
            case _:
                return None

    def _reboot(self, _: Stream) -> None:
        self.phone.log.add("reboot")
        self._daemon.disconnect()


SEPARATORS = str.maketrans(";:=", "   ")


def _says(answer: bytes) -> Callable[[Stream], None]:
    return lambda stream: stream.write(answer)


def _reverse(request: str) -> bytes:
    """Nothing on the phone leads back to the host: that is said in the form that adb reads."""
    if request.startswith("list-forward"):
        return b"0000"
    if request.startswith("killforward-all"):
        return b"OKAY"
    message = b"the simulated phone forwards nothing"
    return b"FAIL" + f"{len(message):04x}".encode() + message
