# pyright: basic
"""The X keysyms of canonical keys. Source: the X Window System Protocol, appendix A, and X11/keysymdef.h.

Layouts name most letters of scripts other than Latin by keysyms from before Unicode: a page, and a place on it that is
that of an old character set but for the letters that are given here.
"""

from __future__ import annotations

import functools

from Xlib import XK

from actions.errors import ActionError
from environments.desktop.keys import KEYSYMS

XK.load_keysym_group("xf86")

_UNICODE = 0x01000000
_PAGES = {
    0x1: "iso8859-2",
    0x2: "iso8859-3",
    0x3: "iso8859-4",
    0x5: "iso8859-6",
    0x6: "koi8-u",
    0x7: "iso8859-7",
    0xC: "iso8859-8",
    0xD: "iso8859-11",
}
_LETTERS = (0x6, 0x7)
"""Pages of which only the letters agree with their character set."""
_OWN = {
    **dict(zip("ђѓёєѕіїјљњћќґўџ№ЂЃЁЄЅІЇЈЉЊЋЌҐЎЏ", range(0x6A1, 0x6C0), strict=True)),
    **dict(zip("ΆΈΉΊΪ", range(0x7A1, 0x7A6), strict=True)),
    **dict(zip("ΌΎΫ", range(0x7A7, 0x7AA), strict=True)),
    **dict(zip("Ώ\0\0΅\0\0άέήίϊΐόύϋΰώ", range(0x7AB, 0x7BC), strict=True)),
    **dict(zip("Σσς", (0x7D2, 0x7F2, 0x7F3), strict=True)),
    "€": 0x20AC,
}


def character(keysym: int) -> str:
    """What a keysym writes: the other way round. Empty for keys that write nothing, and for Enter and Tab."""
    if 0x20 <= keysym < 0x7F or 0xA0 <= keysym < 0x100:
        return chr(keysym)
    if keysym & 0xFF000000 == _UNICODE:
        code = keysym & 0xFFFFFF
        return chr(code) if 0xA0 <= code < 0x110000 and not 0xD800 <= code < 0xE000 else ""
    return _written().get(keysym, "")


@functools.cache
def _written() -> dict[int, str]:
    own = {keysym: key for key, keysym in _OWN.items() if key != "\0"}
    pages: dict[int, str] = {}
    for page, charset in _PAGES.items():
        for place in range(0xA1, 0x100):
            text = bytes([place]).decode(charset, errors="ignore")
            if text and (page not in _LETTERS or text.isalpha()):
                pages[page << 8 | place] = text
    return pages | own


def keysyms(key: str) -> list[int]:
    """The keysyms that a keyboard may have for a key; empty where python-xlib knows none.

    An `ActionError` where no desktop's keyboard has such a key.
    """
    if key in KEYSYMS:
        name = KEYSYMS[key]  # python3-xlib writes XF86_ where X writes XF86
        keysym = XK.string_to_keysym(name) or XK.string_to_keysym(name.replace("XF86", "XF86_"))
        return [keysym] if keysym else []
    if len(key) != 1:
        raise ActionError(f"a desktop's keyboard has no key {key!r} that may be pressed")
    if ord(key) < 0x100:
        return [ord(key)]
    return [_UNICODE | ord(key), *_before_unicode(key)]


def _before_unicode(character: str) -> list[int]:
    if character in _OWN:
        return [_OWN[character]]
    found: list[int] = []
    for page, charset in _PAGES.items():
        place = character.encode(charset, errors="ignore")
        if place and place[0] > 0xA0 and (page not in _LETTERS or character.isalpha()):
            found.append(page << 8 | place[0])
    return found
