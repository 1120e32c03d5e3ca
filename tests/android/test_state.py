"""What is in front, from the lines that Android prints: forms of several versions, and none of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.geometry import Size
from environments.android import state

ANDROID_14 = """
    init=1080x2400 420dpi mMinSizeOfResizeableTaskDp=220 cur=2400x1080 app=2274x1080 rng=1080x954-2400x2274
    mCurrentRotation=ROTATION_90
  mCurrentFocus=Window{41b37570 u0 com.example.mail/com.example.mail.ui.Inbox$Tab}
  mFocusedApp=ActivityRecord{6cd8f2 u0 com.example.mail/.ui.Inbox$Tab t14}
      mIsShowing=false
  mWakefulness=Awake
  mInputShown=true
"""
ANDROID_7 = """
  mCurrentFocus=Window{5e5f3b1 u0 Application Not Responding: com.example.mail}
  mFocusedApp=AppWindowToken{9f token=Token{22 ActivityRecord{55 u0 com.example.mail/.Inbox t7}}}
  mRotation=0 mAltOrientation=false
    mShowingLockscreen=true mShowingDream=false
mWakefulness=Asleep
"""


def test_the_lines_of_a_new_android() -> None:
    assert state.parse(ANDROID_14) == state.State(
        app="com.example.mail",
        activity=".ui.Inbox$Tab",
        focus="com.example.mail/com.example.mail.ui.Inbox$Tab",
        size=Size(2400, 1080),
        rotation=90,
        awake=True,
        locked=False,
        keyboard=True,
    )


def test_the_lines_of_an_old_android() -> None:
    found = state.parse(ANDROID_7)
    assert (found.app, found.activity, found.size, found.rotation) == ("com.example.mail", ".Inbox", None, 0)
    assert (found.awake, found.locked, found.keyboard) == (False, True, False)
    assert found.dialog == "a dialog says that com.example.mail isn't responding"


def test_what_is_not_said_is_unknown() -> None:
    assert state.parse("") == state.State()
    assert state.parse("mCurrentFocus=null\n mFocusedApp=null").app is None


@pytest.mark.parametrize(("value", "degrees"), [("1", 90), ("ROTATION_270", 270), ("3", 270), ("ROTATION_0", 0)])
def test_rotations_are_degrees_or_quarters(value: str, degrees: int) -> None:
    assert state.parse(f"mRotation={value}").rotation == degrees


def test_a_windows_title_cannot_pass_for_an_app() -> None:
    """Titles are what an app likes; the component's name is the system's."""
    text = "mCurrentFocus=Window{1 u0 com.bank/.Main}\n  mFocusedApp=ActivityRecord{1 u0 com.evil/.Main t1}"
    assert state.parse(text).app == "com.evil"


def test_a_title_cannot_move_the_terminals_cursor() -> None:
    assert state.parse("mCurrentFocus=Window{1 u0 \x1b[2Jx}").focus == "[2Jx"


@given(st.text(max_size=400))
def test_no_text_is_too_strange(text: str) -> None:
    state.parse(text)
    state.parse("mCurrentFocus=Window{1 u0 " + text + "}\n cur=" + text)
    state.secure(text)
    state.parse_wm_size(text, 90)


def test_the_size_of_wm_is_turned_and_overridden() -> None:
    assert state.parse_wm_size("Physical size: 1080x2400\n", 0) == Size(1080, 2400)
    assert state.parse_wm_size("Physical size: 1080x2400\nOverride size: 720x1600\n", 270) == Size(1600, 720)
    assert state.parse_wm_size("Can't find service: window", 0) is None
    assert state.parse_wm_size("Physical size: 0x0", 0) is None


def windows(flags: str, *, focused: str = "bbb") -> str:
    return (
        "  Window #0 Window{aaa u0 NotificationShade}:\n      fl=NOT_FOCUSABLE\n"
        f"  Window #1 Window{{bbb u0 com.bank/.Main}}:\n      fl={flags}\n"
        "  Window #2 Window{ccc u0 com.other/.Main}:\n      fl=LAYOUT_IN_SCREEN\n"
        f"  mCurrentFocus=Window{{{focused} u0 com.bank/.Main}}\n"
    )


@pytest.mark.parametrize(
    ("flags", "is_secure"),
    [
        ("LAYOUT_IN_SCREEN SECURE SPLIT_TOUCH", True),
        ("#81812100", True),
        ("#81810100", False),
        ("LAYOUT_IN_SCREEN INSECURE", False),
    ],
)
def test_secure_windows_are_known_by_their_flags(flags: str, is_secure: bool) -> None:
    assert state.secure(windows(flags)) is is_secure


def test_only_the_focused_window_counts() -> None:
    assert not state.secure(windows("SECURE", focused="ccc"))
    assert not state.secure("")
