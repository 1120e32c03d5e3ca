"""Sums as a pocket calculator writes them: a small parser, exact fractions, and results of twelve digits.

Nothing here runs text as code: the grammar is numbers, + − × ÷, %, a minus before a number, and parentheses.
"""

from __future__ import annotations

import re
from decimal import Decimal, localcontext
from fractions import Fraction

DIGITS = 12
"""How many digits a shown result has at most."""
LARGEST = Fraction(10) ** 100
"""From here on a result is too large."""

NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:E−?\d{1,3})?"
_TOKEN = re.compile(rf"({NUMBER})|([-+−×÷*/%()])", re.ASCII)
_SAME = str.maketrans({"-": "−", "*": "×", "/": "÷"})


class NotASum(ValueError):
    """The text is no complete sum."""


def evaluate(text: str) -> Fraction:
    """The exact value. × and ÷ come before + and −; `200+10%` is 220, elsewhere % is a hundredth.

    `NotASum` for what is incomplete, `ZeroDivisionError`, `OverflowError` from 10^100 on.
    """
    parser = _Parser(_tokens(text))
    value = parser.sum()
    if parser.sign is not None:
        raise NotASum(f"{parser.sign!r} is not expected there")
    if abs(value) >= LARGEST:
        raise OverflowError("the result is too large")
    return value


def show(value: Fraction) -> str:
    """A value as the calculator writes it: without an end of zeros, rounded to `DIGITS`, 1E20 from 10^15 on."""
    with localcontext() as context:
        context.prec = DIGITS
        number = (Decimal(value.numerator) / Decimal(value.denominator)).normalize()
    if not number or number.adjusted() < -100:
        return "0"
    if -9 <= number.adjusted() < 15:
        text = f"{number:f}"
    else:
        sign, digits, _ = number.as_tuple()
        first, rest = str(digits[0]), "".join(map(str, digits[1:]))
        text = f"{'-' if sign else ''}{first}{'.' if rest else ''}{rest}E{number.adjusted()}"
    return text.replace("-", "−")


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    plain = text.replace(" ", "").translate(_SAME)
    at = 0
    while at < len(plain):
        found = _TOKEN.match(plain, at)
        if found is None:
            raise NotASum(f"{plain[at]!r} is no part of a sum")
        tokens.append(found.group())
        at = found.end()
    return tokens


class _Parser:
    """Recursive descent; the depth is bounded by `MOST_TOKENS`."""

    MOST_TOKENS = 200

    def __init__(self, tokens: list[str]) -> None:
        if len(tokens) > self.MOST_TOKENS:
            raise NotASum(f"a sum has at most {self.MOST_TOKENS} parts")
        self._tokens = tokens
        self._at = 0

    @property
    def sign(self) -> str | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def sum(self) -> Fraction:
        value, _ = self._product()
        while (operator := self.sign) in ("+", "−"):
            self._at += 1
            step, share = self._product()
            if share:
                step *= value
            value = value + step if operator == "+" else value - step
        return value

    def _product(self) -> tuple[Fraction, bool]:
        """The value, and whether it is only a percentage and so may be one of what stands before it."""
        value, share = self._signed()
        while (operator := self.sign) in ("×", "÷"):
            self._at += 1
            factor, _ = self._signed()
            value = value * factor if operator == "×" else value / factor
            share = False
        return value, share

    def _signed(self) -> tuple[Fraction, bool]:
        if self.sign == "−":
            self._at += 1
            value, share = self._signed()
            return -value, share
        value, share = self._single(), False
        while self.sign == "%":
            self._at += 1
            value, share = value / 100, True
        return value, share

    def _single(self) -> Fraction:
        first = self.sign
        if first is None:
            raise NotASum("the end is missing")
        self._at += 1
        if first == "(":
            value = self.sum()
            if self.sign != ")":
                raise NotASum("a parenthesis is not closed")
            self._at += 1
            return value
        if first[0] not in "0123456789.":
            raise NotASum(f"{first!r} stands where a number is expected")
        return Fraction(first.replace("−", "-"))
