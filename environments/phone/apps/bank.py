"""Bank: a PIN pad, accounts with what was paid, and transfers that are shown once more before they are sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

from environments.phone import world
from environments.phone.apps.bank_accounts import (
    FIRST_ACCOUNT,
    OTHER_ACCOUNTS,
    Account,
    Draft,
    Recipient,
    Transaction,
    money,
    number,
    transaction,
)
from environments.phone.apps.bank_screens import (
    PinPad,
    accounts_page,
    amount_page,
    confirm_page,
    done_page,
    history_page,
    new_recipient_page,
    recipients_page,
)
from environments.phone.apps.base import App, PagedProgram
from environments.phone.calendar_days import date_of, short_text
from environments.phone.layouts import Dialog, Page
from environments.phone.widgets import Button, Item

PIN_DIGITS = 4
MOST_WRONG = 5
SESSION_MINUTES = 5
"""So long after the PIN was entered it isn't asked for again, even where the app was stopped in between."""


class Bank(PagedProgram):
    """`where` is the screen: "accounts", "history", "recipients", "new", "amount", "confirm" or "done"."""

    app = App("com.sim.bank", ".Main", "Bank")
    icon = "bank"
    colour = (0, 94, 99)

    def start(self, random: Random) -> None:
        self.pin = f"{random.randrange(10**PIN_DIGITS):0{PIN_DIGITS}d}"
        self.wrong = 0
        self.locked = False
        self._signed_in_at: int | None = None
        names = (FIRST_ACCOUNT, *random.sample(OTHER_ACCOUNTS, random.randint(2, 3)))
        self.accounts = [Account(name, number(random), random.randint(20_000, 900_000)) for name in names]
        people = random.sample(world.NAMES, random.randint(7, 13))
        self.recipients = [Recipient(name, number(random)) for name in people]
        today = date_of(self.host.date_text())
        for account, count in zip(self.accounts, (random.randint(16, 26), *(random.randint(3, 9),) * 3), strict=False):
            days = 0
            for _ in range(count):
                date = short_text(today - timedelta(days=days))
                account.transactions.append(transaction(random, date))
                days += random.randint(0, 4)
            account.hold(random.randint(4_000, 250_000))
        self.restart()

    def restart(self) -> None:
        now = self.host.minutes()
        fresh = self._signed_in_at is not None and (now - self._signed_in_at) % (24 * 60) < SESSION_MINUTES
        self.signed_in = fresh and not self.locked
        self.entered = ""
        self.said = ""
        self._go("accounts")

    def sign_out(self) -> None:
        self._signed_in_at = None
        self.restart()

    def account(self, name: str) -> Account:
        """A KeyError where there is none of that name."""
        for account in self.accounts:
            if account.name == name:
                return account
        raise KeyError(name)

    # ------------------------------------------------------------ screens

    def build(self) -> Page:
        if not self.signed_in:
            left = 0 if self.locked else PIN_DIGITS
            return Page("", PinPad(len(self.entered), left, self.said, self._press))
        match self.where:
            case "history":
                return history_page(self.accounts[self.open_account], self._transfer_from(self.open_account), self.back)
            case "recipients":
                return recipients_page(self.recipients, self._choose, self._new, self.back)
            case "new":
                return new_recipient_page(self)
            case "amount":
                return self._with_choice(amount_page(self, self._draft(), self.accounts))
            case "confirm":
                return confirm_page(self, self._draft(), self.accounts)
            case "done":
                return done_page(self.said, self._finish)
            case _:
                return accounts_page(self.accounts, self._open, self._transfer_from(0), self.sign_out)

    def _with_choice(self, page: Page) -> Page:
        if not self.choosing:
            return page
        rows = [
            Item(
                a.name,
                money(a.balance),
                id=f"source_{i}",
                radio=True,
                checked=i == self._draft().source,
                on_tap=lambda i=i: self._pay_from(i),
            )
            for i, a in enumerate(self.accounts)
        ]
        cancel = Button("Cancel", self._close_choice, id="cancel", look="plain")
        return replace(page, dialog=Dialog("Pay from", rows, [cancel], on_dismiss=self._close_choice))

    # ------------------------------------------------------------ the PIN

    def _press(self, key: str) -> None:
        if self.locked:
            return
        self.said = ""
        if not key.isdigit():
            self.entered = self.entered[:-1] if key == "backspace" else ""
            return
        self.entered += key
        if len(self.entered) < PIN_DIGITS:
            return
        right, self.entered = self.entered == self.pin, ""
        if right:
            self.wrong, self.signed_in = 0, True
            self._signed_in_at = self.host.minutes()
            self.host.note("signed_in")
            return
        self.wrong += 1
        self.host.note("wrong_pin", count=self.wrong)
        if self.wrong >= MOST_WRONG:
            self.locked = True
            self.said = ""
            self.host.note("locked")
        else:
            left = MOST_WRONG - self.wrong
            self.said = f"Wrong PIN. {left} {'try' if left == 1 else 'tries'} left."

    # ------------------------------------------------------------ a transfer

    def _go(self, where: str) -> None:
        """To a screen; those on which nothing is written forget the draft."""
        self.where = where
        self.choosing = False
        if where in ("accounts", "history", "recipients", "done"):
            self.draft: Draft | None = None
        if where in ("accounts", "done"):
            self.new_name = self.new_number = self.new_error = ""
            self.source = 0
        if where == "accounts":
            self.open_account = 0
        for name in ("recipients", "transfer", "confirmation"):
            self.host.reset_scroll(name)

    def _draft(self) -> Draft:
        assert self.draft is not None
        return self.draft

    def _open(self, index: int) -> None:
        self._go("history")
        self.open_account = index
        self.host.reset_scroll("transactions")

    def _transfer_from(self, index: int) -> Callable[[], None]:
        def begin() -> None:
            self._go("recipients")
            self.source = index

        return begin

    def _choose(self, recipient: Recipient) -> None:
        self.draft = Draft(recipient, self.source)
        self._go("amount")
        self.host.focus_on("amount", "")

    def _new(self) -> None:
        self._go("new")
        self.new_name = self.new_number = self.new_error = ""
        self.host.focus_on("name", "")

    def enter_name(self, text: str) -> None:
        self.new_name, self.new_error = text, ""

    def enter_number(self, text: str) -> None:
        self.new_number, self.new_error = text, ""

    def enter_recipient(self) -> None:
        """The new recipient is complete, or it is said what is missing."""
        name, given = " ".join(self.new_name.split()), "".join(self.new_number.split()).upper()
        if not name:
            self.new_error = "Enter the recipient's name"
        elif not re.fullmatch(r"[A-Z]{2}[0-9]{10}", given):
            self.new_error = "An account number is two letters and ten digits"
        elif any(given == "".join(a.number.split()) for a in self.accounts):
            self.new_error = "This is an account of yours"
        else:
            self._choose(Recipient(name, " ".join((given[:4], given[4:8], given[8:]))))
            return
        self.host.unfocus()

    def enter_amount(self, text: str) -> None:
        self._draft().amount, self._draft().error = text, ""

    def enter_note(self, text: str) -> None:
        self._draft().note = text

    def ask_source(self) -> None:
        self.choosing = True
        self.host.unfocus()

    def _pay_from(self, index: int) -> None:
        self._draft().source = index
        self._draft().error = ""
        self._close_choice()

    def _close_choice(self) -> None:
        self.choosing = False

    def review(self) -> None:
        """To the confirmation, if the amount can be paid."""
        draft = self._draft()
        source = self.accounts[draft.source]
        self.host.unfocus()
        if not draft.cents:
            draft.error = "Enter an amount, for example 25.00"
        elif draft.cents > source.balance:
            draft.error = f"Insufficient funds: {source.name} has {money(source.balance)}"
            self.host.note("refused", amount=draft.cents, to=draft.recipient.name)
        else:
            self._go("confirm")
            return
        self.host.reset_scroll("transfer")

    def confirm(self) -> None:
        """Send it. Cents leave one account and nothing else changes."""
        draft = self._draft()
        source, to = self.accounts[draft.source], draft.recipient
        assert 0 < draft.cents <= source.balance
        today = short_text(date_of(self.host.date_text()))
        source.transactions.insert(0, Transaction(to.name, -draft.cents, today, draft.note.strip()))
        self.host.note(
            "transferred",
            amount=draft.cents,
            to=to.name,
            number=to.number,
            note=draft.note.strip(),
            source=source.name,
        )
        if to not in self.recipients:
            self.recipients.append(to)
        self.said = f"{money(draft.cents)} sent to {to.name}"
        self._go("done")

    def cancel(self) -> None:
        self._go("accounts")
        self.host.toast("Transfer cancelled")

    def _finish(self) -> None:
        self.said = ""
        self._go("accounts")

    def back(self) -> bool:
        if not self.signed_in or (self.where == "accounts"):
            return False
        if self.choosing:
            self._close_choice()
            return True
        self.host.unfocus()
        if self.where == "confirm":
            self._go("amount")
        elif self.where in ("amount", "new"):
            self._go("recipients")
        else:
            self._finish()
        return True

    def data(self) -> Any:
        return {
            "locked": self.locked,
            "recipients": [[r.name, r.number] for r in self.recipients],
            "accounts": {
                a.name: {
                    "balance": a.balance,
                    "transactions": [{"party": t.party, "cents": t.cents, "note": t.note} for t in a.transactions],
                }
                for a in self.accounts
            },
        }

    def view(self) -> Any:
        draft = self.draft
        return {
            "signed_in": self.signed_in,
            "wrong": self.wrong,
            "where": self.where,
            "open": self.open_account,
            "digits": len(self.entered),
            "said": self.said,
            "draft": None if draft is None else [draft.recipient.name, draft.source, draft.amount, draft.note],
        }
