"""Gallery: the phone's pictures in a grid, one of them large, favourites, deleting."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Any, ClassVar

from actions.geometry import Pixel, Rect
from environments.phone import scenery, world
from environments.phone.apps.base import App, PagedProgram
from environments.phone.calendar_days import date_of, short_text
from environments.phone.canvas import Canvas
from environments.phone.layouts import Dialog, Header, Page, Scrolling
from environments.phone.parts import Handler, Layout, Style, Widget
from environments.phone.tabs import Tab, Tabs
from environments.phone.theme import WHITE
from environments.phone.tiles import Grid
from environments.phone.widgets import Button, IconButton, Item, Label


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture: which view, by which camera, how it was taken. `minutes` since midnight of `date`."""

    name: str
    scene: int
    front: bool
    zoom: int
    flash: bool
    date: str
    minutes: int
    favourite: bool = False

    @property
    def taken(self) -> str:
        return f"{self.date}, {world.clock_text(self.minutes)}"


@dataclass(frozen=True, slots=True)
class Thumbnail(Widget):
    """A square of the grid."""

    photo: Photo
    id: str
    on_tap: Handler

    def height(self, width: int, style: Style) -> int:  # noqa: ARG002
        return width

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        photo = self.photo

        def paint(canvas: Canvas) -> None:
            if area.width and area.height:
                canvas.put(shown(scenery.small, photo, area), Pixel(area.left, area.top))
            if photo.favourite:
                corner = area.cut_bottom(style.dp(28))[0].cut_right(style.dp(28))[0]
                canvas.icon("heart", corner, style.dp(18), WHITE)

        said = f"Picture, {photo.taken}" + (", favourite" if photo.favourite else "")
        out.add(area, paint, on_tap=self.on_tap, description=said, resource_id=self.id, cls="ImageView")


@dataclass(frozen=True, slots=True)
class Large(Widget):
    """One picture as large as there is room. A finger that moves sideways turns over."""

    photo: Photo
    turn: Callable[[int], bool]

    enough: ClassVar[float] = 32
    """dp that the finger has to move."""

    def height(self, width: int, style: Style) -> int:  # noqa: ARG002
        return width

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        side = min(area.width, area.height)
        box = area.middle(area.width, side) if area.width <= area.height else area.middle(side, side)

        def paint(canvas: Canvas) -> None:
            if box.width and box.height:
                canvas.put(shown(scenery.large, self.photo, box), Pixel(box.left, box.top))

        def on_swipe(x: float, y: float) -> bool:
            if abs(x) <= abs(y) or abs(x) < style.dp(self.enough):
                return False
            return self.turn(1 if x < 0 else -1)

        frame = out.add(area, resource_id="pager", cls="ViewPager", scrollable=True)
        frame.on_swipe = on_swipe
        said = f"{self.photo.name}, {self.photo.taken}"
        out.add(box, paint, description=said, resource_id="large_picture", cls="ImageView")


def shown(draw: Callable[..., Any], photo: Photo, area: Rect) -> Any:
    return draw(photo.scene, area.size, front=photo.front, zoom=photo.zoom, flash=photo.flash)


class Gallery(PagedProgram):
    """`photos` newest first. `open_name` is the one that is shown large; `asking` is "delete", "details" or ""."""

    app = App("com.sim.gallery", ".Main", "Gallery")
    icon = "gallery"
    colour = (156, 64, 160)

    def start(self, random: Random) -> None:
        self.photos: list[Photo] = []
        today = date_of(self.host.date_text())
        count = random.randint(14, 26)
        days, scenes = random.randint(1, 3), random.sample(range(scenery.SCENES), scenery.SCENES)
        times = [random.randint(7 * 60, 20 * 60)]
        for i in range(count):
            front = random.random() < 0.2
            photo = Photo(
                picture_name(count - i),
                scenes[i % len(scenes)],
                front,
                random.choice((1, 1, 1, 2)),
                random.random() < 0.15,
                short_text(today - timedelta(days=days)),
                times[-1],
                random.random() < 0.2,
            )
            self.photos.append(photo)
            earlier = times[-1] - random.randint(1, 90)
            if random.random() < 0.35 or earlier < 6 * 60:
                days += random.randint(1, 6)
                earlier = random.randint(10 * 60, 22 * 60)
            times.append(earlier)
        self.restart()

    def restart(self) -> None:
        self.open_name: str | None = None
        self.asking = ""
        self.only_favourites = False

    @property
    def photo(self) -> Photo | None:
        """The one that is shown large."""
        return next((p for p in self.photos if p.name == self.open_name), None)

    @property
    def next_name(self) -> str:
        return picture_name(1 + max((int(p.name[4:8]) for p in self.photos), default=0))

    def take(self, *, scene: int, front: bool, zoom: int, flash: bool) -> Photo:
        """A new picture, as the Camera takes it."""
        date = short_text(date_of(self.host.date_text()))
        photo = Photo(self.next_name, scene, front, zoom, flash, date, self.host.minutes())
        self.photos.insert(0, photo)
        self.host.reset_scroll("pictures")
        return photo

    def set_favourite(self, photo: Photo, on: bool) -> None:
        self.photos[self.photos.index(photo)] = replace(photo, favourite=on)

    def show(self, photo: Photo) -> None:
        """One of them large."""
        self.restart()
        self.open_name = photo.name

    # ------------------------------------------------------------ screens

    def build(self) -> Page:
        photo = self.photo
        if photo is None:
            return self._grid()
        page = self._large(photo)
        match self.asking:
            case "delete":
                return replace(page, dialog=self._question())
            case "details":
                return replace(page, dialog=self._details(photo))
            case _:
                return page

    def _grid(self) -> Page:
        photos = self._listed()
        rows: list[Widget] = []
        places = {p.name: i for i, p in enumerate(self.photos)}
        for date, group in itertools.groupby(photos, key=lambda p: p.date):
            tiles = [Thumbnail(p, f"picture_{places[p.name]}", lambda p=p: self._open(p)) for p in group]
            rows += [Header(date), Grid(tiles, least=112, gap=1, pad=3)]
        if not rows:
            said = "No favourites yet" if self.only_favourites else "No pictures yet"
            rows.append(Label(said, pad=(24, 64), align="center", id="empty"))
        tabs = Tabs(
            [
                Tab("Pictures", "gallery", lambda: self._filter(False), selected=not self.only_favourites),
                Tab("Favourites", "heart", lambda: self._filter(True), selected=self.only_favourites),
            ]
        )
        return Page("Favourites" if self.only_favourites else "Gallery", Scrolling("pictures", rows), bottom=tabs)

    def _large(self, photo: Photo) -> Page:
        heart = IconButton(
            "heart" if photo.favourite else "heart_outline",
            "Remove from favourites" if photo.favourite else "Add to favourites",
            self._favour,
            id="favourite",
            colour=(222, 60, 84) if photo.favourite else None,
        )
        return Page(
            photo.taken,
            Large(photo, self._turn),
            up=self.back,
            bottom=Strip(
                self._place(photo),
                (
                    heart,
                    IconButton("info", "Details", lambda: self._ask("details"), id="details"),
                    IconButton("trash", "Delete picture", lambda: self._ask("delete"), id="delete"),
                ),
            ),
        )

    def _question(self) -> Dialog:
        return Dialog(
            "Delete this picture?",
            [Label("It will be gone for good.", sp=16, pad=(24, 6))],
            [
                Button("Cancel", self._dismiss, id="cancel", look="plain"),
                Button("Delete", self._delete, id="confirm", look="plain"),
            ],
            on_dismiss=self._dismiss,
        )

    def _details(self, photo: Photo) -> Dialog:
        camera = ("Front" if photo.front else "Back") + " camera"
        how = f"{camera}, {photo.zoom}× zoom, flash {'on' if photo.flash else 'off'}"
        rows = [
            Item("Name", photo.name, id="photo_name"),
            Item("Taken", photo.taken, id="photo_taken"),
            Item("Taken with", how, id="photo_camera"),
        ]
        close = Button("Close", self._dismiss, id="close", look="plain")
        return Dialog("Details", rows, [close], on_dismiss=self._dismiss)

    # ------------------------------------------------------------ what is done

    def _listed(self) -> list[Photo]:
        """Those of the grid; the open one is always among them."""
        return [p for p in self.photos if p.favourite or not self.only_favourites or p.name == self.open_name]

    def _place(self, photo: Photo) -> str:
        photos = self._listed()
        return f"{photos.index(photo) + 1} of {len(photos)}{' favourites' if self.only_favourites else ''}"

    def _filter(self, only: bool) -> None:
        self.only_favourites = only
        self.host.reset_scroll("pictures")

    def _open(self, photo: Photo) -> None:
        self.open_name = photo.name

    def _turn(self, step: int) -> bool:
        photos, photo = self._listed(), self.photo
        if photo is None:
            return False
        place = photos.index(photo) + step
        if 0 <= place < len(photos):
            self.open_name = photos[place].name
        return True

    def _favour(self) -> None:
        photo = self.photo
        assert photo is not None
        self.set_favourite(photo, not photo.favourite)
        self.host.note("favourite", name=photo.name, on=not photo.favourite)

    def _ask(self, what: str) -> None:
        self.asking = what

    def _dismiss(self) -> None:
        self.asking = ""

    def _delete(self) -> None:
        photo = self.photo
        assert photo is not None
        self.photos.remove(photo)
        self.host.note("deleted", name=photo.name)
        self.host.toast("Picture deleted")
        self.asking, self.open_name = "", None

    def back(self) -> bool:
        if self.asking:
            self._dismiss()
        elif self.photo is not None:
            self.open_name = None
        elif self.only_favourites:
            self._filter(False)
        else:
            return False
        return True

    def data(self) -> Any:
        return [
            {"name": p.name, "front": p.front, "zoom": p.zoom, "flash": p.flash, "favourite": p.favourite}
            for p in self.photos
        ]

    def view(self) -> Any:
        return {"open": self.open_name, "asking": self.asking, "only_favourites": self.only_favourites}


@dataclass(frozen=True, slots=True)
class Strip(Widget):
    """The foot of a picture: which of how many, and what can be done with it."""

    said: str
    buttons: tuple[IconButton, ...]

    def height(self, width: int, style: Style) -> int:  # noqa: ARG002
        return style.dp(64)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        row = area.inset(style.dp(12), style.dp(8))
        for button in reversed(self.buttons):
            spot, row = row.cut_right(style.dp(56))
            button.place(spot.middle(style.dp(48), style.dp(48)), style, out)
        face, ink = style.face(15), style.theme.secondary
        text = row.inset(style.dp(4), 0)
        out.add(text, lambda canvas: canvas.text_in(text, self.said, face, ink), text=self.said, resource_id="counter")


def picture_name(number: int) -> str:
    return f"IMG_{number:04d}.jpg"
