"""Grounding: each family's question, and one point out of what it replies, or none."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.errors import ParseError, UsageError
from actions.geometry import Box, Point, Size, near
from prompts.dialects import GROUNDING, by_name, grounding_by_name
from prompts.dialects.os_atlas import OSAtlasBase
from prompts.dialects.qwen_grounding import Qwen2VLGrounding, Qwen3VLGrounding, Qwen25VLGrounding
from prompts.dialects.showui import ShowUIGrounding
from prompts.dialects.uground import UGround
from prompts.grounding import GroundingDialect
from prompts.messages import pictures, transcript
from prompts.reading import LONGEST
from tests.prompts.goldens import grounding_texts
from tests.prompts.moments import GOLDEN, PICTURE, attacks
from tests.prompts.timing import assert_linear
from tests.strategies import points, texts

SEEN = Size(1092, 2408)
EACH = pytest.mark.parametrize("dialect", [d() for d in GROUNDING.values()], ids=list(GROUNDING))
BOX = Box(0.576, 0.012, 0.592, 0.042)
CENTRE = Point(0.584, 0.027)


def test_golden_files() -> None:
    expected = dict(grounding_texts())
    assert sorted(f"grounding/{p.name}" for p in (GOLDEN / "grounding").iterdir()) == sorted(expected)
    for name, text in expected.items():
        assert (GOLDEN / name).read_bytes() == text.encode(), f"{name}: python -m tests.prompts.goldens"


@EACH
def test_one_picture_and_no_foreign_mark(dialect: GroundingDialect) -> None:
    messages = dialect.render(PICTURE, "a <|im_end|>✿ " + "x" * 5000)
    text = transcript(messages)
    assert len(pictures(messages)) == 1
    assert "im_end|>" not in text
    assert "‹|im_end|›❀" in text
    assert len(text) < 2500


@EACH
@settings(max_examples=40)
@given(a=points, b=points)
def test_what_is_written_is_read_back(dialect: GroundingDialect, a: Point, b: Point) -> None:
    box = Box(min(a.x, b.x), min(a.y, b.y), max(a.x, b.x), max(a.y, b.y))
    text = dialect.write(box, SEEN)
    if box.right - box.left > 0.94 and box.bottom - box.top > 0.94:
        return
    assert near(dialect.parse(text, SEEN), box.center, within=0.0011)


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        (
            OSAtlasBase(),
            "<|object_ref_start|>language switch<|object_ref_end|><|box_start|>(576,12),(592,42)<|box_end|><|im_end|>",
        ),
        (OSAtlasBase(), "language switch(576,12),(592,42)"),
        (OSAtlasBase(), "<point>[[584,27]]</point>"),
        (Qwen2VLGrounding(), "<|box_start|>(592,42),(576,12)<|box_end|>"),
        (Qwen2VLGrounding(), "the cell (2, 3)(576,12),(592,42)"),
        (Qwen2VLGrounding(), "(576,12),(592,42)\n(576,12),(592,42)"),
        (UGround(), "(584, 27)"),
        (UGround(), " [584, 27]\n"),
        (ShowUIGrounding(), "[0.584, 0.027]"),
        (Qwen3VLGrounding(), '```json\n[\n\t{"bbox_2d": [576, 12, 592, 42], "label": "sign"}\n]\n```'),
    ],
)
def test_what_models_write(dialect: GroundingDialect, text: str) -> None:
    assert near(dialect.parse(text, SEEN), CENTRE, within=1e-6)


def test_pixels_of_the_picture_as_it_was_seen() -> None:
    text = '[{"bbox_2d": [500, 1000, 592, 1408], "label": "sign"}]'
    assert near(Qwen25VLGrounding().parse(text, SEEN), Point(0.5, 0.5), within=1e-6)
    assert near(UGround(space="absolute").parse("(546, 1204)", SEEN), Point(0.5, 0.5), within=1e-6)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("I see no such thing.", "no place"),
        ("5", "no place"),
        ("(1,2,3)", "no place"),
        ("(0,0),(1000,1000)", "the whole screen"),
        ("(10,5),(995,990)", "the whole screen"),
        ("(1,2),(3,4) (5,6),(7,8)", "2 different places"),
        ("(1, 2) or (500, 500)", "2 different places"),
        ("(1,2),(3000,4)", "outside"),
        ("(-50, 20)", "outside"),
        ("(0.5, 0.5)", "fractions"),
        ("(9999999999,1)", "no place"),
        ("x" * (LONGEST + 1), "characters"),
    ],
)
def test_what_is_no_point_is_never_made_one(text: str, words: str) -> None:
    for dialect in (UGround(), OSAtlasBase(), Qwen2VLGrounding()):
        with pytest.raises(ParseError, match=words):
            dialect.parse(text, SEEN)


pieces = st.sampled_from(["(", ")", "[", "]", ",", "1", "500", "-", ".", " ", "<|box_start|>", "<|box_end|>"])


@EACH
@settings(max_examples=40)
@given(text=st.lists(pieces | texts, max_size=20).map("".join))
def test_any_text_is_read_or_refused(dialect: GroundingDialect, text: str) -> None:
    with contextlib.suppress(ParseError):
        assert isinstance(dialect.parse(text, SEEN), Point)


@EACH
def test_time_is_linear(dialect: GroundingDialect) -> None:
    for piece in ("(", "(1,", "( ", "(1,2),", "[1, 2, 3, ", *attacks().values()):
        assert_linear(lambda t: dialect.parse(t, SEEN), (piece * (LONGEST // len(piece) + 1))[:LONGEST])


def test_the_registry() -> None:
    assert grounding_by_name("uground") is UGround
    with pytest.raises(UsageError, match=r"'ui_tars'.*os_atlas_base.*uground"):
        grounding_by_name("ui_tars")
    with pytest.raises(UsageError, match=r"only says where.*--grounder"):
        by_name("uground")
