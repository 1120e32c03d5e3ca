"""The Android driver: uv run python benchmarks/android.py [--quick] [--only PART] [--out FILE]

On simulated phones, over the real adb and a real shell: what becomes of each fault; of texts that attack a shell; what
pictures, taps and texts cost beside adbutils' own calls and adb processes, in the same run and on the same phone; how
long screens are waited for; and eight phones driven at once.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import attack_texts
import fleet
import line_faults
import peers
import screen_faults
import transitions
from fault_case import Case, judge

from environments.android.driver import Capture
from environments.android.server import QUIET
from report import Report, median, spread, start

FAULTS = [case for module in (line_faults, screen_faults) for case in vars(module).values() if isinstance(case, Case)]
AT_ONCE = 4
SLOW = 0.7
"""Seconds of `screencap -p` on real phones: 0.5 to 2."""
WAYS_TO_WAIT: Mapping[Capture, str] = {"raw": "by screenshots", "scrcpy": "by scrcpy's video, then a screenshot"}


def faults(report: Report, *, quick: bool) -> None:  # noqa: ARG001  each takes as long as it takes
    """Most of a case is waiting, so several run side by side, each with a phone and an adb server of its own."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        verdicts = list(pool.map(judge, FAULTS))
    rows = [
        (
            f"{v.case.number} {v.case.title}",
            v.outcome[:72],
            f"{v.seconds:.1f}",
            f"{v.injections} of {v.case.injections}",
            "held" if v.held else "MISSED",
        )
        for v in verdicts
    ]
    report.table("faults", ("", "outcome", "seconds", "inputs (made, of at most)", ""), rows)
    report.bar("faults held", sum(v.held for v in verdicts), len(FAULTS), unit=f"of {len(FAULTS)}", at_least=True)


def texts(report: Report, *, quick: bool) -> None:  # noqa: ARG001
    typed = attack_texts.type_all()
    count = len(attack_texts.TEXTS)
    report.table(
        f"{count} texts that attack a shell",
        ("", ""),
        [
            ("the phone's shell", typed.shell),
            ("typed exactly", f"{typed.exact} of {count}"),
            ("run, on the phone or here", typed.ran),
            ("seconds for each", typed.seconds / count),
        ],
    )
    report.bar("attack texts typed exactly", typed.exact, count, unit=f"of {count}", at_least=True)
    report.bar("attack texts run", typed.ran, 0, unit="times")


def costs(report: Report, *, quick: bool) -> None:
    found, methods = peers.measure(6 if quick else 25)
    for task, ways in found.items():
        here = median(ways["here"])
        report.table(
            f"a {task} of {len(peers.TEXT)} characters (seconds)" if task == "text" else f"a {task} (seconds)",
            ("", "median (5 % to 95 %)", "times ours"),
            [(way, spread(taken), f"{median(taken) / here:.1f}") for way, taken in ways.items()],
        )
    report.table(
        "a picture by method of capture (seconds)",
        ("", "median (5 % to 95 %)"),
        [(method, spread(taken)) for method, taken in methods.items()],
    )

    def beside(task: peers.Task, way: peers.Way) -> float:
        return median(found[task][way]) / median(found[task]["here"])

    picture, tap = beside("picture", "adbutils"), beside("tap", "adb processes")
    report.bar("a picture: adbutils' screenshot() beside ours", picture, 3, unit="times", at_least=True)
    report.bar("a tap: an adb shell process beside ours", tap, 5, unit="times", at_least=True)


def waits(report: Report, *, quick: bool) -> None:
    found = transitions.walk(40 if quick else 200)
    seconds = [t.seconds for t in found]
    premature = sum(t.premature for t in found)
    report.table(
        f"{len(found)} random transitions, {sum(t.changed for t in found)} of which change the screen",
        ("", ""),
        [
            ("wait, median (5 % to 95 %)", spread(seconds)),
            ("wait, mean", statistics.mean(seconds)),
            ("premature", f"{premature} of {len(found)}"),
        ],
    )
    slow = {way: transitions.walk(12 if quick else 60, capture=way, screenshot_seconds=SLOW) for way in WAYS_TO_WAIT}
    report.table(
        f"the same where a screenshot takes {SLOW:g} s",
        ("", "mean wait (seconds)", "screenshots for each", "premature"),
        [
            (
                name,
                statistics.mean(t.seconds for t in slow[way]),
                f"{statistics.mean(t.screenshots for t in slow[way]):.1f}",
                f"{sum(t.premature for t in slow[way])} of {len(slow[way])}",
            )
            for way, name in WAYS_TO_WAIT.items()
        ],
    )
    report.bar("mean wait for a screen", statistics.mean(seconds), 0.5)
    report.bar("premature", premature / len(found), 1 / 40, unit="of 1")


def at_once(report: Report, *, quick: bool) -> None:
    driven = fleet.drive(8, 25 if quick else 500)
    report.table(
        f"{len(driven)} phones of {fleet.SIZE} at once, {driven[0].steps} steps each",
        ("", "", "steps in a second"),
        [
            ("pictures that were not the screen", sum(d.wrong_pictures for d in driven), ""),
            ("taps that did not arrive", sum(d.lost for d in driven), ""),
            ("taps that arrived twice or elsewhere", sum(d.doubled for d in driven), ""),
            ("all phones together", "", f"{sum(d.steps / d.seconds for d in driven):.1f}"),
        ],
    )
    report.bar(
        "lost or doubled with eight phones", sum(d.wrong_pictures + d.lost + d.doubled for d in driven), 0, unit=""
    )


PARTS: dict[str, Callable[..., None]] = {
    "faults": faults,
    "texts": texts,
    "costs": costs,
    "waits": waits,
    "phones": at_once,
}


def main() -> int:
    own = argparse.ArgumentParser(add_help=False)
    own.add_argument("--only", choices=PARTS, action="append", help="leave the other parts out; may be repeated")
    report, arguments = start("handeye: Android", __doc__ or "", own)
    with tempfile.TemporaryDirectory() as home:
        # An adb server that is started anew must not look at this machine's devices and keys.
        os.environ.update({**QUIET, "HOME": home, "TMPDIR": home})
        for name, part in PARTS.items():
            if not arguments.only or name in arguments.only:
                part(report, quick=arguments.quick)
    return report.close(arguments.out)


if __name__ == "__main__":
    sys.exit(main())
