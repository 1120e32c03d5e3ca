"""Calculator: an expression line, its result, and a keypad. What it reckons is `environments.phone.arithmetic`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

from actions.geometry import Rect
from environments.phone import arithmetic
from environments.phone.apps.base import App, PagedProgram
from environments.phone.canvas import Canvas
from environments.phone.key_grid import Key, Keypad
from environments.phone.layouts import Page
from environments.phone.parts import Layout, Style, Widget
from environments.phone.text import Face
from environments.phone.theme import Colour

MOST_DIGITS = 15
LONGEST = 40
KEPT = 20
"""How many sums the history keeps."""

KEYS = ("C", "()", *"%÷789×456−123+0.", "⌫", "=")
NAMES = {"C": "Clear", "()": "Parenthesis", "%": "Percent", "÷": "Divide", "×": "Multiply", "−": "Minus", "+": "Plus"}
OPERATORS = "+−×÷"

_LAST_NUMBER = re.compile(rf"(?:{arithmetic.NUMBER})$", re.ASCII)


class Calculator(PagedProgram):
    """`entry` is the expression; `result` what "=" made of it, or why it made nothing (then `failed`)."""

    app = App("com.sim.calculator", ".Main", "Calculator")
    icon = "calculator"
    colour = (63, 81, 181)

    def start(self, random: Random) -> None:  # noqa: ARG002  it begins empty
        self.restart()

    def restart(self) -> None:
        self.entry = ""
        self.result = ""
        self.failed = False
        self.history: list[tuple[str, str]] = []

    def build(self) -> Page:
        preview = "" if self.result else self._preview()
        keys = [self._key(k) for k in KEYS]
        shown = Readout(self.history, self.entry, self.result or preview, bool(self.result), self.failed)
        return Page("Calculator", Pocket(shown, Keypad(keys, 4, gap=5)))

    def _key(self, sign: str) -> Key:
        look = "filled" if sign == "=" else "tonal" if sign in OPERATORS or sign in NAMES else "soft"
        description = {"⌫": "Backspace", "=": "Equals", ".": "Point"}.get(sign, NAMES.get(sign, ""))
        name = description.lower() or sign
        icon = "backspace" if sign == "⌫" else ""
        return Key(
            "" if icon else sign,
            lambda: self.press(sign),
            id=f"calc_{name}",
            look=look,
            icon=icon,
            description=description,
        )

    def press(self, sign: str) -> None:
        """A key of the keypad by its sign: a digit, "." "%" "()" "C" "⌫" "=" or an operator."""
        match sign:
            case "C":
                self.entry, self.result, self.failed = "", "", False
            case "⌫":
                self.entry = self.entry if self.result else self.entry[:-1]
                self.result, self.failed = "", False
            case "=":
                self._reckon()
            case _:
                self._begin(sign)
                if len(self.entry) >= LONGEST:
                    self.host.toast(f"No more than {LONGEST} characters")
                else:
                    self._append(sign)

    def _begin(self, sign: str) -> None:
        """After a result an operator goes on with it and anything else starts anew; after an error it is edited."""
        if self.result and not self.failed:
            self.entry = self.result if sign in OPERATORS or sign == "%" else ""
        self.result, self.failed = "", False

    def _append(self, sign: str) -> None:
        last, found = self.entry[-1:], _LAST_NUMBER.search(self.entry)
        number = found.group() if found else ""
        ended = bool(number) or last in (")", "%")
        match sign:
            case "()":
                opened = self.entry.count("(") > self.entry.count(")")
                self.entry += ")" if opened and ended else "×(" if ended else "("
            case "%":
                self.entry += "%" if ended else ""
            case ".":
                if "." not in number and "E" not in number:
                    self.entry += "." if number else "×0." if ended else "0."
            case _ if sign in OPERATORS:
                self._operator(sign, ended=ended)
            case _ if number == "0":
                self.entry = self.entry[:-1] + sign
            case _ if len(number.replace(".", "")) >= MOST_DIGITS:
                self.host.toast(f"No more than {MOST_DIGITS} digits")
            case _:
                self.entry += f"×{sign}" if last and last in ")%" else sign

    def _operator(self, sign: str, *, ended: bool) -> None:
        """A second operator replaces the first, but a minus may stand before a number."""
        if ended or (sign == "−" and self.entry[-1:] in ("", "(", "×", "÷")):
            self.entry += sign
            return
        kept = self.entry.rstrip(OPERATORS)
        if kept and kept[-1] != "(":
            self.entry = kept + sign

    def _closed(self) -> str:
        return self.entry + ")" * (self.entry.count("(") - self.entry.count(")"))

    def _value(self) -> Fraction:
        return arithmetic.evaluate(self._closed())

    def _preview(self) -> str:
        if not re.search(r"[+−×÷%]", self.entry[1:]):
            return ""
        try:
            return arithmetic.show(self._value())
        except (arithmetic.NotASum, ZeroDivisionError, OverflowError):
            return ""

    def _reckon(self) -> None:
        if not self.entry or self.result:
            return
        try:
            result = arithmetic.show(self._value())
        except arithmetic.NotASum:
            self._fail("Not a complete calculation")
        except ZeroDivisionError:
            self._fail("Can't divide by zero")
        except OverflowError:
            self._fail("Too large a number")
        else:
            self.entry, self.result = self._closed(), result
            self.history = [*self.history, (self.entry, result)][-KEPT:]
            self.host.note("calculated", expression=self.entry, result=result)

    def _fail(self, why: str) -> None:
        self.result, self.failed = why, True
        self.host.note("calculated", expression=self.entry, error=why)

    def view(self) -> Any:
        return {
            "entry": self.entry,
            "result": self.result,
            "failed": self.failed,
            "history": [list(line) for line in self.history],
        }


@dataclass(frozen=True, slots=True)
class Readout(Widget):
    """The sums so far, the expression, and its result; what is too long gets smaller, then loses its start."""

    history: Sequence[tuple[str, str]]
    entry: str
    result: str
    final: bool
    failed: bool

    def height(self, width: int, style: Style) -> int:  # noqa: ARG002
        return style.face(40).line + style.face(28).line + style.dp(24)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        theme = style.theme
        inner = area.inset(style.dp(24), style.dp(8))
        below, rest = inner.cut_bottom(min(style.face(40 if self.final else 30).line, inner.height))
        line, rest = rest.cut_bottom(min(style.face(28 if self.final else 44).line, rest.height))
        ink = theme.error if self.failed else theme.text if self.final else theme.secondary
        name = "error" if self.failed else "result" if self.final else "preview"
        shown = f"{self.entry} =" if self.final and not self.failed else self.entry or "0"
        faint = theme.secondary if self.final else theme.text
        self._line(line, shown, (28, 22, 18, 15) if self.final else (44, 36, 28, 22, 17), faint, style, out, self.entry)
        if self.result:
            sizes = (26, 22, 18) if self.failed else (40, 32, 26, 20) if self.final else (30, 24, 18)
            self._line(below, self.result, sizes, ink, style, out, self.result, name=name)
        face = style.face(16)
        for entry, result in reversed(self.history[: -1 if self.final and not self.failed else None]):
            if rest.height < face.line + style.dp(6):
                break
            row, rest = rest.cut_bottom(face.line + style.dp(6))
            text = f"{entry} = {result}"
            self._line(row, text, (16, 13), theme.secondary, style, out, text, name="history")

    def _line(
        self,
        row: Rect,
        text: str,
        sizes: Sequence[float],
        colour: Colour,
        style: Style,
        out: Layout,
        said: str,
        *,
        name: str = "expression",
    ) -> None:
        face = _largest(style.face, sizes, text, row)
        shown = text
        while len(shown) > 1 and face.length(shown) > row.width:
            shown = "…" + shown.removeprefix("…")[1:]

        def paint(canvas: Canvas) -> None:
            canvas.text_in(row, shown, face, colour, align="right")

        out.add(row, paint, text=said, resource_id=name)


def _largest(face: Callable[[float], Face], sizes: Sequence[float], text: str, row: Rect) -> Face:
    """The first size in which a text fits its row, else the last."""
    for sp in sizes:
        candidate = face(sp)
        if candidate.line <= row.height and candidate.length(text) <= row.width:
            return candidate
    return face(sizes[-1])


@dataclass(frozen=True, slots=True)
class Pocket(Widget):
    """The readout above the keypad, or beside it where the screen is wide."""

    readout: Readout
    keypad: Keypad

    def height(self, width: int, style: Style) -> int:
        return self.readout.height(width, style) + self.keypad.height(width, style)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        if area.width > area.height:
            left, right = area.columns(2)
            self.readout.place(left, style, out)
            self.keypad.place(right.inset(style.dp(8), style.dp(2)), style, out)
            return
        wanted = self.keypad.rows * style.dp(84)
        room = area.height - min(area.height, self.readout.height(area.width, style))
        keys, top = area.cut_bottom(min(wanted, room))
        self.readout.place(top, style, out)
        self.keypad.place(keys.inset(style.dp(10), style.dp(4)), style, out)
