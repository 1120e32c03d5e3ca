"""Tasks in the Camera and the Gallery."""

from __future__ import annotations

from abc import abstractmethod
from random import Random
from typing import Any, ClassVar

from actions.types import Button
from environments.phone.apps.camera import Camera
from environments.phone.apps.gallery import Gallery, picture_name
from environments.phone.phone import Phone
from environments.phone.tasks.eyes import Eyes, Move, should_be, stands
from environments.phone.tasks.template import Question, Template, app_of


class TakePicture(Template):
    name = "take_picture"
    package = Camera.app.package

    def __init__(self, random: Random) -> None:
        self.front = random.random() < 0.5
        self.flash = random.random() < 0.5
        self.zoom = random.choice((1, 1, 2, 3))
        self._flash_before = random.random() < 0.5
        side, zoom = _side(self.front), f" at {self.zoom}× zoom" if self.zoom > 1 else ""
        flash = "on" if self.flash else "off"
        self.text = random.choice(
            (
                f"Take a picture with the {side} camera{zoom}, with the flash {flash}.",
                f"Open the camera and take one photo{zoom}: {side} camera, flash {flash}.",
            )
        )
        zoom_zh = f"，{self.zoom} 倍变焦" if self.zoom > 1 else ""
        self.text_zh = (
            f"用{'前置' if self.front else '后置'}摄像头拍一张照片{zoom_zh}，闪光灯{'开' if self.flash else '关'}。"
        )

    def setup(self, phone: Phone) -> None:
        app_of(phone, Camera).flash = self._flash_before

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        numbers = [int(p["name"][4:8]) for p in data["Gallery"]]
        photo = {"name": picture_name(1 + max(numbers, default=0)), "front": self.front, "zoom": self.zoom}
        data["Gallery"].insert(0, {**photo, "flash": self.flash, "favourite": False})
        data["Camera"]["flash"] = self.flash
        return data

    def solve(self, eyes: Eyes) -> Move:
        is_front = eyes.need("viewfinder").description.startswith("Front")
        camera = f"It should be the {_side(self.front)} camera and is the {_side(is_front)} one"
        if is_front is not self.front:
            return f"{camera}; I switch.", eyes.click(eyes.need("flip"))
        zoom, flash = eyes.need(f"zoom_{self.zoom}"), eyes.need("flash")
        seen = f"{camera}. {should_be(zoom.text, True, zoom.checked)}"
        if not zoom.checked:
            return f"{seen}; I tap it.", eyes.click(zoom)
        is_flash = flash.description == "Flash on"
        seen = f"{seen}. {should_be('Flash', self.flash, is_flash)}"
        if is_flash is not self.flash:
            return f"{seen}; I tap it.", eyes.click(flash)
        return f"{seen}. I tap the shutter.", eyes.click(eyes.need("shutter"))


class NewestPicture(Template):
    """Something to do with the newest picture."""

    package = Gallery.app.package
    within: ClassVar[str] = ""
    """What a dialog has that belongs to the task."""

    _newest_seen = False
    """A dialog doesn't say which picture it is about: only one that came up over the newest is trusted."""

    def solve(self, eyes: Eyes) -> Move:
        if eyes.find(id="dialog"):
            if self._newest_seen and self.within and eyes.find(id=self.within):
                return self.act(eyes)
            return "This dialog is not the one I need; I go back.", Button(name="back")
        move = to_newest(eyes)
        self._newest_seen = move is None
        return self.act(eyes) if move is None else move

    @abstractmethod
    def act(self, eyes: Eyes) -> Move:
        """The next step on the newest picture, which is shown large."""


class FavouriteNewest(NewestPicture):
    name = "favourite_newest"

    def __init__(self, random: Random) -> None:
        self.text, self.text_zh = random.choice(
            (
                ("Add the newest picture to the favourites.", "把最新的一张照片加入收藏。"),
                ("Mark my latest photo in the gallery as a favourite.", "在相册里收藏最近拍的照片。"),
            )
        )
        self._favourites = [random.random() < 0.3 for _ in range(3)]

    def setup(self, phone: Phone) -> None:
        mark(app_of(phone, Gallery), [False, *self._favourites])

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        data["Gallery"][0]["favourite"] = True
        return data

    def act(self, eyes: Eyes) -> Move:
        heart = eyes.need("favourite")
        return f"This is the newest picture; I tap “{heart.description}”.", eyes.click(heart)


class DeleteNewest(NewestPicture):
    name = "delete_newest"
    within = "confirm"

    def __init__(self, random: Random) -> None:
        self.text, self.text_zh = random.choice(
            (
                ("Delete the newest picture.", "删除最新的一张照片。"),
                ("Remove my latest photo from the gallery.", "把相册里最近拍的照片删掉。"),
            )
        )

    def setup(self, phone: Phone) -> None:
        assert app_of(phone, Gallery).photos

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        data["Gallery"].pop(0)
        return data

    def act(self, eyes: Eyes) -> Move:
        if eyes.find(id="confirm"):
            return "The phone asks whether to delete it; I tap Delete.", eyes.click(eyes.need("confirm"))
        return "This is the newest picture; I tap the bin.", eyes.click(eyes.need("delete"))


class ReadPictureName(NewestPicture, Question):
    name = "read_picture_name"
    within = "photo_name"

    def __init__(self, random: Random) -> None:
        self.text, self.text_zh = random.choice(
            (
                ("What is the file name of the newest picture in the gallery?", "相册里最新一张照片的文件名是什么？"),
                ("Which name does my latest photo have?", "我最近拍的照片叫什么名字？"),
            )
        )

    def setup(self, phone: Phone) -> None:
        first, *rest = app_of(phone, Gallery).photos
        self.expected = first.name
        self.others = [p.name for p in rest]

    def act(self, eyes: Eyes) -> Move:
        name = eyes.find(id="photo_name_summary")
        if name is None:
            return "This is the newest picture; I look at its details.", eyes.click(eyes.need("details"))
        return f"{stands('beneath', 'Name', name.text)}.", eyes.answer(name.text)


def _side(front: bool) -> str:
    return "front" if front else "back"


def mark(gallery: Gallery, favourites: list[bool]) -> None:
    """Which of the newest pictures are favourites."""
    for photo, favourite in zip(list(gallery.photos), favourites, strict=False):
        gallery.set_favourite(photo, favourite)


def to_newest(eyes: Eyes) -> Move | None:
    """To the newest picture, shown large."""
    counter = eyes.find(id="counter")
    if counter is not None:
        if counter.text.startswith("1 of ") and "favourite" not in counter.text:
            return None
        return f"This is picture {counter.text}; I go back.", Button(name="back")
    if eyes.title() == "Favourites":
        return "These are only the favourites; I tap Pictures.", eyes.click(eyes.need("tab_pictures"))
    first = eyes.find(id="picture_0")
    if first is None:
        return eyes.search("pictures", "the newest picture")
    return "The newest picture comes first; I open it.", eyes.click(first)
