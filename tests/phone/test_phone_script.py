"""Text of other scripts: joined, turned round, and as wide as it is drawn."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from environments.phone.script import visual
from environments.phone.text import Face


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Notes", "Notes"),
        ("你好 こんにちは 안녕하세요", "你好 こんにちは 안녕하세요"),
        ("Tie\u0302\u0301ng Vie\u0323\u0302t", "Tiếng Việt"),
        ("\u0645\u062d\u0645\u062f", "\ufeaa\ufee4\ufea4\ufee3"),
        ("\u0644\u0627", "\ufefb"),
        ("\u0628\u064e\u0628", "\ufe90\ufe91"),
        ("Call \u0645\u062d\u0645\u062f at 18:45", "Call \ufeaa\ufee4\ufea4\ufee3 at 18:45"),
        ("\u05e9\u05dc\u05d5\u05dd 42", "42 \u05dd\u05d5\u05dc\u05e9"),
        ("\u05d0 (\u05d1)", "(\u05d1) \u05d0"),
    ],
)
def test_letters_stand_as_they_are_drawn(text: str, drawn: str) -> None:
    assert visual(text) == drawn


@settings(deadline=None)
@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("\u0644\u0627\u0628\u05d0 1(a"))))
def test_any_text_can_be_drawn_and_measured(text: str) -> None:
    face = Face(12)
    assert face.length(text) >= 0
    face.drawn(text)
    assert len(visual(text)) <= len(text) * 3


def test_arabic_has_glyphs_where_a_font_is_installed() -> None:
    face = Face(24)
    assert face.drawn("\u0645\u0631\u062d\u0628\u0627").mask.getbbox() is not None
