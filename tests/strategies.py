"""Hypothesis strategies for the project's own values."""

from typing import get_args

from hypothesis import strategies as st

from actions.geometry import Direction, Point
from actions.keys import NAMED
from actions.types import (
    Action,
    Answer,
    AskUser,
    Button,
    ButtonName,
    CallTool,
    Click,
    Drag,
    Finish,
    LongPress,
    Move,
    OpenApp,
    PressKeys,
    Scroll,
    TypeText,
    Wait,
)

units = st.floats(0, 1)
points = st.builds(Point, units, units)
seconds = st.floats(0.01, 10)
texts = st.text(max_size=60)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
keys = st.sampled_from((*NAMED, *"abcdefghijklmnopqrstuvwxyz0123456789+-=,./;[]"))

actions: st.SearchStrategy[Action] = st.one_of(
    st.builds(Click, point=points, button=st.sampled_from(("left", "right", "middle")), count=st.integers(1, 3)),
    st.builds(LongPress, point=points, seconds=seconds),
    st.builds(Move, point=points),
    st.builds(Drag, start=st.none() | points, end=points, seconds=seconds),
    st.builds(Scroll, point=points, direction=st.sampled_from(get_args(Direction)), amount=st.floats(0.01, 1)),
    st.builds(TypeText, text=texts, submit=st.booleans(), replace=st.booleans()),
    st.builds(PressKeys, keys=st.lists(keys, min_size=1, max_size=4).map(tuple)),
    st.builds(Button, name=st.sampled_from(get_args(ButtonName))),
    st.builds(OpenApp, name=st.text(min_size=1, max_size=20)),
    st.builds(Wait, seconds=seconds),
    st.builds(AskUser, question=texts),
    st.builds(CallTool, name=texts, arguments=st.dictionaries(texts, json_values, max_size=3)),
    st.builds(Answer, text=texts),
    st.builds(Finish, success=st.booleans(), message=texts),
)
