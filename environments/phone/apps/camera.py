"""Camera: what lies before it, drawn; a shutter, flash, zoom, and the camera on the other side."""

from __future__ import annotations

from random import Random
from typing import Any

from actions.geometry import Pixel, Rect
from environments.phone import scenery
from environments.phone.apps.base import App, Program
from environments.phone.apps.gallery import Gallery, shown
from environments.phone.canvas import Canvas
from environments.phone.layouts import Dialog
from environments.phone.parts import Layout, Style
from environments.phone.theme import BLACK, WHITE, Colour
from environments.phone.widgets import IconButton

YELLOW: Colour = (255, 214, 10)
SOFT: Colour = (62, 62, 66)


class Camera(Program):
    """What it sees comes from the seed and stays. Its pictures are kept by the Gallery."""

    app = App("com.sim.camera", ".Main", "Camera")
    icon = "camera"
    colour = (70, 84, 104)

    def start(self, random: Random) -> None:
        self.views = {False: random.randrange(scenery.SCENES), True: random.randrange(scenery.SCENES)}
        self.flash = random.random() < 0.3
        self.restart()

    def restart(self) -> None:
        self.front = False
        self.zoom = 1
        self.said = ""

    @property
    def gallery(self) -> Gallery:
        program = self.host.program(Gallery.app.package)
        assert isinstance(program, Gallery)
        return program

    def place(self, area: Rect, style: Style, out: Layout) -> Dialog | None:
        out.add(area, lambda canvas: canvas.fill(area, BLACK), resource_id="camera", cls="FrameLayout")
        if area.width > area.height:
            foot, rest = area.cut_right(style.dp(112))
            bar, seen = rest.cut_left(style.dp(64))
            spots = list(reversed(list(foot.rows(3))))
        else:
            foot, rest = area.cut_bottom(min(style.dp(136), next(area.rows(3)).height))
            bar, seen = rest.cut_top(style.dp(56))
            spots = list(foot.columns(3))
        self._viewfinder(seen, style, out)
        flash = IconButton(
            "flash" if self.flash else "flash_off",
            "Flash on" if self.flash else "Flash off",
            self._toggle_flash,
            id="flash",
            colour=YELLOW if self.flash else WHITE,
        )
        flash.place(bar.middle(style.dp(48), style.dp(48)), style, out)
        self._last(spots[0], style, out)
        self._shutter(spots[1], style, out)
        name = "Switch to the back camera" if self.front else "Switch to the front camera"
        flip = IconButton("flip", name, self._flip, id="flip", colour=WHITE, back=SOFT)
        flip.place(spots[2].middle(style.dp(48), style.dp(48)), style, out)
        return None

    def _viewfinder(self, area: Rect, style: Style, out: Layout) -> None:
        which = "Front" if self.front else "Back"
        view, zoom = self.views[self.front], self.zoom

        def paint(canvas: Canvas) -> None:
            if area.width and area.height:
                picture = scenery.large(view, area.size, front=self.front, zoom=zoom)
                canvas.put(picture, Pixel(area.left, area.top))

        said = f"{which} camera, {zoom}× zoom"
        out.add(area, paint, description=said, resource_id="viewfinder", cls="SurfaceView")
        strip = area.cut_bottom(style.dp(60))[0].middle(3 * style.dp(52), style.dp(52))
        for spot, factor in zip(strip.columns(len(scenery.ZOOMS)), scenery.ZOOMS, strict=True):
            self._zoom(factor, spot, style, out)

        if self.said:
            self._notice(area, style, out)

    def _notice(self, area: Rect, style: Style, out: Layout) -> None:
        """What was saved, so that the same view taken again can be told from a tap that missed."""
        face = style.face(14)
        line = area.cut_top(style.dp(60))[0]
        pill = line.middle(min(area.width, round(face.length(self.said)) + style.dp(32)), face.line + style.dp(12))

        def paint(canvas: Canvas) -> None:
            canvas.rounded(pill, style.dp(20), (30, 30, 32))
            canvas.text_in(pill.inset(style.dp(12), 0), self.said, face, WHITE, align="center")

        out.add(pill, paint, text=self.said, resource_id="saved")

    def _zoom(self, factor: int, spot: Rect, style: Style, out: Layout) -> None:
        chosen = factor == self.zoom
        disc = spot.middle(style.dp(40 if chosen else 34), style.dp(40 if chosen else 34))
        face = style.face(13, bold=True)

        def paint(canvas: Canvas) -> None:
            canvas.disc(disc, (30, 30, 32))
            canvas.text_in(disc, f"{factor}×", face, YELLOW if chosen else WHITE, align="center")

        out.add(
            spot,
            paint,
            on_tap=lambda: self._set_zoom(factor),
            text=f"{factor}×",
            resource_id=f"zoom_{factor}",
            cls="RadioButton",
            checkable=True,
            checked=chosen,
        )

    def _shutter(self, area: Rect, style: Style, out: Layout) -> None:
        spot = area.middle(style.dp(76), style.dp(76))

        def paint(canvas: Canvas) -> None:
            canvas.disc(spot, WHITE)
            canvas.disc(spot.inset(style.dp(4)), BLACK)
            canvas.disc(spot.inset(style.dp(7)), WHITE)

        out.add(spot, paint, on_tap=self._take, description="Take picture", resource_id="shutter", cls="ImageButton")

    def _last(self, area: Rect, style: Style, out: Layout) -> None:
        """The newest picture; a tap shows it in the Gallery."""
        photos = self.gallery.photos
        spot = area.middle(style.dp(52), style.dp(52))
        inner = spot.inset(style.dp(2))

        def paint(canvas: Canvas) -> None:
            canvas.fill(spot, WHITE if photos else SOFT)
            if photos:
                canvas.put(shown(scenery.small, photos[0], inner), Pixel(inner.left, inner.top))

        said = "Newest picture" if photos else "No picture yet"
        out.add(spot, paint, on_tap=self._look, description=said, resource_id="newest", cls="ImageButton")

    def _take(self) -> None:
        photo = self.gallery.take(scene=self.views[self.front], front=self.front, zoom=self.zoom, flash=self.flash)
        self.host.note("picture_taken", name=photo.name, front=photo.front, zoom=photo.zoom, flash=photo.flash)
        self.said = f"{photo.name} saved"

    def _look(self) -> None:
        gallery = self.gallery
        if gallery.photos:
            gallery.show(gallery.photos[0])
            self.host.open(Gallery.app.package)

    def _toggle_flash(self) -> None:
        self.flash = not self.flash

    def _flip(self) -> None:
        self.front, self.zoom, self.said = not self.front, 1, ""

    def _set_zoom(self, factor: int) -> None:
        self.zoom = factor

    def data(self) -> Any:
        return {"flash": self.flash}

    def view(self) -> Any:
        return {"front": self.front, "zoom": self.zoom, "said": self.said}
