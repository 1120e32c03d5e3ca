"""Whose process is at the other end of a connection on this machine."""

from __future__ import annotations

import os
import socket
import struct
from pathlib import Path

TABLE = Path("/proc/net/tcp")
"""Linux: a line for each IPv4 socket, with its ends in hexadecimal and its owner's number; see proc(5)."""


def can_tell() -> bool:
    return TABLE.exists()


def is_own(peer: socket.socket) -> bool:
    """Whether the connection comes from a process of this user; False too where that isn't known."""
    if peer.family != socket.AF_INET or not can_tell():
        return False
    theirs, ours = _written(peer.getpeername()), _written(peer.getsockname())
    for line in TABLE.read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1] == theirs and fields[2] == ours:
            return int(fields[7]) == os.getuid()
    return False


def _written(address: tuple[str, int]) -> str:
    host, port = address
    (number,) = struct.unpack("=I", socket.inet_aton(host))
    return f"{number:08X}:{port:04X}"
