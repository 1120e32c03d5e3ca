"""A practice desktop on Linux: Xvfb with a cookie and openbox, in a home folder of its own.

Nothing on it reaches the user's screen, files or session: programs get this display, this home, and no session bus,
over which an editor that runs already would open a window on the user's screen. Source of the cookie file's form:
libXau's AuWrite.c.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from actions.errors import DeviceError
from actions.geometry import Size

END_SECONDS = 5.0
START_SECONDS = 30.0
"""How long the server and the window manager may take to start, each."""

_DEBIAN = {"setpriv": "util-linux", "Xvfb": "xvfb", "xprop": "x11-utils", "xsetroot": "x11-xserver-utils"}
"""Programs whose package is called otherwise."""
_DROPPED = ("WAYLAND_DISPLAY", "XAUTHORITY", "SESSION_MANAGER", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
_LOCAL = 256
"""FamilyLocal (Xauth.h): a display of this machine, by its host name."""


class PracticeDesktop:
    """The server, its window manager, and whatever is started on it; all of it ends at `close`, or with this process.

    home: an empty folder that programs there have as their home; it is the caller's to delete. environment: what
    programs there get. Raises `DeviceError` where the system isn't Linux or a program is missing.
    """

    def __init__(self, home: Path, *, size: Size = Size(1280, 800), cookie: bool = True) -> None:
        if not sys.platform.startswith("linux"):
            raise DeviceError(f"the practice desktop is made of X11 programs of Linux, not of {sys.platform}")
        require(("Xvfb", "openbox", "xprop", "xsetroot"))
        self.home = home
        self.size = size
        self._programs: list[subprocess.Popen[bytes]] = []
        self.environment = {name: value for name, value in os.environ.items() if name not in _DROPPED}
        (runtime := home / ".runtime").mkdir(mode=0o700)
        self.environment |= {
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(runtime),
            "DBUS_SESSION_BUS_ADDRESS": "disabled:",
            "GSETTINGS_BACKEND": "memory",
            "NO_AT_BRIDGE": "1",
            "LANG": "C.UTF-8",
            "GDK_BACKEND": "x11",
            "QT_QPA_PLATFORM": "xcb",
        }
        options = ["-screen", "0", f"{size}x24", "-nolisten", "tcp", "-noreset"]
        key, file = secrets.token_bytes(16), home / ".Xauthority"
        if cookie:
            _write_cookie(file, "", key)  # the server reads keys whatever display they are filed under
            options += ["-auth", str(file)]
        try:
            self.server, number = self._start_server(options)
            if cookie:
                _write_cookie(file, number, key)
                self.environment["XAUTHORITY"] = str(file)
            self.environment["DISPLAY"] = f":{number}"
            self.manager = self.start(["openbox", "--sm-disable"])
            self._await_manager()
            self.start(["xsetroot", "-solid", "#35576b"])
        except BaseException:
            self.close()
            raise

    def start(self, argv: Sequence[str], *, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        """A program on this desktop, with its home as the working directory; ended with it."""
        program = subprocess.Popen(
            argv,
            env=self.environment,
            cwd=self.home,
            stdin=stdin,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._programs.append(program)
        return program

    def end(self, program: subprocess.Popen[bytes]) -> None:
        """End a program and what it has started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
        program.wait()

    @contextmanager
    def entered(self) -> Generator[None]:
        """While it lasts, this is the desktop of this process. Its home stays the user's, where models are kept."""
        display = {name: self.environment.get(name) for name in ("DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY")}
        before = {name: os.environ.get(name) for name in display}
        _set(display)
        try:
            yield
        finally:
            _set(before)

    def close(self) -> None:
        for program in self._programs:
            self.end(program)
        if hasattr(self, "server"):
            self.server.kill()
            self.server.wait()
        psutil.wait_procs(self._kill_all(), timeout=END_SECONDS)

    def _kill_all(self) -> list[psutil.Process]:
        """Whatever else has this desktop's home: programs outlive the one that started them, and write as they end."""
        killed: list[psutil.Process] = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.environ().get("HOME") == str(self.home) and process.pid != os.getpid():
                    process.kill()
                    killed.append(process)
        return killed

    def _start_server(self, options: Sequence[str]) -> tuple[subprocess.Popen[bytes], str]:
        """The server, and the number that it chose; it ends when the thread that started it does, however that ends."""
        read, write = os.pipe()
        server = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "Xvfb", "-displayfd", str(write), *options],
            pass_fds=(write,),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self.environment,
            start_new_session=True,
        )
        os.close(write)
        with os.fdopen(read, "rb") as pipe:
            ready, _, _ = select.select([pipe], [], [], START_SECONDS)
            number = pipe.readline().decode().strip() if ready else ""
        if not number:
            server.kill()
            server.wait()
            raise DeviceError("Xvfb did not start", remedy="Xvfb -displayfd 1 says why")
        return server, number

    def _await_manager(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            asked = ["xprop", "-root", "_NET_SUPPORTING_WM_CHECK"]
            done = subprocess.run(asked, env=self.environment, capture_output=True, check=False)
            if b"window id" in done.stdout:
                return
            time.sleep(0.02)
        raise DeviceError("openbox did not start", remedy="openbox --version says whether it can")


def require(programs: Iterable[str]) -> None:
    """A `DeviceError` that names the Debian packages of those programs that are missing."""
    missing = [p for p in ("setpriv", *programs) if not shutil.which(p)]
    if missing:
        packages = " ".join(dict.fromkeys(_DEBIAN.get(p, p) for p in missing))
        raise DeviceError(
            f"the practice desktop needs {', '.join(missing)}", remedy=f"sudo apt-get install -y {packages}"
        )


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value


def _write_cookie(path: Path, number: str, key: bytes) -> None:
    fields = (socket.gethostname().encode(), number.encode(), b"MIT-MAGIC-COOKIE-1", key)
    entry = struct.pack(">H", _LOCAL) + b"".join(struct.pack(">H", len(f)) + f for f in fields)
    path.touch(0o600)
    path.write_bytes(entry)
