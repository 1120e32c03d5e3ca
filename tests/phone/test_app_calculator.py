"""The calculator: its arithmetic, its keys, and which answers its task takes."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.geometry import Size
from environments.phone import arithmetic, tasks
from environments.phone.apps.calculator import KEYS, LONGEST, Calculator
from environments.phone.phone import Phone
from tests.phone.drive import find, need, small_phone, touch


def opened(seed: int = 0) -> tuple[Phone, Calculator]:
    phone = small_phone(seed)
    phone.open("com.sim.calculator")
    program = phone.program("com.sim.calculator")
    assert isinstance(program, Calculator)
    return phone, program


def press(app: Calculator, keys: str) -> str:
    """Keys by their signs, "(" and ")" the one key for both; what the expression is then."""
    for key in keys:
        app.press("()" if key in "()" else key)
    return app.entry


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("0.1+0.2", "0.3"),
        ("2+3×4", "14"),
        ("(2+3)×4", "20"),
        ("10−4−3", "3"),
        ("24÷4÷2", "3"),
        ("−3×−4", "12"),
        ("2−−3", "5"),
        ("50%", "0.5"),
        ("200+10%", "220"),
        ("200−10%", "180"),
        ("200×10%", "20"),
        ("10%+5", "5.1"),
        ("200+10%×2", "200.2"),
        ("200+(10%)", "200.1"),
        ("1÷3", "0.333333333333"),
        ("2÷3", "0.666666666667"),
        ("1.50+.5", "2"),
        ("999999999999999×999999999999999", "1E30"),
        ("1E20÷1E20", "1"),
        ("1E−3×2", "0.002"),
        ("0−0", "0"),
        ("3-2*4/8", "2"),
    ],
)
def test_sums(text: str, result: str) -> None:
    assert arithmetic.show(arithmetic.evaluate(text)) == result


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1+",
        "×2",
        "(1",
        "1)",
        "()",
        "1 2 +",
        "1.2.3",
        "+1",
        "a",
        "2**3",
        "1//2",
        "__import__('os')",
        "1;2",
        "٣+١",
        "E5",
    ],
)
def test_what_is_no_sum_is_said(text: str) -> None:
    with pytest.raises(arithmetic.NotASum):
        arithmetic.evaluate(text)


def test_what_has_no_result_is_said() -> None:
    with pytest.raises(ZeroDivisionError):
        arithmetic.evaluate("1÷(2−2)")
    with pytest.raises(OverflowError):
        arithmetic.evaluate("1E99×1E9")
    with pytest.raises(arithmetic.NotASum):
        arithmetic.evaluate("(" * 100_000)
    with pytest.raises(arithmetic.NotASum):
        arithmetic.evaluate("−" * 5000 + "1")


numbers = st.decimals(min_value=0, max_value=99999, places=3, allow_nan=False)


@settings(deadline=None, max_examples=60)
@given(st.lists(numbers, min_size=2, max_size=6), st.lists(st.sampled_from("+−×"), min_size=5, max_size=5))
def test_precedence_is_the_usual_one(parts: list[object], signs: list[str]) -> None:
    text = str(parts[0]) + "".join(f"{s}{p}" for s, p in zip(signs, parts[1:], strict=False))
    total, product, sign = Fraction(0), Fraction(str(parts[0])), 1
    for s, part in zip(signs, parts[1:], strict=False):
        value = Fraction(str(part))
        if s == "×":
            product *= value
        else:
            total, product, sign = total + sign * product, value, 1 if s == "+" else -1
    assert arithmetic.evaluate(text) == total + sign * product


@settings(deadline=None, max_examples=100)
@given(st.fractions(min_value=-(10**30), max_value=10**30))
def test_a_shown_result_can_be_gone_on_with(value: Fraction) -> None:
    again = arithmetic.evaluate(arithmetic.show(value))
    assert abs(again - value) <= abs(value) / 10**11


@pytest.mark.parametrize(
    ("keys", "entry"),
    [
        ("007", "7"),
        ("0.5", "0.5"),
        (".5", "0.5"),
        ("1..2", "1.2"),
        ("1+×2", "1×2"),
        ("1×−2", "1×−2"),
        ("1×−+2", "1+2"),
        ("+1", "1"),
        ("−1", "−1"),
        ("%5", "5"),
        ("5%3", "5%×3"),
        ("(1+2)3", "(1+2)×3"),
        ("2(3", "2×(3"),
        ("(×", "("),
        ("12⌫", "1"),
        ("12C", ""),
        ("1" * 20, "1" * 15),
        ("1+" * 40, ("1+" * 40)[:LONGEST]),
    ],
)
def test_keys_write_only_what_can_become_a_sum(keys: str, entry: str) -> None:
    _, app = opened()
    assert press(app, keys) == entry


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(KEYS), max_size=60))
def test_any_keys_leave_a_screen(keys: list[str]) -> None:
    phone, app = opened()
    for key in keys:
        app.press(key)
    phone.changed()
    assert need(phone, resource_id="expression").text == app.entry
    assert len(app.entry) <= LONGEST + 30
    assert "Calculator" not in phone.data()


def test_a_result_is_gone_on_with_or_replaced() -> None:
    _, app = opened()
    press(app, "12×3=")
    assert (app.entry, app.result) == ("12×3", "36")
    assert press(app, "+4") == "36+4"
    press(app, "=")
    assert app.result == "40"
    assert press(app, "7") == "7"
    press(app, "+1=")
    assert press(app, "⌫") == "7+1", "the sum is edited again"
    assert press(app, "⌫") == "7+"
    press(app, "(2=")
    assert (app.entry, app.result) == ("7+(2)", "9"), "an open parenthesis is closed"


def test_errors_are_said_and_can_be_mended() -> None:
    phone, app = opened()
    for key in ("5", "divide", "0", "equals"):
        touch(phone, resource_id=f"calc_{key}")
    assert need(phone, resource_id="error").text == "Can't divide by zero"
    assert find(phone, resource_id="result") is None
    assert press(app, "⌫2=") == "5÷2"
    phone.changed()
    assert need(phone, resource_id="result").text == "2.5"
    press(app, "C5+=")
    assert app.result == "Not a complete calculation"
    assert phone.log.events("calculated")[0]["error"] == "Can't divide by zero"
    assert phone.log.events("calculated")[1]["result"] == "2.5"


def test_the_preview_is_no_result_and_stopping_forgets() -> None:
    phone, app = opened()
    for key in ("4", "multiply", "5"):
        touch(phone, resource_id=f"calc_{key}")
    assert need(phone, resource_id="preview").text == "20"
    assert find(phone, resource_id="result") is None
    phone.stop("com.sim.calculator")
    assert app.entry == ""
    assert app.history == []


@pytest.mark.parametrize("size", [Size(432, 960), Size(960, 432), Size(320, 480), Size(1280, 800)])
def test_every_key_is_hit_at_its_centre(size: Size) -> None:
    phone, _ = opened(3)
    phone.set_override(size)
    phone.settings["system", "font_scale"] = "1.3"
    keys = [n for n in phone.nodes() if n.resource_id.startswith("calc_")]
    assert len(keys) == 20
    for node in keys:
        assert phone.tap(*node.rect.center) == node.resource_id
    assert phone.screen().std() > 1


def task_with(total: str, expected: str) -> tuple[tasks.PhoneTask, Phone]:
    phone, task = small_phone(1), tasks.sample("calculate", 1)
    assert isinstance(task.goal, tasks.Calculate)
    task.goal.sum, task.goal.expected = total, expected
    task.setup(phone)
    return task, phone


@pytest.mark.parametrize(
    ("total", "expected", "right", "wrong"),
    [
        (
            "12×34",
            "408",
            ["408", "It is 408.", "12×34 = 408", "12 x 34 is 408", "408.0", "４０８", "The result: 408!", "+408"],
            [
                "40",
                "4080",
                "1408",
                "-408",
                "408.5",
                "40.8",
                "408%",
                "408 or 409",
                "12×34",
                "",
                "yes",
                "4 08",
                "x408",
                "408e3",
            ],
        ),
        (
            "1.5×7",
            "10.5",
            ["10.5", "10,5", "10.50", "1.5×7=10.5"],
            ["10", "105", "10.55", "10.5.1", "0.5", "5", "−10.5"],
        ),
        ("3−9", "−6", ["-6", "−6", "3-9 = -6", "It is −6"], ["6", "-66", "-6 or 6", "60"]),
        ("99×99", "9801", ["9801", "9,801", "9 801"], ["980", "98,01", "19,801", "9801 9801"]),
    ],
)
def test_only_the_result_is_the_answer(total: str, expected: str, right: list[str], wrong: list[str]) -> None:
    task, phone = task_with(total, expected)
    for answer in right:
        assert task.check(phone, answer), answer
    for answer in wrong:
        assert not task.check(phone, answer), answer
    phone.settings["system", "ringtone"] = "other"
    assert not task.check(phone, expected), "right, but something was changed"


def test_the_sums_of_the_task_are_exact() -> None:
    for seed in range(200):
        goal = tasks.sample("calculate", seed).goal
        assert isinstance(goal, tasks.Calculate)
        assert Fraction(goal.expected.replace("−", "-")) == arithmetic.evaluate(goal.sum), goal.sum
        assert len(goal.sum) <= 6
