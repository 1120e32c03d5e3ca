"""Tasks in Calculator."""

from __future__ import annotations

import re
import unicodedata
from random import Random

from environments.phone import arithmetic
from environments.phone.apps.calculator import Calculator
from environments.phone.phone import Phone
from environments.phone.tasks.eyes import Eyes, Move, stands, still_needs
from environments.phone.tasks.template import Question

IDS = {"+": "plus", "−": "minus", "×": "multiply", "÷": "divide", ".": "point", "%": "percent", "=": "equals"}

WRITTEN = {"+": "[+]", "−": "[-−–]", "×": "[x×*·⋅]", "÷": "[÷/:]", "%": "%"}
"""How each operator may be written."""


class Calculate(Question):
    """A sum of a few keys whose value has an exact decimal."""

    name = "calculate"
    package = Calculator.app.package

    def __init__(self, random: Random) -> None:
        self.sum = _sum(random)
        self.expected = arithmetic.show(arithmetic.evaluate(self.sum))
        self.text = random.choice(
            (
                f"What is {self.sum}? Use the calculator.",
                f"Work out {self.sum} with the calculator and tell me the result.",
            )
        )
        self.text_zh = f"用计算器算一下 {self.sum} 等于多少。"

    def setup(self, phone: Phone) -> None:
        pass

    def answered(self, answer: str | None) -> bool:
        """The result as the only number said, the sum itself left out."""
        if answer is None:
            return False
        said = unicodedata.normalize("NFKC", answer).replace("−", "-")
        echo = r"\s*".join(WRITTEN.get(sign, re.escape(sign)) for sign in self.sum)
        said = re.sub(rf"(?<![\w.,]){echo}(?![\w%]|[.,]\d)", " ", said)
        said = re.sub(r"(?<=\d)[,  ](?=\d{3}(?!\d))", "", said)
        numbers = re.findall(r"(?<![\w.,])-?\d+(?:[.,]\d+)*%?(?:e[-+]?\d+)?\w*", said, re.IGNORECASE)
        return len(numbers) == 1 and _plain(numbers[0]) == _plain(self.expected)

    def solve(self, eyes: Eyes) -> Move:
        result, entry = eyes.find(id="result"), eyes.find(id="expression")
        typed = "" if entry is None else entry.text
        if result is not None and typed == self.sum:
            return f"{stands('beneath', f'{typed} =', result.text)}.", eyes.answer(result.text)
        if result is not None or not self.sum.startswith(typed):
            return "The line holds something else; I clear it.", eyes.click(eyes.need("calc_clear"))
        rest = f"{self.sum}="[len(typed) :]
        return f"The sum {still_needs(rest, rest[0])}", eyes.click(eyes.need(f"calc_{IDS.get(rest[0], rest[0])}"))


def _sum(random: Random) -> str:
    """Five keys, so that the way stays short."""
    match random.randrange(6):
        case 0:
            return f"{random.randint(12, 99)}×{random.randint(12, 99)}"
        case 1:
            return f"{random.randint(101, 999)}−{random.randint(2, 9)}"
        case 2:
            return f"{random.randint(2, 9)}+{random.randint(2, 9)}×{random.randint(2, 9)}"
        case 3:
            return f"{random.randint(1, 9)}.{random.randint(1, 9)}×{random.randint(3, 9)}"
        case 4:
            return f"{random.randint(111, 999)}÷{random.choice((4, 5, 8))}"
        case _:
            return f"{random.randint(11, 99)}+{random.randint(2, 9)}%"


def _plain(number: str) -> str:
    """Without zeros at the end, a plus, or another sign for minus; a comma may stand for the point."""
    text = number.replace("−", "-").lstrip("+").replace(",", ".")
    return text.rstrip("0").rstrip(".") if "." in text else text
