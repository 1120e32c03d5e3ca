"""Picture, nodes and hits of the simulated phone: they agree, they fit, they are the same for the same seed."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.geometry import Rect, Size
from environments.phone import text
from environments.phone.apps.settings_rows import ROWS
from environments.phone.phone import Phone
from tests.phone.drive import Clock, assert_hit_at_centre, find, need, scroll_to, small_phone, touch

PACKAGES = ("com.sim.launcher", "com.sim.settings", "com.sim.notes", "com.sim.messages")


def places(phone: Phone) -> Iterator[str]:
    """Bring every kind of screen to the front, one after the other."""
    for package in PACKAGES:
        phone.open(package)
        yield package
    touch(phone, resource_id="thread_0")
    yield "thread"
    touch(phone, resource_id="message")
    phone.type_text("Hello there")
    yield "typing"
    touch(phone, resource_id="key_page")
    yield "symbols"
    touch(phone, resource_id="send")
    yield "sent"
    phone.open("com.sim.notes")
    touch(phone, resource_id="new_note")
    yield "new note"
    phone.key(4)
    phone.key(4)
    touch(phone, resource_id="note_0")
    touch(phone, resource_id="delete")
    yield "question"
    phone.open("com.sim.settings")
    scroll_to(phone, text="Screen timeout")
    touch(phone, text="Screen timeout")
    yield "choice"
    phone.key(4)
    for page in ("Networks", "Battery", "About phone"):
        phone.stop("com.sim.settings")
        phone.open("com.sim.settings")
        scroll_to(phone, text=page)
        touch(phone, text=page)
        yield page
    phone.crash()
    yield "crash"
    phone.key(4)
    phone.key(187)
    yield "recents"
    phone.key(3)
    phone.locked = True
    yield "keyguard"


SHAPES = ("plain", "other", "turned", "wide", "narrow", "large", "dark")


def shaped(shape: str) -> Phone:
    phone = small_phone(SHAPES.index(shape))
    match shape:
        case "turned":
            phone.rotate(1)
        case "wide":
            phone.set_override(Size(1280, 800))
        case "narrow":
            phone.set_override(Size(320, 480))
        case "large":
            phone.settings["system", "font_scale"] = "1.3"
        case "dark":
            phone.settings["secure", "ui_night_mode"] = "2"
        case _:
            pass
    return phone


@pytest.mark.parametrize("shape", SHAPES)
def test_the_centre_of_every_node_that_can_be_tapped_hits_it(shape: str) -> None:
    phone = shaped(shape)
    for place in places(phone):
        assert_hit_at_centre(phone, place)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_screen_is_drawn_in_its_size(shape: str) -> None:
    phone = shaped(shape)
    for place in places(phone):
        picture = phone.screen()
        assert picture.shape == (phone.size.height, phone.size.width, 3), place
        assert picture.dtype == np.uint8
        assert not picture.flags.writeable
        assert picture.std() > 1, f"{place} is blank"


def test_the_same_seed_gives_the_same_pixels_and_state() -> None:
    one, other = small_phone(5), small_phone(5)
    for place, again in zip(places(one), places(other), strict=True):
        assert place == again
        assert np.array_equal(one.screen(), other.screen()), place
        assert one.nodes() == other.nodes()
        assert one.state() == other.state()


def test_other_seeds_give_other_phones() -> None:
    phones = [small_phone(seed) for seed in range(6)]
    for package in PACKAGES:
        for phone in phones:
            phone.open(package)
        different = [not np.array_equal(a.screen(), b.screen()) for a, b in itertools.combinations(phones, 2)]
        assert sum(different) >= len(different) - 1, package


def test_looking_is_free_while_nothing_changes() -> None:
    phone = small_phone(1)
    first = phone.screen()
    assert phone.screen() is first
    phone.nodes()
    assert phone.screen() is first
    phone.settings["system", "screen_brightness"] = "9"
    phone.open("com.sim.settings")
    assert phone.screen() is not first


def test_a_full_screen_is_drawn_fast() -> None:
    """The bar is 60 ms of this process's own time; other work on the machine doesn't count."""
    phone = Phone(2, clock=Clock())
    spent: list[float] = []
    for _ in places(phone):
        phone.screen()
        phone.changed()
        start = time.process_time()
        phone.screen()
        spent.append(time.process_time() - start)
    assert sorted(spent)[len(spent) // 2] < 0.06, spent


def test_an_opened_app_slides_in_for_a_fifth_of_a_second() -> None:
    clock = Clock()
    phone = small_phone(1, clock)
    phone.open("com.sim.notes")
    frames = [phone.screen()]
    for _ in range(3):
        clock.now += 0.06
        frames.append(phone.screen())
    clock.now += 0.06
    settled = phone.screen()
    for a, b in itertools.pairwise([*frames, settled]):
        assert not np.array_equal(a, b)
    clock.now += 1
    assert phone.screen() is settled


def test_a_toast_goes_by_itself() -> None:
    clock = Clock()
    phone = small_phone(1, clock)
    without = phone.screen()
    phone.key(24)
    assert need(phone, cls="Toast").text == "Volume 8 of 15"
    assert not np.array_equal(phone.screen(), without)
    clock.now += 2.1
    assert find(phone, cls="Toast") is None
    assert np.array_equal(phone.screen(), without)


def test_the_clock_goes_on() -> None:
    clock = Clock()
    phone = small_phone(1, clock)
    before = need(phone, resource_id="clock").text
    clock.now += 61
    assert need(phone, resource_id="clock").text != before


def test_dark_is_dark_and_light_is_light() -> None:
    phone = small_phone(4)
    phone.open("com.sim.settings")
    phone.settings["secure", "ui_night_mode"] = "1"
    light = phone.screen().mean()
    phone.settings["secure", "ui_night_mode"] = "2"
    assert phone.screen().mean() < 60
    assert light > 200


def test_a_larger_font_is_larger() -> None:
    phone = small_phone(4)
    phone.open("com.sim.settings")
    heights: list[int] = []
    for scale in ("0.85", "1.0", "1.3"):
        phone.settings["system", "font_scale"] = scale
        heights.append(scroll_to(phone, resource_id="page_networks_summary").rect.height)
    assert heights == sorted(set(heights))


def test_scrolling_shows_every_row_once() -> None:
    for seed in range(4):
        phone = small_phone(seed)
        phone.open("com.sim.settings")
        seen: list[str] = []
        while True:
            seen += [n.text for n in phone.nodes() if n.cls in ("Switch", "Button") and n.text not in seen]
            area = need(phone, resource_id="settings").rect
            x, y = area.center
            before = phone.nodes()
            phone.swipe(x, y + 80, x, y - 80, 0.2)
            if phone.nodes() == before:
                break
        assert len(seen) == len(ROWS), seen


def test_content_moves_with_the_finger_and_stops_at_its_ends() -> None:
    phone = small_phone(2)
    phone.open("com.sim.settings")
    switch = [n for n in phone.nodes() if n.cls == "Switch"][3]
    x, y = need(phone, resource_id="settings").rect.center
    phone.swipe(x, y, x, y + 200, 0.2)
    assert find(phone, text=switch.text, cls="Switch") == switch, "it is at its start already"
    phone.swipe(x, y, x, y - 100, 0.2)
    assert need(phone, text=switch.text, cls="Switch").rect.bottom == switch.rect.bottom - 100
    phone.swipe(x, y - 50, x, y, 0.2)
    assert need(phone, text=switch.text, cls="Switch").rect.bottom == switch.rect.bottom - 50
    phone.swipe(x, y, x - 120, y - 10, 0.2)
    assert need(phone, text=switch.text, cls="Switch").rect.bottom == switch.rect.bottom - 50, "sideways"
    for _ in range(30):
        phone.swipe(x, y + 200, x, y - 200, 0.2)
    end = phone.nodes()
    phone.swipe(x, y + 200, x, y - 200, 0.2)
    assert phone.nodes() == end


def test_what_is_typed_into_a_note_is_on_the_screen_above_the_keyboard() -> None:
    """Two lines have room there, so none of them is scrolled away."""
    for size, density in ((Size(720, 1280), 320), (Size(1080, 2400), 420)):
        clock = Clock()
        phone = Phone(1, size=size, density=density, clock=clock)
        phone.open("com.sim.notes")
        clock.now += 1
        touch(phone, resource_id="new_note")
        empty = phone.screen().copy()
        phone.type_text("one\ntwo")
        lines, field = np.argwhere((phone.screen() != empty).any(axis=-1))[:, 0], need(phone, resource_id="note").rect
        assert field.top < lines.min() < field.top + field.height / 4
        assert field.bottom <= need(phone, resource_id="keyboard").rect.top


def test_icons_of_the_launcher_keep_their_size_and_clear_of_the_clock() -> None:
    for size, rotation in ((Size(720, 1280), 0), (Size(720, 1280), 1), (Size(1080, 2400), 1)):
        for seed in range(6):
            phone = Phone(seed, size=size, density=320, clock=Clock())
            phone.settings["system", "font_scale"] = "1.3"
            phone.rotate(rotation)
            icons = [n.rect for n in phone.nodes() if n.resource_id == "icon"]
            date = find(phone, resource_id="home_date")
            assert all(icon.height >= 2 * 40 for icon in icons), "an icon with its name has 40 dp"
            assert date is None or all(icon.top >= date.rect.bottom for icon in icons)


def test_the_spaces_at_a_broken_lines_end_cut_no_letter() -> None:
    face = text.Face(40)
    for room in range(300, 700, 7):
        for _, line in face.wrap("“Flight lands at 18:45” will be gone for good.", room):
            assert face.fit(line, room) == line.rstrip()


def test_rotation_lays_out_anew() -> None:
    phone = small_phone(3)
    phone.open("com.sim.messages")
    upright = phone.nodes()
    for quarters, size in ((1, Size(960, 432)), (2, Size(432, 960)), (3, Size(960, 432)), (4, Size(432, 960))):
        phone.rotate(quarters)
        assert phone.rotation == quarters % 4
        assert phone.size == size
        assert phone.screen().shape[:2] == (size.height, size.width)
    assert phone.nodes() == upright


def test_it_works_without_any_fonts_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "REGULAR", ())
    monkeypatch.setattr(text, "BOLD", ())
    monkeypatch.setattr(text, "FALLBACK", ())
    caches = [kept for kept in vars(text).values() if hasattr(kept, "cache_clear")]
    for cache in caches:
        cache.cache_clear()
    try:
        assert text.installed(False) == (text.BUILT_IN,)
        assert text.advance("ë", 40, False) == text.advance("e", 40, False)
        phone = small_phone(1)
        for place in places(phone):
            assert phone.screen().std() > 1, place
    finally:
        for cache in caches:
            cache.cache_clear()


def test_a_character_is_drawn_by_a_font_that_has_it() -> None:
    face = text.Face(20)
    if any("CJK" in path for path in text.installed(False)):
        assert face.drawn("你").mask.tobytes() != face.drawn("好").mask.tobytes()
    assert "".join(line for _, line in face.wrap("one two three", 60)) == "one two three"


def test_wrapped_lines_fit_and_lose_nothing() -> None:
    face = text.Face(20)
    for said in (
        "one two three four five",
        "x" * 200,
        "你好世界" * 20,
        "a\n\nb",
        "",
        " ",
        "long-word-with-hyphens " * 5,
    ):
        lines = face.wrap(said, 100)
        assert "".join(said[first : first + len(line)] for first, line in lines) == said.replace("\n", "")
        for first, line in lines:
            assert said[first : first + len(line)] == line
            assert face.length(line.rstrip()) <= 100 or len(line) == 1
    assert face.fit("a long line of words", 60).endswith("…")
    assert face.length(face.fit("a long line of words", 60)) <= 60
    assert face.fit("short", 600) == "short"


def area_at(left: int, top: int, width: int, height: int) -> Rect:
    return Rect(left, top, left + width, top + height)


areas = st.builds(
    area_at,
    *(st.integers(-500, 3000) for _ in range(2)),
    *(st.integers(0, 3000) for _ in range(2)),
)


@settings(deadline=None)
@given(areas, st.integers(-50, 4000))
def test_an_area_is_cut_without_gap_or_overlap(area: Rect, pixels: int) -> None:
    for part, rest, cut in (
        (*area.cut_top(pixels), "height"),
        (*area.cut_bottom(pixels), "height"),
        (*area.cut_left(pixels), "width"),
        (*area.cut_right(pixels), "width"),
    ):
        whole = getattr(area, cut)
        assert getattr(part, cut) == min(max(0, pixels), whole)
        assert getattr(part, cut) + getattr(rest, cut) == whole
        assert part.clipped(area) == part
        assert rest.clipped(area) == rest
    assert area.cut_top(pixels)[0].top == area.top
    assert area.cut_bottom(pixels)[0].bottom == area.bottom
    assert area.cut_left(pixels)[0].left == area.left
    assert area.cut_right(pixels)[0].right == area.right


@settings(deadline=None)
@given(areas, st.integers(0, 3000), st.integers(0, 3000))
def test_the_middle_lies_in_the_middle(area: Rect, width: int, height: int) -> None:
    middle = area.middle(width, height)
    assert (middle.width, middle.height) == (width, height)
    assert abs((middle.left - area.left) - (area.right - middle.right)) <= 1
    assert abs((middle.top - area.top) - (area.bottom - middle.bottom)) <= 1


def test_a_secret_is_bullets_on_screen_and_in_nodes() -> None:
    from environments.phone.parts import Layout, Style
    from environments.phone.text_field import Field
    from environments.phone.theme import theme

    out = Layout(Rect(0, 0, 400, 100))
    style = Style(theme(dark=False), 160, 1.0, None, {})
    Field("pin", "4711", lambda _: None, password=True).place(Rect(0, 0, 400, 60), style, out)
    node = out.parts[0].node
    assert node is not None
    assert node.password
    assert node.text == "••••"
