"""Clock: alarms and the timer, and what isn't taken for a task that is done."""

from __future__ import annotations

import json
from dataclasses import replace

from environments.phone import tasks
from environments.phone.apps.clock import DAYS, WEEKDAYS, Alarm, Clock, repeats
from environments.phone.phone import Phone
from environments.phone.tasks.template import app_of
from tests.phone import drive
from tests.phone.drive import find, need, scroll_to, small_phone, touch


def ready(template: str, seed: int) -> tuple[tasks.PhoneTask, Phone, Clock]:
    phone, task = small_phone(seed), tasks.sample(template, seed)
    task.setup(phone)
    return task, phone, app_of(phone, Clock)


def timer(phone: Phone) -> dict[str, object] | None:
    return phone.data()["Clock"]["timer"]


def test_days_have_names() -> None:
    assert repeats(()) == "Once"
    assert repeats(DAYS) == "Every day"
    assert repeats(WEEKDAYS) == "Weekdays"
    assert repeats(("Sat", "Sun")) == "Weekends"
    assert repeats(("Mon", "Sun")) == "Mon, Sun"


def test_an_alarm_is_made_changed_switched_and_deleted() -> None:
    phone = small_phone(1)
    clock = app_of(phone, Clock)
    clock.alarms.clear()
    phone.open("com.sim.clock")
    assert need(phone, resource_id="empty").text == "No alarms"
    touch(phone, resource_id="new_alarm")
    touch(phone, resource_id="hour_23")
    touch(phone, resource_id="minute_55")
    for _ in range(6):
        touch(phone, resource_id="later")
    for day in ("day_sun", "day_mon", "day_wed", "day_wed"):
        touch(phone, resource_id=day)
    assert need(phone, resource_id="alarm_minute").text == "01", "the hour stays"
    assert need(phone, resource_id="repeat").text == "Repeat: Mon, Sun"
    assert phone.data()["Clock"]["alarms"] == [], "nothing is kept before Save"
    touch(phone, resource_id="save")
    assert phone.data()["Clock"]["alarms"] == [{"time": "23:01", "days": ["Mon", "Sun"], "on": True}]
    touch(phone, resource_id="alarm_switch")
    assert phone.data()["Clock"]["alarms"][0]["on"] is False
    touch(phone, resource_id="alarm")
    touch(phone, resource_id="hour_0")
    phone.key(4)
    assert clock.alarms == [Alarm(23 * 60 + 1, ("Mon", "Sun"), False)], "back forgets"
    touch(phone, resource_id="alarm")
    touch(phone, resource_id="hour_0")
    touch(phone, resource_id="earlier")
    touch(phone, resource_id="earlier")
    touch(phone, resource_id="save")
    assert clock.alarms == [Alarm(59, ("Mon", "Sun"))], "a changed alarm is on"
    assert [e["kind"] for e in phone.log.events("alarm_saved", "alarm_switched")] == [
        "alarm_saved",
        "alarm_switched",
        "alarm_saved",
    ]
    touch(phone, resource_id="alarm")
    touch(phone, resource_id="delete")
    assert not clock.alarms


def test_alarms_are_listed_by_time_and_each_switch_is_its_own() -> None:
    for seed in range(4):
        phone = small_phone(seed)
        clock = app_of(phone, Clock)
        phone.open("com.sim.clock")
        assert [a.minutes for a in clock.alarms] == sorted(a.minutes for a in clock.alarms)
        for alarm in clock.alarms:
            before = [replace(a) for a in clock.alarms]
            hour, minute = divmod(alarm.minutes, 60)
            label = f"{hour}:{minute:02d}, {repeats(alarm.days)}"
            scroll_to(phone, resource_id="alarm_switch", description=label)
            touch(phone, resource_id="alarm_switch", description=label)
            changed = [new for old, new in zip(before, clock.alarms, strict=True) if old != new]
            assert changed == [alarm]


def test_the_timer_follows_the_clock_and_its_data_does_not() -> None:
    hands = drive.Clock()
    phone = small_phone(2, hands)
    phone.open("com.sim.clock")
    touch(phone, resource_id="tab_timer")
    touch(phone, resource_id="start")
    assert timer(phone) is None, "no time is set"
    for key in ("digit_0", "digit_1", "digit_3", "digit_0", "erase", "erase", "digit_00", "digit_0", "erase"):
        touch(phone, resource_id=key)
    assert need(phone, resource_id="timer_left").text == "00h 01m 00s"
    touch(phone, resource_id="start")
    hands.now += 3
    running, picture = timer(phone), phone.screen()
    assert running == {"seconds": 60, "running": True}
    assert need(phone, resource_id="timer_left").text == "0:57"
    assert phone.screen() is picture, "nothing is drawn twice"
    hands.now += 1
    assert phone.screen() is not picture
    assert need(phone, resource_id="timer_left").text == "0:56"
    touch(phone, resource_id="pause")
    hands.now += 500
    assert need(phone, resource_id="timer_left").text == "0:56"
    assert timer(phone) == {"seconds": 60, "running": False}
    touch(phone, resource_id="resume")
    hands.now += 6
    phone.stop("com.sim.clock")
    phone.open("com.sim.clock")
    touch(phone, resource_id="tab_timer")
    assert need(phone, resource_id="timer_left").text == "0:50", "it goes on when the app is stopped"
    hands.now += 900
    assert timer(phone) == running
    assert need(phone, resource_id="timer_left").text == "Time's up"
    assert find(phone, resource_id="pause") is None
    touch(phone, resource_id="reset")
    assert timer(phone) is None
    json.dumps(phone.state())


def test_another_alarm_is_not_the_alarm() -> None:
    for seed in range(10):
        task, phone, clock = ready("set_alarm", seed)
        goal = task.goal
        assert isinstance(goal, tasks.SetAlarm)
        kept = list(clock.alarms)
        right = Alarm(goal.minutes, goal.days)
        days = tuple(d for d in DAYS if (d in goal.days) != (d == "Sat"))
        near = (
            Alarm((goal.minutes + 1) % 1440, goal.days),
            Alarm((goal.minutes + 12 * 60) % 1440, goal.days),
            Alarm(goal.minutes, days),
            Alarm(goal.minutes, goal.days, on=False),
        )
        for wrong in near:
            clock.alarms = [*kept, wrong]
            assert not task.check(phone), wrong
        clock.alarms = [*kept, right, replace(right)]
        assert not task.check(phone), "set twice"
        clock.alarms = [*kept[1:], right]
        assert not task.check(phone), "another one is gone"
        clock.alarms = [*kept, right]
        assert task.check(phone)
        kept[0].on = not kept[0].on
        assert not task.check(phone), "another one was switched"


def test_only_that_alarm_is_switched_or_deleted() -> None:
    for seed in range(10):
        task, phone, clock = ready("switch_alarm", seed)
        assert isinstance(task.goal, tasks.SwitchAlarm)
        right = next(a for a in clock.alarms if a.minutes == task.goal.minutes)
        wrong = next(a for a in clock.alarms if a is not right)
        wrong.on = not wrong.on
        assert not task.check(phone)
        right.on = task.goal.value
        assert not task.check(phone)
        wrong.on = not wrong.on
        assert task.check(phone)
        clock.alarms.remove(right)
        assert not task.check(phone), "deleted, not switched"

        task, phone, clock = ready("delete_alarm", seed)
        assert isinstance(task.goal, tasks.DeleteAlarm)
        kept = list(clock.alarms)
        right = next(a for a in kept if a.minutes == task.goal.minutes)
        right.on = False
        assert not task.check(phone), "switched off, not deleted"
        clock.alarms = [a for a in kept if a is not next(k for k in kept if k is not right)]
        assert not task.check(phone)
        clock.alarms = [a for a in kept if a is not right]
        assert task.check(phone)
        clock.alarms = []
        assert not task.check(phone), "all of them"


def test_another_time_is_not_the_timer() -> None:
    for seed in range(10):
        task, phone, clock = ready("start_timer", seed)
        goal = task.goal
        assert isinstance(goal, tasks.StartTimer)
        for seconds in (goal.seconds // 60, goal.seconds + 1, goal.seconds - 60, goal.seconds * 60):
            clock.seconds, clock._since = seconds, 1000.0  # pyright: ignore[reportPrivateUsage]
            assert not task.check(phone), seconds
        clock.seconds = goal.seconds
        assert task.check(phone)
        clock._since = None  # pyright: ignore[reportPrivateUsage]
        assert not task.check(phone), "paused"
