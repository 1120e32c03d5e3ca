"""Texts that attack a shell, typed by the driver through a real one: each arrives as it is, and none runs."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

from fault_case import Rig, expect

from actions.types import TypeText
from environments.android.server import AdbServer
from environments.android.transport import Transport
from environments.phone.phone import Phone
from environments.phone.server import PhoneServer

TEXTS: dict[str, str] = json.loads(
    (Path(__file__).parents[1] / "tests/data/typed_text.json").read_text(encoding="utf-8")
)["texts"]
ON_THE_PHONE = "/sdcard/PWNED"
ON_THE_HOST = Path("/tmp/handeye-canary")
SINGS = "semicolon"
"""A text that makes the canary when it is typed as peers do it, without quotes: the check is able to fail."""


@dataclass(frozen=True)
class Typed:
    exact: int
    ran: int
    """How many of the two canaries there are."""
    seconds: float
    shell: str


def type_all() -> Typed:
    with PhoneServer(Phone(3)) as server, AdbServer() as adb:
        adb.connect(server.address)
        rig = Rig(server, adb)
        line = Transport(rig.address, client=adb.client)
        with rig.ready() as environment:
            rig.new_note(environment)
            exact = 0
            started = time.monotonic()
            for text in TEXTS.values():
                outcome = environment.perform(TypeText(text=text, replace=True))
                exact += outcome.status == "done" and rig.draft == text
            seconds = time.monotonic() - started
        ran = (line.read(f"ls {ON_THE_PHONE}").code == 0) + ON_THE_HOST.exists()
        shell = line.read("echo ${KSH_VERSION:-another shell}").text.strip()
        line.run(f"input text {TEXTS[SINGS]}", seconds=5)
        expect(line.read(f"ls {ON_THE_PHONE}").code == 0, "the canary can't sing")
    return Typed(exact, ran, seconds, shell)
