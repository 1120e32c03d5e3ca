"""The page of a run: complete, self-contained, and nothing in it that came from a screen or a model is ever run."""

import base64
import hashlib
import html
import json
import re
import shutil
import stat
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.errors import StorageError, UsageError
from actions.geometry import Point, Size
from actions.types import Action, Answer, Click, Drag, Finish, LongPress, OpenApp, Scroll, TypeText
from agent.journal import Journal
from agent.run_folder import JOURNAL
from agent.viewer.marks import drawing
from agent.viewer.page import PAGE, STAGES, write_page
from agent.viewer.words import ENDS, duration, number, shown
from environments.base import Outcome
from environments.episode import Attempt, End, Episode
from environments.picture import Picture
from tests import strategies
from tests.agent_files.runs import ABOUT, CLICK, picture, step, write, write_run

PAYLOADS: dict[str, str] = json.loads((Path(__file__).parents[1] / "data" / "report_text.json").read_text("utf-8"))
MARK = "handeye-canary"
LIVE = {
    "script": f"<script>document.title='{MARK}'</script>",
    "handler": f"<img src=x onerror=\"document.title='{MARK}'\">",
    "svg": f"<svg/onload=\"document.title='{MARK}'\">",
    "out of the style": f"</style><script>document.title='{MARK}'</script>",
    "out of an attribute": f"\"><script>document.title='{MARK}'</script><a title=\"",
    "out of a comment": f"--><script>document.title='{MARK}'</script>",
    "frame": f"<iframe srcdoc=\"<script>top.document.title='{MARK}'</script>\"></iframe>",
    "refresh": f'<meta http-equiv=refresh content="0;url=data:text/html,<title>{MARK}</title>">',
    "base": "<base href=//127.0.0.1:9/>",
}
"""Payloads that leave a trace where they run."""


class Parsed(HTMLParser):
    """What a browser would find: elements with their attributes, and the text between them."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._open = ""
        self.inside: dict[str, str] = {}
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {k: v or "" for k, v in attrs}))
        self._open = tag

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open in ("script", "style"):
            self.inside[self._open] = data
        else:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


def page_of(folder: Path) -> tuple[str, Parsed]:
    text = write_page(folder).read_text("utf-8")
    return text, Parsed(text)


def poisoned(root: Path, text: str) -> Path:
    """A run with `text` wherever text from outside can be."""
    a = step(0, action=TypeText(text=text, submit=True))
    a = replace(
        a,
        observation=replace(a.observation, app=text, window=text, notes=(text,)),
        attempts=(Attempt(text, text, (text,)), Attempt(text)),
        thought=text,
        outcome=Outcome("failed", text),
        result=text,
        seconds={text or "x": 1.0},
    )
    many: tuple[Action, ...] = (OpenApp(name=text or "x"), Answer(text=text), Finish(message=text))
    steps = [a, *(step(i, action=action) for i, action in enumerate(many, 1))]
    with Journal.create(root, task=text, about={text: text, **ABOUT}) as journal:
        write(journal, steps)
        journal.end(Episode(text, steps, "not_done", text + " ", text))
    (journal.folder / "0002.png").unlink()
    return journal.folder


# ---------------------------------------------------------------- what is on it


def test_the_page_tells_the_run(tmp_path: Path):
    steps = [
        step(0, action=OpenApp(name="Settings")),
        replace(step(1), changed=False, outcome=Outcome("unknown", "the device went away")),
        replace(
            step(2, action=None),
            attempts=(Attempt("gibberish", "no readable action"), Attempt("x", None, ("a comma",))),
        ),
        replace(step(3), result="it returned 7", observation=replace(step(3).observation, secure=True, stable=False)),
    ]
    folder = write_run(tmp_path, steps, task="turn Wi-Fi on")
    text, page = page_of(folder)
    for said in (
        *("turn Wi-Fi on", "Done", "The model says that the task is done.", "42", "all done", "scripted", "qwen2_vl"),
        *("3\u202f600 in, 120 out", "Open 'Settings'", "Tap at 25.0%, 50.0%", "No action", "thought 1", "reply 3"),
        *(
            "gibberish",
            "no readable action",
            "1 not carried out",
            "mended: a comma",
            "the device went away",
            "it returned 7",
        ),
        *("screen changed", "no visible change", "The app forbids pictures", "still moving", "com.example", "1.1 s"),
    ):
        assert said in page.text, said
    assert page.text.count("What the model wrote") == 4
    assert [a["class"] for a in page.all("span") if a.get("class", "").startswith("chip o-")] == [
        *("chip o-done", "chip o-unknown", "chip o-failed", "chip o-done"),
    ]
    assert len(page.all("img")) == 4
    assert "<title>turn Wi-Fi on · Done · handeye</title>" in text
    assert stat.S_IMODE((folder / PAGE).stat().st_mode) == 0o600


@pytest.mark.parametrize("end", get_args(End))
def test_every_ending_has_its_words(tmp_path: Path, end: End):
    with Journal.create(tmp_path, task="t", about={}) as journal:
        journal.end(Episode("t", end=end))
    text, page = page_of(journal.folder)
    name, sentence = ENDS[end]
    assert name in page.text
    assert sentence in page.text
    assert f'class="end end-{end}"' in text
    assert f".end-{end} " in page.inside["style"], "each ending has its colour"
    assert "No step was recorded." in page.text


def test_a_run_that_was_cut_off_and_one_that_goes_on(tmp_path: Path):
    with Journal.create(tmp_path, task="t", about=ABOUT) as journal:
        write(journal, [step(0)])
        journal.begin(1, step(1).observation)
        journal.intend(1, "", CLICK)
        assert "Running" in page_of(journal.folder)[1].text
    page = page_of(journal.folder)[1].text
    assert "Cut off" in page
    assert "the run ended before its outcome was recorded" in page
    with open(journal.folder / JOURNAL, "ab") as file:
        file.write(b"half a li")
    assert "The journal is damaged: line 5" in page_of(journal.folder)[1].text


def test_a_missing_picture_is_said(tmp_path: Path):
    folder = write_run(tmp_path, [step(0), step(1)])
    (folder / "0000.png").unlink()
    _, page = page_of(folder)
    assert len(page.all("img")) == 1
    assert "No picture: " in page.text


def test_writing_again_replaces_the_page(tmp_path: Path):
    folder = write_run(tmp_path, [step(0)])
    (folder / PAGE).write_text("old")
    first = write_page(folder).read_bytes()
    assert write_page(folder).read_bytes() == first
    assert {p.name for p in folder.iterdir()} == {JOURNAL, "0000.png", PAGE}


def test_a_page_is_not_written_where_there_is_no_run(tmp_path: Path):
    with pytest.raises(UsageError, match="no run folder"):
        write_page(tmp_path)
    folder = write_run(tmp_path / "runs", [step(0)])
    (folder / PAGE).mkdir()
    with pytest.raises(StorageError, match=r"can't write .*run\.html"):
        write_page(folder)


def test_a_link_in_the_page_s_place_is_replaced_and_not_followed(tmp_path: Path):
    folder = write_run(tmp_path / "runs", [step(0)])
    outside = tmp_path / "outside"
    outside.write_text("keep")
    (folder / PAGE).symlink_to(outside)
    write_page(folder)
    assert outside.read_text() == "keep"
    assert not (folder / PAGE).is_symlink()


def test_thirty_steps_stay_under_five_megabytes(tmp_path: Path):
    """Screens full of noise and edges, which compress far worse than any app."""
    noise = np.random.default_rng(1).integers(0, 256, (300, 135, 3), dtype=np.uint8)
    busy = Picture(np.ascontiguousarray(noise.repeat(8, axis=0).repeat(8, axis=1)))
    assert busy.size == Size(1080, 2400)
    folder = write_run(tmp_path, [step(i, shown=busy) for i in range(30)])
    assert 100_000 < write_page(folder).stat().st_size < 5_000_000


def test_pictures_keep_their_ratio(tmp_path: Path):
    import io

    from PIL import Image

    phone, desktop = picture(0, Size(1080, 2400)), picture(1, Size(2560, 1440))
    _, page = page_of(write_run(tmp_path, [step(0, shown=phone), step(1, shown=desktop)]))
    sizes: list[tuple[int, int]] = []
    for image in page.all("img"):
        data = base64.b64decode(image["src"].removeprefix("data:image/webp;base64,"))
        sizes.append(Image.open(io.BytesIO(data)).size)
    assert sizes == [(540, 1200), (1200, 675)]
    assert [a["class"] for a in page.all("article")] == ["step", "step wide"]


# ---------------------------------------------------------------- safe


def test_nothing_is_loaded_and_only_its_own_script_may_run(tmp_path: Path):
    text, page = page_of(write_run(tmp_path, [step(0), step(1)]))
    policy = next(m["content"] for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; img-src data:; ")
    assert "unsafe" not in policy
    for kind in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(page.inside[kind].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
        assert len(page.all(kind)) == 1
    assert text.index("Content-Security-Policy") < text.index("<title>") < text.index("<style>")
    for _, attributes in page.elements:
        for name, value in attributes.items():
            assert name != "style"
            assert not name.startswith("on")
            if name in ("src", "href"):
                assert value.startswith(("#", "data:image/webp;base64,"))
    assert "url(" not in page.inside["style"]
    assert "@import" not in page.inside["style"]


@pytest.mark.parametrize("payload", [*PAYLOADS.values(), *LIVE.values()], ids=[*PAYLOADS, *LIVE])
def test_text_from_outside_stays_text(tmp_path: Path, payload: str):
    text, page = page_of(poisoned(tmp_path, payload))
    clean, plain = Parsed(text), page_of(write_run(tmp_path, [step(0)]))[1]
    assert page.text.count(shown(payload)) >= 12, "it is shown as it is"
    assert {tag for tag, _ in clean.elements} - {tag for tag, _ in plain.elements} <= {"a", "p", "blockquote", "b"}
    assert len(page.all("script")) == len(page.all("style")) == 1
    assert not page.all("base")
    assert not page.all("iframe")
    for _, attributes in page.elements:
        assert not any(name.startswith("on") for name in attributes)
        assert attributes.get("href", "#").startswith("#")
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


@given(st.text(alphabet=st.characters(), max_size=200))
def test_shown_text_acts_on_nothing(text: str):
    result = shown(text)
    assert all(c in "\n\t" or (ord(c) >= 0x20 and not 0x7F <= ord(c) < 0xA0) for c in result)
    assert not set(result) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    result.encode()
    if text.isascii() and text.isprintable():
        assert result == text


def test_shown_text_keeps_what_is_harmless():
    assert shown("日本語 👍🏽 é\ttab\nline") == "日本語 👍🏽 é\ttab\nline"
    assert shown("\x1b[2J\x00\x7f\x9b\u202e\ud800") == "␛[2J␀␡⟨U+009B⟩⟨U+202E⟩⟨U+D800⟩"
    assert shown("x" * 30, limit=10) == "x" * 10 + "… [20 more characters in the run folder]"


# ---------------------------------------------------------------- in a browser


def dom(page: Path, profile: Path) -> str:
    """The document as a real browser has it once all scripts that may run have run."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert browser is not None, "these tests need chromium: apt-get install chromium"
    flags = (
        *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--window-size=1200,900"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
    )
    done = subprocess.run(
        [browser, *flags, f"--user-data-dir={profile}", "--dump-dom", page.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "<html" in done.stdout, done.stderr
    return done.stdout


def title(document: str) -> str:
    found = re.search(r"<title>(.*?)</title>", document, re.S)
    assert found is not None
    return html.unescape(found[1])


def test_a_browser_runs_nothing_of_it(tmp_path: Path):
    """All payloads on one page. Unescaped, the policy alone still stops them; without both they do run."""
    everything = "\n".join([*LIVE.values(), *PAYLOADS.values()])
    folder = poisoned(tmp_path / "runs", everything)
    text = write_page(folder).read_text("utf-8")
    assert title(dom(folder / PAGE, tmp_path / "a")).startswith(shown(everything)[:20])

    start = text.index("<body>")
    raw = text[:start] + "<body>" + LIVE["script"] + LIVE["handler"] + LIVE["svg"] + text[start + 6 :]
    unescaped = tmp_path / "unescaped.html"
    unescaped.write_text(raw, "utf-8")
    assert title(dom(unescaped, tmp_path / "b")) != MARK, "the policy alone stops them"
    unescaped.write_text(re.sub(r"<meta http-equiv[^>]*>", "", raw), "utf-8")
    assert title(dom(unescaped, tmp_path / "c")) == MARK, "without both they run, so this test can fail"


def test_the_keys_go_from_step_to_step(tmp_path: Path):
    folder = write_run(tmp_path / "runs", [step(i) for i in range(4)])
    text = write_page(folder).read_text("utf-8")
    driver = """<script>
    document.documentElement.style.scrollBehavior = "auto";
    const seen = [];
    for (const key of ["j", "ArrowRight", "j", "k", "x", "ArrowLeft"]) {
      dispatchEvent(new KeyboardEvent("keydown", { key }));
      seen.push(document.activeElement.id);
    }
    dispatchEvent(new KeyboardEvent("keydown", { key: "o" }));
    seen.push([...document.querySelectorAll("details")].every((d) => d.open));
    document.title = seen.join(" ");
    </script>"""
    driven = tmp_path / "driven.html"
    driven.write_text(re.sub(r"<meta http-equiv[^>]*>", "", text).replace("</body>", driver + "</body>"), "utf-8")
    assert title(dom(driven, tmp_path / "p")) == "step-1 step-2 step-3 step-2 step-2 step-1 true"


# ---------------------------------------------------------------- shapes, words, bars


@given(strategies.actions)
def test_every_action_is_drawn_within_the_picture(action: Action):
    drawn = drawing(action)
    places: list[str] = []
    if drawn.ring is not None:
        places += [drawn.ring.x, drawn.ring.y]
    if drawn.arrow is not None:
        places += [drawn.arrow.x1, drawn.arrow.y1, drawn.arrow.x2, drawn.arrow.y2]
    assert all(0 <= float(p.removesuffix("%")) <= 100 for p in places)
    assert "\n" not in drawn.label
    assert len(drawn.label) < 200


def test_shapes_say_what_was_done():
    there = Point(0.1, 0.9)
    double = drawing(Click(point=there, count=2)).ring
    assert double is not None
    assert (double.x, double.y, double.rings) == ("10.00%", "90.00%", 2)
    held = drawing(LongPress(point=there))
    assert held.ring is not None
    assert held.ring.held
    assert held.label == "hold 0.8 s"
    drag = drawing(Drag(start=there, end=Point(0.5, 0.25))).arrow
    assert drag is not None
    assert (drag.x1, drag.y1, drag.x2, drag.y2) == ("10.00%", "90.00%", "50.00%", "25.00%")
    down = drawing(Scroll(direction="down")).arrow
    assert down is not None
    assert float(down.y2[:-1]) > float(down.y1[:-1]), "towards what comes into view"
    assert down.x1 == down.x2
    assert drawing(TypeText(text="a\nb", submit=True)).label == "a⏎ b ⏎"
    assert drawing(None) == drawing(Finish())


def test_the_bars_add_up(tmp_path: Path):
    long = replace(step(0), seconds={"decode": 3.0, "prefill": 1.0, "warp": 0.5, "idle": 0.5, "act": 0.0})
    short = replace(step(1), seconds={"decode": 1.0})
    text, page = page_of(write_run(tmp_path, [long, short]))
    bars = re.findall(r'<rect class="s-(\w+)" x="([\d.]+)%" width="([\d.]+)%"', text)
    assert bars == [
        *(("prefill", "0.00", "16.67"), ("decode", "16.67", "66.67"), ("other", "83.33", "16.67")),
        *(("prefill", "0.00", "20.00"), ("decode", "20.00", "60.00"), ("other", "80.00", "20.00")),
        ("decode", "0.00", "20.00"),
    ]
    for stage in (*STAGES, "other"):
        assert f".s-{stage} " in page.inside["style"]


def test_durations_and_numbers():
    said = [duration(s) for s in (0, 0.0854, 0.9996, 2.44, 59.94, 59.96, 185)]
    assert said == ["0 ms", "85 ms", "1.0 s", "2.4 s", "59.9 s", "1 min 00 s", "3 min 05 s"]
    assert number(1234567) == "1\u202f234\u202f567"
