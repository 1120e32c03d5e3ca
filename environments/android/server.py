"""An adb server of our own, for the simulated phone and for tests; leaves the user's server and keys alone.

Two adb programs of different versions kill each other's server on the common port 5037, so whatever needs a server for
itself must not use that one. This server listens on a port that the system picked, looks for no USB devices, announces
nothing and keeps its key in a folder of its own that goes with it. Both go as well when this process is killed.
"""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import adbutils
from adbutils import AdbConnection
from adbutils.errors import AdbConnectionError, AdbError, AdbTimeout

from actions.errors import DeviceError, DeviceLost, DeviceTimeout
from environments.aftermath import Aftermath

QUIET = {
    # Local ports up to this are searched for emulators; the first that would be looked at is 5555.
    "ADB_LOCAL_TRANSPORT_MAX_PORT": "5553",
    "ADB_USB": "0",
    "ADB_MDNS": "0",
    "ADB_MDNS_AUTO_CONNECT": "0",
}
"""What the server is told by its environment. Found in the names that platform-tools 36 looks up; older ones ignore
those that they don't know."""


class AdbServer:
    """A running server; a context manager. POSIX only, since the listening socket is handed down to it.

    `client` is adbutils' client for it, and stays harmless after `close`.
    """

    def __init__(self, *, timeout_seconds: float = 10.0) -> None:
        """Start the server and wait until it answers. `DeviceError` where it doesn't within `timeout_seconds`."""
        if os.name != "posix":
            raise DeviceError("a private adb server needs Linux or macOS", remedy="use WSL on Windows")
        self._home = tempfile.TemporaryDirectory(prefix="handeye-adb-", ignore_cleanup_errors=True)
        self._log = Path(self._home.name) / "server.log"
        try:
            self._process, self.port = self._start()
        except BaseException:
            self._home.cleanup()
            raise
        self.client: adbutils.AdbClient = PrivateClient(self)
        try:
            self._wait_until_up(timeout_seconds)
        except BaseException:
            self.close()
            raise

    def _start(self) -> tuple[subprocess.Popen[bytes], int]:
        # The socket listens before the server runs, so no other process can take the port in between.
        with socket.create_server(("127.0.0.1", 0), backlog=128) as listener, self._log.open("wb") as log:
            port = int(listener.getsockname()[1])
            command = [str(bundled_adb()), "-L", f"acceptfd:{listener.fileno()}", "server", "nodaemon"]
            environment = {
                "PATH": os.environ.get("PATH", os.defpath),
                "HOME": self._home.name,
                "TMPDIR": self._home.name,
                **QUIET,
            }
            try:
                self._aftermath = Aftermath(Path(self._home.name))
                try:
                    process = subprocess.Popen(
                        command,
                        env=environment,
                        cwd=self._home.name,
                        pass_fds=(listener.fileno(),),
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=subprocess.STDOUT,
                        # Ctrl+C in the terminal is for us, not for it; and a kill of ours is for it, too.
                        process_group=self._aftermath.group,
                    )
                except BaseException:
                    self._aftermath.close()
                    raise
            except OSError as e:
                raise DeviceError(f"adb can't be started: {e}", remedy="pip install --force-reinstall adbutils") from e
        return process, port

    def _wait_until_up(self, timeout_seconds: float) -> None:
        # A connection waits in the listener's queue until the server takes it, so one question is enough.
        with (
            self._translated("the private adb server"),
            socket.create_connection(("127.0.0.1", self.port), timeout=timeout_seconds) as asked,
        ):
            asked.sendall(b"000chost:version")
            if asked.recv(4) != b"OKAY":
                raise AdbConnectionError("it does not answer")

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def connect(self, address: str, *, timeout_seconds: float = 10.0) -> adbutils.AdbDevice:
        """Connect to a device at "host:port" and wait until a command runs on it.

        Raises `DeviceError` (what adb said, or that the device isn't authorised), or `DeviceTimeout`.
        """
        if not self.running:
            raise DeviceLost("the private adb server has ended", remedy="start the command again")
        deadline = time.monotonic() + timeout_seconds
        try:
            with self._translated(address):
                said = self.client.connect(address, timeout=timeout_seconds)
                if not said.startswith(("connected to", "already connected to")):
                    raise DeviceError(f"no connection to {address}: {said}", remedy=_remedy(said))
                self.client.wait_for(address, timeout=_left(deadline))
                device = self.client.device(address)
                answer = device.shell("echo usable", timeout=_left(deadline))
                if answer != "usable":
                    raise DeviceError(f"{address} is connected but its shell answered {answer!r} to 'echo usable'")
                return device
        except DeviceError:
            self._forget(address)
            raise

    def disconnect(self, address: str) -> None:
        """Let go of a device; nothing where it isn't connected."""
        if self.running:
            with self._translated(address):
                self.client.disconnect(address)

    def _forget(self, address: str) -> None:
        """After a failed `connect`: adb would go on trying, and say "already connected" the next time."""
        try:
            self.disconnect(address)
        except DeviceError:
            return  # the first error is the one to report

    @contextmanager
    def _translated(self, about: str) -> Generator[None]:
        try:
            yield
        except (AdbTimeout, TimeoutError) as e:
            raise DeviceTimeout(f"{about} did not answer in time", remedy="adb devices") from e
        except (AdbError, OSError, EOFError, ValueError) as e:
            raise DeviceError(f"{about}: {e or type(e).__name__}{self._last_words()}", remedy="adb devices") from e

    def _last_words(self) -> str:
        """What the server wrote before it ended, for an error's text; "" where it hasn't ended."""
        try:
            self._process.wait(timeout=0.2)  # its sockets go a moment before it does
        except subprocess.TimeoutExpired:
            return ""
        lines = self._log.read_text(errors="replace").strip().splitlines()
        return f"; the adb server has ended: {lines[-1] if lines else 'it wrote nothing'}"

    def close(self) -> None:
        """Stop this server, and no other. May be called twice."""
        if self.running:
            self._process.terminate()
            try:
                self._process.wait(timeout=2)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._process.wait()
        self._home.cleanup()
        self._aftermath.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class PrivateClient(adbutils.AdbClient):
    """adbutils starts a server on the common port when it can't reach the one it was given; this one doesn't."""

    def __init__(self, server: AdbServer) -> None:
        super().__init__("127.0.0.1", server.port)
        self._server = server

    def make_connection(self, timeout: float | None = None) -> AdbConnection:
        if not self._server.running:
            raise AdbConnectionError("the private adb server has ended")
        return super().make_connection(timeout)


def bundled_adb() -> Path:
    """The adb that came with adbutils, or the one on PATH where its wheel has none for this machine."""
    bundled = Path(adbutils.__file__).parent / "binaries" / "adb"
    if bundled.is_file():
        return bundled
    try:
        return Path(adbutils.adb_path())
    except AdbError as e:
        raise DeviceError("no adb program was found", remedy="install platform-tools, or: apt install adb") from e


def _left(deadline: float) -> float:
    # 0 would mean "no limit" to adbutils.
    return max(deadline - time.monotonic(), 0.01)


def _remedy(said: str) -> str:
    if "authenticate" in said or "unauthorized" in said:
        return "unlock the phone and allow USB debugging for this computer"
    return "check the address and that debugging over TCP is on: adb tcpip 5555"
