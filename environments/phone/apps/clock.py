"""Clock: alarms with a time and days, and a timer that runs by the phone's clock. Neither ever rings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from types import MappingProxyType
from typing import Any, Literal

from environments.phone import world
from environments.phone.apps.base import App, PagedProgram
from environments.phone.apps.dials import AlarmCard, Beside, Countdown, TimeCells, TimeShown
from environments.phone.dialpad import DIGITS, DialKey, DialKeys, PadPage
from environments.phone.discs import RoundButton, Row
from environments.phone.layouts import Column, Gap, Page, Scrolling
from environments.phone.parts import Widget
from environments.phone.tabs import Tab, Tabs
from environments.phone.widgets import Button, IconButton, Label

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEKDAYS, WEEKEND = DAYS[:5], DAYS[5:]
NAMED: Mapping[tuple[str, ...], str] = MappingProxyType(
    {(): "Once", DAYS: "Every day", WEEKDAYS: "Weekdays", WEEKEND: "Weekends"}
)
DAY = 24 * 60


@dataclass(slots=True)
class Alarm:
    """`minutes` since midnight; without days it rings once."""

    minutes: int
    days: tuple[str, ...] = ()
    on: bool = True


def repeats(days: tuple[str, ...]) -> str:
    """Days as the app names them."""
    return NAMED.get(days, ", ".join(days))


class Clock(PagedProgram):
    """`alarms` are in order of their time. `editing` is the index of the alarm in the form (its length: a new one)."""

    app = App("com.sim.clock", ".Main", "Clock")
    icon = "clock"
    colour = (66, 82, 175)

    def start(self, random: Random) -> None:
        times = random.sample(range(5 * 60, 22 * 60, 5), random.randint(3, 7))
        self.alarms = [Alarm(m, _some_days(random), random.random() < 0.5) for m in sorted(times)]
        self.seconds: int | None = None
        self._left = 0.0
        self._since: float | None = None
        self.restart()

    def restart(self) -> None:
        self.page: Literal["alarms", "timer"] = "alarms"
        self.editing: int | None = None
        self.draft = Alarm(0)
        self.choosing: Literal["hour", "minute"] = "hour"
        self.typed = ""

    def build(self) -> Page:
        if self.editing is not None:
            return self._form()
        tabs = Tabs(
            [
                Tab("Alarms", "alarm", lambda: self._go("alarms"), self.page == "alarms"),
                Tab("Timer", "timer", lambda: self._go("timer"), self.page == "timer"),
            ]
        )
        if self.page == "timer":
            return Page("Timer", self._timer(), bottom=tabs)
        cards: list[Widget] = [self._card(i, a) for i, a in enumerate(self.alarms)]
        empty: list[Widget] = [Label("No alarms", align="center", id="empty", pad=(24, 64))]
        plus = IconButton("plus", "New alarm", self._new, id="new_alarm")
        return Page("Alarms", Scrolling("alarms", cards or empty, pad=(4, 16)), bottom=tabs, actions=[plus])

    def _go(self, page: Literal["alarms", "timer"]) -> None:
        self.page = page

    # ------------------------------------------------------------ alarms

    def _card(self, index: int, alarm: Alarm) -> AlarmCard:
        return AlarmCard(
            world.clock_text(alarm.minutes),
            repeats(alarm.days),
            on=alarm.on,
            on_tap=lambda: self._open(index),
            on_switch=lambda: self._switch(alarm),
        )

    def _switch(self, alarm: Alarm) -> None:
        alarm.on = not alarm.on
        self.host.note("alarm_switched", **_plain(alarm))

    def _open(self, index: int) -> None:
        self.editing, self.draft = index, replace(self.alarms[index])
        self.choosing = "hour"
        self.host.reset_scroll("alarm_form")

    def _new(self) -> None:
        self.editing, self.draft = len(self.alarms), Alarm(8 * 60)
        self.choosing = "hour"
        self.host.reset_scroll("alarm_form")

    def _form(self) -> Page:
        draft, hours = self.draft, self.choosing == "hour"
        hour, minute = divmod(draft.minutes, 60)
        rows: list[Widget] = [
            TimeShown(hour, minute, hours=hours, choose=self._choose),
            Gap(8),
            TimeCells(range(24), hour, "hour", self._pick_hour)
            if hours
            else TimeCells(range(0, 60, 5), minute, "minute", self._pick_minute),
        ]
        if not hours:
            rows.append(
                Row(
                    [
                        Button("−1 minute", lambda: self._step(-1), id="earlier", look="plain"),
                        Button("+1 minute", lambda: self._step(1), id="later", look="plain"),
                    ]
                )
            )
        rows += [
            Label(f"Repeat: {repeats(draft.days)}", sp=14, bold=True, lines=1, id="repeat", pad=(24, 8)),
            Row([self._day(d) for d in DAYS], pad=12),
            Gap(16),
        ]
        actions: list[IconButton | Button] = [Button("Save", self._save, id="save", look="plain")]
        new = self.editing == len(self.alarms)
        if not new:
            actions.insert(0, IconButton("trash", "Delete alarm", self._delete, id="delete"))
        title = "New alarm" if new else "Edit alarm"
        return Page(title, Scrolling("alarm_form", rows), up=self.back, actions=actions)

    def _day(self, day: str) -> RoundButton:
        return RoundButton(
            day,
            lambda: self._flip(day),
            text=day[:2],
            id=f"day_{day.lower()}",
            checked=day in self.draft.days,
            diameter=44,
        )

    def _choose(self, what: Literal["hour", "minute"]) -> None:
        self.choosing = what

    def _pick_hour(self, hour: int) -> None:
        self.draft.minutes = hour * 60 + self.draft.minutes % 60
        self.choosing = "minute"

    def _pick_minute(self, minute: int) -> None:
        self.draft.minutes = self.draft.minutes // 60 * 60 + minute

    def _step(self, minutes: int) -> None:
        """The hour stays: 7:59 is followed by 7:00."""
        hour, minute = divmod(self.draft.minutes, 60)
        self.draft.minutes = hour * 60 + (minute + minutes) % 60

    def _flip(self, day: str) -> None:
        chosen = {*self.draft.days} ^ {day}
        self.draft.days = tuple(d for d in DAYS if d in chosen)

    def _save(self) -> None:
        assert self.editing is not None
        saved = replace(self.draft, on=True)
        others = [a for i, a in enumerate(self.alarms) if i != self.editing]
        self.alarms = sorted([*others, saved], key=lambda a: a.minutes)
        self.host.note("alarm_saved", **_plain(saved))
        self.host.toast(f"Alarm set for {world.clock_text(saved.minutes)}")
        self.editing = None

    def _delete(self) -> None:
        assert self.editing is not None
        gone = self.alarms.pop(self.editing)
        self.host.note("alarm_deleted", **_plain(gone))
        self.host.toast("Alarm deleted")
        self.editing = None

    # ------------------------------------------------------------ the timer

    @property
    def remaining(self) -> int:
        """Seconds that are left, rounded up."""
        if self._since is None:
            return math.ceil(self._left)
        return max(0, math.ceil(self._left - (self.host.clock() - self._since)))

    def _timer(self) -> Widget:
        if self.seconds is not None:
            return self._running()
        shown = Countdown(_parts(self.typed), ring=False)
        rows = [[DialKey(d, f"digit_{d}") for d in DIGITS[i : i + 3]] for i in (0, 3, 6)]
        last = [
            DialKey("00", "digit_00"),
            DialKey("0", "digit_0"),
            DialKey("", "erase", icon="backspace", description="Delete"),
        ]
        ready = _seconds(self.typed) > 0
        start = RoundButton("Start", self._start, icon="play", id="start", checked=True if ready else None)
        return PadPage(shown, DialKeys([*rows, last], self._type), Row([start], pad=0))

    def _running(self) -> Widget:
        going = self._since is not None
        shown = Countdown("Time's up" if not self.remaining else _clock(self.remaining), ring=True)
        stop = RoundButton("Pause", self._pause, icon="pause", id="pause")
        again = RoundButton("Resume", self._resume, icon="play", id="resume")
        buttons: list[Widget] = [RoundButton("Reset", self.reset, icon="reset", id="reset")]
        if self.remaining:
            buttons.append(stop if going else again)
        total = Label(f"Timer for {_clock(self.seconds or 0)}", align="center", id="timer_length")
        return Beside(shown, Column([total, Gap(16), Row(buttons, pad=72)]))

    def _type(self, key: str) -> None:
        if not key:
            self.typed = self.typed[:-1]
        elif len(self.typed + key) <= 6:
            self.typed = (self.typed + key).lstrip("0")

    def _start(self) -> None:
        seconds = _seconds(self.typed)
        if not seconds:
            self.host.toast("Set a time first")
            return
        self.seconds, self._left, self._since = seconds, float(seconds), self.host.clock()
        self.typed = ""
        self.host.note("timer_started", seconds=seconds)

    def _pause(self) -> None:
        self._left, self._since = float(self.remaining), None
        self.host.note("timer_paused", left=self.remaining)

    def _resume(self) -> None:
        self._since = self.host.clock()
        self.host.note("timer_resumed", left=self.remaining)

    def reset(self) -> None:
        """No timer is set."""
        self.seconds, self._since, self._left = None, None, 0.0
        self.host.note("timer_reset")

    def pulse(self) -> int | None:
        return self.remaining if self.page == "timer" and self._since is not None else None

    def back(self) -> bool:
        if self.editing is not None:
            self.editing = None
        elif self.page == "timer":
            self._go("alarms")
        else:
            return False
        return True

    def data(self) -> Any:
        alarms = sorted((_plain(a) for a in self.alarms), key=alarm_key)
        timer = None if self.seconds is None else {"seconds": self.seconds, "running": self._since is not None}
        return {"alarms": alarms, "timer": timer}

    def view(self) -> Any:
        draft = None if self.editing is None else _plain(self.draft)
        return {"page": self.page, "editing": self.editing, "draft": draft, "typed": self.typed}


def alarm_key(alarm: dict[str, Any]) -> tuple[int, list[int], bool]:
    """In which order alarms are kept as data."""
    hour, minute = alarm["time"].split(":")
    return int(hour) * 60 + int(minute), [DAYS.index(d) for d in alarm["days"]], alarm["on"]


def _plain(alarm: Alarm) -> dict[str, Any]:
    return {"time": world.clock_text(alarm.minutes), "days": list(alarm.days), "on": alarm.on}


def _some_days(random: Random) -> tuple[str, ...]:
    some = random.sample(DAYS, random.randint(2, 4))
    return random.choice(((), (), WEEKDAYS, WEEKDAYS, WEEKEND, DAYS, tuple(d for d in DAYS if d in some)))


def _seconds(typed: str) -> int:
    """Typed digits fill hours, minutes and seconds from the right, as they do in a real timer."""
    digits = typed.rjust(6, "0")
    return int(digits[:2]) * 3600 + int(digits[2:4]) * 60 + int(digits[4:])


def _parts(typed: str) -> str:
    digits = typed.rjust(6, "0")
    return f"{digits[:2]}h {digits[2:4]}m {digits[4:]}s"


def _clock(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    minutes, last = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{last:02d}" if hours else f"{minutes}:{last:02d}"
