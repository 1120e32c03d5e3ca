"""What the Bank keeps: accounts, what was paid, recipients, a transfer that is being written; all money in cents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

FIRST_ACCOUNT = "Everyday"
OTHER_ACCOUNTS = ("Savings", "Holiday fund", "Joint account", "Rainy day", "Car fund", "House deposit")

PAYEES = (
    *("Lumen Energy", "Corner Bakery", "City Transit", "Fresh Market", "Hilltop Pharmacy", "Blue Kettle Cafe"),
    *("Northside Gym", "Paper & Ink", "Streamly", "Aqua Water", "Fibre One", "Green Grocer", "Metro Parking"),
    *("Oak Street Books", "Pedal Repair", "Quick Laundry", "Riverside Cinema", "Sunset Sushi", "Tool Shed"),
    *("Union Insurance", "Velvet Barbers", "West End Dental", "Yellow Cab", "Zen Yoga", "Bella Pasta", "Cloud Storage"),
)
INCOME = ("Salary", "Tax refund", "Interest", "Cash deposit")
NOTES = ("Rent", "Dinner", "Tickets", "Gift", "Shared taxi", "Groceries", "Thank you", "Trip", "Books", "Utilities")


def money(cents: int) -> str:
    """€1,234.56."""
    sign = "-" if cents < 0 else ""
    return f"{sign}€{abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def read_amount(text: str) -> int | None:
    """Cents from what a person types (25, 25.5, 25,50, €1,200.00); None where it is no amount above zero."""
    plain = text.strip().removeprefix("€").strip()
    if re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]{1,2})?", plain):
        plain = plain.replace(",", "")
    match = re.fullmatch(r"([0-9]{1,7})(?:[.,]([0-9]{1,2}))?", plain)
    if match is None:
        return None
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0")) or None


@dataclass(frozen=True, slots=True)
class Transaction:
    """Money that came (`cents` above zero) or went."""

    party: str
    cents: int
    date: str
    note: str = ""


@dataclass(slots=True)
class Account:
    """`transactions` newest first; what was there before them is `opening`, so that no cent gets lost."""

    name: str
    number: str
    opening: int
    transactions: list[Transaction] = field(default_factory=list[Transaction])

    @property
    def balance(self) -> int:
        return self.opening + sum(t.cents for t in self.transactions)

    def hold(self, cents: int) -> None:
        """Have at least so much, from long ago."""
        self.opening += max(0, cents - self.balance)


@dataclass(frozen=True, slots=True)
class Recipient:
    name: str
    number: str


@dataclass(slots=True)
class Draft:
    """A transfer that is being written. `source` is the index of the account that pays."""

    recipient: Recipient
    source: int
    amount: str = ""
    note: str = ""
    error: str = ""

    @property
    def cents(self) -> int:
        return read_amount(self.amount) or 0


def number(random: Random) -> str:
    """SB42 7719 0356: an account's number."""
    return f"SB{random.randint(10, 99)} {random.randrange(10_000):04d} {random.randrange(10_000):04d}"


def transaction(random: Random, date: str) -> Transaction:
    if random.random() < 0.14:
        return Transaction(random.choice(INCOME), random.randint(500, 300_000), date)
    return Transaction(random.choice(PAYEES), -random.randint(180, 14_000), date)


def total(accounts: Sequence[Account]) -> int:
    """All the money there is, in cents."""
    return sum(a.balance for a in accounts)
