"""The program that stands in the phone's shell for each of its own commands (`stubs` answers it).

Android's `input`, `am` and `wm` are scripts of a line around `cmd`, a small native program that hands its words and
open files to the system. So is this one where there is a C compiler to make it with: it starts in 0.1 ms, the same in
Perl in 1.6 ms, in Python without its site packages in 10 ms.
"""

from __future__ import annotations

import functools
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from environments.phone.sandbox import interpreter

SOURCE = Path(__file__).with_name("stub.c")
COMPILE = ("cc", "-O1", "-static", "-nostdlib", "-fno-builtin", "-fno-stack-protector", "-fno-pie", "-no-pie")
FAILS = 255
"""Its exit code where it finds no phone."""

PYTHON_STUB = """\
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


def program() -> bytes:
    """The fastest there is on this machine."""
    return _compiled(COMPILE) or _script()


@functools.cache
def _compiled(command: tuple[str, ...]) -> bytes | None:
    """In C; None without a compiler, or where what it makes doesn't run."""
    if sys.platform != "linux":
        return None
    with tempfile.TemporaryDirectory(prefix="handeye-stub-") as folder:
        made = Path(folder, "stub")
        try:
            subprocess.run([*command, "-o", str(made), str(SOURCE)], check=True, capture_output=True, timeout=20)
            alone = subprocess.run([str(made)], env={}, check=False, capture_output=True, timeout=5)
            return made.read_bytes() if alone.returncode == FAILS else None
        except (OSError, subprocess.SubprocessError):
            return None


def _script() -> bytes:
    """In Perl, or in Python."""
    sendmsg = SENDMSG.get(platform.machine())
    if sys.platform == "linux" and sendmsg is not None and Path(PERL).exists():
        return PERL_STUB.format(perl=PERL, sendmsg=sendmsg).encode()
    return PYTHON_STUB.format(python=interpreter()).encode()
