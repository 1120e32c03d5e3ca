"""The simulated phone: uv run python benchmarks/phone.py [--quick] [--out FILE]

How many seeds of each task template its solution solves, also with crash dialogs, lost taps and a screen that turns off
at random; how many steps a second it makes in this process, drawn at the resolution that a model sees; and how many
phones the real adb drives at once.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from itertools import repeat
from random import Random

from actions.geometry import Point, Size
from actions.types import Answer, Click, Finish
from environments.android.driver import AndroidEnvironment
from environments.android.server import AdbServer
from environments.phone.environment import PhoneEnvironment
from environments.phone.oracle import Oracle
from environments.phone.phone import Phone
from environments.phone.server import PhoneServer
from environments.phone.tasks import TEMPLATES, sample
from report import Report, spread, start

SEEN = Size(476, 1064)
"""A 1080x2400 screenshot as Qwen2-VL sees it at a budget of 646 visual tokens (17 x 38)."""
SEEN_DENSITY = 185
MOST_STEPS = 300
WARM_SECONDS = 3
"""Told beside: each glyph and icon is drawn once by FreeType, and kept."""
PHONES = 8


class Clock:
    """Moved by hand, so that no animation is waited for."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def solve(template: str, seed: int, *, chaos: Random | None) -> tuple[bool, int]:
    """Whether the solution does the task, judged by the phone's state; and in how many steps."""
    clock = Clock()
    phone = Phone(seed, size=SEEN, density=SEEN_DENSITY, clock=clock)
    task = sample(template, seed)
    task.setup(phone)
    environment, oracle, answer = PhoneEnvironment(phone), Oracle(task, phone), None
    for count in range(1, MOST_STEPS + 1):
        _, action = oracle.next()
        if isinstance(action, Finish):
            return task.check(phone, answer, gave_up=not action.success), count
        if isinstance(action, Answer):
            answer = action.text
            continue
        if chaos is not None:
            disturb(phone, chaos)
            if chaos.random() < 0.1:
                continue
        environment.perform(action)
        clock.now += 1.0
    return False, MOST_STEPS


def disturb(phone: Phone, chaos: Random) -> None:
    if chaos.random() < 0.08:
        phone.crash()
    if chaos.random() < 0.05:
        phone.key(223)  # the screen turns off


def solve_seeds(template: str, seeds: int) -> tuple[int, int, list[int]]:
    """How many seeds are solved, how many of them disturbed, and the undisturbed ones' numbers of steps."""
    plain = [solve(template, seed, chaos=None) for seed in range(seeds)]
    disturbed = [solve(template, seed, chaos=Random(seed)) for seed in range(seeds)]
    return sum(done for done, _ in plain), sum(done for done, _ in disturbed), sorted(count for _, count in plain)


def solutions(report: Report, *, seeds: int) -> None:
    rows: list[tuple[str, str, str, str]] = []
    failed = 0
    with ProcessPoolExecutor() as pool:
        for template, solved in zip(TEMPLATES, pool.map(solve_seeds, TEMPLATES, repeat(seeds)), strict=True):
            good, good_disturbed, counts = solved
            failed += 2 * seeds - good - good_disturbed
            steps = f"{counts[0]} to {counts[-1]}, median {counts[len(counts) // 2]}"
            rows.append((template, f"{good} of {seeds}", f"{good_disturbed} of {seeds}", steps))
    report.table("solved by the phone's own solution", ("template", "seeds", "disturbed", "steps"), rows)
    report.bar("templates", len(TEMPLATES), 24, unit="", at_least=True)
    report.bar("tasks not solved", failed, 0, unit="tasks")


def steps_in(seconds: float, random: Random) -> float:
    """Steps for each second of processor time: oracle, action and a new picture, one after the other on one core."""
    names = list(TEMPLATES)
    steps = 0
    began = time.process_time()
    while (spent := time.process_time() - began) < seconds:
        clock = Clock()
        phone = Phone(random.randrange(10_000), size=SEEN, density=SEEN_DENSITY, clock=clock)
        task = sample(random.choice(names), random.randrange(10_000))
        task.setup(phone)
        environment, oracle = PhoneEnvironment(phone), Oracle(task, phone)
        for _ in range(MOST_STEPS):
            _, action = oracle.next()
            if isinstance(action, Finish):
                break
            if isinstance(action, Answer):
                continue
            environment.perform(action)
            clock.now += 1.0
            phone.screen()
            steps += 1
    return steps / spent


def speed(report: Report, *, seconds: float) -> None:
    random = Random(0)
    first, rate = steps_in(WARM_SECONDS, random), steps_in(seconds, random)
    report.table(
        f"in this process, at {SEEN}",
        ("steps a second of one core, each with its picture", "figure"),
        [
            (f"in the first {WARM_SECONDS} seconds", f"{first:.0f}"),
            (f"in the next {seconds:.0f} seconds", f"{rate:.0f}"),
        ],
    )
    report.bar("steps a second", rate, 200, unit="/s", at_least=True)


def at_once(report: Report, *, taps: int) -> None:
    """Several phones behind one adb server: each is tapped and looked at by a thread of its own."""
    with ExitStack() as stack:
        adb = stack.enter_context(AdbServer())
        phones = [Phone(seed) for seed in range(PHONES)]
        began = time.perf_counter()
        servers = [stack.enter_context(PhoneServer(phone)) for phone in phones]
        for server in servers:
            adb.connect(server.address)
        started = time.perf_counter() - began

        def use(index: int) -> list[float]:
            took: list[float] = []
            with AndroidEnvironment(servers[index].address, client=adb.client, capture="raw") as environment:
                for i in range(taps):
                    before = time.perf_counter()
                    environment.perform(Click(point=Point(0.5, 0.3 + 0.02 * i)))
                    environment.observe()
                    took.append(time.perf_counter() - before)
            return took

        with ThreadPoolExecutor(PHONES) as pool:
            results = list(pool.map(use, range(PHONES)))
        right = sum(len(phone.log.events("tap")) == taps for phone in phones)
    report.table(
        f"{PHONES} phones at once over one adb server (seconds)",
        ("", "figure"),
        [
            ("all phones started and connected", started),
            ("step, median (5 % to 95 %)", spread([t for took in results for t in took])),
            ("phones that got exactly their taps", f"{right} of {PHONES}"),
        ],
    )
    report.bar("phones that got exactly their taps", right, PHONES, unit="", at_least=True)


def main() -> int:
    report, arguments = start("handeye: the simulated phone", __doc__ or "")
    quick: bool = arguments.quick
    speed(report, seconds=5 if quick else 30)
    at_once(report, taps=3 if quick else 10)
    solutions(report, seeds=5 if quick else 1000)
    return report.close(arguments.out)


if __name__ == "__main__":
    sys.exit(main())
