"""Tasks in Calendar, and one that takes what it shows to Notes. Days are of the month that the phone is in."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from actions.types import Button
from environments.phone import world
from environments.phone.apps.calendar import EVENTS, Calendar, Event
from environments.phone.apps.notes import Notes
from environments.phone.calendar_days import ordinal
from environments.phone.nodes import Node
from environments.phone.phone import Phone
from environments.phone.tasks.eyes import Eyes, Move, found, should_be, stands
from environments.phone.tasks.notes import new_note
from environments.phone.tasks.template import Question, Template, app_of

MOST_ON_A_DAY = 4


class AddEvent(Template):
    name = "add_event"
    package = Calendar.app.package

    def __init__(self, random: Random) -> None:
        self.title = random.choice((*EVENTS, f"Call {random.choice(world.NAMES)}"))
        self.number = random.randint(1, 28)
        self.minutes = random.randrange(6 * 12, 22 * 12) * 5
        self.time = world.clock_text(self.minutes)
        on = f"the {ordinal(self.number)} of this month"
        self.text = random.choice(
            (
                f"Add “{self.title}” to the calendar on {on} at {self.time}.",
                f"Create a calendar event on {on} at {self.time}, called “{self.title}”.",
            )
        )
        self.text_zh = f"在日历里添加本月{self.number}日{self.time}的日程“{self.title}”。"

    def setup(self, phone: Phone) -> None:
        calendar = app_of(phone, Calendar)
        self.event = Event(calendar.today.replace(day=self.number), self.minutes, self.title)
        calendar.events = [e for e in calendar.events if e != self.event]

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        data["Calendar"] = sorted([*data["Calendar"], kept(self.event)], key=order)
        return data

    def solve(self, eyes: Eyes) -> Move:
        shown = next((n.text for n in eyes.nodes if n.text.startswith("Time ")), "")
        if eyes.find(id="dialog"):
            return self._set_time(eyes, shown.removeprefix("Time "))
        if (away := eyes.to_page("Calendar", "New event")) is not None:
            return away
        if eyes.title() == "Calendar":
            away = to_day(eyes, self.number)
            add = "The day is chosen; I add an event.", eyes.click(eyes.need("new_event"))
            return away or after_day(eyes, self.number, add)
        day, time = eyes.find(id="draft_date_summary"), eyes.find(id="draft_time_summary")
        if day is not None and f", {self.number} " not in day.text:
            return "This event is for another day; I go back.", Button(name="back")
        title = eyes.find(id="event_name")
        if title is None or title.text != self.title:
            return eyes.fill("event_name", self.title, eyes.need("save"), "Save")
        if time is None:
            if eyes.find(id="keyboard"):
                return "The keyboard covers the time; I close it.", Button(name="back")
            return eyes.search("new_event_form", "the time")
        if time.text != self.time:
            return f"It says {time.text}; I tap the time.", eyes.click(time)
        return "Title and time are right; I save.", eyes.click(eyes.need("save"))

    def _set_time(self, eyes: Eyes, shown: str) -> Move:
        if ":" not in shown:
            return "This is another dialog; I cancel it.", eyes.click(eyes.need("cancel"))
        hour, minute = (int(part) for part in shown.split(":"))
        right_hour, right_minute = divmod(self.minutes, 60)
        if (hour, minute) == (right_hour, right_minute):
            return f"The dialog says {shown}; I tap OK.", eyes.click(eyes.need("ok"))
        name = f"hour_{right_hour}" if hour != right_hour else f"minute_{right_minute}"
        key = eyes.find(id=name)
        if key is None:
            return eyes.search("dialog_list", name.replace("_", " "))
        return f"I tap {key.text}.", eyes.click(key)


class ReadEvent(Question):
    name = "read_event"
    package = Calendar.app.package

    def __init__(self, random: Random) -> None:
        self.title = random.choice(EVENTS)
        self.number = random.randint(1, 28)
        self.minutes = random.randrange(7 * 4, 21 * 4) * 15
        self.time = world.clock_text(self.minutes)
        on = f"the {ordinal(self.number)} of this month at {self.time}"
        self.text = random.choice((f"What is in the calendar on {on}?", f"Which event do I have on {on}?"))
        self.text_zh = f"日历里本月{self.number}日{self.time}有什么安排？"

    def setup(self, phone: Phone) -> None:
        put(app_of(phone, Calendar), self.number, self.minutes, self.title)
        self.expected = self.title
        self.others = [title for title in EVENTS if title != self.title]

    def solve(self, eyes: Eyes) -> Move:
        if (away := eyes.to_page("Calendar")) is not None:
            return away
        if (away := to_day(eyes, self.number)) is not None:
            return away
        time = next((n for n in rows(eyes) if n.text == self.time), None)
        row = None if time is None else eyes.find(id=time.resource_id.removesuffix("_summary"))
        if row is None:
            return after_day(eyes, self.number, eyes.search("calendar", self.time))
        return after_day(eyes, self.number, (f"{found('above', self.time, row.text)}.", eyes.answer(row.text)))


class DeleteEvent(Template):
    """Delete one event; the same title stands on another day too."""

    name = "delete_event"
    package = Calendar.app.package

    def __init__(self, random: Random) -> None:
        self.title = random.choice(EVENTS)
        self.number, self._other = random.sample(range(1, 29), 2)
        self.minutes = random.randrange(7 * 4, 21 * 4) * 15
        on = f"on the {ordinal(self.number)} of this month"
        self.text = random.choice(
            (f"Delete “{self.title}” {on} from the calendar.", f"Remove the event “{self.title}” {on}.")
        )
        self.text_zh = f"删除日历里本月{self.number}日的“{self.title}”。"

    def setup(self, phone: Phone) -> None:
        calendar = app_of(phone, Calendar)
        put(calendar, self._other, self.minutes, self.title)
        self.event = put(calendar, self.number, self.minutes, self.title)

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        data["Calendar"].remove(kept(self.event))
        return data

    def solve(self, eyes: Eyes) -> Move:
        if eyes.find(id="dialog"):
            right = any(f"“{self.title}” on " in n.text and f", {self.number} " in n.text for n in eyes.nodes)
            button = eyes.need("confirm" if right else "cancel")
            return f"The phone asks whether to delete it; I tap {button.text}.", eyes.click(button)
        if eyes.title() == "Event":
            title, day = eyes.find(id="event_title"), eyes.find(id="event_date_summary")
            wrong = (title is not None and title.text != self.title) or (
                day is not None and f", {self.number} " not in day.text
            )
            if wrong:
                return "This is another event; I go back.", Button(name="back")
            return "The event is open; I tap the bin.", eyes.click(eyes.need("delete"))
        if (away := eyes.to_page("Calendar")) is not None:
            return away
        if (away := to_day(eyes, self.number)) is not None:
            return away
        row = event_row(eyes, self.title)
        if row is None:
            return after_day(eyes, self.number, eyes.search("calendar", self.title))
        thought = f"I look for {self.title}; I see it and open it."
        return after_day(eyes, self.number, (thought, eyes.click(row)))


class NoteEventTime(Template):
    """Read a time of today in Calendar, write it in Notes."""

    name = "note_event_time"
    package = Calendar.app.package

    def __init__(self, random: Random) -> None:
        self.title = random.choice(EVENTS)
        self.minutes = random.randrange(7 * 4, 21 * 4) * 15
        self._read = ""
        when = f"when “{self.title}” begins today"
        self.text = random.choice(
            (
                f"Look up in the calendar {when}, and create a note with just that time, written like 9:05.",
                f"Find out {when} and save a new note that holds nothing but the time, as the calendar shows it.",
            )
        )
        self.text_zh = f"在日历里查看今天的“{self.title}”几点开始，然后新建一条只写该时间的笔记，格式如 9:05。"

    def setup(self, phone: Phone) -> None:
        calendar = app_of(phone, Calendar)
        self.number = calendar.today.day
        self._time = put(calendar, self.number, self.minutes, self.title).time
        self._read = ""

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        data["Notes"].insert(0, self._time)
        return data

    def where(self, eyes: Eyes) -> str:
        """In Calendar until the time has been seen there."""
        if not self._read and eyes.find(package=self.package) and not eyes.find(id="dialog"):
            self._read = self._seen(eyes)
        return Notes.app.package if self._read else self.package

    def _seen(self, eyes: Eyes) -> str:
        if not is_on(eyes, self.number):
            return ""
        row = event_row(eyes, self.title)
        time = None if row is None else eyes.find(id=f"{row.resource_id}_summary")
        return "" if time is None else time.text

    def noted(self, eyes: Eyes) -> str:
        if not self._read:
            return ""
        say = stands if event_row(eyes, self.title) is None else found
        return say("beneath", self.title, self._read)

    def solve(self, eyes: Eyes) -> Move:
        if self._read:
            if (away := eyes.to_page("Notes", "New note")) is not None:
                return away
            if eyes.title() == "Notes":
                return new_note(eyes)
            return eyes.fill("note", self._read, eyes.need("save"), "Save")
        if (away := eyes.to_page("Calendar")) is not None:
            return away
        return to_day(eyes, self.number) or eyes.search("calendar", self.title)


def put(calendar: Calendar, number: int, minutes: int, title: str) -> Event:
    """An event on that day of this month: the only one at its time, and the only one of its title on its day."""
    day: date = calendar.today.replace(day=number)
    event = Event(day, minutes, title)
    rest = [e for e in calendar.events if e.day == day and e.minutes != minutes and e.title != title]
    others = [e for e in calendar.events if e.day != day]
    calendar.events = sorted([*others, *rest[: MOST_ON_A_DAY - 1], event])
    return event


def kept(event: Event) -> dict[str, str]:
    """An event as `Calendar.data` has it."""
    return {"day": event.day.isoformat(), "time": event.time, "title": event.title}


def order(event: dict[str, str]) -> tuple[str, int, str]:
    """Where such an event stands in the list."""
    hour, minute = event["time"].split(":")
    return event["day"], int(hour) * 60 + int(minute), event["title"]


def to_day(eyes: Eyes, number: int) -> Move | None:
    """Choose a day of the shown month."""
    if is_on(eyes, number):
        return None
    cell = eyes.find(id=f"day_{number}")
    if cell is None:
        return eyes.search("calendar", str(number))
    return f"{should_be(str(number), True, False)}; I tap it.", eyes.click(cell)


def after_day(eyes: Eyes, number: int, move: Move) -> Move:
    """A step on the right day: its thought begins with the day, where that is on the screen."""
    cell = eyes.find(id=f"day_{number}")
    return move if cell is None else (f"{should_be(str(number), True, cell.checked)}. {move[0]}", move[1])


def is_on(eyes: Eyes, number: int) -> bool:
    """Whether that day is the chosen one: by the day itself or by the heading of its events.

    Below both, where only events are seen, they are of the day that was chosen on the way there.
    """
    cell, heading = eyes.find(id=f"day_{number}"), eyes.find(id="chosen_day")
    if cell is not None:
        return cell.checked
    return f", {number} " in heading.text if heading is not None else bool(rows(eyes))


def rows(eyes: Eyes) -> list[Node]:
    """The times of the events on the screen."""
    return [n for n in eyes.nodes if n.resource_id.startswith("event_") and n.resource_id.endswith("_summary")]


def event_row(eyes: Eyes, title: str) -> Node | None:
    return next((n for n in eyes.nodes if n.text == title and n.resource_id.startswith("event_")), None)
