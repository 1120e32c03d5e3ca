"""The same step of the same task for another time.

Which hour or which minutes are to be tapped comes once or twice in a task, out of 24 and 12, and any other time could
as well be wanted on that screen. So one screen teaches what many tasks would.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from random import Random

from actions.types import Click
from environments.phone import world
from environments.phone.phone import Phone
from environments.phone.tasks.calendar import AddEvent
from environments.phone.tasks.clock import HOUR, MINUTE, SetAlarm
from environments.phone.tasks.eyes import Eyes

Timed = SetAlarm | AddEvent
APART = 5
"""Minutes between the times that can be tapped at once. For one of them only such are wanted."""
MINUTES_CHOSEN = re.compile(r"I tap (?:the minute |:)\d")
SEEN = rf"(?:is|was|says) {{}}(?!\d)|{MINUTE} should be (\d\d) and is \1"
"""What a past step says of a screen that showed a time."""
HOUR_SEEN = rf"{HOUR} should be (\d\d) and is \1|I tap (?:the hour )?0?{{}}\."
"""What a past step says where it showed the hour, or chose it for good."""


def retimed(goal: Timed, phone: Phone, told: str, random: Random, count: int) -> Iterator[tuple[str, str, Click]]:
    """What is told, thought and done, with up to `count` other times. None where the time can't be chosen on this
    screen, or past steps have chosen or seen it already."""
    eyes = Eyes(phone, goal.package)
    eyes.look()
    seen = SEEN.format(world.clock_text(goal.minutes))
    if not _can_choose(goal, eyes) or MINUTES_CHOSEN.search(told) or re.search(seen, told):
        return
    hour = goal.minutes // 60
    is_kept = re.search(HOUR_SEEN.format(hour), told) is not None
    first, end = (hour * 60, hour * 60 + 60) if is_kept else (0, 24 * 60)
    for minutes in random.sample(range(first, end, 1 if goal.minutes % APART else APART), count):
        other = copy(goal)
        other.minutes = minutes
        if isinstance(other, AddEvent):
            other.time = world.clock_text(minutes)
        thought, action = other.solve(eyes)
        if isinstance(action, Click) and minutes != goal.minutes:
            yield _for(minutes, told, goal.minutes), thought, action


def _for(minutes: int, told: str, before: int) -> str:
    """With another time that is wanted."""
    told = re.sub(rf"(?<![\d:]){world.clock_text(before)}(?!\d)", world.clock_text(minutes), told)
    for part, value in zip((HOUR, MINUTE), divmod(minutes, 60), strict=True):
        told = re.sub(rf"({part} should be )\d\d", rf"\g<1>{value:02d}", told)
    return told


def _can_choose(goal: Timed, eyes: Eyes) -> bool:
    if isinstance(goal, SetAlarm):
        return eyes.title() == "New alarm" and all(eyes.find(id=name) for name in ("alarm_hour", "alarm_minute"))
    return eyes.find(id="dialog") is not None and any(n.text.startswith("Time ") for n in eyes.nodes)
