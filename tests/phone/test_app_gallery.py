"""The Camera and the Gallery: what is taken, shown, marked and deleted, and what their tasks take for done."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from actions.geometry import Rect
from environments.phone import scenery, tasks
from environments.phone.apps.camera import Camera
from environments.phone.apps.gallery import Gallery
from environments.phone.phone import Phone
from environments.phone.tasks.template import app_of
from tests.phone.drive import Clock, find, need, scroll_to, small_phone, solve, touch

CAMERA, GALLERY = Camera.app.package, Gallery.app.package


def opened(package: str, seed: int = 1, clock: Clock | None = None) -> tuple[Phone, Camera, Gallery]:
    clock = clock or Clock()
    phone = small_phone(seed, clock)
    phone.open(package)
    clock.now += 1  # it has slid in
    return phone, app_of(phone, Camera), app_of(phone, Gallery)


def seen(phone: Phone) -> str:
    return need(phone, resource_id="viewfinder").description


def swipe(phone: Phone, way: int) -> None:
    x, y = need(phone, resource_id="pager").rect.center
    phone.swipe(x - way * 70, y, x + way * 70, y + 4, 0.2)


def test_a_view_is_the_same_for_its_number_and_others_differ() -> None:
    for front in (False, True):
        views = [np.asarray(scenery.scene(n, front=front)) for n in range(6)]
        scenery.scene.cache_clear()
        assert np.array_equal(views[2], np.asarray(scenery.scene(2, front=front)))
        assert all(v.shape == (scenery.SIDE, scenery.SIDE, 3) for v in views)
        assert len({v.tobytes() for v in views}) == 6


def test_zoom_and_the_other_camera_show_something_else() -> None:
    phone, camera, _ = opened(CAMERA)
    pictures = [phone.screen()]
    assert seen(phone) == "Back camera, 1× zoom"
    for zoom in (2, 3):
        touch(phone, resource_id=f"zoom_{zoom}")
        assert seen(phone) == f"Back camera, {zoom}× zoom"
        assert need(phone, resource_id=f"zoom_{zoom}").checked
        pictures.append(phone.screen())
    touch(phone, resource_id="flip")
    assert seen(phone) == "Front camera, 1× zoom"
    pictures.append(phone.screen())
    assert len({p.tobytes() for p in pictures}) == 4
    phone.stop(CAMERA)
    assert not camera.front


def test_the_flash_stays_as_it_was_set() -> None:
    phone, camera, _ = opened(CAMERA)
    before = camera.flash
    touch(phone, resource_id="flash")
    phone.stop(CAMERA)
    phone.open(CAMERA)
    assert camera.flash is not before
    assert need(phone, resource_id="flash").description == ("Flash on" if camera.flash else "Flash off")


def test_each_touch_of_the_shutter_is_one_picture() -> None:
    phone, camera, gallery = opened(CAMERA)
    older = list(gallery.photos)
    touch(phone, resource_id="flip")
    touch(phone, resource_id="zoom_2")
    for count in (1, 2):
        name, before = gallery.next_name, phone.screen()
        touch(phone, resource_id="shutter")
        assert not np.array_equal(phone.screen(), before), "it is seen that one more was taken"
        assert need(phone, resource_id="saved").text == f"{name} saved"
        assert gallery.photos[count:] == older
        photo = gallery.photos[0]
        assert (photo.name, photo.front, photo.zoom, photo.flash) == (name, True, 2, camera.flash)
    assert len(phone.log.events("picture_taken")) == 2
    touch(phone, resource_id="newest")
    assert phone.foreground.package == GALLERY
    assert need(phone, resource_id="large_picture").description.startswith(gallery.photos[0].name)


def test_pictures_turn_over_with_the_finger_and_stop_at_the_ends() -> None:
    phone, _, gallery = opened(GALLERY)
    touch(phone, resource_id="picture_0")
    count = len(gallery.photos)
    swipe(phone, 1)
    assert need(phone, resource_id="counter").text == f"1 of {count}"
    for place in range(2, count + 1):
        swipe(phone, -1)
        assert need(phone, resource_id="counter").text == f"{place} of {count}"
    swipe(phone, -1)
    assert need(phone, resource_id="counter").text == f"{count} of {count}"
    swipe(phone, 1)
    assert need(phone, resource_id="large_picture").description.startswith(gallery.photos[-2].name)
    phone.key(4)
    assert need(phone, resource_id="title").text == "Gallery"


def test_a_picture_is_deleted_only_when_that_is_confirmed() -> None:
    phone, _, gallery = opened(GALLERY, 2)
    before = list(gallery.photos)
    touch(phone, resource_id="picture_1")
    for leave in ("cancel", "back", "beside"):
        touch(phone, resource_id="delete")
        match leave:
            case "cancel":
                touch(phone, resource_id="cancel")
            case "back":
                phone.key(4)
            case _:
                phone.tap(5, 100)
        assert gallery.photos == before, leave
    touch(phone, resource_id="delete")
    touch(phone, resource_id="confirm")
    assert gallery.photos == [before[0], *before[2:]]
    assert [e["name"] for e in phone.log.events("deleted")] == [before[1].name]
    assert need(phone, resource_id="title").text == "Gallery"


def test_favourites_are_those_that_were_marked() -> None:
    phone, _, gallery = opened(GALLERY, 3)
    gallery.photos = [replace(p, favourite=False) for p in gallery.photos]
    touch(phone, resource_id="tab_favourites")
    assert need(phone, resource_id="empty")
    touch(phone, resource_id="tab_pictures")
    touch(phone, resource_id="picture_2")
    assert need(phone, resource_id="favourite").description == "Add to favourites"
    touch(phone, resource_id="favourite")
    assert need(phone, resource_id="favourite").description == "Remove from favourites"
    phone.key(4)
    touch(phone, resource_id="tab_favourites")
    assert [n.resource_id for n in phone.nodes() if n.resource_id.startswith("picture_")] == ["picture_2"]
    touch(phone, resource_id="picture_2")
    assert need(phone, resource_id="counter").text == "1 of 1 favourites"
    touch(phone, resource_id="favourite")
    assert not gallery.photos[2].favourite
    phone.key(4)
    assert need(phone, resource_id="empty")
    assert [e["on"] for e in phone.log.events("favourite")] == [True, False]


def test_an_empty_gallery_can_be_looked_at() -> None:
    phone, _, gallery = opened(GALLERY, 4)
    for _ in range(len(gallery.photos)):
        touch(phone, resource_id="picture_0")
        touch(phone, resource_id="delete")
        touch(phone, resource_id="confirm")
    assert need(phone, resource_id="empty").text == "No pictures yet"
    phone.open(CAMERA)
    touch(phone, resource_id="newest")
    assert phone.foreground.package == CAMERA
    touch(phone, resource_id="shutter")
    assert [p.name for p in gallery.photos] == ["IMG_0001.jpg"]


def test_details_say_how_it_was_taken() -> None:
    phone, camera, gallery = opened(CAMERA, 5)
    touch(phone, resource_id="zoom_3")
    touch(phone, resource_id="shutter")
    touch(phone, resource_id="newest")
    touch(phone, resource_id="details")
    assert need(phone, resource_id="photo_name_summary").text == gallery.photos[0].name
    flash = "on" if camera.flash else "off"
    assert need(phone, resource_id="photo_camera_summary").text == f"Back camera, 3× zoom, flash {flash}"
    touch(phone, resource_id="close")
    assert find(phone, resource_id="dialog") is None


def test_every_picture_can_be_scrolled_to_and_is_on_the_screen() -> None:
    phone, _, gallery = opened(GALLERY, 6)
    last = scroll_to(phone, resource_id=f"picture_{len(gallery.photos) - 1}")
    assert last.rect.clipped(Rect.of(phone.size)) == last.rect


def test_nothing_kept_changes_with_time() -> None:
    clock = Clock()
    phone, _, _ = opened(CAMERA, 6, clock)
    before = json.dumps(phone.data())
    clock.now += 100_000
    phone.screen()
    assert json.dumps(phone.data()) == before
    json.dumps(phone.state())


# ---------------------------------------------------------------- tasks


def ready(template: str, seed: int) -> tuple[tasks.PhoneTask, Phone, Camera, Gallery]:
    phone, task = small_phone(seed), tasks.sample(template, seed)
    task.setup(phone)
    return task, phone, app_of(phone, Camera), app_of(phone, Gallery)


def test_only_that_picture_is_the_picture() -> None:
    for seed in range(12):
        task, phone, camera, gallery = ready("take_picture", seed)
        goal = task.goal
        assert isinstance(goal, tasks.TakePicture)
        camera.flash = goal.flash
        kept = list(gallery.photos)
        for front, zoom, flash in (
            (not goal.front, goal.zoom, goal.flash),
            (goal.front, goal.zoom % 3 + 1, goal.flash),
            (goal.front, goal.zoom, not goal.flash),
        ):
            gallery.take(scene=0, front=front, zoom=zoom, flash=flash)
            assert not task.check(phone), (front, zoom, flash)
            gallery.photos = list(kept)
        photo = gallery.take(scene=0, front=goal.front, zoom=goal.zoom, flash=goal.flash)
        assert task.check(phone)
        camera.flash = not goal.flash
        assert not task.check(phone), "the flash was changed afterwards"
        camera.flash = goal.flash
        gallery.take(scene=0, front=goal.front, zoom=goal.zoom, flash=goal.flash)
        assert not task.check(phone), "two"
        gallery.photos = [photo, *kept[1:]]
        assert not task.check(phone), "another one is gone"


@pytest.mark.parametrize("template", ["favourite_newest", "delete_newest"])
def test_only_the_newest_counts(template: str) -> None:
    for seed in range(6):
        task, phone, _, gallery = ready(template, seed)
        kept = list(gallery.photos)

        def change(place: int, template: str = template, gallery: Gallery = gallery) -> None:
            if template == "delete_newest":
                gallery.photos.pop(place)
            else:
                gallery.set_favourite(gallery.photos[place], not gallery.photos[place].favourite)

        for places in ((1,), (len(kept) - 1,), (0, 1)):
            gallery.photos = list(kept)
            for place in places:
                change(place)
            assert not task.check(phone), places
        gallery.photos = list(kept)
        change(0)
        assert task.check(phone)


def test_only_the_newest_name_is_the_answer() -> None:
    for seed in range(6):
        task, phone, _, gallery = ready("read_picture_name", seed)
        name, other = gallery.photos[0].name, gallery.photos[1].name
        for answer in (name, name.lower(), f"It is {name}."):
            assert task.check(phone, answer), answer
        for answer in ("", other, f"{name} or {other}", name.removesuffix(".jpg") + "7.jpg"):
            assert not task.check(phone, answer), answer


def test_the_oracle_finds_the_newest_from_the_favourites_and_from_another_picture() -> None:
    for template in ("favourite_newest", "delete_newest", "read_picture_name"):
        for place in ("favourites", "another", "details", "delete"):
            task, phone, _, gallery = ready(template, 3)
            phone.open(GALLERY)
            if place == "favourites":
                gallery.only_favourites = True
                gallery.open_name = next((p.name for p in gallery.photos if p.favourite), None)
            else:
                gallery.open_name = gallery.photos[2].name
                gallery.asking = place if place in ("details", "delete") else ""
            phone.changed()
            solve(task, phone)
