"""The phone's own commands as executables in its shell: a stub that hands its arguments and open files to this process.

A stub is a script of a few lines, in Perl where there is one (which starts in 2 ms), else in Python without its site
packages (10 ms). It passes its standard input, output and error over a Unix socket, so what a command writes goes
straight where the shell sent it and is never copied through the stub.
"""

from __future__ import annotations

import contextlib
import os
import platform
import socket
import struct
import sys
from collections import deque
from pathlib import Path

from environments.phone import commands
from environments.phone.adbd import RETRY_SECONDS, Threads
from environments.phone.commands.base import Call, CommandError, System
from environments.phone.sandbox import Sandbox, interpreter

STUB = """\
#!{python} -IS
import os, sys, _socket
words = b"\\0".join(os.fsencode(word) for word in [sys.argv[0].rsplit("/", 1)[-1], *sys.argv[1:]])
phone = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
phone.connect(os.environ["HANDEYE_PHONE"])
files = b"".join(number.to_bytes(4, sys.byteorder) for number in (0, 1, 2))
phone.sendmsg([len(words).to_bytes(4, "little")], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, files)])
phone.sendall(words)
code = phone.recv(1)
os._exit(code[0] if code else 255)
"""

PERL = "/usr/bin/perl"
PERL_STUB = """\
#!{perl}
$0 =~ m|([^/]*)$|;
my $words = join("\\0", $1, @ARGV);
socket(my $phone, 1, 1, 0) || exit 255;
connect($phone, pack("S a*", 1, $ENV{{HANDEYE_PHONE}} . "\\0")) || exit 255;
my $length = pack("V", length $words);
my $part = pack("P Q", $length, 4);
my $files = pack("Q l2 l3 x4", 28, 1, 1, 0, 1, 2);
my $message = pack("Q2 P Q P Q Q", 0, 0, $part, 1, $files, 32, 0);
syscall({sendmsg}, fileno($phone), $message, 0) == 4 || exit 255;
for (my $sent = 0; $sent < length $words;) {{
  $sent += syswrite($phone, $words, length($words) - $sent, $sent) // exit 255;
}}
my $code;
exit(sysread($phone, $code, 1) ? ord($code) : 255);
"""
"""Perl's Socket module takes as long as Python to load, so the structures (msghdr, iovec, cmsghdr) are written out; the
same on both machines below."""
SENDMSG = {"x86_64": 46, "aarch64": 211}
"""Linux's numbers of the system call, by machine."""

LENGTH = struct.Struct("<I")
LONGEST = 4 << 20


class Stubs:
    """Puts the stubs into /system/bin and answers them, each in a thread."""

    def __init__(self, sandbox: Sandbox, system: System, threads: Threads) -> None:
        self._system = system
        self._threads = threads
        self._open: set[socket.socket] = set()
        folder = sandbox.storage.binaries
        stub = folder / ".phone"
        stub.write_text(_stub())
        stub.chmod(0o755)
        for name in commands.NAMES:
            link = folder / name
            link.unlink(missing_ok=True)  # the phone's own comes before this machine's
            link.symlink_to(".phone")
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(sandbox.storage.run / "phone"))
        self._listener.listen(64)
        threads.start("phone commands", self._listen)

    def _listen(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                if self._system.closing.wait(RETRY_SECONDS):
                    return
                continue  # no file numbers left
            self._threads.start("phone command", self._attend, peer)

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


def _stub() -> str:
    sendmsg = SENDMSG.get(platform.machine())
    if sys.platform == "linux" and sendmsg is not None and Path(PERL).exists():
        return PERL_STUB.format(perl=PERL, sendmsg=sendmsg)
    return STUB.format(python=interpreter())


def _complain(stderr: int, text: str) -> None:
    with contextlib.suppress(OSError):
        os.write(stderr, text.encode("utf-8", "surrogateescape") + b"\n")


def _receive(peer: socket.socket) -> tuple[list[str], list[int]]:
    """The words and the three open files. `ValueError` for what no stub sends; nothing stays open then."""
    head, files, _, _ = socket.recv_fds(peer, LENGTH.size, 3)
    try:
        if len(head) != LENGTH.size or len(files) != 3:
            raise ValueError("no stub")
        (length,) = LENGTH.unpack(head)
        if length > LONGEST:
            raise ValueError("no stub")
        data = bytearray()
        while len(data) < length:
            part = peer.recv(min(length - len(data), 1 << 16))
            if not part:
                raise ValueError("the stub is gone")
            data += part
        return bytes(data).decode("utf-8", "surrogateescape").split("\0"), files
    except BaseException:
        for file in files:
            os.close(file)
        raise
