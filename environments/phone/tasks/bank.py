"""Tasks in the Bank: transfers, one that can't be made, reading what is there and what was paid."""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import copy
from random import Random
from typing import Any, ClassVar

from actions.types import Click, Finish
from environments.phone import world
from environments.phone.apps.bank import Bank
from environments.phone.apps.bank_accounts import (
    FIRST_ACCOUNT,
    NOTES,
    OTHER_ACCOUNTS,
    PAYEES,
    Recipient,
    Transaction,
    money,
    number,
    total,
)
from environments.phone.phone import Phone
from environments.phone.tasks.eyes import Eyes, Move, found, still_needs
from environments.phone.tasks.template import Question, Template, app_of

HOME = "Accounts"
NO_AMOUNT = -1


def plain(cents: int) -> str:
    """As it is typed: 1234.50."""
    return f"{cents // 100}.{cents % 100:02d}"


def ready(phone: Phone, pin: str) -> Bank:
    """Signed out, with this PIN and no wrong one yet."""
    bank = app_of(phone, Bank)
    bank.pin, bank.wrong, bank.locked = pin, 0, False
    bank.sign_out()
    return bank


def draw_pin(random: Random) -> str:
    return f"{random.randrange(10_000):04d}"


def sign_in(eyes: Eyes, pin: str) -> Move | None:
    dots = eyes.find(id="pin")
    if dots is None:
        return None
    typed = min(len(dots.text), len(pin) - 1)
    return f"The bank's PIN {still_needs(pin[typed:], pin[typed])}", eyes.click(eyes.need(f"digit_{pin[typed]}"))


class Transfer(Template):
    """To someone in the list."""

    name = "transfer_money"
    package = Bank.app.package
    notes: ClassVar[bool] = True

    def __init__(self, random: Random) -> None:
        self.pin = draw_pin(random)
        self.to = Recipient(random.choice(world.NAMES), number(random))
        self.cents = random.choice((random.randint(1, 300) * 100, random.randint(500, 40_000)))
        self.note = random.choice(NOTES) if self.notes and random.random() < 0.4 else ""
        self._place = random.randint(0, 12)
        self._spare = random.choice((0, 1, random.randint(100, 90_000)))
        self.text, self.text_zh = self.words(random)

    def words(self, random: Random) -> tuple[str, str]:
        amount, name = money(self.cents), self.to.name
        note = f" with the note “{self.note}”" if self.note else ""
        said = random.choice(
            (f"Transfer {amount} to {name}{note}.", f"Use the bank app to send {name} {amount}{note}.")
        )
        note_zh = f"，备注“{self.note}”" if self.note else ""
        return f"{said} The PIN is {self.pin}.", f"用银行应用给{name}转账{amount}{note_zh}。PIN 码是 {self.pin}。"

    def nearly(self, random: Random) -> Sequence[Template]:
        """With other notes, and without one."""
        others = [copy(self) for _ in range(3)] if self.notes else []
        for other, note in zip(others, ("", *random.sample(NOTES, 2)), strict=False):
            other.note = note
            other.text, other.text_zh = other.words(random)
        return others

    def setup(self, phone: Phone) -> None:
        bank = ready(phone, self.pin)
        bank.recipients = [r for r in bank.recipients if r.name != self.to.name]
        bank.recipients.insert(min(self._place, len(bank.recipients)), self.to)
        bank.accounts[0].hold(self.cents + self._spare)

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        source = data["Bank"]["accounts"][FIRST_ACCOUNT]
        source["balance"] -= self.cents
        source["transactions"].insert(0, {"party": self.to.name, "cents": -self.cents, "note": self.note})
        return data

    def solve(self, eyes: Eyes) -> Move:
        if (digit := sign_in(eyes, self.pin)) is not None:
            return digit
        if eyes.find(id="dialog"):
            return "The account that pays is right; I close this.", eyes.click(eyes.need("cancel"))
        match eyes.title():
            case "Transfer to":
                return self.choose(eyes)
            case "New recipient":
                return self.enter(eyes)
            case "Transfer":
                return self.write(eyes)
            case "Check and confirm":
                return self.confirm(eyes)
            case title if title == HOME:
                button = eyes.find(id="transfer_money")
                if button is None:
                    return eyes.search("accounts", "the button for transfers")
                return "These are the accounts; I tap Transfer money.", eyes.click(button)
            case _:
                move = eyes.to_page(HOME)
                assert move is not None
                return move

    def choose(self, eyes: Eyes) -> Move:
        name = self.to.name
        row = next((n for n in eyes.nodes if n.text == name and n.resource_id.startswith("recipient_")), None)
        if row is None:
            return eyes.search("recipients", name)
        return f"I look for {name}; I see it and choose this recipient.", eyes.click(row)

    def enter(self, eyes: Eyes) -> Move:
        return "The recipient is in the list; I go back.", eyes.click(eyes.need("up"))

    def write(self, eyes: Eyes) -> Move:
        amount, note = eyes.find(id="amount"), eyes.find(id="note")
        if amount is not None and amount.text != plain(self.cents):
            return eyes.fill("amount", plain(self.cents), amount, "Next")
        # Where the screen is too small for both fields, the amount has been typed before the note is looked for.
        last = note if self.note else amount
        if last is None:
            return eyes.search("transfer", "the next field")
        if self.note and last.text == self.note:
            return "The note is there; I tap Next.", eyes.click(eyes.need("next"))
        # It begins the same with a note and without, so that the task is looked at for what follows.
        said = f"The amount is {amount.text}" if amount else ""
        if not self.note:
            return f"{said}; I tap Next.", eyes.click(eyes.need("next"))
        thought, action = eyes.fill("note", self.note, last, "Next")
        return f"{said}. {thought}" if said and isinstance(action, Click) else thought, action

    def confirm(self, eyes: Eyes) -> Move:
        shown = {
            "amount_shown": money(self.cents),
            "said": f"to {self.to.name}",
            "confirm_to_summary": f"{self.to.name}, {self.to.number}",
            "confirm_from_summary": FIRST_ACCOUNT,
            "confirm_note_summary": self.note or "None",
        }
        seen = {n.resource_id: n.text for n in eyes.nodes if n.resource_id in shown}
        if all(shown[name] == text for name, text in seen.items()):
            return "All of it is right; I confirm.", eyes.click(eyes.need("confirm_transfer"))
        return "This is another transfer; I cancel it.", eyes.click(eyes.need("cancel_transfer"))


class TransferToNew(Transfer):
    """To someone who is not in the list yet, by account number."""

    name = "transfer_to_new"
    notes = False

    def words(self, random: Random) -> tuple[str, str]:
        amount, name, account = money(self.cents), self.to.name, self.to.number
        said = random.choice(
            (f"Transfer {amount} to a new recipient: {name}, account", f"Send {amount} to {name}, whose new account is")
        )
        text_zh = f"用银行应用给新收款人{name}（账号 {account}）转账{amount}。PIN 码是 {self.pin}。"
        return f"{said} {account}. The bank's PIN is {self.pin}.", text_zh

    def setup(self, phone: Phone) -> None:
        super().setup(phone)
        app_of(phone, Bank).recipients.remove(self.to)

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        data["Bank"]["recipients"].append([self.to.name, self.to.number])
        return super().wanted(data)

    def choose(self, eyes: Eyes) -> Move:
        button = eyes.find(id="new_recipient")
        if button is None:
            return eyes.search("recipients", "New recipient")
        return f"I look for {self.to.name}; it is new, so I tap New recipient.", eyes.click(button)

    def enter(self, eyes: Eyes) -> Move:
        name, account = eyes.find(id="name"), eyes.find(id="number")
        if name is not None and name.text != self.to.name:
            return eyes.fill("name", self.to.name, name, "Next")
        if account is None:
            return eyes.search("new_recipient_form", "the field for the account number")
        return eyes.fill("number", self.to.number, eyes.need("next"), "Next")


class TransferTooMuch(Transfer):
    """More than all accounts have: the bank refuses it, and giving up is right."""

    name = "transfer_too_much"
    possible = False
    notes = False

    def __init__(self, random: Random) -> None:
        super().__init__(random)
        self._most = random.randint(10_000, 80_000)
        self.cents = random.randint(4, 400) * 1_000_00 + random.randint(1, 99)
        self.text, self.text_zh = self.words(random)

    def setup(self, phone: Phone) -> None:
        super().setup(phone)
        bank = app_of(phone, Bank)
        for account in bank.accounts:
            account.opening += min(0, self._most - account.balance)
        assert total(bank.accounts) < self.cents

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        return data

    def write(self, eyes: Eyes) -> Move:
        problem, amount = eyes.find(id="error"), eyes.find(id="amount")
        entered = amount is not None and amount.text == plain(self.cents)
        if entered and problem is not None and problem.text.startswith("Insufficient"):
            said = problem.text.partition(":")[0]
            return f"The bank says “{said}”; this can't be done.", Finish(success=False, message=said)
        return super().write(eyes)


class AmountQuestion(Question):
    """`cents` is the right answer, in whatever way it is written; no other amount may be named."""

    cents: int = 0
    signed: ClassVar[bool] = True
    """Whether a minus before it makes it wrong."""

    def answered(self, answer: str | None) -> bool:
        if answer is None or (self.signed and re.search(r"[-−]\s*€?\s*\d", answer)):
            return False
        return amounts_in(answer) == {self.cents}


class ReadBalance(AmountQuestion):
    name = "read_balance"
    package = Bank.app.package

    def __init__(self, random: Random) -> None:
        self.pin = draw_pin(random)
        self.account = random.choice((FIRST_ACCOUNT, *OTHER_ACCOUNTS))
        self._place = random.randint(1, 3)
        said = random.choice(
            (
                f"How much money is in the account “{self.account}”?",
                f"What is the balance of the {self.account} account?",
            )
        )
        self.text = f"{said} The bank's PIN is {self.pin}."
        self.text_zh = f"银行账户“{self.account}”的余额是多少？PIN 码是 {self.pin}。"

    def setup(self, phone: Phone) -> None:
        bank = ready(phone, self.pin)
        if all(a.name != self.account for a in bank.accounts):
            bank.accounts[min(self._place, len(bank.accounts) - 1)].name = self.account
        account = bank.account(self.account)
        while any(a.balance == account.balance for a in bank.accounts if a is not account):
            account.opening += 101
        self.cents = account.balance
        self.expected = money(self.cents)
        self.others = [money(a.balance) for a in bank.accounts if a is not account]

    def solve(self, eyes: Eyes) -> Move:
        if (move := sign_in(eyes, self.pin) or eyes.to_page(HOME)) is not None:
            return move
        name = next((n for n in eyes.nodes if n.text == self.account and n.resource_id.startswith("name_")), None)
        balance = None if name is None else eyes.find(id=f"balance_{name.resource_id.removeprefix('name_')}")
        if balance is None:
            return eyes.search("accounts", self.account)
        return f"{found('beneath', self.account, balance.text)}.", eyes.answer(balance.text)


class ReadPayment(AmountQuestion):
    """What was paid to one payee, somewhere down the list."""

    name = "read_payment"
    package = Bank.app.package
    signed = False

    def __init__(self, random: Random) -> None:
        self.pin = draw_pin(random)
        self.payee = random.choice(PAYEES)
        self.cents = random.randint(180, 20_000)
        self._place = random.randint(0, 25)
        said = random.choice(
            (
                f"How much was paid to {self.payee} from the {FIRST_ACCOUNT} account?",
                f"What did I pay {self.payee}? Look in the {FIRST_ACCOUNT} account.",
            )
        )
        self.text = f"{said} The bank's PIN is {self.pin}."
        self.text_zh = f"{FIRST_ACCOUNT} 账户付给 {self.payee} 多少钱？PIN 码是 {self.pin}。"

    def setup(self, phone: Phone) -> None:
        account = ready(phone, self.pin).accounts[0]
        payments = [t for t in account.transactions if t.party != self.payee and abs(t.cents) != self.cents]
        place = min(self._place, len(payments) - 1)
        payments.insert(place, Transaction(self.payee, -self.cents, payments[place].date))
        account.transactions = payments
        account.hold(5_000)
        self.expected = money(self.cents)
        self.others = [money(abs(t.cents)) for t in payments if t.party != self.payee]

    def solve(self, eyes: Eyes) -> Move:
        if (move := sign_in(eyes, self.pin) or eyes.to_page(HOME, FIRST_ACCOUNT)) is not None:
            return move
        if eyes.title() == HOME:
            card = eyes.find(id="account_0")
            if card is None:
                return eyes.search("accounts", FIRST_ACCOUNT)
            return f"I open the {FIRST_ACCOUNT} account.", eyes.click(card)
        row = eyes.find(id="payment", text=self.payee)
        paid = None
        if row is not None:
            paid = next((n for n in eyes.nodes if n.resource_id == "payment_end" and n.rect.center in row.rect), None)
        if paid is None:
            return eyes.search("transactions", self.payee)
        return f"{found('beside', self.payee, paid.text)}.", eyes.answer(paid.text.lstrip("-+"))


def amounts_in(text: str) -> set[int]:
    """Cents of every amount that is named: 1,234.56 or 1.234,56 or 1234. Dates and account numbers are left out;
    other words with digits in them are `NO_AMOUNT`."""
    months = "|".join(m[:3] for m in world.MONTHS)
    for other in (
        r"SB\d\d ?\d{4} ?\d{4}",
        rf"\b\d{{1,2}}\.? (?:{months})[a-z]*\.?,?(?: \d{{4}})?\b",
        rf"\b(?:{months})[a-z]* \d{{1,2}}(?:, \d{{4}})?\b",
        r"\b\d{4}-\d\d-\d\d\b",
    ):
        text = re.sub(other, " ", text, flags=re.IGNORECASE)
    text = re.sub(r"EUR|€|euros?|元|欧元", " ", text, flags=re.IGNORECASE)
    words = (w.strip(".,") for w in re.findall(r"[A-Za-z0-9_.,]*[0-9][A-Za-z0-9_.,]*", text))
    return {_cents(w) if re.fullmatch(r"[0-9]+(?:[.,][0-9]+)*", w) else NO_AMOUNT for w in words}


def _cents(digits: str) -> int:
    whole, mark, part = digits, "", ""
    match = re.fullmatch(r"(.*)([.,])(\d{1,2})", digits)
    if match is not None:
        whole, mark, part = match.groups()
    whole = re.sub(r"[.,]", "", whole)
    return int(whole) * 100 + (int(part.ljust(2, "0")) if mark else 0)
