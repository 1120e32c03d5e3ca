"""Stop texts are cut off wherever the pieces are cut, and never shown in part."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agent.models.stream import Stream

few = st.text(alphabet="ab✿", max_size=40)
stops = st.lists(st.text(alphabet="ab✿", min_size=1, max_size=4), max_size=3)


@given(st.lists(few, max_size=10), stops)
def test_any_cutting_gives_the_same_text(pieces: list[str], stop: list[str]) -> None:
    whole = "".join(pieces)
    shown: list[str] = []
    stream = Stream(stop, shown.append)
    stopped = [stream.push(p) for p in pieces]
    text = stream.finish()
    assert text == "".join(shown) == stream.text
    assert whole.startswith(text)
    assert not any(s in text for s in stop)
    if any(s in whole for s in stop):
        assert stream.stopped
        assert any(whole[len(text) :].startswith(s) for s in stop)
    else:
        assert text == whole
        assert not any(stopped)


@given(few, stops)
def test_nothing_is_held_back_without_need(text: str, stop: list[str]) -> None:
    shown: list[str] = []
    stream = Stream(stop, shown.append)
    for letter in text:
        stream.push(letter)
    if not stream.stopped:
        held = text[len("".join(shown)) :]
        assert not held or any(s.startswith(held) for s in stop)


def test_an_empty_stop_text_means_nothing() -> None:
    stream = Stream([""])
    assert not stream.push("text")
    assert stream.finish() == "text"
