"""The phone's date as a day of a calendar, and days as the apps write them."""

from __future__ import annotations

from datetime import date

from environments.phone import world

FIRST_YEAR = 2024


def date_of(text: str) -> date:
    """The day that "Monday, 12 March" names: in the first year from `FIRST_YEAR` on in which it falls on a Monday."""
    weekday, _, rest = text.partition(", ")
    number, _, month = rest.partition(" ")
    if weekday not in world.DAYS or month not in world.MONTHS or not number.isdecimal():
        raise ValueError(f"{text!r} is no day; expected one like 'Monday, 12 March'")
    for year in range(FIRST_YEAR, FIRST_YEAR + 12):
        day = date(year, world.MONTHS.index(month) + 1, int(number))
        if world.DAYS[day.weekday()] == weekday:
            return day
    raise ValueError(f"no year has {text!r}")


def month_text(day: date) -> str:
    """March 2026."""
    return f"{world.MONTHS[day.month - 1]} {day.year}"


def day_text(day: date) -> str:
    """Thursday, 12 March 2026."""
    return f"{world.DAYS[day.weekday()]}, {day.day} {month_text(day)}"


def short_text(day: date) -> str:
    """12 Mar 2026."""
    return f"{day.day} {world.MONTHS[day.month - 1][:3]} {day.year}"


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, ... 11th, 21st."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
