"""Hypothesis strategies for what was recorded and what was predicted."""

from hypothesis import strategies as st

from actions.geometry import Area, Box, Size
from agent.evaluation.gestures import finger
from agent.evaluation.step import Place, Prediction, Recorded, Truth
from tests.strategies import actions, points, texts, units

sides = st.integers(1, 4000)
sizes = st.builds(Size, sides, sides)


def _area(numbers: tuple[float, float, float, float]) -> Area:
    a, b, c, d = numbers
    return min(a, c), min(b, d), max(a, c), max(b, d)


reach = st.floats(-0.5, 1.5)
areas: st.SearchStrategy[Area] = st.tuples(reach, reach, reach, reach).map(_area)
boxes = st.tuples(units, units, units, units).map(_area).map(lambda a: Box(*a))
recordings = st.builds(
    Recorded,
    action=actions,
    areas=st.lists(areas, max_size=2).map(tuple),
    outline=st.just(()) | st.lists(points, min_size=3, max_size=5).map(tuple),
    finger=st.none() | st.tuples(points, points),
)
options = st.lists(recordings, min_size=1, max_size=3).map(tuple)
tags = st.dictionaries(st.sampled_from(("operation", "value", "subset", "category")), texts, max_size=3)
truths = st.builds(
    Truth,
    size=sizes,
    options=st.lists(options, min_size=1, max_size=2).map(tuple),
    elements=st.lists(areas, max_size=4).map(tuple),
    tags=tags,
)
predictions = st.builds(
    Prediction,
    actions=st.lists(actions, max_size=3).map(tuple),
    box=st.none() | boxes,
    problem=st.none() | texts,
)
indices = st.integers(0, 20)
places = st.builds(
    Place, dataset=texts, file=texts, episode=texts, index=indices, length=st.none() | st.integers(1, 20)
)


def plain(truth: Truth) -> Truth:
    """With the fingers that the recorded actions have, and nothing outside the screen."""
    first = truth.options[0][0]
    return Truth(truth.size, ((Recorded(first.action, finger=finger(first.action)),),))
