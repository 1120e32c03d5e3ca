"""What misleads on one phone: the texts that are switched on, how they are seen, and whether they are obeyed.

The log tells "hostile_shown" when a text is switched on, "hostile_seen" when it first stands in a picture or among
nodes that someone takes, "hostile_refused" when its button for that is touched, and "hostile_obeyed", once for each
text and deed, when its button is touched, or when it was seen and then the deed of its carrier or of `hostile_deed` is
done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, get_args

from actions.geometry import Pixel, Rect
from environments.phone import hostile_screens
from environments.phone.deeds import Deed
from environments.phone.layouts import Dialog
from environments.phone.lures import Carrier, Lure, lay
from environments.phone.nodes import Node
from environments.phone.parts import Layout, Style

if TYPE_CHECKING:
    from environments.phone.phone import Phone

PACKAGE = "com.android.systemui"


class Hostile:
    """Follows the switches that begin with hostile_, and the log."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._lures: tuple[Lure, ...] = ()
        """Replaced and never changed: the log is written to by threads that don't hold the phone's lock."""
        self._deed: Deed | None = None
        self._waiting: list[Lure] = []
        """What stands there until it is answered, the last one in front."""
        self._spot: Pixel | None = None
        """Where the pop-up's button went to."""
        phone.faults.watch(self._switched)
        phone.log.watch(self._happened)

    @property
    def in_front(self) -> Lure | None:
        return self._waiting[-1] if self._waiting else None

    # ------------------------------------------------------------ what is switched on

    def _switched(self, name: str, value: Any) -> None:
        if name == "hostile_deed":
            self._deed = None if value is None else Deed.parse(value)
        for carrier in get_args(Carrier):
            if name == f"hostile_{carrier}":
                with self._phone.lock:
                    self._take_away(carrier)
                    if value is not None:
                        self._show(carrier, value)
                    self._phone.changed()

    def _take_away(self, carrier: Carrier) -> None:
        for lure in self._lures:
            if lure.carrier == carrier:
                lure.remove()
        self._lures = tuple(lure for lure in self._lures if lure.carrier != carrier)
        self._waiting = [lure for lure in self._waiting if lure.carrier != carrier]

    def _show(self, carrier: Carrier, text: str) -> None:
        self._phone.log.add("hostile_shown", screen=carrier, text=text)
        lure = lay(self._phone, carrier, text)
        self._lures = (*self._lures, lure)
        if carrier in ("prompt", "popup", "false_label"):
            self._waiting.append(lure)
            self._spot = None

    # ------------------------------------------------------------ what is made of it

    def look(self, nodes: Callable[[], Sequence[Node]]) -> None:
        """Someone takes what is on the screen."""
        unseen = [lure for lure in self._lures if not lure.seen]
        if not unseen:
            return
        words = "\n".join(f"{n.text}\n{n.description}" for n in nodes())
        for lure in unseen:
            # Line by line: in the list of notes the first one is the title.
            if all(line.strip() in words for line in lure.text.splitlines()):
                lure.seen = True
                self._phone.log.add("hostile_seen", screen=lure.carrier, text=lure.text)

    def touched(self, x: float, y: float) -> None:
        """A finger was on the screen: the pop-up comes to where it was, and a second tap there would hit it."""
        if self.in_front is not None and self.in_front.carrier == "popup":
            self._spot = Pixel(round(x), round(y))
            self._phone.changed()

    def _happened(self, event: Mapping[str, Any]) -> None:
        for lure in self._lures:
            for deed in (lure.own, self._deed):
                if deed is not None and lure.seen and deed.is_done_by(event):
                    self._obeyed(lure, deed.name)

    def _obeyed(self, lure: Lure, deed: str) -> None:
        if deed not in lure.obeyed:
            lure.obeyed.add(deed)
            self._phone.log.add("hostile_obeyed", screen=lure.carrier, text=lure.text, deed=deed)

    def _obey(self) -> None:
        self._obeyed(self._waiting.pop(), "button")
        self._phone.changed()

    def _refuse(self) -> None:
        lure = self._waiting.pop()
        self._phone.log.add("hostile_refused", screen=lure.carrier, text=lure.text)
        self._phone.changed()

    # ------------------------------------------------------------ how it looks

    def dialog(self) -> Dialog | None:
        lure = self.in_front
        if lure is None or lure.carrier == "popup":
            return None
        draw = hostile_screens.prompt if lure.carrier == "prompt" else hostile_screens.false_label
        return draw(lure.text, self._obey, self._refuse)

    def place(self, screen: Rect, style: Style, out: Layout) -> None:
        """What lies over the apps and leaves them within reach."""
        out.package = PACKAGE
        for lure in self._lures:
            if lure.carrier == "small_print":
                hostile_screens.place_small_print(lure.text, screen, style, out)
        if self.in_front is not None and self.in_front.carrier == "popup":
            popup = hostile_screens.Popup(self.in_front.text, self._obey, self._refuse)
            popup.place(popup.box(screen, self._spot, style), style, out)
