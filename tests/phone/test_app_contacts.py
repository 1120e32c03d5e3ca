"""Contacts and Phone: what they keep, how they work together, and what isn't taken for a task that is done."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from actions.geometry import Size
from environments.phone import tasks
from environments.phone.apps import people
from environments.phone.apps.contacts import Contacts
from environments.phone.apps.dialer import Call, Dialer
from environments.phone.apps.people import Contact
from environments.phone.phone import Phone
from environments.phone.tasks.contacts import numbers_in
from environments.phone.tasks.template import app_of
from tests.phone.drive import Clock, assert_hit_at_centre, find, need, scroll_to, small_phone, touch

HOSTILE = (
    *("x" * 400, "a\nb\tc", "\u202eevil", "\ud800", "<b>&amp;</b>"),
    *("🙂\u200d👩", "'; DROP TABLE", "مرحبا", "%s%n{0}"),
)


def ready(template: str, seed: int) -> tuple[tasks.PhoneTask, Phone, Contacts, Dialer]:
    phone, task = small_phone(seed), tasks.sample(template, seed)
    task.setup(phone)
    return task, phone, app_of(phone, Contacts), app_of(phone, Dialer)


def fill(phone: Phone, **texts: str) -> None:
    for field, text in texts.items():
        scroll_to(phone, resource_id=field)
        touch(phone, resource_id=field)
        phone.combination([113, 29])
        phone.type_text(text)


def screens(phone: Phone) -> Iterator[str]:
    """Bring every kind of screen of the three apps to the front."""
    for package, steps in (
        ("com.sim.contacts", ("contact", "delete", "cancel", "edit")),
        ("com.sim.phone", ("tab_keypad", "digit_5", "dial", "end_call")),
        ("com.sim.clock", ("alarm", "alarm_minute", "up", "new_alarm", "up", "tab_timer", "digit_9", "start")),
    ):
        phone.open(package)
        yield package
        for step in steps:
            touch(phone, resource_id=step)
            yield f"{package} {step}"


@pytest.mark.parametrize("shape", ["plain", "turned", "narrow", "large"])
def test_the_centre_of_every_node_that_can_be_tapped_hits_it(shape: str) -> None:
    phone = small_phone(2)
    if shape == "turned":
        phone.rotate(1)
    if shape == "narrow":
        phone.set_override(Size(336, 560))
    if shape == "large":
        phone.settings["system", "font_scale"] = "1.3"
    for place in screens(phone):
        assert_hit_at_centre(phone, place)


def test_a_full_screen_is_drawn_fast() -> None:
    """The bar is 60 ms of this process's own time; other work on the machine doesn't count."""
    phone = Phone(2, clock=Clock())
    spent: list[float] = []
    for _ in screens(phone):
        phone.screen()
        phone.changed()
        start = time.process_time()
        phone.screen()
        spent.append(time.process_time() - start)
    assert sorted(spent)[len(spent) // 2] < 0.06, spent


def test_numbers_are_plain_to_dial_and_grouped_to_read() -> None:
    for written in ("4155550142", "(415) 555-0142", "415.555.0142", "４１５ 555 0142", " 415/555/0142 "):
        assert people.plain(written) == "4155550142"
        assert people.grouped(written) == "(415) 555-0142"
    assert people.grouped("5550142") == "555-0142"
    assert people.grouped("+44 20 7946") == "+44207946"
    assert people.grouped("*#06#") == "*#06#"
    for bad in ("", "12", "call me", "555-CALL", "+", "---", "555;123", "555\n0142"):
        assert not people.dialable(bad), bad


def test_names_stand_under_their_letter() -> None:
    names = ["王芳", "Zoë", "Łukasz", "alice", "Bob", "7eleven", "Émile"]
    order = [c.name for c in people.in_order(Contact(n, "1") for n in names)]
    assert order == ["alice", "Bob", "Émile", "Łukasz", "Zoë", "7eleven", "王芳"]
    assert [people.section(n) for n in order] == ["A", "B", "E", "L", "Z", "#", "#"]


def test_a_phone_begins_with_people_that_both_apps_know() -> None:
    for seed in range(8):
        phone = small_phone(seed)
        contacts, dialer = app_of(phone, Contacts), app_of(phone, Dialer)
        numbers = [people.plain(c.number) for c in contacts.contacts]
        assert len(set(numbers)) == len(numbers) >= 14
        assert len({c.name for c in contacts.contacts}) == len(numbers)
        assert any(dialer.contact(c.number) for c in dialer.calls)
        assert [c.minutes for c in dialer.calls] == sorted((c.minutes for c in dialer.calls), reverse=True)


def test_a_contact_is_added_changed_starred_and_deleted() -> None:
    phone = small_phone(3)
    contacts = app_of(phone, Contacts)
    before = phone.data()["Contacts"]
    phone.open("com.sim.contacts")
    touch(phone, resource_id="new_contact")
    touch(phone, resource_id="save")
    assert phone.data()["Contacts"] == before, "no name"
    fill(phone, name_field="  Nina   Larsen ", number_field="call me")
    touch(phone, resource_id="save")
    assert phone.data()["Contacts"] == before, "no number"
    assert need(phone, cls="Toast").text == "A contact needs a phone number"
    fill(phone, number_field="(415) 555-0142")
    phone.key(66)
    phone.type_text("nina@example.com")
    touch(phone, resource_id="save")
    new = {"name": "Nina Larsen", "number": "4155550142", "email": "nina@example.com", "starred": False}
    assert new in phone.data()["Contacts"]
    assert len(phone.data()["Contacts"]) == len(before) + 1
    assert phone.log.events("saved")[-1]["number"] == "4155550142"
    assert need(phone, resource_id="contact_number").text == "(415) 555-0142"
    touch(phone, resource_id="star")
    touch(phone, resource_id="edit")
    fill(phone, name_field="Nina Berg")
    phone.key(4)
    phone.key(4)
    assert need(phone, resource_id="contact_name").text == "Nina Larsen", "what isn't saved is forgotten"
    assert {**new, "starred": True} in phone.data()["Contacts"]
    touch(phone, resource_id="delete")
    touch(phone, resource_id="cancel")
    assert len(contacts.contacts) == len(before) + 1
    touch(phone, resource_id="delete")
    touch(phone, resource_id="confirm")
    assert phone.data()["Contacts"] == before
    assert need(phone, resource_id="title").text == "Contacts"


def test_the_search_finds_names_and_numbers() -> None:
    phone = small_phone(4)
    contact = app_of(phone, Contacts).contacts[0]
    phone.open("com.sim.contacts")
    for wanted in (contact.name.upper(), contact.name[1:4], people.grouped(contact.number), contact.number[3:]):
        touch(phone, resource_id="contact_search")
        phone.combination([113, 29])
        phone.type_text(wanted)
        assert find(phone, resource_id="contact", text=contact.name), wanted
    phone.combination([113, 29])
    phone.type_text("nobody is called this")
    assert need(phone, resource_id="empty").text == "No contacts found"
    phone.key(4)
    phone.key(4)
    assert need(phone, resource_id="contact_search").text == ""


def test_a_call_from_a_contact_goes_on_in_phone_until_it_is_ended() -> None:
    phone = small_phone(5)
    contact = people.in_order(app_of(phone, Contacts).contacts)[0]
    before = phone.data()["Phone"]
    phone.open("com.sim.contacts")
    scroll_to(phone, resource_id="contact", text=contact.name)
    touch(phone, resource_id="contact", text=contact.name)
    touch(phone, resource_id="copy_number")
    assert phone.clipboard == people.grouped(contact.number)
    touch(phone, resource_id="call")
    assert phone.foreground.package == "com.sim.phone"
    assert need(phone, resource_id="call_name").text == contact.name
    assert phone.data()["Phone"] == [{"number": contact.number, "kind": "outgoing"}, *before]
    touch(phone, resource_id="mute")
    assert need(phone, resource_id="mute").checked
    phone.home()
    phone.open("com.sim.phone")
    touch(phone, resource_id="end_call")
    assert find(phone, resource_id="end_call") is None
    assert len(phone.data()["Phone"]) == len(before) + 1
    assert [e["kind"] for e in phone.log.events("called", "hung_up")] == ["called", "hung_up"]


def test_the_dial_pad_types_erases_and_calls() -> None:
    phone = small_phone(6)
    dialer = app_of(phone, Dialer)
    before = len(dialer.calls)
    phone.open("com.sim.phone")
    touch(phone, resource_id="tab_keypad")
    touch(phone, resource_id="dial")
    assert len(dialer.calls) == before, "nothing to call"
    for key in ("5", "5", "star", "0", "pound", "9"):
        touch(phone, resource_id=f"digit_{key}")
    touch(phone, resource_id="erase")
    assert need(phone, resource_id="number").text == "55*0#"
    for _ in range(40):
        touch(phone, resource_id="digit_1")
    assert len(dialer.number) == 24
    touch(phone, resource_id="dial")
    assert dialer.calls[0].number == "55*0#" + "1" * 19
    assert find(phone, resource_id="digit_1") is None, "the pad is gone while it rings"


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_can_be_a_name(text: str) -> None:
    phone = small_phone(7)
    contacts = app_of(phone, Contacts)
    contacts.contacts = [Contact(text, "4155550142", text, starred=True)]
    app_of(phone, Dialer).calls = [Call("4155550142", "missed", 600)]
    phone.open("com.sim.contacts")
    phone.screen()
    touch(phone, resource_id="contact")
    phone.screen()
    touch(phone, resource_id="edit")
    fill(phone, name_field=text)
    touch(phone, resource_id="save")
    assert contacts.contacts[0].name == " ".join(text.split())
    touch(phone, resource_id="delete")
    phone.screen()
    touch(phone, resource_id="cancel")
    phone.open("com.sim.phone")
    phone.screen()
    touch(phone, resource_id="call")
    phone.screen()
    json.dumps(phone.state())


def test_time_alone_changes_no_data() -> None:
    clock = Clock()
    phone = small_phone(8, clock)
    app_of(phone, Dialer).call("4155550142")
    before = phone.data()
    clock.now += 3600
    assert phone.data() == before
    phone.stop("com.sim.phone")
    phone.stop("com.sim.contacts")
    assert phone.data() == before


# ---------------------------------------------------------------- near misses


def test_another_contact_is_not_the_new_contact() -> None:
    for seed in range(10):
        task, phone, app, _ = ready("add_contact", seed)
        goal = task.goal
        assert isinstance(goal, tasks.AddContact)
        kept = list(app.contacts)
        right = Contact(goal.person, people.grouped(goal.number))
        near = (
            Contact(goal.person + "x", goal.number),
            Contact(goal.person[:-1], goal.number),
            Contact(goal.person, goal.number[:-1]),
            Contact(goal.person, goal.number + "0"),
            Contact(goal.person, "+" + goal.number),
            Contact(goal.person, goal.number, "a@b.example"),
            Contact(goal.person, goal.number, starred=True),
        )
        for wrong in near:
            app.contacts = [*kept, wrong]
            assert not task.check(phone), wrong
        app.contacts = [*kept, right, Contact(goal.person, goal.number)]
        assert not task.check(phone), "added twice"
        app.contacts = [*kept[1:], right]
        assert not task.check(phone), "another one is gone"
        app.contacts = [*kept, right]
        assert task.check(phone)


def test_another_number_or_person_is_not_the_change() -> None:
    for seed in range(10):
        task, phone, app, _ = ready("change_number", seed)
        goal = task.goal
        assert isinstance(goal, tasks.ChangeNumber)
        right = next(c for c in app.contacts if c.name == goal.person)
        wrong = next(c for c in app.contacts if c is not right)
        before = wrong.number
        wrong.number = goal.number
        assert not task.check(phone)
        right.number = goal.number
        assert not task.check(phone), "both"
        wrong.number = before
        assert task.check(phone)
        right.name += " 2"
        assert not task.check(phone)
        right.name = goal.person
        app.contacts.append(Contact(goal.person, goal.number))
        assert not task.check(phone), "a second contact"


def test_another_star_is_not_the_star() -> None:
    for seed in range(10):
        task, phone, app, _ = ready("star_contact", seed)
        goal = task.goal
        assert isinstance(goal, tasks.StarContact)
        right = next(c for c in app.contacts if c.name == goal.person)
        wrong = next(c for c in app.contacts if c is not right)
        wrong.starred = not wrong.starred
        assert not task.check(phone)
        right.starred = goal.value
        assert not task.check(phone)
        wrong.starred = not wrong.starred
        assert task.check(phone)


def test_only_the_number_answers() -> None:
    for seed in range(10):
        task, phone, app, _ = ready("read_number", seed)
        goal = task.goal
        assert isinstance(goal, tasks.ReadNumber)
        right = goal.expected
        digits = people.plain(right)
        for answer in (right, digits, f"{goal.person}: {right}.", f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"):
            assert task.check(phone, answer), answer
        other = next(c.number for c in app.contacts if c.name != goal.person)
        near = ("", "yes", digits[:-1], digits + "1", digits[3:], "+" + digits, other, digits[::-1])
        for answer in (*near, f"{right} or {other}", f"{digits} {other}", f"{digits}/{other}", f"{digits}, {digits}1"):
            assert not task.check(phone, answer), answer
        app.contacts[0].starred = not app.contacts[0].starred
        assert not task.check(phone, right), "right, but something was changed"


def test_numbers_are_found_in_a_sentence() -> None:
    assert numbers_in("It is (415) 555-0142, and 1 more: 020 7946 0000.") == {"4155550142", "02079460000"}
    assert numbers_in("４１５５５５０１４２") == {"4155550142"}
    assert numbers_in("none") == set()


@pytest.mark.parametrize("template", ["call_contact", "dial_number", "call_back"])
def test_another_call_is_not_the_call(template: str) -> None:
    for seed in range(10):
        task, phone, app, dialer = ready(template, seed)
        goal = task.goal
        assert isinstance(goal, tasks.CallContact | tasks.DialNumber | tasks.CallBack)
        kept = list(dialer.calls)
        other = next(c.number for c in app.contacts if people.plain(c.number) != goal.number)
        for number in (other, goal.number[:-1], goal.number + "0", goal.number[::-1] + "*"):
            dialer.call(number)
            assert not task.check(phone), number
            dialer.hang_up()
            dialer.calls = list(kept)
        dialer.calls = [Call(goal.number, "incoming", 1), *kept]
        assert not task.check(phone)
        dialer.calls = list(kept)
        dialer.call(goal.number)
        assert task.check(phone)
        dialer.hang_up()
        assert task.check(phone), "an ended call was a call"
        dialer.call(goal.number)
        assert not task.check(phone), "called twice"


def test_the_number_goes_to_that_person_as_it_is_shown() -> None:
    from environments.phone.apps.messages import Message, Messages

    for seed in range(10):
        task, phone, app, _ = ready("text_number", seed)
        goal = task.goal
        assert isinstance(goal, tasks.TextNumber)
        number = next(c.number for c in app.contacts if c.name == goal.about)
        messages = app_of(phone, Messages)
        right, wrong = messages.thread(goal.to), next(t for t in messages.threads if t.person != goal.to)
        shown = people.grouped(number)
        other = next(people.grouped(c.number) for c in app.contacts if c.name != goal.about)
        for thread, text in ((wrong, shown), (right, other), (right, shown + "."), (right, f"{goal.about} {shown}")):
            thread.messages.append(Message(text, True, 1))
            assert not task.check(phone), (thread.person, text)
            thread.messages.pop()
        right.messages.append(Message(shown, True, 1))
        assert task.check(phone)
        app.contacts.pop()
        assert not task.check(phone)
