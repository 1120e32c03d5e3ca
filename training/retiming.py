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
from environments.phone.tasks.clock import SetAlarm
from environments.phone.tasks.eyes import Eyes

Timed = SetAlarm | AddEvent
APART = 5
"""Minutes between the times that can be tapped at once. For one of them only such are wanted."""
MINUTES_CHOSEN = re.compile(r"I tap (?:the minute |:)\d")
SEEN = r"(?:is|was|says) {}(?!\d)"
"""What a past step says of a screen that showed a time."""


def retimed(goal: Timed, phone: Phone, told: str, random: Random, count: int) -> Iterator[tuple[str, str, Click]]:
    """What is told, thought and done, with up to `count` other times. None where the time can't be chosen on this
    screen, or past steps have chosen or seen it already."""
    eyes = Eyes(phone, goal.package)
    eyes.look()
    wanted = world.clock_text(goal.minutes)
    if not _can_choose(goal, eyes) or MINUTES_CHOSEN.search(told) or re.search(SEEN.format(wanted), told):
        return
    hour = goal.minutes // 60
    is_kept = re.search(rf"I tap (?:the hour )?0?{hour}\.", told) is not None
    first, end = (hour * 60, hour * 60 + 60) if is_kept else (0, 24 * 60)
    for minutes in random.sample(range(first, end, 1 if goal.minutes % APART else APART), count):
        other = copy(goal)
        other.minutes, time = minutes, world.clock_text(minutes)
        if isinstance(other, AddEvent):
            other.time = time
        thought, action = other.solve(eyes)
        if isinstance(action, Click) and minutes != goal.minutes:
            yield re.sub(rf"(?<![\d:]){wanted}(?!\d)", time, told), thought, action


def _can_choose(goal: Timed, eyes: Eyes) -> bool:
    if isinstance(goal, SetAlarm):
        return eyes.title() == "New alarm" and all(eyes.find(id=name) for name in ("alarm_hour", "alarm_minute"))
    return eyes.find(id="dialog") is not None and any(n.text.startswith("Time ") for n in eyes.nodes)
