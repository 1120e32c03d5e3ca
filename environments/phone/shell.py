"""The services that run command lines: shell (v1 and v2) and exec, each in a real shell in a process group of its own.

Source of the v2 framing: packages/modules/adb/shell_protocol.h of the Android Open Source Project.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import os
import re
import select
import selectors
import signal
import struct
import subprocess
import termios
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from environments.phone.adbd import PACKET_BYTES, Threads
from environments.phone.faults import Faults
from environments.phone.sandbox import Sandbox
from environments.phone.stream import Stream, StreamClosed

FRAME = struct.Struct("<BI")
STDIN, STDOUT, STDERR, EXIT, CLOSE_STDIN, WINDOW_SIZE = 0, 1, 2, 3, 4, 5
READ_BYTES = 1 << 20
SHELLS = ("", "sh", "exec sh")
"""Command lines whose input are command lines, so that the faults of those happen to what is sent."""
GO_AWAY_SECONDS = 0.2
"""How often a write that blocks looks whether its stream has ended."""


@dataclass(frozen=True)
class Running:
    """A process and our ends of what it reads and writes."""

    process: subprocess.Popen[bytes]
    input: IO[bytes]
    outputs: tuple[tuple[IO[bytes], Literal[1, 2]], ...]


class Shell:
    """Runs command lines. What a command leaves running in the background ends with it."""

    def __init__(self, sandbox: Sandbox, faults: Faults, threads: Threads, log: Callable[..., object]) -> None:
        self._sandbox = sandbox
        self._faults = faults
        self._threads = threads
        self._log = log

    def serve(self, stream: Stream, line: str, *, framed: bool, terminal: bool = False) -> None:
        """Run one command line for a stream, or a shell that reads its input where it's empty.

        `framed` is the v2 protocol, with stderr apart and the exit code. With `terminal` the process talks to one
        (without job control: Ctrl+C ends nothing).
        """
        if not self._hears(stream, line):
            return
        try:
            running = self._start(line, apart=framed, terminal=terminal)
        except (OSError, ValueError) as e:
            # E2BIG: a line longer than the machine takes as one argument (128 KiB on Linux).
            self._refuse(stream, f"sh: {e}\n".encode(), framed=framed)
            return
        process = running.process
        try:
            stream.on_close(lambda: self._kill(process))
            self._threads.start("adb stdin", self._feed, stream, running.input, line, framed)
            _carry(stream, running, framed=framed)
            code = process.wait()
            if framed:
                stream.write(FRAME.pack(EXIT, 1) + bytes([_exit_code(code)]))
        finally:
            stream.close()
            self._kill(process)
            process.wait()
            for pipe, _ in running.outputs:
                pipe.close()

    def _hears(self, stream: Stream, line: str) -> bool:
        """Whether a command line is to be run; the faults that concern commands happen here."""
        if self._faults.drops(line):
            stream.sender.drop()
            return False
        if self._faults.hangs(line):
            stream.closed.wait()
            return False
        return not (self._faults.slow and stream.closed.wait(self._faults.slow))

    def _feed(self, stream: Stream, pipe: IO[bytes], line: str, framed: bool) -> None:
        """Give the process what the host sends, until either has had enough."""
        with pipe, contextlib.suppress(StreamClosed, OSError):
            os.set_blocking(pipe.fileno(), False)
            commands = line in SHELLS and not pipe.isatty()
            passes = functools.partial(self._passes, pipe)
            while True:
                if commands and framed:
                    stream.offer(passes)
                data = _input(stream, pipe) if framed else stream.read_some()
                if data is None or not (data or framed):
                    break
                if commands and data:
                    told = data.decode("utf-8", "replace")
                    self._log("open", service=f"stdin:{told}")
                    if not self._hears(stream, told):
                        return
                _write_all(pipe.fileno(), data, stream)
        # The process may read no more, yet the host may write on: take it, or the host would wait.
        while stream.read_some():
            pass

    def _passes(self, pipe: IO[bytes], packet: bytes) -> bool:
        """Give a shell that waits a command line that comes whole, if no fault is to happen to it; else do nothing."""
        told = packet[FRAME.size :]
        if self._faults.concern_commands or packet[: FRAME.size] != FRAME.pack(STDIN, len(told)):
            return False
        try:
            # What can be written to takes so much at once.
            if len(told) > select.PIPE_BUF or not select.select([], [pipe], [], 0)[1]:
                return False
            self._log("open", service=f"stdin:{told.decode('utf-8', 'replace')}")
            os.write(pipe.fileno(), told)
        except (OSError, ValueError):  # it has ended
            return False
        return True

    def _start(self, line: str, *, apart: bool, terminal: bool) -> Running:
        command = line.encode("utf-8", "surrogateescape") if line else None
        arguments, environment = self._sandbox.command(command, interactive=terminal)
        if terminal:
            ours, theirs = os.openpty()
            try:
                process = subprocess.Popen(
                    arguments, env=environment, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
                )
            except BaseException:
                os.close(ours)
                raise
            finally:
                os.close(theirs)
            return Running(process, os.fdopen(os.dup(ours), "wb", 0), ((os.fdopen(ours, "rb", 0), STDOUT),))
        process = subprocess.Popen(
            arguments,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if apart else subprocess.STDOUT,
            start_new_session=True,
            bufsize=0,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        errors: tuple[tuple[IO[bytes], Literal[1, 2]], ...] = ()
        if process.stderr is not None:
            errors = ((process.stderr, STDERR),)
        return Running(process, process.stdin, ((process.stdout, STDOUT), *errors))

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        """End the command and all that it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError, ChildProcessError):
            if self._sandbox.bubblewrap is not None and process.poll() is None:
                # bubblewrap's promise to take its child along begins a moment after the child does, so the child is
                # ended first; while bubblewrap is stopped it starts no other.
                os.kill(process.pid, signal.SIGSTOP)
                os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
                for child in _children(process.pid):
                    os.kill(child, signal.SIGKILL)
            os.killpg(process.pid, signal.SIGKILL)

    @staticmethod
    def _refuse(stream: Stream, message: bytes, *, framed: bool) -> None:
        if framed:
            stream.write(FRAME.pack(STDERR, len(message)) + message + FRAME.pack(EXIT, 1) + b"\x7e")
        else:
            stream.write(message)


def _exit_code(code: int) -> int:
    return code if code >= 0 else 128 - code


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []  # it has ended meanwhile


def _carry(stream: Stream, running: Running, *, framed: bool) -> None:
    """Send what the process writes until it has closed its outputs."""
    # With its frame's head a piece fills one packet, as adbd's do: what is over would be a packet that is waited for.
    head = FRAME.size if framed else 0
    piece = memoryview(bytearray(min(READ_BYTES, stream.sender.packet_bytes)))
    with selectors.DefaultSelector() as ready:
        for pipe, kind in running.outputs:
            _widen(pipe.fileno())
            ready.register(pipe, selectors.EVENT_READ, kind)
        # Something that left the process group may hold the outputs open, so the stream's end is looked for too.
        while ready.get_map() and not stream.closed.is_set():
            for key, _ in ready.select(GO_AWAY_SECONDS):
                try:
                    count = os.readv(key.fd, [piece[head:]])
                except OSError:
                    count = 0  # how Linux says that nobody has the terminal open any more
                if not count:
                    ready.unregister(key.fileobj)
                    continue
                if framed:
                    FRAME.pack_into(piece, 0, key.data, count)
                stream.write(piece[: head + count])


def _widen(pipe: int) -> None:
    """Linux: let a pipe hold a megabyte, so that a picture goes through it in ten pieces and not in 160."""
    size = getattr(fcntl, "F_SETPIPE_SZ", None)
    if size is not None:
        with contextlib.suppress(OSError):  # more than this user may have: the usual 64 KiB do too
            fcntl.fcntl(pipe, size, READ_BYTES)


def _input(stream: Stream, pipe: IO[bytes]) -> bytes | None:
    """The next bytes for the process's standard input; None where the host has ended it."""
    kind, length = FRAME.unpack(stream.read(FRAME.size))
    if length > PACKET_BYTES:
        raise StreamClosed("a frame that no host sends")
    data = stream.read(length)
    if kind == CLOSE_STDIN:
        return None
    if kind == WINDOW_SIZE and pipe.isatty() and (found := re.match(rb"(\d{1,4})x(\d{1,4}),", data)):
        fcntl.ioctl(pipe.fileno(), termios.TIOCSWINSZ, struct.pack("4H", *map(int, found.groups()), 0, 0))
    return data if kind == STDIN else b""


def _write_all(pipe: int, data: bytes, stream: Stream) -> None:
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(pipe, view) :]
        except BlockingIOError:
            if stream.closed.is_set():
                raise StreamClosed("the host is gone") from None
            select.select([], [pipe], [], GO_AWAY_SECONDS)
