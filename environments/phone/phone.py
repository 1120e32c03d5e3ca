"""The simulated phone: its whole state and behaviour, in one process, the same for the same seed.

State is plain data. Whenever it has changed, the widgets of the apps and of the system are laid out anew; the picture,
the accessibility nodes and what a tap hits all come from that one layout and so can't disagree. No sockets and no
threads are here; `environments.phone.server` puts the phone behind ADB.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from actions.geometry import Size
from environments.phone import editing, world
from environments.phone.apps.base import App, Program
from environments.phone.apps.installed import PROGRAMS
from environments.phone.apps.launcher import Launcher
from environments.phone.display import OPEN_SECONDS, Display
from environments.phone.faults import Faults
from environments.phone.fields import Fields
from environments.phone.hostile import Hostile
from environments.phone.keyguard import Keyguard
from environments.phone.log import EventLog
from environments.phone.nodes import Node
from environments.phone.panel import Panel
from environments.phone.permissions import DENIED, Permissions
from environments.phone.shade import Shade
from environments.phone.theme import ACCENTS
from environments.phone.touch import Touch
from environments.picture import Array

LATIN = "com.android.inputmethod.latin/.LatinIME"
ADB_KEYBOARD = "com.android.adbkeyboard/.AdbIME"

TOAST_SECONDS = 2.0


class Phone:
    """A phone. Sizes and positions are pixels of the screen as it is now (override and rotation applied).

    Whoever calls from several threads holds `lock` around each call. `clock` gives seconds; animations and toasts
    follow it, nothing sleeps.
    """

    def __init__(
        self,
        seed: int = 0,
        *,
        size: Size = Size(1080, 2400),
        density: int = 420,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.lock = threading.RLock()
        self.seed = seed
        self.natural_size = size
        self.density = density
        self.override: Size | None = None
        self.rotation = 0
        self.clock = clock
        self.log = EventLog(clock)
        self.faults = Faults()
        self.panel = Panel(size)
        self.awake = True
        self.locked = False
        self.keyboard_shown = False
        self.dialog: str | None = None
        self.imes: tuple[str, ...] = (LATIN, ADB_KEYBOARD)
        self.ime = LATIN
        self.clipboard = ""
        self.recents_shown = False

        random = world.stream(seed, "phone")
        self.accent = random.randrange(len(ACCENTS))
        self.battery = random.randint(12, 97)
        self._born = clock()
        self._start_minutes = random.randint(9 * 60, 21 * 60)
        self._date = f"{random.choice(world.DAYS)}, {random.randint(1, 28)} {random.choice(world.MONTHS)}"
        self.properties: dict[str, str] = {
            "ro.product.model": random.choice(world.MODELS),
            "ro.product.name": "sim",
            "ro.product.device": "sim",
            "ro.product.brand": "sim",
            "ro.product.manufacturer": "handeye",
            "ro.product.cpu.abi": "x86_64",
            "ro.build.version.release": "13",
            "ro.build.version.sdk": "33",
            "ro.build.display.id": f"SIM{random.randint(1, 9)}.{random.randint(230101, 251231)}",
            "ro.serialno": f"SIM{random.getrandbits(32):08X}",
            "ro.sf.lcd_density": str(density),
            "sys.boot_completed": "1",
            "persist.sys.locale": "en-US",
        }
        self.settings: dict[tuple[str, str], str] = {
            ("system", "screen_brightness"): "128",
            ("system", "user_rotation"): "0",
            ("system", "volume_music"): "7",
            ("secure", "default_input_method"): LATIN,
        }
        self.scrolls: dict[str, int] = {}
        self.version = 0
        self._toast: tuple[str, float] | None = None
        self._opened: float | None = None
        self._cold = False
        self._recent: list[str] = []
        self._crashed = ""
        self._display = Display(self)
        self.fields = Fields(self, self._display.reachable)
        self._touch = Touch(self, self._display)

        self.apps: tuple[App, ...] = tuple(p.app for p in PROGRAMS)
        self._programs = {p.app.package: p(self, world.stream(seed, p.app.package)) for p in PROGRAMS}
        launcher = self._programs[Launcher.app.package]
        assert isinstance(launcher, Launcher)
        self.launcher = launcher
        self.front: Program = launcher
        self.keyguard = Keyguard(self)
        self.permissions = Permissions(self)
        self.shade = Shade(self, world.stream(seed, "notifications"))
        self.hostile = Hostile(self)

    # ------------------------------------------------------------ what it is now

    @property
    def size(self) -> Size:
        size = self.override or self.natural_size
        return size.turned if self.rotation % 2 else size

    @property
    def foreground(self) -> App:
        return self.launcher.app if self.recents_shown else self.front.app

    @property
    def focused_window(self) -> str:
        """As mCurrentFocus of `dumpsys window` names it."""
        if self.locked or not self.awake or self.shade.down:
            return "NotificationShade"
        if self.permissions.asked is not None:
            return "com.android.permissioncontroller/.GrantPermissionsActivity"
        if self.dialog is not None:
            return f"Application Error: {self._crashed or self.front.app.package}"
        if self.recents_shown:
            return f"{Launcher.app.package}/{Launcher.app.package}.Recents"
        return self.front.app.component

    @property
    def at_home(self) -> bool:
        return self.front is self.launcher and not self.recents_shown

    @property
    def keyboard_up(self) -> bool:
        """Whether keys are on the screen: another input method may take text without showing any."""
        return self.keyboard_shown and self.ime == LATIN and not self.recents_shown and not self.shade.down

    @property
    def editing(self) -> bool:
        """Whether typed text would go into a field."""
        return self.asks_for_pin or self.fields.current() is not None

    @property
    def asks_for_pin(self) -> bool:
        return self.awake and self.locked and self.keyguard.asking

    @property
    def opening(self) -> float | None:
        """How far an app has slid in, 0 to 1; None where none is on its way."""
        if self._opened is None or self.at_home or self.locked or not self.awake:
            return None
        share = (self.clock() - self._opened) / OPEN_SECONDS
        return share if 0 <= share < 1 else None

    @property
    def loading(self) -> float | None:
        """How many seconds the spinner of an app that is being started has turned; None where there is none."""
        covered = (
            self.shade.down or self.dialog or self.permissions.asked or self.hostile.in_front or self.recents_shown
        )
        if self._opened is None or not self._cold or covered or self.at_home or self.locked or not self.awake:
            return None
        turned = self.clock() - self._opened - OPEN_SECONDS
        return turned if turned < self.front.loading_seconds else None

    @property
    def shown_toast(self) -> str | None:
        if self._toast is None or self.clock() - self._toast[1] >= TOAST_SECONDS:
            return None
        return self._toast[0]

    @property
    def recent(self) -> list[Program]:
        """The apps used last, newest first."""
        return [self._programs[p] for p in self._recent]

    def program(self, package: str) -> Program:
        """The app's state; a KeyError where there is no such app."""
        return self._programs[package]

    def data(self) -> dict[str, Any]:
        """What the apps keep, by label: what a task is judged by."""
        apps = {p.app.label: data for p in self._programs.values() if (data := p.data()) is not None}
        return {**apps, "Dismissed notifications": sorted(self.shade.dismissed)}

    def state(self) -> dict[str, Any]:
        """Everything, JSON-able."""
        return {
            "seed": self.seed,
            "size": [self.size.width, self.size.height],
            "density": self.density,
            "rotation": self.rotation,
            "awake": self.awake,
            "locked": self.locked,
            "keyboard_shown": self.keyboard_shown,
            "dialog": self.dialog,
            "foreground": self.foreground.package,
            "focused_window": self.focused_window,
            "focus": None if self.fields.focus is None else self.fields.focus.field,
            "ime": self.ime,
            "clipboard": self.clipboard,
            "toast": self.shown_toast,
            "battery": self.battery,
            "scrolls": dict(self.scrolls),
            "shade": self.shade.down,
            "notifications": [[n.package, n.title, n.text] for n in self.shade.notifications],
            "dismissed": list(self.shade.dismissed),
            "permission_asked": self.permissions.asked,
            "pin_asked": self.keyguard.asking,
            "recent": list(self._recent),
            "settings": {":".join(k): v for k, v in self.settings.items()},
            "apps": {p.app.label: {"data": p.data(), "view": p.view()} for p in self._programs.values()},
        }

    # ------------------------------------------------------------ what is seen

    def screen(self) -> Array:
        """The picture, (height, width, 3) uint8 RGB; not to be written to. Kept until something changes."""
        if self.opening is None and self.loading is None:  # else things don't stand yet where the nodes say
            self.hostile.look(self._display.nodes)
        return self._display.screen()

    def nodes(self) -> list[Node]:
        """The accessibility nodes from bottom to top; what a dialog or the keyguard covers is left out."""
        self.hostile.look(self._display.nodes)
        return self._display.nodes()

    # ------------------------------------------------------------ input

    def tap(self, x: float, y: float) -> str | None:
        """A short touch. Returns the label of what was hit, None where nothing was."""
        return self._touch.tap(x, y)

    def press(self, x: float, y: float, seconds: float) -> str | None:
        """A long touch; what knows no long touch takes it for a short one, as on Android."""
        return self._touch.press(x, y, seconds)

    def swipe(self, x1: float, y1: float, x2: float, y2: float, seconds: float) -> None:
        """A finger moves; what lies beneath follows it by the same distance. At the edges it is a system gesture."""
        self._touch.swipe(x1, y1, x2, y2, seconds)

    def type_text(self, text: str) -> None:
        """Text arrives from the input method: it replaces the selection of the focused field, if there is one."""
        if self.faults.mangle_text:
            self.faults.mangle_text -= 1
            text = text[:-1]
        field = self.fields.current()
        self.log.add("text", text=text, field=None if field is None else field.id)
        if self.asks_for_pin:
            self.keyguard.insert(text)
        else:
            self.fields.insert(text)

    def key(self, code: int) -> None:
        """A key by its Android code. Unknown codes are logged and do nothing."""
        self.log.add("key", code=code)
        match code:
            case editing.POWER:
                self._sleep() if self.awake else self._wake()
            case editing.WAKEUP:
                self._wake()
            case editing.SLEEP:
                self._sleep()
            case _ if not self.awake:
                pass
            case editing.MENU if self.locked:
                self.keyguard.lift()
            case editing.MENU:
                pass
            case editing.VOLUME_UP | editing.VOLUME_DOWN:
                self._volume(1 if code == editing.VOLUME_UP else -1)
            case _ if self.locked:
                if self.keyguard.asking:
                    self.keyguard.key(code)
            case editing.NOTIFICATION:
                self.shade.pull()
            case editing.HOME:
                self.home()
            case editing.BACK | editing.ESCAPE:
                self.back()
            case editing.APP_SWITCH:
                self._show_recents()
            case _:
                self.fields.key(code, shift=False)
        self.changed()

    def combination(self, codes: Sequence[int]) -> None:
        """Keys held together. Control with A, C, X, V and shift with a character are known."""
        self.log.add("combination", codes=list(codes))
        plain = [c for c in codes if c not in editing.CONTROL and c not in editing.SHIFT]
        if len(plain) == 1:
            if any(c in editing.CONTROL for c in codes):
                self.fields.control(plain[0])
            elif len(codes) == 1:
                self.key(plain[0])
            elif any(c in editing.SHIFT for c in codes):
                self.fields.key(plain[0], shift=True)
        self.changed()

    # ------------------------------------------------------------ apps

    def open(self, package: str) -> bool:
        """Bring an app to the front; False where there is no such package."""
        program = self._programs.get(package)
        if program is None:
            return False
        self.log.add("start", package=package)
        if program is self.launcher:
            self.home()
            return True
        if self.front is not program or self.recents_shown:
            self._opened, self._cold = self.clock(), package not in self._recent
            self.unfocus()
        self.front = program
        self.recents_shown = False
        self._recent = [package, *(p for p in self._recent if p != package)]
        self.shade.down = False
        self.permissions.opened(package)
        self.changed()
        return True

    def stop(self, package: str) -> None:
        """Stop an app: it forgets where it was and what was not saved. Its dialog, if any, goes with it."""
        program = self._programs.get(package)
        self.log.add("stop", package=package)
        if program is None:
            return
        program.restart()
        for key in [k for k in self.scrolls if k.startswith(f"{package}/")]:
            del self.scrolls[key]
        self._recent = [p for p in self._recent if p != package]
        if self.front is program:
            self._close_dialog()
            self.home()
        self.changed()

    def home(self) -> None:
        """To the launcher, the keyboard closed."""
        self.unfocus()
        self.recents_shown = self.shade.down = False
        self.permissions.asked = None
        self._close_dialog()
        self.front = self.launcher
        self.launcher.restart()
        self.changed()

    def crash(self) -> None:
        """The app in front seems broken: a dialog says so and stands in front of it."""
        self.dialog = f"{self.front.app.label} keeps stopping"
        self._crashed = self.front.app.package
        self.log.add("crash", package=self.front.app.package)
        self.changed()

    def rotate(self, quarters: int) -> None:
        """Turn the screen to so many quarter turns from upright."""
        self.rotation = quarters % 4
        self.settings[("system", "user_rotation")] = str(self.rotation)
        self.log.add("rotated", quarters=self.rotation)
        self.changed()

    def set_override(self, size: Size | None) -> None:
        """Another logical size of the upright screen, as `wm size` sets it; None for its own."""
        self.override = size
        self.log.add("resized", size=None if size is None else str(size))
        self.changed()

    # ------------------------------------------------------------ what apps may ask for (Host)

    def minutes(self) -> int:
        """The time of day in minutes."""
        return (self._start_minutes + int((self.clock() - self._born) // 60)) % (24 * 60)

    def time_text(self) -> str:
        return world.clock_text(self.minutes())

    def date_text(self) -> str:
        return self._date

    def toast(self, text: str) -> None:
        self._toast = (text, self.clock())
        self.log.add("toast", text=text)

    def notify(self, package: str, title: str, text: str) -> None:
        """An app has something to say, in the notification shade."""
        self.shade.post(package, title, text)

    def focus_on(self, field: str, text: str) -> None:
        """The field that holds `text` gets the focus, the caret at its end."""
        self.fields.take(field, len(text))

    def unfocus(self) -> None:
        self.fields.leave()

    def reset_scroll(self, name: str) -> None:
        """A list stands at its start (or end) again."""
        for key in [k for k in self.scrolls if k.endswith(f"/{name}")]:
            del self.scrolls[key]

    def note(self, kind: str, **data: Any) -> None:
        self.log.add(kind, **data)

    # ------------------------------------------------------------ within

    def changed(self) -> None:
        """To be called after an app's data was changed from outside."""
        self.version += 1

    def back(self) -> None:
        if self.keyboard_shown:
            self.keyboard_shown = False
        elif self.dialog is not None:
            self._close_dialog()
        elif self.shade.down:
            self.shade.close()
        elif self.permissions.asked is not None:
            self.permissions.answer(DENIED)
        elif self.recents_shown:
            self.recents_shown = False
        elif not self.front.back():
            self.home()

    def _show_recents(self) -> None:
        self.unfocus()
        self._close_dialog()
        self.shade.down = False
        self.recents_shown = True
        self.reset_scroll("recents")

    def close_recent(self, package: str) -> None:
        """The app is stopped; the recent apps stay in front."""
        front = self.front.app.package == package
        self.stop(package)
        self.log.add("closed", package=package)
        self.recents_shown = True
        if front:
            self.front = self.launcher
        self.changed()

    def clear_recents(self) -> None:
        for package in list(self._recent):
            self.stop(package)
        self.home()

    def close_app(self) -> None:
        """The crash dialog's answer: the app that crashed is stopped, wherever another one has come to the front."""
        self.stop(self._crashed or self.front.app.package)
        self._close_dialog()

    def _close_dialog(self) -> None:
        self.dialog, self._crashed = None, ""

    def reopen(self) -> None:
        package = self._crashed or self.front.app.package
        self.close_app()
        self.open(package)

    def _sleep(self) -> None:
        self.awake, self.locked = False, True
        self.keyguard.reset()
        self.shade.down = False
        self.unfocus()

    def _wake(self) -> None:
        self.awake = True

    def _volume(self, step: int) -> None:
        key = ("system", "volume_music")
        level = min(max(0, int(self.settings.get(key, "7")) + step), 15)
        self.settings[key] = str(level)
        self.toast(f"Volume {level} of 15")
