"""What apps are called where that lies in their compiled resources: tables that aapt and aapt2 made, on a phone."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.types import OpenApp
from environments.android import resources
from environments.android.apks import BLOCK, RemoteFile, label
from environments.android.apps import App, Apps, parse
from environments.android.devices import list_apps
from environments.android.driver import AndroidEnvironment
from environments.android.resources import COMPACT, STRING, Locale
from tests.android.rig import Rig

FILES = Path(__file__).parents[1] / "data/apks"
NAME, LENGTHY, OTHER, SHORT = range(0x7F010000, 0x7F010004)
IN_UTF16 = 0x10000
"""aapt numbers one more."""


def table(name: str) -> bytes:
    with zipfile.ZipFile(FILES / f"{name}.apk") as archive:
        return archive.read("resources.arsc")


PARTS = table("base"), table("split_de")

LANGUAGES = [
    ("", "Savings Bank"),
    ("en-US", "Savings Bank"),
    ("de-DE", "Sparkasse & Girokonto"),
    ("de", "Sparkasse & Girokonto"),
    ("zh-Hant-TW", "儲蓄銀行 🏦"),
    ("zh-HK", "儲蓄銀行 🏦"),
    ("zh-Hans-CN", "Savings Bank"),
    ("zh-CN", "Savings Bank"),
    ("sr-Latn-RS", "Štedionica"),
    ("sr-Cyrl-RS", "Savings Bank"),
    ("es-MX", "Caja de ahorros"),
    ("fr_FR", "Savings Bank"),
]


@pytest.mark.parametrize(("tag", "text"), LANGUAGES)
def test_the_label_is_the_one_in_the_phones_language(tag: str, text: str) -> None:
    locale = Locale.parse(tag)
    assert resources.text(PARTS, NAME, locale) == text
    assert resources.text([table("sparse")], NAME, locale) == text
    assert resources.text([table("utf16")], NAME + IN_UTF16, locale) == text


def test_references_lead_from_part_to_part() -> None:
    assert resources.text(PARTS, SHORT, Locale("de")) == "Sparkasse & Girokonto"
    assert resources.text(PARTS, LENGTHY, Locale("de")) == "x" * 300
    assert "x" * 300 in [resources.text([table("utf16")], n + IN_UTF16, Locale()) for n in (LENGTHY, OTHER, SHORT)]
    assert resources.text(PARTS, OTHER, Locale()) == "Nothing"


@pytest.mark.parametrize("number", [0x7F010004, 0x7F020000, 0x01040000, 0, 0xFFFFFFFF])
def test_what_is_not_there_has_no_text(number: int) -> None:
    assert resources.text(PARTS, number, Locale("de")) is None
    assert resources.text([], number, Locale("de")) is None


def test_a_reference_to_itself_ends() -> None:
    at = PARTS[0].index(struct.pack("<HBBI", 8, 0, resources.REFERENCE, NAME))
    turned = PARTS[0][: at + 4] + struct.pack("<I", SHORT) + PARTS[0][at + 8 :]
    assert resources.text([turned], SHORT, Locale()) is None


def test_entries_of_the_compact_form_are_read() -> None:
    """Which Android knows since version 14, and the aapt2 at hand doesn't write."""
    whole = table("split_de")
    at = whole.index(struct.pack("<HBBI", 8, 0, STRING, 0)) - 8
    compact = whole[:at] + struct.pack("<HHI", 0, STRING << 8 | COMPACT, 0) + bytes(8) + whole[at + 16 :]
    assert resources.text([compact], NAME, Locale("de")) == "Sparkasse & Girokonto"


@given(st.data())
def test_damaged_tables_are_refused_or_read_and_never_hang(data: st.DataObject) -> None:
    whole = bytearray(data.draw(st.sampled_from([*PARTS, table("utf16"), table("sparse")])))
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF]))
    damaged = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    for number in (NAME, SHORT, NAME + IN_UTF16):
        try:
            found = resources.text([damaged], number, Locale("de"))
        except ValueError:
            continue
        assert found is None or isinstance(found, str)


@given(st.text(max_size=30))
def test_any_tag_is_a_language_or_none(tag: str) -> None:
    assert Locale.parse(tag).suits(Locale.parse(tag)) in (0, 1, 3, 4)


def test_the_list_tells_where_labels_lie() -> None:
    printed = """2 activities found:
  Activity #0:
    ActivityInfo:
      name=org.example.bank.Main
      packageName=org.example.bank
      labelRes=0x7f010003 nonLocalizedLabel=null icon=0x7f08018d banner=0x0
      ApplicationInfo:
        packageName=org.example.bank
        labelRes=0x7f010000 nonLocalizedLabel=null icon=0x7f08018d banner=0x0
        sourceDir=/data/app/~~x==/org.example.bank-y==/base.apk
        splitSourceDirs=[/data/app/~~x==/org.example.bank-y==/split_a.apk, /data/app/~~x==/b.apk]
  Activity #1:
    ActivityInfo:
      name=org.example.plain.Main
      packageName=org.example.plain
      labelRes=0x0 nonLocalizedLabel=null icon=0x0 banner=0x0
      ApplicationInfo:
        packageName=org.example.plain
        labelRes=0x0 nonLocalizedLabel=Plain icon=0x0 banner=0x0
        sourceDir=/data/app/plain/base.apk
"""
    bank, plain = parse(printed)
    assert (bank.label, bank.resource) == (None, SHORT)
    assert [Path(f).name for f in bank.files] == ["base.apk", "split_a.apk", "b.apk"]
    assert plain == App("org.example.plain", "org.example.plain.Main", "Plain")


def install(rig: Rig, package: str, *names: str) -> None:
    for name in names:
        rig.push((FILES / f"{name}.apk").read_bytes(), f"/data/app/{package}/{name}.apk")


def test_an_app_is_opened_by_what_its_file_calls_it(rig: Rig, environment: AndroidEnvironment) -> None:
    install(rig, "com.sim.clock", "base", "split_de")
    rig.phone.properties["persist.sys.locale"] = "de-AT"
    assert environment.perform(OpenApp(name="sparkasse & girokonto")).status == "done"
    assert environment.observe().app == "com.sim.clock"
    refused = environment.perform(OpenApp(name="Savings Bank"))
    assert refused.status == "failed"
    assert "Sparkasse" in refused.detail or "no app is called" in refused.detail
    assert environment.perform(OpenApp(name="com.sim.notes")).status == "done"


def test_files_are_read_once_and_only_when_a_name_is_not_known(rig: Rig) -> None:
    install(rig, "com.sim.clock", "base")
    apps = Apps(rig.transport)
    assert apps.named("Notes").package == "com.sim.notes"
    assert not read(rig)
    assert apps.named("Savings Bank").package == "com.sim.clock"
    first = len(read(rig))
    assert first
    assert apps.named("Savings Bank").package == "com.sim.clock"
    assert "Savings Bank (com.sim.clock)" in map(str, apps.labelled())
    assert len(read(rig)) == first


def read(rig: Rig) -> list[str]:
    """The commands that read files of apps."""
    return [e["service"] for e in rig.phone.log.events("open") if "base.apk" in e["service"]]


def test_the_list_for_people_has_labels(rig: Rig) -> None:
    install(rig, "com.sim.clock", "base")
    assert "Savings Bank (com.sim.clock)" in map(str, list_apps(rig.server.address, rig.adb.port))


def packed(*, damaged: bool, encrypted: bool = False) -> bytes:
    """An app's file whose table is compressed, as those of old apps are."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("classes.dex", os.urandom(2 * BLOCK))
        archive.writestr("resources.arsc", PARTS[0])
    content = bytearray(made.getvalue())
    if damaged:
        at = content.index(b"resources.arsc") + len("resources.arsc")
        content[at : at + 40] = b"\xff" * 40
    if encrypted:
        content[content.rindex(b"PK\1\2") + 8] |= 1
        content[content.rindex(b"PK\3\4") + 6] |= 1
    return bytes(content)


def test_a_compressed_table_is_read(rig: Rig) -> None:
    rig.push(packed(damaged=False), "/data/app/old.apk")
    assert label(rig.transport, ["/data/app/old.apk"], NAME, Locale(), seconds=5) == "Savings Bank"


BROKEN = [
    b"",
    b"PK",
    b"no archive at all" * 9000,
    packed(damaged=True),
    packed(damaged=False, encrypted=True),
    packed(damaged=False)[:-30],
]


@pytest.mark.parametrize("content", BROKEN, ids=["empty", "cut", "text", "damaged", "encrypted", "without its end"])
def test_a_file_that_is_none_gives_no_label(rig: Rig, content: bytes) -> None:
    rig.push(content, "/data/app/broken.apk")
    there = ("/data/app/broken.apk", "/data/app/absent.apk", "/data/app/'; touch /sdcard/PWNED; '")
    assert label(rig.transport, there, NAME, Locale(), seconds=5) is None
    assert rig.transport.read("ls /sdcard/PWNED").code != 0


def test_a_file_on_the_phone_is_read_from_anywhere(rig: Rig) -> None:
    whole = bytes(range(256)) * (BLOCK // 100)
    rig.push(whole, "/data/app/some file")
    there = RemoteFile(rig.transport, "/data/app/some file", seconds=5)
    for offset, whence in ((0, 0), (-22, 2), (BLOCK - 3, 0), (5, 1), (2 * BLOCK + 7, 0), (len(whole) + 9, 0)):
        at = there.seek(offset, whence)
        assert there.read(300) == whole[at : at + 300]
        assert there.tell() == max(at, min(at + 300, len(whole)))
    there.seek(0)
    assert there.read() == whole
    with pytest.raises(OSError, match="before the beginning"):
        there.seek(-1)
