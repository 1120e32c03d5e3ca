"""Which app a name means, from lists as phones print them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.errors import ActionError
from environments.android.apps import App, find, parse
from environments.android.known_apps import NAMES

PRINTED = """3 activities found:
  Activity #0:
    priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=true
    ActivityInfo:
      name=com.android.settings.Settings
      packageName=com.android.settings
      labelRes=0x7f120b8c nonLocalizedLabel=null icon=0x7f08018d banner=0x0
      ApplicationInfo:
        packageName=com.android.settings
        labelRes=0x7f120b8c nonLocalizedLabel=null icon=0x7f08018d banner=0x0
  Activity #1:
    ActivityInfo:
      name=com.sim.notes.Main
      packageName=com.sim.notes
      labelRes=0x0 nonLocalizedLabel=My icon=0 Notes icon=0x7f080001 banner=0x0
  Activity #2:
    ActivityInfo:
      packageName=no.name.here
"""

REAL = [
    App("com.android.settings", "com.android.settings.Settings"),
    App("com.android.chrome", "com.google.android.apps.chrome.Main"),
    App("com.google.android.gm", "com.google.android.gm.ConversationListActivityGmail"),
    App("com.google.android.apps.maps", "com.google.android.maps.MapsActivity"),
    App("com.google.android.deskclock", "com.android.deskclock.DeskClock"),
    App("com.google.android.youtube", "com.google.android.youtube.app.honeycomb.Shell$HomeActivity"),
    App("com.google.android.apps.youtube.music", "com.google.android.apps.youtube.music.activities.MusicActivity"),
    App("com.google.android.apps.messaging", "com.google.android.apps.messaging.ui.ConversationListActivity"),
    App("com.miui.gallery", "com.miui.gallery.activity.HomePageActivity"),
    App("com.google.android.apps.photos", "com.google.android.apps.photos.home.HomeActivity"),
    App("org.example.a", "org.example.a.Main", "Einkaufsliste"),
    App("org.example.b", "org.example.b.Main", "日历"),
    App("org.example.c", "org.example.c.Main", "Files"),
    App("org.other.d", "org.other.d.Main", "Files"),
]
"""Mostly without labels, as a phone with Google's apps tells them."""


def test_the_list_is_read_with_the_labels_that_are_told() -> None:
    assert parse(PRINTED) == (
        App("com.android.settings", "com.android.settings.Settings"),
        App("com.sim.notes", "com.sim.notes.Main", "My icon=0 Notes"),
    )
    assert parse("No activities found\n") == ()


@given(st.text(max_size=300))
def test_no_list_is_too_strange(text: str) -> None:
    parse(text)
    for app in parse("  Activity #0:\n name=a.b\n packageName=" + text):
        assert app.component.isprintable()


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("Settings", "com.android.settings"),
        ("chrome", "com.android.chrome"),
        ("Gmail", "com.google.android.gm"),
        ("Google Maps", "com.google.android.apps.maps"),
        ("Clock", "com.google.android.deskclock"),
        ("YouTube", "com.google.android.youtube"),
        ("YouTube Music", "com.google.android.apps.youtube.music"),
        ("einkaufsliste", "org.example.a"),
        ("Einkauf", "org.example.a"),
        ("the Chrome app", "com.android.chrome"),
        ("日历", "org.example.b"),
        ("com.google.android.youtube", "com.google.android.youtube"),
        ("org.other.d/org.other.d.Main", "org.other.d"),
        ("设置", "com.android.settings"),
        ("EINSTELLUNGEN", "com.android.settings"),
        ("the Uhr app", "com.google.android.deskclock"),
        ("ギャラリー", "com.miui.gallery"),
        ("Fotos", "com.google.android.apps.photos"),
        ("Gallery", "com.miui.gallery"),
        ("Google Mail", "com.google.android.gm"),
    ],
)
def test_names_are_found(name: str, package: str) -> None:
    assert find(name, REAL).package == package


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Files", "Files (org.example.c), Files (org.other.d)"),
        ("Bank settings", "no app is called 'Bank settings'"),
        ("the app", "no app is called"),
        ("WhatsApp", "no app is called 'WhatsApp'"),
        ("Setings", "the phone has: com.android.settings"),
        ("e", "no app is called"),
        ("google", "could be any of these apps: com.google.android.gm, com.google.android.apps.maps"),
        ("   ", "white space"),
        ("!!!", "no app is called"),
    ],
)
def test_what_is_ambiguous_or_missing_names_the_candidates(name: str, told: str) -> None:
    with pytest.raises(ActionError) as caught:
        find(name, REAL)
    assert told in caught.value.message


def test_what_the_phone_says_comes_before_what_people_say() -> None:
    """A label is the phone's word; a well-known name is a guess, and of two apps that have it neither is meant."""
    other = App("org.example.settings", "org.example.Main", "Settings")
    assert find("settings", [*REAL, other]) == other
    clocks = [App(p, f"{p}.Main") for p in ("com.android.deskclock", "com.sec.android.app.clockpackage")]
    with pytest.raises(ActionError, match="could be any of these apps"):
        find("时钟", clocks)


def test_well_known_names_are_found_as_they_are_written() -> None:
    other = App("org.example.z", "org.example.z.Main")
    for package, names in NAMES.items():
        for name in names:
            assert name == name.casefold().strip() != ""
            assert find(f" {name.upper()} ", [other, App(package, f"{package}.Main")]).package == package


def test_one_package_with_two_icons_is_one_app() -> None:
    twins = [App("com.x", "com.x.One", "Dialer"), App("com.x", "com.x.Two", "Dialer")]
    assert find("Dialer", twins).activity == "com.x.One"


@given(st.text(max_size=60))
def test_any_name_finds_one_app_or_says_why(name: str) -> None:
    try:
        found = find(name, REAL)
    except ActionError:
        return
    assert found in REAL
