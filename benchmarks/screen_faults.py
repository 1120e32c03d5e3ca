"""Faults 14 to 28 and 46 of the fault table: pictures that are none, screens that changed, text, the input method."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
from fault_case import NOWHERE, Rig, expect, fault, noted, raises

from actions.errors import CaptureError, DeviceError
from actions.geometry import Point, Size, from_pixel
from actions.types import Click, OpenApp, TypeText
from environments.android.capture import COMMANDS, read_picture
from environments.android.shell import Reply
from environments.android.transport import Transport

OWN_KEYBOARD = "com.android.inputmethod.latin/.LatinIME"
PIN = ("secure", "lockscreen_pin")


@fault(14, "an error message for a picture")
def error_for_a_picture(rig: Rig) -> str:
    with rig.ready() as environment:
        rig.begin()
        rig.server.faults.screencap_error = "Error: no display"
        with raises(CaptureError, remedy="handeye doctor") as found:
            environment.observe()
    return found[0].message


@fault(15, "a picture cut off anywhere", seconds=60)
def cut_off(rig: Rig) -> str:
    with rig.ready() as environment:
        rig.begin()
        png = bytes(Transport(rig.address, client=rig.adb.client).read(COMMANDS["png"]).out)
        cuts = {*range(64), *range(len(png) - 64, len(png)), *range(64, len(png), len(png) // 80)}
        for cut in cuts:
            with raises(CaptureError):
                read_picture(Reply(0, memoryview(png[:cut]), b""), "png")
        rig.server.faults.truncate_screencap = 5000
        with raises(CaptureError):
            environment.observe()
        rig.server.faults.truncate_screencap = 5_000_000  # within the raw picture, behind the whole PNG
        expect(np.array_equal(environment.observe().picture.array, rig.phone.screen()), "not the screen")
    return f"{len(cuts)} cuts detected"


@fault(16, "a warning before the picture")
def banner(rig: Rig) -> str:
    with rig.ready() as environment:
        rig.begin()
        rig.server.faults.screencap_banner = "WARNING: linker: libdvm.so has text relocations."
        for method in ("raw", "png"):
            environment.close()
            with rig.ready(capture=method) as again:
                seen = again.observe()
                expect(np.array_equal(seen.picture.array, rig.phone.screen()), f"{method}: not the screen")
    return "passed over, raw and PNG"


@fault(17, "an app that forbids pictures")
def secure(rig: Rig) -> str:
    with rig.open() as environment:
        environment.reset("hold")
        rig.server.faults.black_screencap = True
        agent = rig.agent(environment, [NOWHERE])
        step = next(agent.iter("tap"))
        expect(step.observation.secure, "not said to be secure")
        expect(step.outcome is not None and step.outcome.status == "failed", "the tap was not withheld")
        expect("forbids pictures" in rig.told(), "the model is not told")
    return "told, the tap withheld"


@fault(18, "a frozen picture", seconds=20, injections=3)
def frozen(rig: Rig) -> str:
    with rig.ready() as environment:
        rig.begin()
        rig.server.faults.frozen_screencap = True
        seen = environment.observe()
        for _ in range(3):
            environment.perform(Click(point=rig.point("icon")))
            seen = environment.observe()
            rig.phone.home()
        noted(seen, "frozen")
    return "told after 3 looks"


@fault(19, "turned between picture and tap")
def turned(rig: Rig) -> str:
    with rig.open() as environment:
        agent = rig.agent(environment, [NOWHERE], before=lambda _: rig.phone.rotate(1))
        step = next(agent.iter("tap"))
        expect(step.outcome is not None and "withheld" in step.outcome.detail, "the tap was not withheld")
    return "the tap withheld"


@fault(20, "a dialog between picture and tap")
def dialog(rig: Rig) -> str:
    with rig.open() as environment:
        agent = rig.agent(environment, [Click(point=Point(0.5, 0.5))], before=lambda _: rig.phone.crash())
        step = next(agent.iter("tap"))
        expect(step.outcome is not None and "withheld" in step.outcome.detail, "the tap was not withheld")
        noted(environment.observe(), "keeps stopping")
    return "the tap withheld"


@fault(21, "the screen is off", injections=2)
def screen_off(rig: Rig) -> str:
    with rig.ready() as environment:
        rig.phone.key(223)
        rig.begin()
        seen = environment.observe()
        expect(rig.phone.awake, "it is still off")
        expect(seen.picture.array.any(), "the picture is black")
        noted(seen, "has been turned on")
    return "woken, and seen to be"


@fault(22, "locked with a PIN", injections=3)
def locked(rig: Rig) -> str:
    def unlock(question: str) -> str:
        asked.append(question)
        with rig.phone.lock:
            rig.phone.locked = False
        return ""

    asked: list[str] = []
    with rig.open() as environment:
        rig.phone.settings[PIN] = "2468"
        rig.phone.key(223)
        rig.begin()
        with raises(DeviceError) as found:
            next(rig.agent(environment, [NOWHERE]).iter("tap"))
        step = next(rig.agent(environment, [NOWHERE], ask=unlock).iter("tap"))
        expect(len(asked) == 1, f"the person was asked {len(asked)} times")
        expect(not step.observation.locked, "the model was shown the lock")
    expect(not rig.phone.log.events("wrong_pin"), "a PIN was tried")
    return f"handed over; alone, exit {found[0].exit_code}: {found[0].message}"


@fault(23, "the keyboard covers the target", seconds=20, injections=2)
def keyboard(rig: Rig) -> str:
    def rise(number: int) -> None:
        with rig.phone.lock:
            rig.phone.keyboard_shown = number == 0

    with rig.ready() as environment:
        rig.new_note(environment)
        with rig.phone.lock:
            rig.phone.keyboard_shown = False
        rig.begin()
        steps = rig.agent(environment, [Click(point=Point(0.5, 0.82))] * 2, before=rise).iter("tap")
        outcome = next(steps).outcome
        expect(outcome is not None and "withheld" in outcome.detail, "the tap on the keyboard was not withheld")
        expect(not rig.phone.log.events("tap"), "the keyboard was tapped")
        expect(not rig.phone.keyboard_shown, "the keyboard is still there")
        noted(next(steps).observation, "keyboard")
    return "withheld, hidden, seen again"


@fault(24, "a crash dialog")
def crash(rig: Rig) -> str:
    with rig.ready() as environment:
        environment.perform(OpenApp(name="Notes"))
        rig.phone.crash()
        rig.begin()
        seen = environment.observe()
        noted(seen, "com.sim.notes keeps stopping")
    return next(note for note in seen.notes if "stopping" in note)


@fault(25, "an overridden size", injections=40)
def override(rig: Rig) -> str:
    worst = 0.0
    with rig.ready() as environment:
        rig.begin()
        for size in (Size(720, 1600), Size(1440, 3200)):
            rig.phone.set_override(size)
            environment.observe()
            for x in range(0, size.width, size.width // 18):
                y = (x * 97) % size.height
                environment.perform(Click(point=from_pixel(x, y, size)))
                event = rig.phone.log.events("tap", "press")[-1]
                worst = max(worst, abs(event["x"] - x), abs(event["y"] - y))
    expect(worst <= 1, f"a tap landed {worst} pixels beside its target")
    return f"at most {worst:g} px beside"


@fault(26, "an endless animation", injections=1)
def animation(rig: Rig) -> str:
    with rig.ready() as environment:
        shop = rig.phone.program("com.sim.shop")
        shop.loading_seconds = 600  # pyright: ignore[reportAttributeAccessIssue]  of this one phone
        rig.begin()
        environment.perform(OpenApp(name="com.sim.shop"))
        seen = environment.observe()
        seconds = seen.seconds["settle"]
        expect(not seen.stable, "it is said to be still")
        expect(seconds <= 3, f"it went on only after {seconds:.1f} s")
    return f"went on after {seconds:.1f} s, said to be moving"


@fault(27, "input is ignored", seconds=20)
def ignored(rig: Rig) -> str:
    with rig.open() as environment:
        rig.server.faults.ignore_input = True
        agent = rig.agent(environment, [Click(point=rig.point("icon"))] * 9)
        episode = agent.run("tap")
        expect(episode.end == "limit", f"it ended {episode.end}")
        expect(len(episode.steps) <= 3, f"it went on for {len(episode.steps)} steps")
        expect("nothing visible changed" in rig.told(), "the model is not told")
    return f"told, stopped after {len(episode.steps)}"


@fault(28, "text that arrives otherwise", seconds=20, injections=30)
def mangled(rig: Rig) -> str:
    with rig.ready() as environment:
        rig.new_note(environment)
        rig.begin()
        rig.server.faults.mangle_text = 1
        outcome = environment.perform(TypeText(text="milk and honey"))
        expect(outcome.status == "done", f"not repaired: {outcome.detail}")
        expect(rig.draft == "milk and honey", f"the field holds {rig.draft!r}")
        rig.server.faults.mangle_text = 9
        outcome = environment.perform(TypeText(text="bread", replace=True))
        expect(outcome.status == "failed", "not said to have failed")
        expect("bread" not in rig.draft, "it arrived after all")
    return "read back, repaired; else failed"


RUN = """
import sys
from actions.types import TypeText
from environments.android.driver import AndroidEnvironment
environment = AndroidEnvironment(sys.argv[1], client=int(sys.argv[2]), capture="raw")
environment.reset("a run that is killed")
assert environment.perform(TypeText(text="日本語")).status == "done"
print("typed", flush=True)
sys.stdin.read()
"""


@fault(46, "killed with another input method set", seconds=30, injections=9)
def killed(rig: Rig) -> str:
    with rig.ready() as environment:
        rig.new_note(environment)
    rig.begin()
    with subprocess.Popen(
        [sys.executable, "-c", RUN, rig.address, str(rig.adb.port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as run:
        assert run.stdout is not None
        expect(run.stdout.readline() == b"typed\n", "nothing was typed")
        run.kill()
    expect(re.search("adbkeyboard", rig.phone.ime), "the input method was not changed")
    with rig.ready():
        expect(rig.phone.ime == OWN_KEYBOARD, f"the next start left {rig.phone.ime}")
    return "put back at the next start"
