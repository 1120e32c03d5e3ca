"""The accessibility tree as a check: what it says of a point, that it fails soft, and that typed text is read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.geometry import Pixel
from actions.types import TypeText
from environments.android.driver import AndroidEnvironment
from environments.android.nodes import FAILURES, Tree, parse
from environments.android.read_back import arrived, can_be_read, is_damaged
from tests.android.rig import Rig


def dumps(rig: Rig) -> int:
    return sum("uiautomator" in e["service"] for e in rig.phone.log.events("open"))


def test_what_lies_at_a_point_is_told(rig: Rig) -> None:
    rig.new_note_by_hand()
    tree = Tree(rig.transport)
    with rig.phone.lock:
        (save,) = (n for n in rig.phone.nodes() if n.resource_id == "save")
    found = tree.at(Pixel(*save.rect.center))
    assert found is not None
    assert (found.label, found.package, found.password) == (save.text or save.description, "com.sim.notes", False)
    focused = tree.focused()
    assert focused is not None
    assert focused.role == "EditText"


def test_a_phone_without_dumps_is_not_asked_for_ever(rig: Rig) -> None:
    rig.server.faults.uiautomator_error = True
    tree = Tree(rig.transport)
    for _ in range(FAILURES + 3):
        assert tree.nodes() is None
    assert dumps(rig) == FAILURES


def test_a_dump_that_never_comes_ends_in_time(rig: Rig) -> None:
    rig.server.faults.hang = "uiautomator"
    assert Tree(rig.transport, seconds=0.3).focused() is None


@given(st.text(st.sampled_from("<>node/ bounds=\"[0,0][9,9]'&;!DOCTYPE"), max_size=200))
def test_no_dump_is_too_strange(text: str) -> None:
    parse(text)
    parse("<" + text)


def test_entities_are_refused() -> None:
    assert parse('<!DOCTYPE x [<!ENTITY a "b">]><hierarchy/>') is None
    assert parse('<hierarchy><node bounds="[0,0][1,1]"/></hierarchy>') is not None


# ---------------------------------------------------------------- reading back


def test_a_text_that_arrived_damaged_is_typed_once_more(rig: Rig, environment: AndroidEnvironment) -> None:
    rig.new_note(environment)
    rig.server.faults.mangle_text = 1
    assert environment.perform(TypeText(text="milk and honey")).status == "done"
    assert rig.draft == "milk and honey"


def test_a_text_that_arrives_damaged_again_has_failed(rig: Rig, environment: AndroidEnvironment) -> None:
    rig.new_note(environment)
    rig.server.faults.mangle_text = 9
    outcome = environment.perform(TypeText(text="bread", replace=True, submit=True))
    assert outcome.status == "failed"
    assert "'brea'" in outcome.detail
    assert rig.draft == "brea"  # and not sent off


def test_what_else_the_field_held_is_never_typed_over(rig: Rig, environment: AndroidEnvironment) -> None:
    rig.new_note(environment)
    assert environment.perform(TypeText(text="eggs, ")).status == "done"
    rig.server.faults.mangle_text = 1
    outcome = environment.perform(TypeText(text="flour"))
    assert outcome.status == "unknown"
    assert rig.draft == "eggs, flou"


def test_where_nothing_can_be_read_back_the_text_counts_as_typed(rig: Rig, environment: AndroidEnvironment) -> None:
    rig.new_note(environment)
    rig.server.faults.uiautomator_error = True
    rig.server.faults.mangle_text = 1
    assert environment.perform(TypeText(text="milk")).status == "done"
    assert rig.draft == "mil"


@pytest.mark.parametrize(
    ("text", "held", "there"),
    [
        ("milk", "eggs, milk", True),
        ("5551234567", "(555) 123-4567", True),
        ("a  b", "a b", True),
        ("hi 👍", "hi ..", True),
        ("teh", "the", False),
        ("milk", "", False),
        ("milk!", "milk", False),
    ],
)
def test_what_has_arrived(text: str, held: str, there: bool) -> None:
    assert arrived(text, held) is there


def test_only_what_is_alike_is_typed_again() -> None:
    assert is_damaged("milk and honey", "milk and hone", replaced=False)
    assert not is_damaged("honey", "milk and hone", replaced=False)
    assert not is_damaged("123456", "6", replaced=True)  # a field for each digit
    assert is_damaged("teh cat", "the cat", replaced=True)


@pytest.mark.parametrize("text", ["", "   ", "send\n", "name\tplace", "x" * 2000])
def test_what_cannot_be_read_back(text: str) -> None:
    assert not can_be_read(text)
