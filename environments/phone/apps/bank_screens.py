"""The Bank's screens, made from what it keeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from actions.geometry import Rect
from environments.phone.apps.bank_accounts import Account, Draft, Recipient, Transaction, money
from environments.phone.canvas import Canvas
from environments.phone.forms import Entry, Form
from environments.phone.key_grid import Key, Keypad
from environments.phone.layouts import Card, Column, Gap, Header, Page, Scrolling
from environments.phone.parts import Handler, Layout, Style, Widget
from environments.phone.text_field import Field
from environments.phone.theme import WHITE, Colour
from environments.phone.tiles import Beside
from environments.phone.widgets import Button, IconButton, Item, Label

if TYPE_CHECKING:
    from environments.phone.apps.bank import Bank

BADGES: tuple[Colour, ...] = ((0, 94, 99), (120, 80, 160), (176, 96, 0), (24, 110, 66), (170, 50, 80), (40, 90, 170))


def badge(name: str) -> Colour:
    return BADGES[sum(map(ord, name)) % len(BADGES)]


@dataclass(frozen=True, slots=True)
class PinPad(Widget):
    """A sign, the digits that were entered as dots, and a pad; where the screen is wide the pad stands beside."""

    entered: int
    digits: int
    """How many there are; 0 where the app is locked and takes none."""
    said: str
    press: Callable[[str], object]

    def height(self, width: int, style: Style) -> int:  # noqa: ARG002
        return style.dp(480)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        if not self.digits:
            self._head(area.middle(area.width, min(area.height, style.dp(260))), style, out)
            return
        if area.width > area.height:
            head, pad = area.columns(2)
            pad = pad.inset(style.dp(12), style.dp(4))
        else:
            pad, head = area.cut_bottom(min(style.dp(380), list(area.rows(5))[2].bottom - area.top))
            pad = pad.inset(style.dp(24), style.dp(12))
        self._head(head, style, out)
        pad = pad.middle(min(pad.width, style.dp(330)), pad.height)
        keys = [Key(d, self._presses(d), id=f"digit_{d}", look="tonal") for d in "123456789"]
        keys += [
            Key("C", self._presses("clear"), id="clear_digits", look="plain", description="Clear"),
            Key("0", self._presses("0"), id="digit_0", look="tonal"),
            Key("", self._presses("backspace"), "delete_digit", "plain", "backspace", "Delete digit"),
        ]
        Keypad(keys, 3).place(pad, style, out)

    def _presses(self, key: str) -> Handler:
        return lambda: self.press(key)

    def _head(self, area: Rect, style: Style, out: Layout) -> None:
        theme = style.theme
        title = "This app is locked" if not self.digits else "Enter your PIN"
        said = "Too many wrong PINs. Visit a branch." if not self.digits else self.said
        line, note = (
            style.face(21, bold=True),
            Label(said or " ", sp=15, align="center", colour=theme.error, id="pin_message"),
        )
        sign = style.dp(56) if area.height > style.dp(220) else 0
        under = note.height(area.width, style)
        block = area.middle(area.width, sign + style.dp(16) + line.line + style.dp(44) + under)
        top, rest = block.cut_top(sign)
        _, rest = rest.cut_top(style.dp(16))
        first, rest = rest.cut_top(line.line)
        dots, rest = rest.cut_top(style.dp(44))

        def paint(canvas: Canvas) -> None:
            if sign:
                disc = top.middle(sign, sign)
                canvas.disc(disc, (0, 94, 99))
                canvas.icon("bank" if self.digits else "lock", disc, style.dp(30), WHITE)
            canvas.text_in(first, title, line, theme.text, align="center")

        def paint_dots(canvas: Canvas) -> None:
            for i, spot in enumerate(dots.middle(style.dp(128), style.dp(14)).columns(self.digits)):
                dot = spot.middle(style.dp(14), style.dp(14))
                if i < self.entered:
                    canvas.disc(dot, theme.accent)
                else:
                    canvas.rounded(dot, style.dp(7), theme.background, border=theme.outline, line=style.dp(1.5))

        out.add(area, paint)
        out.add(first, text=title, resource_id="pin_title")
        if self.digits:
            out.add(
                dots,
                paint_dots,
                text="•" * self.entered,
                description=f"{self.entered} of {self.digits} digits entered",
                resource_id="pin",
                password=True,
            )
        if said:
            note.place(rest.cut_top(under)[0], style, out)


@dataclass(frozen=True, slots=True)
class Sum(Widget):
    """An amount in large letters over a line of explanation."""

    amount: str
    said: str
    icon: str = ""

    def height(self, width: int, style: Style) -> int:
        room = self._amount().height(width, style) + self._line(style).height(width, style)
        return room + (style.dp(88) if self.icon else 0)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        if self.icon:
            top, area = area.cut_top(style.dp(88))
            disc = top.middle(style.dp(72), style.dp(72))

            def paint(canvas: Canvas) -> None:
                canvas.disc(disc, (24, 128, 72))
                canvas.icon(self.icon, disc, style.dp(40), WHITE)

            out.add(disc, paint)
        first, rest = area.cut_top(self._amount().height(area.width, style))
        self._amount().place(first, style, out)
        self._line(style).place(rest, style, out)

    def _amount(self) -> Label:
        return Label(self.amount, sp=36, bold=True, align="center", lines=1, id="amount_shown", pad=(16, 2))

    def _line(self, style: Style) -> Label:
        return Label(self.said, sp=16, align="center", colour=style.theme.secondary, id="said", pad=(24, 4))


@dataclass(frozen=True, slots=True)
class Problem(Widget):
    """What is wrong with what was entered; no room is taken where nothing is."""

    text: str

    def height(self, width: int, style: Style) -> int:
        return Label(self.text, sp=15, pad=(20, 6)).height(width, style) if self.text else 0

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        if self.text:
            Label(self.text, sp=15, colour=style.theme.error, id="error", pad=(20, 6)).place(area, style, out)


def accounts_page(
    accounts: Sequence[Account], open_account: Callable[[int], None], transfer: Handler, sign_out: Handler
) -> Page:
    cards: list[Widget] = [Gap(4)]
    for i, account in enumerate(accounts):
        lines = [
            Label(account.name, sp=16, lines=1, pad=(18, 1), id=f"name_{i}"),
            Label(money(account.balance), sp=26, bold=True, lines=1, pad=(18, 1), id=f"balance_{i}"),
            Label(account.number, sp=13, lines=1, pad=(18, 1), id=f"number_{i}"),
        ]
        card = Column(lines, pad=(0, 12))
        cards.append(Card(card, account.name, f"account_{i}", lambda i=i: open_account(i)))
    cards += [Gap(8), Column([Button("Transfer money", transfer, id="transfer_money")], pad=(16, 4))]
    recent = accounts[0].transactions[:3]
    if recent:
        cards += [Header(f"Latest in {accounts[0].name}"), *(_payment(t) for t in recent)]
    lock = IconButton("lock", "Sign out", sign_out, id="sign_out")
    return Page("Accounts", Scrolling("accounts", cards, pad=(0, 16)), actions=[lock])


def _payment(payment: Transaction) -> Item:
    gained = "+" if payment.cents > 0 else ""
    line = f"{payment.date} · {payment.note}" if payment.note else payment.date
    return Item(payment.party, line, id="payment", badge=badge(payment.party), end=gained + money(payment.cents))


def history_page(account: Account, transfer: Handler, up: Handler) -> Page:
    rows: list[Widget] = [
        Sum(money(account.balance), account.number),
        Column([Button("Transfer", transfer, id="transfer", look="tonal")], pad=(16, 4)),
        Header("Transactions"),
        *(_payment(t) for t in account.transactions),
    ]
    if not account.transactions:
        rows.append(Label("Nothing yet", align="center", pad=(24, 32), id="empty"))
    return Page(account.name, Scrolling("transactions", rows, pad=(4, 24)), up=up)


def recipients_page(
    recipients: Sequence[Recipient], choose: Callable[[Recipient], None], new: Handler, up: Handler
) -> Page:
    rows: list[Widget] = [Item("New recipient", icon="plus", id="new_recipient", on_tap=new), Header("Recipients")]
    for i, to in enumerate(recipients):
        rows.append(
            Item(to.name, to.number, id=f"recipient_{i}", badge=badge(to.name), on_tap=lambda to=to: choose(to))
        )
    return Page("Transfer to", Scrolling("recipients", rows, pad=(0, 16)), up=up)


def new_recipient_page(bank: Bank) -> Page:
    entries: list[Widget] = [
        Entry("Name", Field("name", bank.new_name, bank.enter_name, hint="First and last name")),
        Entry(
            "Account number",
            Field("number", bank.new_number, bank.enter_number, "SB00 0000 0000", on_submit=bank.enter_recipient),
        ),
        Problem(bank.new_error),
    ]
    done = Button("Next", bank.enter_recipient, id="next", look="plain")
    form = Form("new_recipient_form", entries, pad=(8, 16), on_drag=bank.host.unfocus)
    return Page("New recipient", form, up=bank.back, actions=[done])


def amount_page(bank: Bank, draft: Draft, accounts: Sequence[Account]) -> Page:
    source, to = accounts[draft.source], draft.recipient
    entries: list[Widget] = [
        Item(to.name, to.number, id="to", badge=badge(to.name)),
        Item(f"From {source.name}", f"Available {money(source.balance)}", "source", "bank", on_tap=bank.ask_source),
        Entry("Amount in €", Field("amount", draft.amount, bank.enter_amount, "0.00", on_submit=bank.review)),
        Problem(draft.error),
        Entry("Note (optional)", Field("note", draft.note, bank.enter_note, "What is it for?", on_submit=bank.review)),
    ]
    form = Form("transfer", entries, pad=(0, 16), on_drag=bank.host.unfocus)
    return Page("Transfer", form, up=bank.back, actions=[Button("Next", bank.review, id="next", look="plain")])


def confirm_page(bank: Bank, draft: Draft, accounts: Sequence[Account]) -> Page:
    source, to = accounts[draft.source], draft.recipient
    rows: list[Widget] = [
        Sum(money(draft.cents), f"to {to.name}"),
        Gap(8),
        Item("To", f"{to.name}, {to.number}", id="confirm_to"),
        Item("From", source.name, id="confirm_from"),
        Item("Note", draft.note.strip() or "None", id="confirm_note"),
        Item("Left afterwards", money(source.balance - draft.cents), id="confirm_left"),
    ]
    buttons = [
        Button("Cancel", bank.cancel, id="cancel_transfer", look="tonal"),
        Button("Confirm", bank.confirm, id="confirm_transfer"),
    ]
    return Page("Check and confirm", Scrolling("confirmation", rows, pad=(8, 8)), up=bank.back, bottom=Beside(buttons))


def done_page(said: str, finish: Handler) -> Page:
    amount, _, rest = said.partition(" ")
    rows: list[Widget] = [Gap(48), Sum(amount, rest, icon="tick")]
    button = Column([Button("Done", finish, id="done")], pad=(16, 12))
    return Page("Transfer sent", Scrolling("sent_list", rows), bottom=button)
