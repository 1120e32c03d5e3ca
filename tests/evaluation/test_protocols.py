"""What holds of every protocol, for anything recorded and anything predicted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.errors import UsageError
from actions.geometry import Point, Size, distance, in_pixels, to_area
from actions.types import Answer, Finish, Move, TypeText, Wait
from agent.evaluation.areas import contains, grown, grown_on_screen, overlap
from agent.evaluation.protocols import PROTOCOLS, protocol
from agent.evaluation.protocols.verdict import OTHER
from agent.evaluation.step import Prediction, Truth
from agent.evaluation.texts import common_ratio, levenshtein, token_f1
from tests.evaluation.strategies import areas, plain, predictions, sizes, truths
from tests.strategies import points, texts


@given(truth=truths, prediction=predictions)
def test_a_verdict_is_given_on_anything(truth: Truth, prediction: Prediction) -> None:
    for name, judge in PROTOCOLS.items():
        verdict = judge(truth, prediction)
        assert 0 <= verdict.score <= 1, name
        assert (verdict.said is None) == (not prediction.actions), name
        if verdict.exact_match:
            assert verdict.type_match, name
            assert verdict.score == 1, name
            assert prediction.actions, name


@given(truth=truths, problem=texts)
def test_what_could_not_be_read_is_never_right(truth: Truth, problem: str) -> None:
    for name, judge in PROTOCOLS.items():
        verdict = judge(truth, Prediction(problem=problem))
        assert (verdict.said, verdict.type_match, verdict.exact_match, verdict.score) == (None, False, False, 0.0), name


FAULTS = {  # kinds of which a protocol never says yes, by its docstring
    "aitz_coat": ("click",),
    "aitz_coat_fixed": ("click",),  # of a point without a box
    "ac_qwen_finger": ("swipe",),  # the recorded way is the wrong one
    "agentnet": ("wait",),
    "agentnet_first": ("wait",),
    "mind2web": None,
}


@given(truth=truths)
def test_what_was_recorded_is_right(truth: Truth) -> None:
    truth = plain(truth)
    action = truth.recorded.action
    if isinstance(action, TypeText | Answer) and not action.text.strip():
        return  # ours takes no empty text
    for name, judge in PROTOCOLS.items():
        verdict = judge(truth, Prediction((action,)))
        never = FAULTS.get(name, ())
        if never is None or verdict.kind in never or verdict.kind == OTHER:
            continue
        if name in ("screenspot", "osworld_g") and not isinstance(action, Finish):
            continue  # without a target there is nothing to hit
        assert verdict.exact_match, name


@given(truth=truths)
def test_what_a_protocol_has_no_word_for_is_never_right(truth: Truth) -> None:
    for name in ("aitw", "aitz_coat_fixed", "odyssey"):
        for action in (Wait(), Move(point=Point(0, 0))):
            assert not protocol(name)(truth, Prediction((action,))).exact_match


def test_an_unknown_protocol_is_a_usage_error_with_what_was_meant() -> None:
    with pytest.raises(UsageError, match="did you mean 'aitz_coat_fixed'"):
        protocol("aitz_coat_fxed")


def test_every_protocol_names_its_source() -> None:
    for judge in PROTOCOLS.values():
        told = __import__(judge.__module__, fromlist=["_"]).__doc__
        assert f"`{judge.__name__}`" in told
        assert judge is PROTOCOLS["handeye"] or ("Source" in told and "/" in told)


# ---------------------------------------------------------------- what they are made of


@given(area=areas, point=points)
def test_growing_keeps_what_is_inside(area: tuple[float, float, float, float], point: Point) -> None:
    if contains(area, point):
        assert contains(grown(area, 1.2), point)
    left, top, right, bottom = grown_on_screen(area, 2.4)
    assert left >= 0
    assert top >= 0
    assert right - left <= 1 + 1e-9
    assert bottom - top <= 1 + 1e-9


@given(a=areas, b=areas)
def test_overlap_is_a_share_and_the_same_both_ways(a: tuple[float, ...], b: tuple[float, ...]) -> None:
    one, two = overlap(a, b), overlap(b, a)  # type: ignore[arg-type]
    assert 0 <= one <= 1 + 1e-9
    assert abs(one - two) < 1e-9


def table(a: str, b: str, *, replacing: bool) -> int:
    """The textbook's edit distance."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            new = min(row[j], row[j - 1]) + 1
            last, row[j] = row[j], min(new, last if x == y else last + 1 if replacing else new)
    return row[-1]


@given(a=texts, b=texts)
def test_distances_are_those_of_the_textbook(a: str, b: str) -> None:
    assert levenshtein(a, b) == table(a, b, replacing=True)
    whole = len(a) + len(b)
    expected = 1 - table(a, b, replacing=False) / whole if whole else 1
    assert abs(common_ratio(a, b) - expected) < 1e-9


def test_token_f1_by_hand() -> None:
    assert token_f1("New York", "york") == 2 / 3
    assert token_f1("", "") == 0
    assert token_f1("a a b", "A B") == 1


def test_a_megabyte_of_text_is_compared_in_a_moment() -> None:
    assert levenshtein("pizza", "x" * 1_000_000) == 1_000_000
    assert common_ratio("pizza", "p" * 1_000_000) < 0.01


@given(x=st.floats(0, 1), y=st.floats(0, 1), size=sizes)
def test_areas_count_in_pixels_as_their_data_sets_do(x: float, y: float, size: Size) -> None:
    left, top = in_pixels(x, y, size)
    area = to_area(left, top, left, top, size)
    assert abs(area[0] - x) < 1e-9
    assert abs(area[1] - y) < 1e-9


def test_distances_by_hand() -> None:
    one, two = Point(0.2, 0.2), Point(0.5, 0.6)
    assert abs(distance(one, two) - 0.5) < 1e-12
    assert abs(distance(one, two, Size(1000, 2000)) - (300**2 + 800**2) ** 0.5 / 2000) < 1e-12
