"""What the desktop can be trusted with: uv run python benchmarks/desktop.py [--quick] [--out FILE]

On practice desktops of its own, with real programs: whether text arrives exactly (programs x texts x layouts, and what
pyautogui.write makes of the same texts), how near to its target a click lands (monitors, sizes and scales), what a
picture, a click and a text cost beside pyautogui and Pillow in the same run, and the faults 38 to 45.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from desktop_faults import FAULTS, judge
from desktop_texts import LAYOUTS, PROGRAMS, TEXTS, Gtk

from actions.geometry import Point, Rect, from_model, from_pixel, to_model
from actions.types import Click, PressKeys, TypeText
from environments.desktop import capture
from environments.desktop.driver import DesktopEnvironment
from report import Report, median, spread, start
from tests.desktop.display import HEIGHT, QUICK, WIDTH, Desk, Recorder

DOUBLE = 2
"""How many pixels a picture has for a unit of input where the two differ, as they can on HiDPI screens."""


@contextmanager
def fresh() -> Generator[Desk]:
    """A desktop that is this process' own while it lasts."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home,
        closing(Desk(Path(home))) as desk,
        desk.entered(),
    ):
        yield desk


def texts(report: Report, *, every: int, layouts: Sequence[tuple[str, bool]]) -> None:
    """Text matrix. A cell is right where the program's own word of what arrived is the text, byte for byte."""
    chosen = TEXTS[::every]
    rows: list[tuple[object, ...]] = []
    wrong = 0
    for kind in PROGRAMS:
        with fresh() as desk, DesktopEnvironment(patience=QUICK) as desktop:
            program = kind(desk, desktop)
            exact: list[str] = []
            for layout, capslock in layouts:
                desk.run(["setxkbmap", layout], check=True)
                if capslock:
                    program.do(PressKeys(keys=("capslock",)))
                right = 0
                for text in chosen:
                    try:
                        program.enter(text)
                    except AssertionError as e:  # said to have failed, and so not exact
                        print(f"  {kind.name}, {layout}: {text[:20]!r}: {e}")
                        continue
                    right += program.got(text)
                if capslock:
                    program.do(PressKeys(keys=("capslock",)))
                exact.append(f"{right} of {len(chosen)}")
                wrong += len(chosen) - right
            rows.append((kind.name, *exact))
    with fresh() as desk, DesktopEnvironment(patience=QUICK) as desktop:
        rows.append(("pyautogui.write, GTK", *_written(Gtk(desk, desktop), desk, chosen, layouts)))
    columns = ("", *(f"{layout}{' CapsLock' if capslock else ''}" for layout, capslock in layouts))
    report.table("texts that arrived exactly, by program and keyboard layout", columns, rows)
    report.bar("texts that did not arrive exactly", wrong, 0, unit="texts")


def _written(editor: Gtk, desk: Desk, chosen: Sequence[str], layouts: Sequence[tuple[str, bool]]) -> list[str]:
    gui = pyautogui()
    exact: list[str] = []
    for layout, capslock in layouts:
        desk.run(["setxkbmap", layout], check=True)
        if capslock:
            editor.do(PressKeys(keys=("capslock",)))
        right = 0
        for text in chosen:
            editor.do(TypeText(text="", replace=True))
            gui.write(text)
            time.sleep(0.3)
            editor.do(PressKeys(keys=("ctrl", "s")))
            time.sleep(0.2)
            right += editor.read() == text
        if capslock:
            editor.do(PressKeys(keys=("capslock",)))
        exact.append(f"{right} of {len(chosen)}")
    return exact


def pyautogui() -> Any:
    """For the display of now, since it keeps that of its import; without mouseinfo, which ends a process that has no
    tkinter."""
    for name in [n for n in sys.modules if n.partition(".")[0] == "pyautogui"]:
        del sys.modules[name]
    sys.modules.setdefault("mouseinfo", ModuleType("mouseinfo"))
    import pyautogui
    import pyscreeze

    pyscreeze.GNOMESCREENSHOT_EXISTS = True  # where that program is, screenshot() is Pillow's grab(); else it fails
    return pyautogui


def clicks(report: Report, *, count: int) -> None:
    """How far from the pixel that was meant a click arrives, in pixels of the screen, as the X server reports it."""
    rows: list[tuple[object, ...]] = []
    worst = 0
    halves = {"left": "640/169x800/212+0+0", "right": "640/169x800/212+640+0"}
    places = [(0, 0), (1, 1), (2, 3), (-1, -1), (-1, 0), *((97 * n, 53 * n) for n in range(1, count))]
    with fresh() as desk, closing(Recorder(desk)) as recorder:
        for monitor, area, double in (
            (0, Rect(0, 0, WIDTH, HEIGHT), False),
            (0, Rect(0, 0, WIDTH, HEIGHT), True),
            (1, Rect(0, 0, 640, HEIGHT), False),
            (2, Rect(640, 0, WIDTH, HEIGHT), False),
            (2, Rect(640, 0, WIDTH, HEIGHT), True),
        ):
            if monitor == 1:
                desk.run(["xrandr", "--setmonitor", "left", halves["left"], "screen"], check=True)
                desk.run(["xrandr", "--setmonitor", "right", halves["right"], "none"], check=True)
            with doubled(double), DesktopEnvironment(monitor=monitor, patience=QUICK) as desktop:
                size = desktop.observe().size
                for model in (False, True):
                    errors: list[int] = []
                    for x, y in places:
                        meant = from_pixel(x % size.width, y % size.height, size)
                        point = _as_a_model_says(meant) if model else meant
                        assert desktop.perform(Click(point=point)).status == "done"
                        got = recorder.next("press")
                        scale = DOUBLE if double else 1
                        wanted = (area.left + x % size.width // scale, area.top + y % size.height // scale)
                        errors.append(max(abs(got["x"] - wanted[0]), abs(got["y"] - wanted[1])))
                    name = f"monitor {monitor or 'all'}, picture {size}{' (scale 2)' if double else ''}"
                    rows.append((name, "0 to 1000" if model else "pixels", len(errors), max(errors)))
                    worst = max(worst, *errors)
    report.table("clicks: how far from the pixel that was meant", ("", "written in", "clicks", "most (pixels)"), rows)
    report.bar("a click's error", worst, 1, unit="pixels")


def _as_a_model_says(point: Point) -> Point:
    """By way of a model's whole numbers from 0 to 1000, the coarsest that there are."""
    from actions.geometry import Size

    seen = Size(1, 1)  # of no account in this space
    x, y = to_model(point, space="thousand", seen=seen)
    return from_model(x, y, space="thousand", seen=seen)


@contextmanager
def doubled(on: bool) -> Generator[None]:
    """Make every picture twice as wide and high as its area, as on a HiDPI screen."""
    real = capture.Capture.grab
    if on:
        capture.Capture.grab = lambda self: np.repeat(np.repeat(real(self), DOUBLE, axis=0), DOUBLE, axis=1)
    try:
        yield
    finally:
        capture.Capture.grab = real


def latency(report: Report, *, rounds: int) -> None:
    """Each kind of call in turn, beside what peers call for it."""
    from PIL import ImageGrab

    words = "the quick brown fox jumps over the lazy dog " * 4
    with fresh() as desk, DesktopEnvironment(patience=QUICK) as desktop:
        gui = pyautogui()
        Gtk(desk, desktop)
        calls: dict[str, Callable[[], object]] = {
            "picture": desktop.glance,
            "pyautogui.screenshot": lambda: np.asarray(gui.screenshot()),
            "PIL.ImageGrab.grab": lambda: np.asarray(ImageGrab.grab()),
            "click": lambda: desktop.perform(Click(point=Point(0.5, 0.5))),
            "pyautogui.click": lambda: gui.click(640, 400),
            "text": lambda: desktop.perform(TypeText(text=words)),
            "pyautogui.write": lambda: gui.write(words),
        }
        took: dict[str, list[float]] = {name: [] for name in calls}
        for _ in range(rounds):
            for name, call in calls.items():
                started = time.perf_counter()
                call()
                took[name].append(time.perf_counter() - started)
                time.sleep(0.05)
    report.table(
        f"a call, {rounds} times in turn (seconds; the text has {len(words)} letters)",
        ("", "median (5 % to 95 %)"),
        [(name, spread(seconds)) for name, seconds in took.items()],
    )
    for ours, theirs, limit in (
        ("picture", "pyautogui.screenshot", 0.8),  # shared memory and one copy, where they take three
        ("picture", "PIL.ImageGrab.grab", 0.8),
        ("click", "pyautogui.click", 1.0),
        ("text", "pyautogui.write", 1.25),
    ):
        ratio = statistics.median(a / b for a, b in zip(took[ours], took[theirs], strict=True))
        report.bar(f"{ours}, in parts of {theirs}", ratio, limit, unit="of its time")
    report.bar("a picture", median(took["picture"]), 0.1)


def faults(report: Report) -> None:
    verdicts = [judge(case) for case in FAULTS]
    report.table(
        "faults, each on a desktop of its own",
        ("", "what came of it", "seconds", "at most", ""),
        [
            (f"{v.case.number} {v.case.title}", v.outcome, v.seconds, v.case.seconds, "held" if v.held else "MISSED")
            for v in verdicts
        ],
    )
    report.bar("faults that were not held", sum(not v.held for v in verdicts), 0, unit="faults")


def main() -> int:
    report, arguments = start("handeye: the desktop", __doc__ or "")
    quick: bool = arguments.quick
    clicks(report, count=8 if quick else 40)
    latency(report, rounds=5 if quick else 25)
    faults(report)
    texts(report, every=5 if quick else 1, layouts=[LAYOUTS[0], LAYOUTS[-1]] if quick else LAYOUTS)
    return report.close(arguments.out)


if __name__ == "__main__":
    sys.exit(main())
