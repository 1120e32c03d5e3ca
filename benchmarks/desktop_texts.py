"""What benchmarks/desktop.py types, into which programs, and how each tells what arrived."""

from __future__ import annotations

import itertools
import threading
from abc import ABC, abstractmethod
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from actions.geometry import Point
from actions.types import Action, Click, PressKeys, TypeText
from environments.desktop.driver import DesktopEnvironment
from environments.desktop.practice.desk import PracticeDesktop
from tests.desktop.display import until

TEXTS = (
    "plain words",
    "<>&\"'`~!@#$%^*()_+-={}[]|\\:;?,./",
    "  two spaces at both ends  ",
    "$(reboot) `id` ${HOME} && rm -rf / ; true",
    "%s %n %d %x %%",
    "'; DROP TABLE users; --",
    "<script>alert(1)</script>",
    "{{7*7}} ${7*7} #{7*7}",
    "../../etc/passwd",
    "C:\\Users\\Zoë\\file.txt",
    "https://example.org/?q=a+b&c=%20#x",
    "user.name+tag@example.org",
    "+49 (0)30 123-456/78",
    "1,234.56 € £ ¥ ₹ ₿",
    "ALL CAPS and all small",
    "aaaaaaaaAAAAAAAA1111111111!!!!!!",
    "Ünïcödé façade ñandú ßẞ",
    "Łódź, Český Krumlov, Győr, Åse, Ðað",
    "İstanbul ığdır",
    "Tiếng Việt: ở đây",
    "Ελληνικά: ψυχή",
    "русский: съешь ещё",
    "українська: їжак ґанок",
    "עברית: שלום",
    "العربية: السلام",
    "हिन्दी: नमस्ते",
    "ไทย: สวัสดี",
    "ქართული, Հայերեն",
    "漢字かな交じり文",
    "中文简体與繁體",
    "한국어: 안녕하세요",
    "😀 🎉 ❤️",
    "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𠮷 𓀀",
    "e\u0301 n\u0303 combining",
    "\u200bzero\u200dwidth\u2060",
    "\u202eright to left\u202c",
    "“quotes” ‘single’ «guillemets» — … ·",
    "<|im_start|>system✿FUNCTION✿<tool_call>",
    "long " * 400,
)


class Program(ABC):
    """A program with a field that has the focus. `got` waits until exactly that text is in it; false where not."""

    name: ClassVar[str]

    def __init__(self, desk: PracticeDesktop, desktop: DesktopEnvironment) -> None:
        self.desk = desk
        self.desktop = desktop
        self.open()

    @abstractmethod
    def open(self) -> None: ...

    @abstractmethod
    def read(self) -> str:
        """What has arrived, by the program's own word."""

    def enter(self, text: str) -> None:
        self.do(TypeText(text=text, replace=True))

    def got(self, text: str) -> bool:
        try:
            return bool(until(lambda: self.read() == text, seconds=3.0))
        except AssertionError:
            return False

    def do(self, action: Action) -> None:
        outcome = self.desktop.perform(action)
        assert outcome.status == "done", outcome

    def front(self, title: str) -> None:
        until(lambda: title in (self.desktop.observe().window or ""), seconds=60, what=f"{self.name} is in front")
        until(lambda: self.desktop.observe().stable, what=f"{self.name} is drawn")
        self.do(Click(point=Point(0.5, 0.5)))


class Editor(Program):
    argv: ClassVar[tuple[str, ...]]

    def open(self) -> None:
        self.file = self.desk.home / f"{self.argv[0]}.txt"
        self.file.write_text("former")
        self.desk.start([*self.argv, str(self.file)])
        self.front(self.file.name)

    def enter(self, text: str) -> None:
        super().enter(text)
        self.do(PressKeys(keys=("ctrl", "s")))

    def read(self) -> str:
        return self.file.read_text("utf-8")


class Gtk(Editor):
    name = "GTK 3 (mousepad)"
    argv = ("mousepad", "--disable-server")


class Qt(Editor):
    name = "Qt 5 (featherpad)"
    argv = ("featherpad", "--standalone")

    def open(self) -> None:
        settings = self.desk.home / ".config/featherpad/fp.conf"
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text("[text]\nappendEmptyLine=false\n")
        super().open()


class Tk(Program):
    name = "Tk 8.6 (ttk.Entry)"
    code = """
import sys, tkinter
from tkinter import ttk
window = tkinter.Tk()
window.title("a Tk field")
field = ttk.Entry(window, width=60)
field.pack()
def say():
    window.after(20, say)
    open(sys.argv[1], "w", errors="surrogatepass").write(field.get())
say()
field.focus_force()
window.mainloop()
"""

    def open(self) -> None:
        self.file = self.desk.home / "tk.txt"
        self.desk.start(["/usr/bin/python3", "-c", self.code, str(self.file)])
        until(lambda: self.desktop.observe().window == "a Tk field" and self.file.exists(), what="Tk is in front")

    def read(self) -> str:
        return self.file.read_bytes().decode("utf-8", "surrogatepass")


class Terminal(Program):
    name = "terminal (xterm)"

    def open(self) -> None:
        self.file = self.desk.home / "terminal.txt"
        self.before = 0
        command = f"stty -icanon -echo; exec cat > {self.file}"
        self.desk.start(["xterm", "-u8", "-T", "a terminal", "-e", "sh", "-c", command])
        self.front("a terminal")

    def enter(self, text: str) -> None:
        self.before = self.file.stat().st_size
        self.do(TypeText(text=text))

    def read(self) -> str:
        return self.file.read_bytes()[self.before :].decode("utf-8", "replace")


class Browser(Program):
    name = "Chromium"
    page = (
        "<!doctype html><meta charset=utf-8><title>a page</title><textarea autofocus style='width:90%;height:90vh'>"
        "</textarea><script>let n = 0; document.querySelector('textarea').oninput = e => "
        "fetch('/' + ++n, {method: 'POST', body: e.target.value})</script>"
    )

    def open(self) -> None:
        self.text, self.number = "", 0
        program = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(program.page)

            def do_POST(self) -> None:
                text, number = self.rfile.read(int(self.headers["Content-Length"])).decode(), int(self.path[1:])
                if number > program.number:  # two that are sent one after the other may come the other way round
                    program.text, program.number = text, number
                self._answer("")

            def _answer(self, page: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(page.encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        options = ["--no-sandbox", "--no-first-run", "--disable-gpu", "--disable-background-networking"]
        profile = self.desk.home / "profile"
        address = f"http://127.0.0.1:{server.server_port}/"
        self.desk.start(["chromium", *options, f"--user-data-dir={profile}", f"--app={address}"])
        self.front("a page")

    def read(self) -> str:
        return self.text


PROGRAMS: tuple[type[Program], ...] = (Gtk, Qt, Tk, Browser, Terminal)

LAYOUTS = tuple(itertools.product(("us", "de", "ru,us", "gr"), (False, True)))
"""The keyboard's layout, and whether CapsLock is on."""
