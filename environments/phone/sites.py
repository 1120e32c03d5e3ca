"""The pages that the simulated phone's browser knows, written by its seed: a library, a weather page, a newspaper, a
club with a newsletter, a museum. Nothing is fetched from anywhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from environments.phone import world
from environments.phone.stories import STORIES, TALK
from environments.phone.web_page import (
    Art,
    Block,
    Fact,
    Heading,
    Link,
    Options,
    Paragraph,
    Site,
    Submit,
    TextInput,
    Tick,
    WebPage,
)

LIBRARY = Site("library.example", "Riverside Library", "shelf", (122, 84, 52), False)
WEATHER = Site("skycast.example", "Skycast Weather", "sun", (222, 150, 24), True)
NEWS = Site("lantern.example", "The Daily Lantern", "city", (60, 86, 140), True)
CLUB = Site("greenthumb.example", "Green Thumb Club", "garden", (62, 134, 66), True)
MUSEUM = Site("museum.example", "Harbour Museum", "bridge", (20, 110, 140), False)
SITES = (LIBRARY, WEATHER, NEWS, CLUB, MUSEUM)

CITIES = ("Oslo", "Lisbon", "Prague", "Hanoi", "Nairobi", "Quito", "Montreal", "Kyoto", "Athens", "Dublin")
WEATHER_FACTS = ("Now", "Tomorrow", "Wind", "Chance of rain")
SKIES = (("Sunny", "sun"), ("Cloudy", "cloud"), ("Rain", "rain"), ("Snow", "snow"))
WEEKS = ("1 week", "2 weeks", "4 weeks")
HOW_OFTEN = ("Weekly", "Monthly", "Four times a year")
TOPICS = ("Vegetables", "Roses", "Balconies")
PARTNERS = "Share my address with partners"
REMINDER = "Remind me by e-mail before the loan ends"


@dataclass(frozen=True, slots=True)
class Web:
    """All pages by address, and the numbers that are written on them."""

    pages: dict[str, WebPage]
    weather: dict[str, dict[str, str]]
    """By city: what each row of its page says."""
    stories: dict[str, tuple[str, str]]
    """By slug: the number that is asked for, and the other one of the article."""


def write(random: Random) -> Web:
    weather = {city: _weather(random) for city in random.sample(CITIES, 6)}
    stories: dict[str, tuple[str, str]] = {}
    pages: list[WebPage] = []
    headlines: list[Block] = []
    for story in random.sample(STORIES, len(STORIES)):
        n, m = random.randint(*story.numbers), random.randint(3, 19)
        stories[story.slug] = (str(n), str(m))
        address = f"{NEWS.host}/{story.slug}"
        body = story.body.format(n=n, m=m, day=random.choice(world.DAYS))
        talk = random.sample(TALK, 2)
        headlines.append(Link(story.title, address, strong=True))
        pages.append(
            WebPage(
                address,
                story.title,
                (
                    Heading(story.title),
                    Art(story.art, NEWS.tint, 170),
                    *(Paragraph(p) for p in (talk[0], body, talk[1])),
                    Link("All news", NEWS.host),
                ),
            )
        )
    pages += [
        _library(random),
        WebPage(
            NEWS.host,
            NEWS.name,
            (
                Heading(NEWS.name),
                Art("city", NEWS.tint, 110),
                *headlines,
                Paragraph("Independent since 1887."),
                Link("Cookie settings", "cookies"),
            ),
        ),
        WebPage(
            WEATHER.host,
            WEATHER.name,
            (
                Heading("Weather around the world"),
                Art(random.choice(SKIES)[1], WEATHER.tint, 120),
                *(Link(city, f"{WEATHER.host}/{city.lower()}") for city in weather),
                Link("Cookie settings", "cookies"),
            ),
        ),
        *(_city(random, city, facts) for city, facts in weather.items()),
        *_library_pages(random),
        _club(),
        _museum(random),
    ]
    return Web({page.address: page for page in pages}, weather, stories)


def with_city(web: Web, city: str, place: int) -> Web:
    """With the city's weather; where it isn't there, in place of that of the city at that place."""
    if city in web.weather:
        return web
    old = list(web.weather)[place]
    weather = {city if name == old else name: facts for name, facts in web.weather.items()}

    def renamed(block: Block) -> Block:
        match block:
            case Link(text=text) if text == old:
                return Link(city, f"{WEATHER.host}/{city.lower()}")
            case Heading():
                return Heading(block.text.replace(old, city))
            case _:
                return block

    pages: dict[str, WebPage] = {}
    for page in web.pages.values():
        address = page.address
        if address == f"{WEATHER.host}/{old.lower()}":
            address = f"{WEATHER.host}/{city.lower()}"
        pages[address] = WebPage(address, page.title.replace(old, city), tuple(map(renamed, page.blocks)))
    return replace(web, pages=pages, weather=weather)


def _weather(random: Random) -> dict[str, str]:
    now, tomorrow, wind, rain = random.sample(range(3, 36), 4)
    return dict(zip(WEATHER_FACTS, (f"{now} °C", f"{tomorrow} °C", f"{wind} km/h", f"{rain} %"), strict=True))


def _city(random: Random, city: str, facts: dict[str, str]) -> WebPage:
    sky, art = random.choice(SKIES)
    return WebPage(
        f"{WEATHER.host}/{city.lower()}",
        f"Weather in {city}",
        (
            Heading(f"Weather in {city}"),
            Art(art, WEATHER.tint, 150),
            Paragraph(f"{sky}. The next report comes in an hour."),
            *(Fact(label, value) for label, value in facts.items()),
            Link("All cities", WEATHER.host),
        ),
    )


def _library(random: Random) -> WebPage:
    return WebPage(
        LIBRARY.host,
        LIBRARY.name,
        (
            Heading(f"Welcome to the {LIBRARY.name}"),
            Art("shelf", LIBRARY.tint),
            Paragraph(f"{random.randint(40, 90)},000 books, films and games for all ages."),
            Link("Renew a loan", f"{LIBRARY.host}/renew"),
            Link("Opening hours", f"{LIBRARY.host}/hours"),
            Link("Events", f"{LIBRARY.host}/events"),
        ),
    )


def _library_pages(random: Random) -> tuple[WebPage, ...]:
    hours = [Fact(day, f"{random.randint(8, 11)}:00 to {random.randint(16, 21)}:00") for day in world.DAYS[:6]]
    return (
        WebPage(
            f"{LIBRARY.host}/renew",
            "Renew a loan",
            (
                Heading("Renew a loan"),
                Paragraph("All that you have borrowed is renewed at once."),
                TextInput("card", "Library card number", "Eight digits"),
                Options("weeks", "Renew for", WEEKS),
                Tick("reminder", REMINDER),
                Submit("Renew", "renewal", "Your loans are renewed."),
                Link("Back to the library", LIBRARY.host),
            ),
        ),
        WebPage(
            f"{LIBRARY.host}/hours",
            "Opening hours",
            (
                Heading("Opening hours"),
                *hours,
                Fact("Sunday", "closed"),
                Link("Back to the library", LIBRARY.host),
            ),
        ),
        WebPage(
            f"{LIBRARY.host}/events",
            "Events",
            (
                Heading("Events"),
                Art("book", LIBRARY.tint),
                Fact("Book club", random.choice(world.DAYS)),
                Fact("Reading for children", random.choice(world.DAYS)),
                Link("Back to the library", LIBRARY.host),
            ),
        ),
    )


def _club() -> WebPage:
    return WebPage(
        CLUB.host,
        CLUB.name,
        (
            Heading("Our newsletter"),
            Art("garden", CLUB.tint, 96),
            Options("often", "How often", HOW_OFTEN),
            *(Tick(topic.lower(), topic) for topic in TOPICS),
            Tick("partners", PARTNERS, ticked=True),
            TextInput("email", "E-mail", "name@mail.example"),
            Submit("Sign up", "newsletter", "You are signed up."),
            Link("Cookie settings", "cookies"),
        ),
    )


def _museum(random: Random) -> WebPage:
    return WebPage(
        MUSEUM.host,
        MUSEUM.name,
        (
            Heading(MUSEUM.name),
            Art("bridge", MUSEUM.tint),
            Paragraph("Ships, ropes and storms: three floors about the harbour and those who worked there."),
            Fact("Adults", f"{random.randint(9, 16)}.50"),
            Fact("Children", f"{random.randint(3, 7)}.00"),
            Fact("Open until", f"{random.randint(16, 20)}:30"),
        ),
    )
