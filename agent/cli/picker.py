"""Which phone, where a person at the terminal can say it."""

from __future__ import annotations

import sys

from actions.errors import UsageError
from agent.cli.terminal import clean


def pick_phone() -> str | None:
    """Ask which of several phones is meant: its serial. None where there aren't several, so nothing is to be asked."""
    from environments.android.devices import ready_phones

    phones = ready_phones()
    if len(phones) < 2:
        return None
    for number, phone in enumerate(phones, 1):
        print(f"{number:>3}  {clean(str(phone))}", file=sys.stderr)
    while True:
        print(f"which phone? 1 to {len(phones)}: ", end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line:
            raise UsageError(f"none of {len(phones)} phones was chosen", remedy="name one: --serial SERIAL")
        chosen = line.strip()
        if chosen.isdecimal() and 1 <= int(chosen) <= len(phones):
            return phones[int(chosen) - 1].serial
