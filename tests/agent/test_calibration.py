"""Calibration against models whose fault is known, in many dialects: each fault by its name, and no false alarm."""

import io
import re
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from actions.errors import UsageError
from actions.geometry import Point, Size, apart, to_pixel
from agent.calibration.asking import Answer, Pointer, pointer_for
from agent.calibration.diagnosis import Diagnosis, diagnose
from agent.calibration.sheet import draw_sheet
from agent.calibration.table import table
from agent.calibration.targets import BACKGROUND, COLORS, SCREENS, make_targets
from agent.models.base import Budget
from agent.models.published import Role
from agent.models.scripted import ScriptedModel
from agent.models.transformers import TransformersModel
from prompts.dialects import BUILT_IN, GROUNDING
from prompts.dialects.qwen_grounding import Qwen25VLGrounding
from prompts.messages import Message, transcript
from tests.agent.pointing import (
    PIXELS,
    Fault,
    always_the_middle,
    answers_of,
    anywhere,
    counted_in,
    exact,
    mirrored,
    original_pixels,
    partly,
    pointer_of,
    replies,
    resized_to,
    scaled,
    shifted,
    shifted_by_pixels,
    skewed,
    swapped,
    targets_of,
    unsteady,
)
from tests.models.tiny import tiny_checkpoint

EVERY: list[tuple[str, Role]] = [
    *((name, "agent") for name in sorted(BUILT_IN)),
    *((name, "grounder") for name in sorted(GROUNDING)),
]
SEVERAL: list[tuple[str, Role]] = [
    ("qwen2_vl", "agent"),
    ("qwen2_5_vl", "agent"),
    ("ui_tars_1_5", "agent"),
    ("mai_ui", "agent"),
    ("showui", "agent"),
    ("uground", "grounder"),
    ("qwen2_5_vl", "grounder"),
]
"""Of each coordinate space, and of both roles."""
LESS = 512
"""Visual tokens."""


def found(name: str, fault: Fault, *, role: Role = "agent", **more: int | str | None) -> Diagnosis:
    asked = {k: v for k, v in more.items() if k in ("count", "targets_seed")}
    pointer = pointer_of(name, fault, role=role, **more)  # type: ignore[arg-type]
    return diagnose(pointer, answers_of(pointer, **asked))  # type: ignore[arg-type]


# ---------------------------------------------------------------- what is right


@pytest.mark.parametrize(("name", "role"), EVERY)
@settings(max_examples=4)
@given(seed=st.integers(0, 10**6), pixels=st.none() | st.integers(100_000, 3_000_000))
def test_an_exact_model_is_right_in_every_dialect(name: str, role: Role, seed: int, pixels: int | None) -> None:
    pointer = pointer_of(name, exact, role=role, count=8, targets_seed=seed, max_pixels=pixels)
    answers = answers_of(pointer, count=8, targets_seed=seed)
    diagnosis = diagnose(pointer, answers)
    assert (diagnosis.name, diagnosis.exit_code, diagnosis.remedy) == ("right", 0, None), diagnosis
    assert all(a.inside and a.written is not None for a in answers)
    assert pointer.dialect in diagnosis.sentence


@pytest.mark.parametrize(("name", "role"), SEVERAL)
@pytest.mark.parametrize("seed", range(3))
def test_an_unsteady_hand_is_no_fault(name: str, role: Role, seed: int) -> None:
    assert found(name, unsteady(exact, 0.4), role=role, seed=seed).name == "right"


@pytest.mark.parametrize("fault", [anywhere, always_the_middle])
@pytest.mark.parametrize(("name", "role"), SEVERAL)
def test_chance_is_no_fault(name: str, role: Role, fault: Fault) -> None:
    for seed in range(4):
        diagnosis = found(name, fault, role=role, seed=seed)
        assert (diagnosis.name, diagnosis.exit_code) == ("chance", 1), diagnosis
        assert "not systematic" in diagnosis.sentence


@pytest.mark.parametrize("radii", [1.2, 2.0, 3.0])
def test_pointing_badly_is_no_fault(radii: float) -> None:
    for seed in range(5):
        diagnosis = found("qwen2_5_vl", unsteady(exact, radii), seed=seed, count=24)
        assert (diagnosis.name, diagnosis.exit_code) == ("imprecise", 1), diagnosis


# ---------------------------------------------------------------- what is wrong

FAULTS: dict[str, tuple[Fault, str, str]] = {
    "swapped": (swapped, "swapped", "y before x"),
    "mirrored": (mirrored, "mirrored", "the other way from side to side"),
    "thousand": (counted_in("thousand"), "space", "fit coordinates from 0 to 1000"),
    "unit": (counted_in("unit"), "space", "fit fractions from 0 to 1"),
    "absolute": (counted_in("absolute"), "space", "fit pixels of the picture as it is resized"),
    "original": (original_pixels, "space", "fit pixels of the picture before it is resized"),
    "resized": (resized_to(LESS), "resized", "the picture resized to at most"),
    "offset": (shifted(0.08, -0.05), "offset", "+8.0% of the width and -5.0% of the height"),
    "offset in pixels": (shifted_by_pixels(0, 120), "offset", "pixels across and"),
    "half": (scaled(0.5), "scale", "0.5 of the right ones"),
    "too far": (scaled(1.3), "scale", "1.3 of the right ones"),
    "skewed": (skewed, "skewed", "x is 0.6 of the right one +30"),
}
OWN = {"qwen2_vl": "thousand", "uground": "thousand", "showui": "unit", "mai_ui": "thousand"}
"""Spaces in which these are right already (0 to 999, as MAI-UI counts, is within a pixel or two of 0 to 1000)."""


@pytest.mark.parametrize("steady", [True, False])
@pytest.mark.parametrize("case", FAULTS)
@pytest.mark.parametrize(("name", "role"), SEVERAL)
def test_each_fault_by_its_name(name: str, role: Role, case: str, steady: bool) -> None:
    fault, expected, words = FAULTS[case]
    if case == OWN.get(name, "absolute"):
        expected, words = "right", "nothing to mend"
    diagnosis = found(name, fault if steady else unsteady(fault, 0.3), role=role, count=24)
    assert diagnosis.name == expected, diagnosis
    assert diagnosis.exit_code == (0 if expected == "right" else 1)
    assert (diagnosis.remedy is None) == (expected == "right")
    if steady:
        assert words in diagnosis.sentence


@pytest.mark.parametrize("bound", [2_100_000, 1_300_000])
def test_a_fault_that_shows_on_the_large_pictures_only(bound: int) -> None:
    """The first bound lies between the phone's size and the desktop's."""
    diagnosis = found("qwen2_5_vl", original_pixels, max_pixels=bound, count=24)
    assert (diagnosis.name, "before it is resized" in diagnosis.sentence) == ("space", True), diagnosis


@pytest.mark.parametrize(("pattern", "named"), [("x-xx-xx-x-x-", False), ("xxxx-xxxxx-x", True)])
def test_a_rule_holds_for_most_of_the_answers(pattern: str, named: bool) -> None:
    """7 of 12 are too few to be told what is wrong, 10 of 12 are enough."""
    diagnosis = found("qwen2_vl", partly(swapped, pattern), count=24)
    assert (diagnosis.name == "swapped") == named, diagnosis
    assert named or diagnosis.name in ("chance", "imprecise"), diagnosis


# ---------------------------------------------------------------- what mends it


@pytest.mark.parametrize("name", ["qwen2_5_vl", "qwen3_vl", "ui_tars_1_0", "ui_tars_1_5", "showui"])
@pytest.mark.parametrize("case", ["thousand", "unit", "absolute", "original", "resized"])
def test_the_remedy_mends_it(name: str, case: str) -> None:
    """Whatever option or argument it names, the same model is right with it."""
    fault = FAULTS[case][0]
    diagnosis = found(name, fault)
    if case == BUILT_IN[name].space:
        assert diagnosis.name == "right"
        return
    assert diagnosis.remedy is not None
    dialect = re.search(r"--dialect (\S+)", diagnosis.remedy)
    pixels = re.search(r"--max-pixels (\d+)|max_pixels=(\d+)", diagnosis.remedy)
    python = re.search(r'dialect=(\w+)\(environment.platform, space="(\w+)"\)', diagnosis.remedy)
    assert dialect or pixels or python, diagnosis
    pointer = pointer_of(
        name,
        fault,
        asked_as=dialect[1] if dialect else None,
        max_pixels=int(pixels[1] or pixels[2]) if pixels else PIXELS,
    )
    if python:
        assert python[1] == BUILT_IN[name].__name__
        pointer.model.space = python[2]  # type: ignore[assignment]
        pointer = pointer_for(pointer.model)
    assert diagnose(pointer, answers_of(pointer)).name == "right", diagnosis


def test_no_option_is_made_up_for_a_grounder() -> None:
    """`handeye run --grounder` has no option for its dialect."""
    python = 'from Python, Grounder(model, dialect=Qwen25VLGrounding(space="thousand"))'
    assert found("qwen2_5_vl", counted_in("thousand"), role="grounder").remedy == python
    calls = replies("qwen3_vl", targets_of(12), exact)  # its place is found in a call, too, which agents' dialects read
    pointer = pointer_for(ScriptedModel(calls, dialect="qwen2_5_vl", max_pixels=PIXELS), as_grounder=True)
    assert diagnose(pointer, answers_of(pointer)).remedy == python
    assert Qwen25VLGrounding(space="thousand").space == "thousand"


# ---------------------------------------------------------------- what can't be read


def replying(name: str, text: str, *, of: Sequence[int]) -> tuple[Pointer, list[Answer]]:
    """An exact model that says `text` to the targets of those numbers instead."""
    targets = targets_of(12)
    plain = pointer_of(name, exact)
    assert isinstance(plain.model, ScriptedModel)
    written = [plain.ask(t).text for t in targets]
    model = ScriptedModel(
        (text if i in of else reply for i, reply in enumerate(written)), dialect=name, max_pixels=PIXELS
    )
    pointer = pointer_for(model)
    return pointer, [pointer.ask(t) for t in targets]


@pytest.mark.parametrize("name", ["qwen2_vl", "qwen2_5_vl", "showui"])
def test_nothing_that_can_be_read(name: str) -> None:
    pointer, answers = replying(name, "I see no such thing.", of=range(12))
    diagnosis = diagnose(pointer, answers)
    assert (diagnosis.name, diagnosis.exit_code) == ("unreadable", 5), diagnosis
    assert "12 of 12" in diagnosis.sentence
    assert table(answers)[-1].read == 0


def test_unreadable_replies_count_as_misses() -> None:
    pointer, answers = replying("qwen2_vl", "I see no such thing.", of=(0, 3, 5, 9))
    assert table(answers)[-1].read == table(answers)[-1].inside == 8
    diagnosis = diagnose(pointer, answers)
    assert diagnosis.name == "imprecise", "8 of 12 are too few, however well they point"
    assert "8 of 12" in diagnosis.sentence
    assert [a.problem is None for a in answers].count(False) == 4


def test_a_model_that_does_something_else_has_not_pointed() -> None:
    call = "✿FUNCTION✿: Home\n✿ARGS✿: {}"
    pointer, answers = replying("qwen2_vl", call, of=range(12))
    assert {a.problem for a in answers if a.target.screen.platform == "mobile"} == {"it does not click: button"}
    assert diagnose(pointer, answers).name == "unreadable"


def test_replies_in_the_form_of_another_dialect() -> None:
    diagnosis = found("qwen2_vl", exact, written_as="ui_tars_1_0")
    assert (diagnosis.name, diagnosis.remedy) == ("form", "--dialect ui_tars_1_0"), diagnosis
    assert found("qwen2_vl", exact, written_as="ui_tars_1_0", asked_as="ui_tars_1_0").name == "right"


# ---------------------------------------------------------------- the targets, and how they are asked for


def test_one_thing_on_each_picture_fits_the_words() -> None:
    for target in targets_of(24):
        color = target.description.split()[1]
        pixels = target.picture.array
        rows, columns = np.nonzero((pixels == COLORS[color]).all(axis=2))
        middle = to_pixel(target.point, target.size)
        assert (rows.min() + rows.max(), columns.min() + columns.max()) == (2 * middle.y, 2 * middle.x)
        assert columns.max() - columns.min() == 2 * target.screen.radius
        others = (pixels != COLORS[color]).any(axis=2) & (pixels != BACKGROUND).any(axis=2)
        assert others.any(), "something that is not meant is there, too"


def test_targets_fill_the_screens_and_depend_on_the_seed() -> None:
    targets = make_targets(41, seed=4)
    assert [a.picture.digest for a in targets] == [b.picture.digest for b in make_targets(41, seed=4)]
    assert {a.picture.digest for a in targets}.isdisjoint(b.picture.digest for b in make_targets(41, seed=5))
    assert {t.size for t in targets} == {Size(1080, 2400), Size(2400, 1080), Size(1920, 1080), Size(640, 480)}
    for screen in SCREENS:
        here = [t.point for t in targets if t.screen is screen]
        assert len(here) in (10, 11)
        for values in ([p.x for p in here], [p.y for p in here]):
            assert (min(values) < 0.25, max(values) > 0.75) == (True, True)
    with pytest.raises(UsageError, match="at least 8"):
        make_targets(7)


def test_asked_as_in_a_run() -> None:
    prompts: list[str] = []

    def listen(messages: Sequence[Message]) -> str:
        prompts.append(transcript(messages))
        return "?"

    for role in ("agent", "grounder"):
        pointer = pointer_for(ScriptedModel(listen, dialect="qwen2_5_vl"), as_grounder=role == "grounder")
        for target in (targets_of(12)[0], targets_of(12)[-1]):
            pointer.ask(target)
            assert target.description in prompts[-1]
    assert f"Tap {targets_of(12)[0].description}." in prompts[0]
    assert "mobile_use" in prompts[0]
    assert f"Click {targets_of(12)[-1].description}." in prompts[1]
    assert "computer_use" in prompts[1]
    assert prompts[2].count("Locate") == 1
    assert len(prompts) == 4, "each target is asked for once"


def test_a_model_that_only_points_is_asked_as_a_grounder() -> None:
    assert pointer_for(ScriptedModel([], dialect="uground")).role == "grounder"
    assert pointer_for(ScriptedModel([], dialect="qwen2_vl")).role == "agent"


# ---------------------------------------------------------------- numbers and picture


def test_the_table() -> None:
    targets = [t for t in targets_of(12) if t.screen.name == "small"]
    sizes = [3.0, 4.0, 30.0]
    answers: list[Answer] = []
    for target, pixels in zip(targets, sizes, strict=True):
        left = target.point.x > 0.5
        x = target.point.x + (-pixels if left else pixels) / 640
        answers.append(Answer(target, target.size, "", Point(x, target.point.y), None, None))
    answers.append(Answer(targets[0], targets[0].size, "?", None, "no", None))
    small, everything = table(answers)
    assert (small.targets, small.read, small.inside) == (4, 3, 2)
    assert (small.median_pixels, small.p90_pixels) == (pytest.approx(4.0), pytest.approx(30.0))
    assert (everything.name, everything.size, everything.inside) == ("all", None, 2)
    assert apart(1.0, 0.5, Point(0.5, 0.0), Size(640, 480)) == (320, 240)


def test_the_sheet_shows_where_it_pointed() -> None:
    pointed = np.array((220, 0, 90))

    def marks(answers: Sequence[Answer]) -> int:
        with Image.open(io.BytesIO(draw_sheet(answers, "x" * 1000))) as image:
            assert max(image.size) < 4000
            return int((np.asarray(image) == pointed).all(axis=2).sum())

    targets = targets_of(12)
    near = [Answer(t, t.size, "", t.point, None, None) for t in targets]
    far = [Answer(t, t.size, "", Point(1 - t.point.x, 1 - t.point.y), None, None) for t in targets]
    assert 0 < marks(near) < marks(far)


def test_a_real_model_with_random_weights(tmp_path_factory: pytest.TempPathFactory) -> None:
    """It can say anything: no fault is found in it, and nothing breaks."""
    checkpoint = tiny_checkpoint(tmp_path_factory.mktemp("checkpoint"), family="qwen2_5_vl")
    with TransformersModel.load(str(checkpoint), device="cpu", dtype="float32", max_pixels=64 * 28 * 28) as model:
        held = pointer_for(model, budget=Budget(tokens=96))
        free = pointer_for(model, as_grounder=True, budget=Budget(tokens=16))
        for pointer in (held, free):
            answers = answers_of(pointer, count=8)
            assert len(answers) == 8
            assert {a.seen for a in answers} == {model.seen(s.size) for s in SCREENS}
            diagnosis = diagnose(pointer, answers)
            assert diagnosis.name in ("chance", "unreadable"), diagnosis
