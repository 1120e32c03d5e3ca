"""Tasks in Browser. Sites ask about cookies; none of these tasks allows any, so that accepting them is a mistake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, ClassVar

from actions.types import Button, TypeText
from environments.phone import sites, world
from environments.phone.apps.browser import PURPOSES, Browser
from environments.phone.nodes import Node
from environments.phone.phone import Phone
from environments.phone.sites import CLUB, LIBRARY, NEWS, WEATHER
from environments.phone.stories import STORIES, Story
from environments.phone.tasks.eyes import Eyes, Move, found, has_focus, on_or_off, should, should_be, tap_field
from environments.phone.tasks.template import Question, Template, app_of
from environments.phone.web_page import Site

WEEKS_ZH = dict(zip(sites.WEEKS, ("1周", "2周", "4周"), strict=True))
OFTEN_ZH = dict(zip(sites.HOW_OFTEN, ("每周", "每月", "每年四次"), strict=True))
FACTS = {
    "Now": ("the temperature in {city} right now", "{city}现在的气温"),
    "Tomorrow": ("the temperature in {city} tomorrow", "{city}明天的气温"),
    "Wind": ("the wind speed in {city}", "{city}的风速"),
    "Chance of rain": ("the chance of rain in {city}", "{city}的降雨概率"),
}


class ReadWeather(Question):
    name = "browser_weather"
    package = Browser.app.package

    def __init__(self, random: Random) -> None:
        self._place = random.randrange(6)
        self._fact = random.choice(sites.WEATHER_FACTS)
        self.city = random.choice(sites.CITIES)
        said, chinese = (words.format(city=self.city) for words in FACTS[self._fact])
        self.text = random.choice(
            (
                f"According to {WEATHER.host} in the browser, what is {said}? Don't accept cookies.",
                f"Look up {said} on {WEATHER.name} in the browser. Refuse all cookies.",
            )
        )
        self.text_zh = f"在浏览器里打开 {WEATHER.host}，查一下{chinese}。拒绝所有 Cookie。"

    def setup(self, phone: Phone) -> None:
        browser = untouched(phone)
        browser.web = sites.with_city(browser.web, self.city, self._place)
        facts = browser.web.weather[self.city]
        self.expected = _number(facts[self._fact])
        self.others = [_number(value) for label, value in facts.items() if label != self._fact]

    def solve(self, eyes: Eyes) -> Move:
        away = to_page(eyes, WEATHER, f"{WEATHER.host}/{self.city.lower()}", self.city)
        if away is not None:
            return away
        value = fact(eyes, self._fact)
        if value is None:
            return eyes.search("page", self._fact)
        return f"{found('beside', self._fact, value.text)}.", eyes.answer(value.text)


class ReadArticle(Question):
    name = "browser_article"
    package = Browser.app.package

    def __init__(self, random: Random) -> None:
        self.story = random.choice(STORIES)
        self.text = random.choice(
            (
                f"In the browser, find out from {NEWS.name}: {self.story.ask}? Refuse all cookies.",
                f"Read on {NEWS.host}: {self.story.ask}? Don't accept any cookies.",
            )
        )
        self.text_zh = f"在浏览器里看 {NEWS.host} 的新闻：{self.story.ask_zh}？拒绝所有 Cookie。"

    def setup(self, phone: Phone) -> None:
        self.expected, other = untouched(phone).web.stories[self.story.slug]
        self.others = [other]

    def solve(self, eyes: Eyes) -> Move:
        away = to_page(eyes, NEWS, f"{NEWS.host}/{self.story.slug}", self.story.title)
        if away is not None:
            return away
        for node in eyes.nodes:
            said = _asked(self.story, node.text) if node.resource_id == "paragraph" else None
            if said is not None:
                before, number = said
                return f"The article says {before} {number}.", eyes.answer(number)
        return eyes.search("page", "the number")


class RenewLoan(Template):
    name = "browser_renew"
    package = Browser.app.package

    def __init__(self, random: Random) -> None:
        self.card = "".join(random.choice("0123456789") for _ in range(8))
        self.weeks = random.choice(sites.WEEKS)
        self.reminder = random.random() < 0.5
        mail = "with" if self.reminder else "without"
        self._form = Filled(
            {self.weeks: True, sites.REMINDER: self.reminder},
            ("card", self.card),
            why={sites.REMINDER: f"It is {mail} reminder"},
        )
        self.text = random.choice(
            (
                f"Renew my loans for {self.weeks} on {LIBRARY.host}: card number {self.card}, {mail} e-mail reminder.",
                f"On the {LIBRARY.name}'s web page renew the loans of card {self.card} for {self.weeks}, {mail} a "
                "reminder by e-mail.",
            )
        )
        chinese = "需要" if self.reminder else "不要"
        loan = f"把借书证 {self.card} 的借阅续借{WEEKS_ZH[self.weeks]}"
        self.text_zh = f"在浏览器里打开 {LIBRARY.host}，{loan}，{chinese}邮件提醒。"

    def setup(self, phone: Phone) -> None:
        untouched(phone)

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        values = {"form": "renewal", "card": self.card, "weeks": self.weeks, "reminder": self.reminder}
        data["Browser"]["submitted"].append(values)
        return data

    def solve(self, eyes: Eyes) -> Move:
        if (away := to_page(eyes, LIBRARY, f"{LIBRARY.host}/renew", "Renew a loan")) is not None:
            self._form.forget()
            return away
        return self._form.next(eyes)


class SignUp(Template):
    name = "browser_newsletter"
    package = Browser.app.package

    def __init__(self, random: Random) -> None:
        name = random.choice([n for n in world.NAMES if n.isascii() and n.count(" ") == 1 and "'" not in n])
        self.email = f"{name.lower().replace(' ', '.').replace('..', '.')}{random.randint(1, 99)}@mail.example"
        self.often = random.choice(sites.HOW_OFTEN)
        self.topic = random.choice(sites.TOPICS)
        others = [topic for topic in sites.TOPICS if topic != self.topic]
        boxes = {self.often: True, self.topic: True, **dict.fromkeys(others, False), sites.PARTNERS: False}
        self._form = Filled(boxes, ("email", self.email), unsaid=others)
        self.text = random.choice(
            (
                f"Sign {self.email} up for the newsletter on {CLUB.host}: {self.often.lower()}, only the topic "
                f"{self.topic}, and don't let them share the address with partners. Refuse cookies.",
                f"Subscribe to the {CLUB.name}'s newsletter in the browser with {self.email}. How often: "
                f"{self.often.lower()}. Topic: {self.topic} alone. No sharing with partners, no cookies.",
            )
        )
        self.text_zh = (
            f"在浏览器里打开 {CLUB.host}，用 {self.email} 订阅电子报：频率“{OFTEN_ZH[self.often]}”（{self.often}），"
            f"主题只选“{self.topic}”，不要把地址分享给合作伙伴，拒绝所有 Cookie。"
        )

    def setup(self, phone: Phone) -> None:
        untouched(phone)

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        topics = {topic.lower(): topic == self.topic for topic in sites.TOPICS}
        values = {"form": "newsletter", "often": self.often, **topics, "partners": False, "email": self.email}
        data["Browser"]["submitted"].append(values)
        return data

    def solve(self, eyes: Eyes) -> Move:
        if (away := to_page(eyes, CLUB, CLUB.host, "")) is not None:
            self._form.forget()
            return away
        return self._form.next(eyes)


class WithdrawCookies(Template):
    """Untick one purpose and leave the other."""

    name = "browser_cookies"
    package = Browser.app.package

    def __init__(self, random: Random) -> None:
        self.site = random.choice([s for s in sites.SITES if s.cookies])
        self.purpose = random.choice(list(PURPOSES))
        word = PURPOSES[self.purpose].lower()
        kept = next(text for key, text in PURPOSES.items() if key != self.purpose).lower()
        self.text = random.choice(
            (
                f"Stop {self.site.host} from keeping {word} cookies, but leave the {kept} cookies as they are.",
                f"In the browser, turn off only the {word} cookies of {self.site.name}.",
            )
        )
        self.text_zh = f"在浏览器里关闭 {self.site.host} 的 {PURPOSES[self.purpose]} Cookie，其他 Cookie 保持不变。"

    def setup(self, phone: Phone) -> None:
        untouched(phone).accepted[self.site.host] = list(PURPOSES)

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        data["Browser"]["cookies"][self.site.host].remove(self.purpose)
        return data

    def solve(self, eyes: Eyes) -> Move:
        if eyes.find(id="cookies_save"):
            address = eyes.need("address").text
            if address.partition("/")[0] != self.site.host:
                return "These are another site's settings; I go back.", Button(name="back")
            right = ""
            for key, text in PURPOSES.items():
                box, wanted = eyes.find(id=f"cookie_{key}"), key != self.purpose
                if box is None:
                    missing, action = eyes.scroll("cookie_panel")
                    return f"{right}{should(text, wanted)} {missing}", action
                seen = f"{right}{should_be(text, wanted, box.checked)}"
                if box.checked is not wanted:
                    return f"{seen}; I tap it.", eyes.click(box)
                right = f"{seen}. "
            return f"{right}I save.", eyes.click(eyes.need("cookies_save"))
        if (away := to_page(eyes, self.site, self.site.host, "")) is not None:
            return away
        link = eyes.find(id="link", text="Cookie settings")
        if link is None:
            return eyes.search("page", "the cookie settings")
        return "I open the cookie settings.", eyes.click(link)


class AddBookmark(Template):
    name = "browser_bookmark"
    package = Browser.app.package
    pages: ClassVar[tuple[tuple[Site, str, str], ...]] = (
        *((NEWS, f"{NEWS.host}/{s.slug}", s.title) for s in STORIES),
        (LIBRARY, f"{LIBRARY.host}/hours", "Opening hours"),
        (LIBRARY, f"{LIBRARY.host}/events", "Events"),
        (LIBRARY, f"{LIBRARY.host}/renew", "Renew a loan"),
    )

    def __init__(self, random: Random) -> None:
        self.site, self.address, self.title = random.choice(self.pages)
        self.text = random.choice(
            (
                f"Bookmark the page “{self.title}” of {self.site.name} in the browser. Refuse cookies.",
                f"Open “{self.title}” on {self.site.host} and add a bookmark for it. Don't accept cookies.",
            )
        )
        self.text_zh = f"在浏览器里给 {self.site.host} 的网页“{self.title}”添加书签，拒绝所有 Cookie。"

    def setup(self, phone: Phone) -> None:
        browser = untouched(phone)
        browser.bookmarks = [a for a in browser.bookmarks if a != self.address]

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        data["Browser"]["bookmarks"].append(self.address)
        return data

    def solve(self, eyes: Eyes) -> Move:
        if (away := to_page(eyes, self.site, self.address, self.title)) is not None:
            return away
        return "This is the page; I add a bookmark.", eyes.click(eyes.need("bookmark"))


def untouched(phone: Phone) -> Browser:
    """The browser, with no cookies accepted yet."""
    browser = app_of(phone, Browser)
    browser.accepted.clear()
    return browser


def to_page(eyes: Eyes, site: Site, address: str, link: str) -> Move | None:
    """To a page of a site by its front page, past the question about cookies."""
    at = eyes.need("address").text
    if eyes.find(id="cookies_save"):
        return "The cookie settings are open; I go back.", Button(name="back")
    reject = eyes.find(id="cookies_reject")
    if reject is not None:
        return "The site asks for cookies; I refuse.", eyes.click(reject)
    if eyes.find(id="cookie_title"):
        return eyes.search("cookie_panel", "the button to refuse")
    if at == address:
        if eyes.find(id="thanks"):
            return "This form was sent already; I go back to the page.", eyes.click(eyes.need("link"))
        return None
    if at == site.host and link:
        node = eyes.find(id="link", text=link)
        if node is None:
            return eyes.search("page", link)
        return f"I look for {link}; I see it and follow the link.", eyes.click(node)
    tile = next((n for n in eyes.nodes if n.resource_id == "site" and n.description == site.name), None)
    if tile is not None:
        return f"I look for {site.name}; I see it and open the site.", eyes.click(tile)
    if at == "" and eyes.find(id="page"):
        return eyes.search("page", site.name)
    return "This is another page; I go to the start page.", eyes.click(eyes.need("start_page"))


class Filled:
    """Fills in a form of boxes, some of which exclude each other, and one field, which may be higher than the screen.

    What was seen to be right is remembered as long as the form is there; what is wrong is set right where it is seen.
    A thought goes through the boxes that the task says, up to the first that is wrong.
    """

    def __init__(
        self,
        boxes: Mapping[str, bool],
        field: tuple[str, str],
        *,
        unsaid: Sequence[str] = (),
        why: Mapping[str, str] | None = None,
    ) -> None:
        """`boxes`: by what they show, and whether each is to be on. `unsaid`: those of them that the task doesn't
        name, and a thought only where they are wrong. `why`: of boxes that the task calls otherwise than they are
        called, in its words. `field`: a key of the page's blocks, and the text."""
        self._boxes, self._field, self._unsaid, self._why = boxes, field, unsaid, why or {}
        self._right: set[str] = set()

    def forget(self) -> None:
        """The form is no longer there."""
        self._right.clear()

    def next(self, eyes: Eyes) -> Move:
        key, text = self._field
        field = eyes.find(id=f"field_{key}")
        if field is not None and field.text != text and field.focused:
            if self._boxes.keys() <= self._right:
                thought = "The rest is filled in; I type the text and send the form with Enter."
                return thought, TypeText(text=text, replace=bool(field.text), submit=True)
            return has_focus(field), TypeText(text=text, replace=bool(field.text))
        said: list[str] = []
        missing: list[str] = []
        for name, wanted in self._boxes.items():
            why = f"{self._why[name]}; " if name in self._why else ""
            box, begun = _box(eyes, name), f"{why}{should(name, wanted)}"
            if box is not None and box.checked is not wanted:
                return " ".join([*said, f"{why}{should_be(name, wanted, box.checked)}; I tap it."]), eyes.click(box)
            state = "was"
            if box is not None:
                self._right.add(name)
                state = f"is {on_or_off(wanted)}"
            elif name not in self._right:
                state = "is not here"
                missing = missing or [*said, begun]
            if name not in self._unsaid:
                said.append(f"{begun} {state}.")
        thought, action = eyes.scroll("page") if missing else self._send(eyes, field)
        return " ".join([*(missing or said), thought]), action

    def _send(self, eyes: Eyes, field: Node | None) -> Move:
        key, text = self._field
        if field is not None:
            if field.text != text:
                return tap_field(field), eyes.click(field)
            self._right.add(key)
        if key not in self._right:
            return eyes.search("page", "the field")
        submit = eyes.find(id="submit")
        if submit is None:
            return eyes.search("page", "the button")
        return f"All is filled in; I tap {submit.text}.", eyes.click(submit)


def _box(eyes: Eyes, name: str) -> Node | None:
    """By what it shows."""
    kinds = ("option_", "tick_")
    return next((n for n in eyes.nodes if n.text == name and n.resource_id.startswith(kinds)), None)


def fact(eyes: Eyes, label: str) -> Node | None:
    row = eyes.find(id="fact", text=label)
    if row is None:
        return None
    return next((n for n in eyes.nodes if n.resource_id == "fact_value" and n.rect.center in row.rect), None)


def _number(text: str) -> str:
    return text.partition(" ")[0]


def _asked(story: Story, text: str) -> tuple[str, str] | None:
    """The number that stands in a paragraph where the story has {n}, after the two words before it."""
    before, _, after = story.body.partition("{n}")
    head = before.rpartition("}")[2]
    tail = after.partition("{")[0]
    start = text.find(head) + len(head) if head in text else -1
    end = text.find(tail, start) if start >= 0 else -1
    number = text[start:end] if 0 <= start < end else ""
    return (" ".join(text[:start].split()[-2:]), number) if number.isdigit() else None
