"""Tasks in Clock: alarms and the timer."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from random import Random
from typing import Any

from actions.types import Button
from environments.phone import world
from environments.phone.apps.clock import DAYS, WEEKDAYS, Alarm, Clock, alarm_key
from environments.phone.nodes import Node
from environments.phone.phone import Phone
from environments.phone.tasks.eyes import Eyes, Move, flip, on_or_off, seen_to_be, still_needs
from environments.phone.tasks.template import Template, app_of

LONG = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ONCE = "once"
TIME, HOUR, MINUTE = "The time", "The hour", "The minute"
"""What a thought calls an alarm's, and the parts of it where they can be seen. They are compared one by one, both in
two digits, since 4:00 and 04:00, or 11:46 and 11:45, said as a whole were taken for different and for the same."""
TIMER, LENGTH = "The timer", "timer_length"
"""What a thought calls it, and the id of what says how long it was set to run."""
CHINESE = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


class SetAlarm(Template):
    name = "set_alarm"
    package = Clock.app.package

    def __init__(self, random: Random) -> None:
        self.minutes = random.randrange(24 * 60)
        some = random.sample(DAYS, random.randint(1, 3))
        self.days: tuple[str, ...] = random.choice(((), (), tuple(d for d in DAYS if d in some), WEEKDAYS))
        if self.days == WEEKDAYS:
            self.minutes -= self.minutes % 5
        self._say(random)
        self._time_is_right = False

    def _say(self, random: Random) -> None:
        time = world.clock_text(self.minutes)
        when, when_zh = _when(self.days)
        self._when = when.strip() or ONCE
        """As the task says it: naming each day of the working week took more than the words of the task."""
        self.text = random.choice((f"Set an alarm for {time}{when}.", f"Wake me at {time}{when}: set an alarm."))
        self.text_zh = f"设一个{when_zh}{time} 的闹钟。"

    def nearly(self, random: Random) -> Sequence[Template]:
        """For the same time, on other days and once."""
        others = [copy(self) for _ in range(4)]
        for other, count in zip(others, (0, 1, 2, 3), strict=True):
            some = random.sample(DAYS, count)
            other.days = tuple(day for day in DAYS if day in some)
            other._say(random)
        return others

    def setup(self, phone: Phone) -> None:
        clock = app_of(phone, Clock)
        clock.alarms = [a for a in clock.alarms if a.minutes != self.minutes]
        self._time_is_right = False

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        alarm = {"time": world.clock_text(self.minutes), "days": list(self.days), "on": True}
        data["Clock"]["alarms"] = sorted([*data["Clock"]["alarms"], alarm], key=alarm_key)
        return data

    def solve(self, eyes: Eyes) -> Move:
        if eyes.title() != "New alarm":
            self._time_is_right = False
            if (away := to_alarms(eyes)) is not None:
                return away
            return "The list has a button for a new alarm; I tap it.", eyes.click(eyes.need("new_alarm"))
        time = f"{TIME} should be {world.clock_text(self.minutes)} and"
        hour, minute = eyes.find(id="alarm_hour"), eyes.find(id="alarm_minute")
        if hour is not None and minute is not None:
            hours, minutes = divmod(self.minutes, 60)
            seen = f"{HOUR} should be {hours:02d} and is {hour.text}"
            if int(hour.text) != hours:
                thought, action = self._hour(eyes, hour, hours)
                return f"{seen}; {thought}", action
            seen = f"{seen}. {MINUTE} should be {minutes:02d} and is {minute.text}"
            if int(minute.text) != minutes:
                thought, action = self._minute(eyes, minute, minutes)
                return f"{seen}; {thought}", action
        elif self._time_is_right:
            seen = f"{time} was"
        else:
            missing, action = eyes.scroll("alarm_form")
            return f"{time} {missing}", action
        self._time_is_right = True
        thought, action = self._days(eyes)
        return f"{seen}. {thought}", action

    def _days(self, eyes: Eyes) -> Move:
        """Said as a whole, what is wanted and what is seen, since of seven one looks like the next."""
        chips = {day: eyes.find(id=f"day_{day.lower()}") for day in DAYS}
        ring = f"It should ring {self._when} and"
        if not all(chips.values()):
            return eyes.search("alarm_form", "the days")
        seen = tuple(day for day, chip in chips.items() if chip is not None and chip.checked)
        for day, chip in chips.items():
            if chip is not None and chip.checked != (day in self.days):
                return f"{ring} rings {_listed(seen)}; I tap {day}.", eyes.click(chip)
        return f"{ring} rings {_listed(seen)}; I tap Save.", eyes.click(eyes.need("save"))

    def _hour(self, eyes: Eyes, hour: Node, wanted: int) -> Move:
        """With the end of its thought, as `_minute`."""
        if not hour.checked:
            return "I tap the hour.", eyes.click(hour)
        return self._cell(eyes, f"hour_{wanted}", f"the hour {wanted:02d}")

    def _minute(self, eyes: Eyes, minute: Node, wanted: int) -> Move:
        if not minute.checked:
            return "I tap the minutes.", eyes.click(minute)
        away = (wanted - int(minute.text) + 30) % 60 - 30
        if abs(away) <= 2:
            step = ("later", "+1 minute") if away > 0 else ("earlier", "−1 minute")
            return self._cell(eyes, *step)
        near = 5 * round(wanted / 5) % 60
        return self._cell(eyes, f"minute_{near}", f"the minute {near:02d}")

    @staticmethod
    def _cell(eyes: Eyes, name: str, what: str) -> Move:
        cell = eyes.find(id=name)
        return eyes.search("alarm_form", what) if cell is None else (f"I tap {what}.", eyes.click(cell))


class SwitchAlarm(Template):
    name = "switch_alarm"
    package = Clock.app.package

    def __init__(self, random: Random) -> None:
        self.minutes = random.randrange(5 * 60, 23 * 60, 5)
        self.value = random.random() < 0.4
        self._days = random.choice(((), WEEKDAYS, DAYS))
        time = world.clock_text(self.minutes)
        way, way_zh = ("on", "打开") if self.value else ("off", "关闭")
        self.text = random.choice((f"Turn {way} the alarm at {time}.", f"Switch the {time} alarm {way}."))
        self.text_zh = f"{way_zh} {time} 的闹钟。"

    def setup(self, phone: Phone) -> None:
        alarm_at(phone, self.minutes, self._days).on = not self.value

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        for alarm in data["Clock"]["alarms"]:
            if alarm["time"] == world.clock_text(self.minutes):
                alarm["on"] = self.value
        return data

    def solve(self, eyes: Eyes) -> Move:
        if (away := to_alarms(eyes)) is not None:
            return away
        switch = self._switch(eyes)
        if switch is None:
            return eyes.search("alarms", world.clock_text(self.minutes))
        return f"{self._state(switch)}; I tap its switch.", flip(eyes, switch, self.value)

    def seen_done(self, eyes: Eyes) -> str:
        switch = self._switch(eyes)
        return "" if switch is None else f"{self._state(switch)}. "

    def _switch(self, eyes: Eyes) -> Node | None:
        return find_alarm(eyes, "alarm_switch", world.clock_text(self.minutes))

    def _state(self, switch: Node) -> str:
        return seen_to_be(world.clock_text(self.minutes), on_or_off(self.value), on_or_off(switch.checked))


class DeleteAlarm(Template):
    name = "delete_alarm"
    package = Clock.app.package

    def __init__(self, random: Random) -> None:
        self.minutes = random.randrange(5 * 60, 23 * 60, 5)
        self._days = random.choice(((), WEEKDAYS, DAYS))
        time = world.clock_text(self.minutes)
        self.text = random.choice((f"Delete the alarm at {time}.", f"Remove the {time} alarm for good."))
        self.text_zh = f"删除 {time} 的闹钟。"

    def setup(self, phone: Phone) -> None:
        alarm_at(phone, self.minutes, self._days)

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        time = world.clock_text(self.minutes)
        data["Clock"]["alarms"] = [a for a in data["Clock"]["alarms"] if a["time"] != time]
        return data

    def solve(self, eyes: Eyes) -> Move:
        time = world.clock_text(self.minutes)
        if eyes.title() == "Edit alarm":
            hour, minute = eyes.find(id="alarm_hour"), eyes.find(id="alarm_minute")
            if hour is None or minute is None:
                return eyes.search("alarm_form", "the time")
            if int(hour.text) * 60 + int(minute.text) == self.minutes:
                return f"The alarm at {time} is open; I tap the bin.", eyes.click(eyes.need("delete"))
            return "This is another alarm; I go back.", Button(name="back")
        if (away := to_alarms(eyes)) is not None:
            return away
        card = find_alarm(eyes, "alarm", time)
        if card is None:
            return eyes.search("alarms", time)
        return f"I look for {time}; I see it and open the alarm.", eyes.click(card)


class StartTimer(Template):
    name = "start_timer"
    package = Clock.app.package

    def __init__(self, random: Random) -> None:
        hours, minutes = random.choice(
            ((0, random.randint(1, 59)), (random.randint(1, 3), random.choice((15, 30, 45))))
        )
        self.seconds = hours * 3600 + minutes * 60
        self._keys = f"{hours}{minutes:02d}00".lstrip("0")
        long = _count(minutes, "minute")
        long_zh = f"{minutes} 分钟"
        if hours:
            long, long_zh = f"{_count(hours, 'hour')} and {long}", f"{hours} 小时 {long_zh}"
        self._long = long
        self.text = random.choice((f"Start a timer for {long}.", f"Set the timer to {long} and start it."))
        self.text_zh = f"启动一个 {long_zh}的计时器。"

    def setup(self, phone: Phone) -> None:
        app_of(phone, Clock).reset()

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        data["Clock"]["timer"] = {"seconds": self.seconds, "running": True}
        return data

    def solve(self, eyes: Eyes) -> Move:
        if eyes.title() != "Timer":
            tab = eyes.find(id="tab_timer")
            return ("I go back.", Button(name="back")) if tab is None else ("I open the timer.", eyes.click(tab))
        if (reset := eyes.find(id="reset")) is not None:
            if _digits(eyes.need(LENGTH)) != self._keys:
                return f"{self._seen(eyes)}; I reset it.", eyes.click(reset)
            if (resume := eyes.find(id="resume")) is not None:
                return f"{self._seen(eyes)}. It is paused; I go on.", eyes.click(resume)
            assert not eyes.find(id="pause"), "the timer is right already"
            return "The time is up; I reset it.", eyes.click(reset)
        typed = _digits(eyes.need("timer_left"))
        if typed == self._keys:
            return "The time is right; I tap Start.", eyes.click(eyes.need("start"))
        if not self._keys.startswith(typed):
            return f"{typed} is wrong; I delete a digit.", eyes.click(eyes.need("erase"))
        rest = self._keys[len(typed) :]
        key = "00" if rest.startswith("00") else rest[0]
        return f"The time {still_needs(rest, key)}", eyes.click(eyes.need(f"digit_{key}"))

    def seen_done(self, eyes: Eyes) -> str:
        return f"{self._seen(eyes)}. " if eyes.find(id=LENGTH) else ""

    def _seen(self, eyes: Eyes) -> str:
        """How long a timer was set to run, whatever is left of it."""
        return f"{TIMER} should be {self._long} and is {eyes.need(LENGTH).text.removeprefix('Timer for ')}"


def _digits(node: Node) -> str:
    """As they were typed."""
    return "".join(c for c in node.text if c.isdecimal()).lstrip("0")


def alarm_at(phone: Phone, minutes: int, days: tuple[str, ...]) -> Alarm:
    """The only alarm at that time, made anew."""
    clock = app_of(phone, Clock)
    alarm = Alarm(minutes, days)
    clock.alarms = sorted([*(a for a in clock.alarms if a.minutes != minutes), alarm], key=lambda a: a.minutes)
    return alarm


def to_alarms(eyes: Eyes) -> Move | None:
    title = eyes.title()
    if title == "Alarms":
        return None
    tab = eyes.find(id="tab_alarms")
    if title == "Timer" and tab is not None:
        return "This is the timer; I open the alarms.", eyes.click(tab)
    return "This is not the list of alarms; I go back.", Button(name="back")


def find_alarm(eyes: Eyes, name: str, time: str) -> Node | None:
    return next((n for n in eyes.nodes if n.resource_id == name and n.description.startswith(f"{time}, ")), None)


def _listed(days: tuple[str, ...]) -> str:
    return ", ".join(days) or ONCE


def _when(days: tuple[str, ...]) -> tuple[str, str]:
    """As it is said after a time, in English and in Chinese."""
    if not days:
        return "", ""
    if days == WEEKDAYS:
        return " on weekdays", "每个工作日"
    names = [LONG[DAYS.index(d)] for d in days]
    said = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f" every {said}", "每" + "、".join(CHINESE[DAYS.index(d)] for d in days)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
