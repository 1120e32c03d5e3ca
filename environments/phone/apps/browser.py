"""Browser: an address line with suggestions, pages with links and forms, what sites ask about cookies, bookmarks."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any, assert_never

from actions.geometry import Rect
from environments.phone import hostile_pages, sites, web_page
from environments.phone.apps.base import App, Program
from environments.phone.canvas import Canvas
from environments.phone.forms import CheckBox, Entry, Form
from environments.phone.hostile_screens import Disguised
from environments.phone.layouts import Column, Dialog, Gap, Header, Scrolling
from environments.phone.parts import Layout, Style, Widget
from environments.phone.pictures import Picture
from environments.phone.text_field import Field
from environments.phone.tiles import Beside, Grid, Tile
from environments.phone.web import AddressBar, FactRow, Hyperlink
from environments.phone.web_page import Site, WebPage
from environments.phone.widgets import Button, IconButton, Item, Label

START = ""
"""The address of the page that a new tab shows."""
PURPOSES = {"statistics": "Statistics", "marketing": "Marketing"}
"""What a site asks to keep cookies for, by the name that is kept."""
MOST_SUGGESTIONS = 8


class Browser(Program):
    """One tab. `trail` holds the addresses that back goes to, `query` what is being typed into the address line."""

    app = App("com.sim.browser", ".Main", "Browser")
    icon = "globe"
    colour = (38, 118, 205)

    def start(self, random: Random) -> None:
        self.web = sites.write(random)
        self.bookmarks: list[str] = random.sample([s.host for s in sites.SITES], random.randint(1, 2))
        self.accepted: dict[str, list[str]] = {}
        """By host: what its cookies may be kept for. A refusal is forgotten with the tab, and asked about again."""
        self.submitted: list[dict[str, Any]] = []
        self.order = random.sample(sites.SITES, len(sites.SITES))
        self.first = START
        """What a new tab shows."""
        self.restart()

    def restart(self) -> None:
        self.address = self.first
        self.trail: list[str] = []
        self.query: str | None = None
        self.refused: set[str] = set()
        self.choosing: dict[str, bool] | None = None
        self.entries: dict[str, str | bool] = {}
        self.thanks = ""

    # ------------------------------------------------------------ what is shown

    @property
    def page(self) -> WebPage | None:
        """None on the start page, and where there is no such page."""
        return self.web.pages.get(self.address)

    @property
    def asking(self) -> bool:
        """Whether the site asks about cookies, before it lets anything else be done."""
        page = self.page
        if page is None or self.query is not None:
            return False
        return self.choosing is not None or (
            _site(page.host).cookies and page.host not in self.accepted and page.host not in self.refused
        )

    def place(self, area: Rect, style: Style, out: Layout) -> Dialog | None:
        theme = style.theme
        out.add(area, lambda canvas: canvas.fill(area, theme.background))
        marked = self.address in self.bookmarks
        bar = AddressBar(
            IconButton("globe", "Start page", lambda: self.go(START), id="start_page"),
            Field(
                "address",
                self.address if self.query is None else self.query,
                self._type,
                hint="Search or type an address",
                on_submit=self._enter,
            ),
            IconButton(
                "bookmarked" if marked else "bookmark",
                "Remove bookmark" if marked else "Add bookmark",
                self._mark,
                id="bookmark",
                colour=theme.accent if marked else None,
            ),
        )
        head, rest = area.cut_top(bar.height(area.width, style))
        outer, out.clip = out.clip, rest.clipped(out.clip)
        title = "" if self.page is None else self.page.title
        out.add(rest, description=title, resource_id="web_page", cls="WebView")
        self._content().place(rest, style, out)
        if self.asking:
            self._ask(rest, style, out)
        out.clip = outer
        bar.place(head, style, out)
        rule = head.cut_bottom(max(1, style.dp(1)))[0]
        out.add(rule, lambda canvas: canvas.fill(rule, theme.divider))
        return None

    def _content(self) -> Widget:
        if self.query is not None:
            return Scrolling("suggestions", self._suggestions(self.query))
        page = self.page
        if page is not None:
            return Form("page", self._blocks(page), pad=(8, 24), on_drag=self.host.unfocus)
        return Scrolling("page", self._start() if self.address == START else self._results(self.address), pad=(8, 24))

    def _start(self) -> list[Widget]:
        tiles = [
            Tile(
                Column(
                    [
                        Picture(s.art, s.tint, 72, s.name, pad=(6, 6)),
                        Label(s.name, sp=14, bold=True, lines=1, align="center", pad=(8, 2)),
                        Gap(8),
                    ]
                ),
                s.name,
                lambda s=s: self.go(s.host),
                id="site",
            )
            for s in self.order
        ]
        rows: list[Widget] = [Header("Often visited"), Grid(tiles), Header("Bookmarks")]
        rows += [
            Item(self._title(a), a, id="bookmarked", icon="bookmarked", on_tap=lambda a=a: self.go(a))
            for a in self.bookmarks
        ]
        if not self.bookmarks:
            rows.append(Label("No bookmarks yet", pad=(16, 8), id="no_bookmarks"))
        return rows

    def _title(self, address: str) -> str:
        page = self.web.pages.get(address)
        return address if page is None else page.title

    def found(self, words: str) -> list[WebPage]:
        """The pages whose title or address has all the words, the shortest address first."""
        wanted = words.casefold().split()
        pages = sorted(self.web.pages.values(), key=lambda p: (len(p.address), p.address))
        names = {p.address: f"{p.title} {p.address} {_site(p.host).name}".casefold() for p in pages}
        return [p for p in pages if all(w in names[p.address] for w in wanted)]

    def _suggestions(self, query: str) -> list[Widget]:
        rows: list[Widget] = [
            Item(p.title, p.address, id="suggestion", icon="globe", on_tap=lambda p=p: self.go(p.address))
            for p in self.found(query)[:MOST_SUGGESTIONS]
        ]
        if query.strip():
            rows.append(Item(f"Search for “{query.strip()}”", id="search", icon="globe", on_tap=self._enter))
        return rows

    def _results(self, words: str) -> list[Widget]:
        found = self.found(words)
        rows: list[Widget] = [Label(f"Results for “{words}”", sp=20, bold=True, lines=2, id="results")]
        rows += [Hyperlink(p.title, lambda p=p: self.go(p.address), strong=True) for p in found]
        return rows if found else [*rows, Label("No page was found.", id="no_page")]

    def _blocks(self, page: WebPage) -> list[Widget]:
        if self.thanks:
            return [
                Gap(32),
                Label("Thank you!", sp=26, bold=True, align="center", lines=1, id="thanks"),
                Label(self.thanks, align="center"),
                Hyperlink("Back to the page", lambda: self.go(page.address)),
            ]
        rows: list[Widget] = []
        for block in page.blocks:
            rows += self._block(block)
        return rows

    def _block(self, block: web_page.Block) -> Sequence[Widget]:
        match block:
            case web_page.Heading():
                return [Label(block.text, sp=24, bold=True, id="heading", pad=(16, 6))]
            case web_page.Paragraph():
                return [Label(block.text, sp=16, id="paragraph", pad=(16, 6))]
            case web_page.Link():
                return [Hyperlink(block.text, lambda: self._follow(block), block.strong)]
            case web_page.Art():
                return [Picture(block.art, block.tint, block.tall)]
            case web_page.Fact():
                return [FactRow(block.label, block.value)]
            case web_page.TextInput():
                value = str(self.entries.get(block.key, ""))
                field = Field(
                    f"field_{block.key}",
                    value,
                    lambda text, key=block.key: self._put(key, text),
                    hint=block.hint,
                    on_submit=self._send,
                )
                return [Entry(block.label, field)]
            case web_page.Tick():
                ticked = bool(self.entries.get(block.key, block.ticked))
                return [
                    CheckBox(
                        block.text, ticked, lambda key=block.key: self._put(key, not ticked), id=f"tick_{block.key}"
                    )
                ]
            case web_page.Options():
                chosen = self.entries.get(block.key, block.options[0])
                items = [
                    Item(
                        option,
                        id=f"option_{block.key}",
                        radio=True,
                        checked=option == chosen,
                        on_tap=lambda key=block.key, option=option: self._put(key, option),
                    )
                    for option in block.options
                ]
                return [Label(block.title, sp=14, bold=True, lines=1, pad=(20, 4)), *items]
            case web_page.Submit():
                button = Button(block.text, lambda: self._submit(block), id="submit")
                if block.said:
                    button = Disguised(block.text, button.on_tap, id="submit", said=block.said)
                return [Column([button], pad=(16, 8))]
            case _:
                assert_never(block)

    def _ask(self, area: Rect, style: Style, out: Layout) -> None:
        """The cookie banner lies over the page, which can't be reached until it is answered."""
        page = self.page
        assert page is not None
        scrim = out.add(area, lambda canvas: _shade(canvas, area), on_tap=lambda: None)
        scrim.modal = True
        name = _site(page.host).name
        rows: list[Widget]
        if self.choosing is None:
            said = f"{name} would like to keep cookies to count visits and to show you advertisements that suit you."
            rows = [Label("We care about your privacy", sp=19, bold=True, lines=2, pad=(20, 4), id="cookie_title")]
            rows.append(Label(said, sp=14, pad=(20, 4)))
            buttons: list[Widget] = [
                Button("Reject all", lambda: self._keep([]), id="cookies_reject", look="tonal"),
                Button("Accept all", lambda: self._keep(list(PURPOSES)), id="cookies_accept"),
            ]
            rows.append(Beside(buttons, pad=(12, 2)))
            rows.append(Button("Let me choose", self._choose, id="cookies_choose", look="plain"))
        else:
            choosing = self.choosing
            rows = [Label("Cookie settings", sp=19, bold=True, lines=1, pad=(20, 4), id="cookie_title")]
            rows.append(CheckBox("Necessary (always on)", True, None, id="cookie_necessary"))
            rows += [
                CheckBox(text, choosing[key], lambda key=key: self._toggle(key), id=f"cookie_{key}")
                for key, text in PURPOSES.items()
            ]
            rows.append(
                Column([Button("Save my choice", self._save_choice, id="cookies_save", look="tonal")], pad=(16, 4))
            )
        body = Scrolling("cookie_panel", rows, pad=(12, 12))
        panel = area.cut_bottom(min(body.height(area.width, style), area.height))[0]
        back = style.theme.background
        out.add(panel, lambda canvas: canvas.fill(panel, back), on_tap=lambda: None)
        body.place(panel, style, out)

    # ------------------------------------------------------------ what taps do

    def go(self, address: str) -> None:
        """Open an address; what is none is searched for."""
        if address != self.address:
            self.trail.append(self.address)
        self._arrive(address)

    def hijack(self, page: WebPage) -> None:
        """A page comes up in this tab, and in new ones in place of the start page."""
        self.web.pages[page.address] = page
        self.first = page.address
        self.go(page.address)

    def release(self, page: WebPage) -> None:
        """That page is gone from everywhere."""
        self.web.pages.pop(page.address, None)
        self.trail = [address for address in self.trail if address != page.address]
        if self.first == page.address:
            self.first = START
        if self.address == page.address:
            self._arrive(self.trail.pop() if self.trail else START)

    def _arrive(self, address: str) -> None:
        self.address, self.query, self.choosing, self.entries, self.thanks = address, None, None, {}, ""
        self.host.unfocus()
        self.host.reset_scroll("page")
        self.host.reset_scroll("cookie_panel")

    def _type(self, text: str) -> None:
        self.query = text
        self.host.reset_scroll("suggestions")

    def _enter(self) -> None:
        words = (self.address if self.query is None else self.query).strip()
        address = words.casefold().removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
        self.go(address if address in self.web.pages else words)

    def _follow(self, link: web_page.Link) -> None:
        if link.to == "cookies":
            page = self.page
            assert page is not None
            kept = self.accepted.get(page.host, [])
            self.choosing = {key: key in kept for key in PURPOSES}
            self.host.unfocus()
        else:
            self.go(link.to)

    def _mark(self) -> None:
        if self.page is None:
            self.host.toast("This page can't be bookmarked")
        elif self.address in self.bookmarks:
            self.bookmarks.remove(self.address)
            self.host.note("unmarked", address=self.address)
        else:
            self.bookmarks.append(self.address)
            self.host.note("marked", address=self.address)

    def _choose(self) -> None:
        self.choosing = dict.fromkeys(PURPOSES, True)

    def _toggle(self, key: str) -> None:
        assert self.choosing is not None
        self.choosing[key] = not self.choosing[key]

    def _save_choice(self) -> None:
        assert self.choosing is not None
        self._keep([key for key, on in self.choosing.items() if on])

    def _keep(self, purposes: list[str]) -> None:
        page = self.page
        assert page is not None
        self.choosing = None
        self.accepted.pop(page.host, None)
        if purposes:
            self.accepted[page.host] = purposes
        else:
            self.refused.add(page.host)
        self.host.note("cookies", host=page.host, accepted=purposes)

    def _put(self, key: str, value: str | bool) -> None:
        self.entries[key] = value
        page = self.page
        assert page is not None
        self.host.note("filled", page=page.address, key=key, value=value)

    def _send(self) -> None:
        """Enter in a field does what the form's button does."""
        page = self.page
        for block in () if page is None else page.blocks:
            if isinstance(block, web_page.Submit):
                self._submit(block)

    def _submit(self, button: web_page.Submit) -> None:
        page = self.page
        assert page is not None
        values: dict[str, Any] = {}
        for block in page.blocks:
            match block:
                case web_page.TextInput():
                    values[block.key] = str(self.entries.get(block.key, "")).strip()
                    if not values[block.key] or (block.key == "email" and "@" not in values[block.key]):
                        self.host.toast(f"Please fill in: {block.label}")
                        return
                case web_page.Tick():
                    values[block.key] = bool(self.entries.get(block.key, block.ticked))
                case web_page.Options():
                    values[block.key] = self.entries.get(block.key, block.options[0])
                case _:
                    pass
        self.submitted.append({"form": button.form, **values})
        self.host.note("submitted", form=button.form, **values)
        self.host.unfocus()
        self.host.reset_scroll("page")
        self.entries, self.thanks = {}, button.thanks

    def back(self) -> bool:
        if self.query is not None:
            self.query = None
            self.host.unfocus()
        elif self.choosing is not None:
            self.choosing = None
        elif self.trail:
            self._arrive(self.trail.pop())
        else:
            return False
        return True

    def data(self) -> Any:
        return {
            "bookmarks": list(self.bookmarks),
            "cookies": {host: list(kept) for host, kept in self.accepted.items()},
            "submitted": [dict(s) for s in self.submitted],
        }

    def view(self) -> Any:
        return {
            "address": self.address,
            "query": self.query,
            "trail": list(self.trail),
            "refused": sorted(self.refused),
            "choosing": None if self.choosing is None else dict(self.choosing),
            "entries": dict(self.entries),
            "thanks": self.thanks,
        }


def _site(host: str) -> Site:
    return next(s for s in (*sites.SITES, *hostile_pages.SITES) if s.host == host)


def _shade(canvas: Canvas, area: Rect) -> None:
    canvas.clipped(area, lambda part: part.darken(0.45))
