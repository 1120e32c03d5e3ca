"""Calendar: a month whose days have dots, the events of a day, a new event, deleting one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from environments.phone import world
from environments.phone.apps.base import App, PagedProgram
from environments.phone.calendar_days import date_of, day_text, month_text
from environments.phone.key_grid import Key, Keypad
from environments.phone.layouts import Dialog, Divider, Page, Scrolling
from environments.phone.month import Month, MonthBar, Padded
from environments.phone.parts import Widget
from environments.phone.text_field import Field
from environments.phone.widgets import Button, IconButton, Item, Label

EVENTS = (
    *("Dentist", "Team meeting", "Yoga class", "Lunch with Ines", "Piano lesson", "Car inspection", "Parents' evening"),
    *("Haircut", "Book club", "Flight to Lisbon", "Swim training", "Rent is due", "Doctor's appointment", "Choir"),
    *("Project review", "Dinner at Luigi's", "Train to Ghent", "Birthday party", "Pick up the parcel", "Job interview"),
    *("Vet with Momo", "Language course", "Football match", "牙医", "和李伟吃饭", "Tax advisor", "Theatre tickets"),
)

FARTHEST = 120
"""How many months from today's month it can show."""
LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """`minutes` since midnight."""

    day: date
    minutes: int
    title: str

    @property
    def time(self) -> str:
        return world.clock_text(self.minutes)


@dataclass(slots=True)
class Draft:
    """An event that is being written; `picking` while its time is chosen, with the time so far."""

    day: date
    title: str = ""
    minutes: int = 9 * 60
    picking: int | None = None


class Calendar(PagedProgram):
    """`events` in order. `month` is the first of the shown month, `chosen` the day whose events are listed."""

    app = App("com.sim.calendar", ".Main", "Calendar")
    icon = "calendar"
    colour = (24, 128, 96)

    def start(self, random: Random) -> None:
        self.today = date_of(self.host.date_text())
        first = self.today.replace(day=1)
        titles = random.sample(EVENTS, random.randint(12, len(EVENTS)))
        self.events = sorted(
            Event(first + timedelta(days=random.randint(-12, 45)), random.randrange(7 * 4, 21 * 4) * 15, title)
            for title in titles
        )
        self.restart()

    def restart(self) -> None:
        self.chosen = self.today
        self.month = self.today.replace(day=1)
        self.open_event: Event | None = None
        self.deleting = False
        self.draft: Draft | None = None

    def on(self, day: date) -> list[Event]:
        return [e for e in self.events if e.day == day]

    def build(self) -> Page:
        if self.draft is not None:
            return self._editor(self.draft)
        return self._month() if self.open_event is None else self._event(self.open_event)

    # ------------------------------------------------------------ screens

    def _month(self) -> Page:
        found = self.on(self.chosen)
        rows: list[Widget] = [
            MonthBar(
                Label(month_text(self.month), sp=18, bold=True, lines=1, align="center", id="month", pad=(0, 4)),
                IconButton("left", "Previous month", lambda: self._turn(-1), id="previous_month"),
                IconButton("right", "Next month", lambda: self._turn(1), id="next_month"),
            ),
            Month(self.month, self.chosen, self.today, self._counts(), self._choose, self._turn),
            Divider(),
            Label(day_text(self.chosen), sp=15, bold=True, lines=1, pad=(16, 10), id="chosen_day"),
            *(self._row(i, e) for i, e in enumerate(found)),
        ]
        if not found:
            rows.append(Label("No events", sp=15, pad=(16, 10), id="no_events"))
        actions = [
            Button("Today", self._to_today, id="today", look="plain"),
            IconButton("plus", "New event", self._new, id="new_event"),
        ]
        return Page("Calendar", Scrolling("calendar", rows, pad=(0, 16)), actions=actions)

    def _row(self, index: int, event: Event) -> Item:
        return Item(
            event.title,
            event.time,
            id=f"event_{index}",
            icon="calendar",
            badge=self.colour,
            on_tap=lambda: self._open(event),
        )

    def _event(self, event: Event) -> Page:
        rows = [
            Label(event.title, sp=24, bold=True, pad=(16, 12), id="event_title"),
            Item("Date", day_text(event.day), id="event_date", icon="calendar"),
            Item("Time", event.time, id="event_time", icon="clock"),
        ]
        dialog = None
        if self.deleting:
            dialog = Dialog(
                "Delete this event?",
                [Label(f"“{event.title}” on {day_text(event.day)} at {event.time}", sp=16, lines=4, pad=(24, 6))],
                [
                    Button("Cancel", self._keep, id="cancel", look="plain"),
                    Button("Delete", self._delete, id="confirm", look="plain"),
                ],
                on_dismiss=self._keep,
            )
        bin_button = IconButton("trash", "Delete event", self._ask, id="delete")
        return Page("Event", Scrolling("event", rows), up=self.back, actions=[bin_button], dialog=dialog)

    def _editor(self, draft: Draft) -> Page:
        rows: list[Widget] = [
            Padded(Field("event_name", draft.title, self._edit, hint="Title")),
            Item("Date", day_text(draft.day), id="draft_date", icon="calendar"),
            Item("Time", world.clock_text(draft.minutes), id="draft_time", icon="clock", on_tap=self._pick),
        ]
        return Page(
            "New event",
            Scrolling("new_event_form", rows),
            up=self.back,
            actions=[Button("Save", self._save, id="save", look="plain")],
            dialog=None if draft.picking is None else self._clock(draft.picking),
        )

    def _clock(self, minutes: int) -> Dialog:
        hour, minute = divmod(minutes, 60)
        hours = [
            Key(str(n), lambda n=n: self._set(n * 60 + minute), id=f"hour_{n}", checked=n == hour) for n in range(24)
        ]
        quarters = [
            Key(f":{m:02d}", lambda m=m: self._picked(hour * 60 + m), id=f"minute_{m}", checked=m == minute)
            for m in range(0, 60, 5)
        ]
        body: list[Widget] = [
            Label("Hour", sp=14, bold=True, pad=(24, 4)),
            Padded(Keypad(hours, 6, tall=42, sp=16, gap=2)),
            Label("Minutes", sp=14, bold=True, pad=(24, 4)),
            Padded(Keypad(quarters, 6, tall=42, sp=16, gap=2)),
        ]
        return Dialog(
            f"Time {world.clock_text(minutes)}",
            body,
            [
                Button("Cancel", self._unpick, id="cancel", look="plain"),
                Button("OK", lambda: self._picked(minutes), id="ok", look="plain"),
            ],
            on_dismiss=self._unpick,
        )

    # ------------------------------------------------------------ what is done

    def _counts(self) -> Mapping[date, int]:
        counts: dict[date, int] = {}
        for event in self.events:
            counts[event.day] = counts.get(event.day, 0) + 1
        return counts

    def _choose(self, day: date) -> None:
        self.chosen = day

    def _turn(self, months: int) -> None:
        number = self.month.year * 12 + self.month.month - 1 + months
        if abs(number - (self.today.year * 12 + self.today.month - 1)) > FARTHEST:
            return
        self.month = date(number // 12, number % 12 + 1, 1)
        same = (self.month.year, self.month.month) == (self.today.year, self.today.month)
        self.chosen = self.today if same else self.month
        self.host.reset_scroll("calendar")

    def _to_today(self) -> None:
        self.chosen, self.month = self.today, self.today.replace(day=1)
        self.host.reset_scroll("calendar")

    def _open(self, event: Event) -> None:
        self.open_event = event
        self.host.reset_scroll("event")

    def _new(self) -> None:
        self.draft = Draft(self.chosen)
        self.host.reset_scroll("new_event_form")
        self.host.focus_on("event_name", "")

    def _edit(self, text: str) -> None:
        assert self.draft is not None
        self.draft.title = text[:LONGEST_TITLE]

    def _pick(self) -> None:
        assert self.draft is not None
        self.draft.picking = self.draft.minutes
        self.host.unfocus()
        self.host.reset_scroll("dialog_list")

    def _set(self, minutes: int) -> None:
        assert self.draft is not None
        self.draft.picking = minutes

    def _unpick(self) -> None:
        assert self.draft is not None
        self.draft.picking = None

    def _picked(self, minutes: int) -> None:
        """A tap on the minutes comes last and so ends the choice, as OK does."""
        assert self.draft is not None
        self.draft.minutes = minutes
        self._unpick()

    def _save(self) -> None:
        assert self.draft is not None
        title = " ".join(self.draft.title.split())
        if not title:
            self.host.toast("An event needs a title")
            return
        event = Event(self.draft.day, self.draft.minutes, title)
        self.events = sorted([*self.events, event])
        self.host.note("event_added", title=title, day=event.day.isoformat(), time=event.time)
        self.draft = None
        self.host.unfocus()
        self.host.toast("Event saved")

    def _ask(self) -> None:
        self.deleting = True

    def _keep(self) -> None:
        self.deleting = False

    def _delete(self) -> None:
        event = self.open_event
        assert event is not None
        self.events.remove(event)
        self.host.note("event_deleted", title=event.title, day=event.day.isoformat(), time=event.time)
        self.open_event, self.deleting = None, False
        self.host.toast("Event deleted")

    def back(self) -> bool:
        if self.draft is not None:
            if self.draft.picking is not None:
                self._unpick()
            else:
                self.draft = None
                self.host.unfocus()
        elif self.deleting:
            self._keep()
        elif self.open_event is not None:
            self.open_event = None
        else:
            return False
        return True

    def data(self) -> Any:
        return [{"day": e.day.isoformat(), "time": e.time, "title": e.title} for e in self.events]

    def view(self) -> Any:
        draft = self.draft
        return {
            "month": self.month.isoformat(),
            "chosen": self.chosen.isoformat(),
            "open": None if self.open_event is None else self.open_event.title,
            "deleting": self.deleting,
            "draft": None
            if draft is None
            else {"day": draft.day.isoformat(), "title": draft.title, "time": draft.minutes, "picking": draft.picking},
        }
