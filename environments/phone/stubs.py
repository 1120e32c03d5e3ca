"""The phone's own commands as executables in its shell: a stub that hands its words and open files to this process.

It passes its standard input, output and error over a Unix socket, so what a command writes goes straight where the
shell sent it and is never copied through the stub.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
from collections import deque

from environments.phone import commands
from environments.phone.adbd import RETRY_SECONDS, Threads
from environments.phone.commands import app_process
from environments.phone.commands.base import Call, CommandError, System
from environments.phone.sandbox import Sandbox
from environments.phone.stub import program

LENGTH = struct.Struct("<I")
LONGEST = 4 << 20
USUAL = 4096
"""So much is taken at first, which for most commands is all of it."""


class Stubs:
    """Puts the stubs into /system/bin and answers them, each in a thread; one more waits for the next."""

    def __init__(self, sandbox: Sandbox, system: System, threads: Threads) -> None:
        self._system = system
        self._threads = threads
        self._lock = threading.Lock()
        self._waiting = 0
        folder = sandbox.storage.binaries
        stub = folder / ".phone"
        stub.write_bytes(program())
        stub.chmod(0o755)
        for name in commands.NAMES:
            link = folder / name
            link.unlink(missing_ok=True)  # the phone's own comes before this machine's
            link.symlink_to(".phone")
        script = folder / "app_process"
        script.write_text(app_process.SCRIPT)
        script.chmod(0o755)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(sandbox.storage.run / "phone"))
        self._listener.listen(64)
        threads.start("phone commands", self._listen)

    def _listen(self) -> None:
        while True:
            with self._lock:
                self._waiting += 1
            try:
                peer, _ = self._listener.accept()
            except OSError:
                peer = None  # no file numbers left
            with self._lock:
                self._waiting -= 1
                last = not self._waiting
            if peer is None:
                if self._system.closing.wait(RETRY_SECONDS):
                    return
                continue
            if last:
                self._threads.start("phone commands", self._listen)
            self._attend(peer)

    def _attend(self, peer: socket.socket) -> None:
        files: list[int] = []
        with peer:
            peer.settimeout(10)
            try:
                words, files = _receive(peer)
                code = self._run(words, files)
                peer.sendall(bytes([code]))
            except (OSError, ValueError):
                return  # the stub was killed, or it is none
            finally:
                for file in files:
                    with contextlib.suppress(OSError):
                        os.close(file)

    def _run(self, words: list[str], files: list[int]) -> int:
        stdin, stdout, stderr = files
        call = Call(self._system, words[0], deque(words[1:]), stdin, stdout)
        self._system.phone.log.add("command", words=words)
        try:
            commands.run(call)
        except CommandError as e:
            if e.text:
                _complain(stderr, e.text)
            return e.code & 255
        except BrokenPipeError:
            return 141  # as a program that SIGPIPE ends
        except OSError as e:
            _complain(stderr, f"{words[0]}: {e.strerror}")
            return 1
        return 0

    def close(self) -> None:
        self._system.closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def _complain(stderr: int, text: str) -> None:
    with contextlib.suppress(OSError):
        os.write(stderr, text.encode("utf-8", "surrogateescape") + b"\n")


def _receive(peer: socket.socket) -> tuple[list[str], list[int]]:
    """The words and the three open files. `ValueError` for what no stub sends; nothing stays open then."""
    data, files, _, _ = socket.recv_fds(peer, USUAL, 3)
    try:
        if len(data) < LENGTH.size or len(files) != 3:
            raise ValueError("no stub")
        (length,) = LENGTH.unpack_from(data)
        if length > LONGEST:
            raise ValueError("no stub")
        words = bytearray(data[LENGTH.size :])
        while len(words) < length:
            part = peer.recv(min(length - len(words), 1 << 16))
            if not part:
                raise ValueError("the stub is gone")
            words += part
        return bytes(words).decode("utf-8", "surrogateescape").split("\0"), files
    except BaseException:
        for file in files:
            os.close(file)
        raise
