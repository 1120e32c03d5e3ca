# pyright: basic, reportOptionalMemberAccess=false, reportAttributeAccessIssue=false
"""A program of the tests: a window over the whole screen prints a JSON line for every event that it gets."""

import json
import time

from Xlib import XK, X, display


def main() -> None:
    connection = display.Display()
    screen = connection.screen()
    masks = X.ButtonPressMask | X.ButtonReleaseMask | X.PointerMotionMask | X.KeyPressMask | X.KeyReleaseMask
    window = screen.root.create_window(
        0,
        0,
        screen.width_in_pixels,
        screen.height_in_pixels,
        0,
        screen.root_depth,
        override_redirect=True,
        background_pixel=0x336699,
        event_mask=masks | X.ExposureMask,
    )
    window.map()
    kinds = {X.ButtonPress: "press", X.ButtonRelease: "release", X.MotionNotify: "move", X.KeyPress: "down"}
    ready = False
    while True:
        event = connection.next_event()
        if event.type == X.Expose:
            if not ready:
                ready = True
                window.set_input_focus(X.RevertToPointerRoot, X.CurrentTime)
                connection.sync()
                print(json.dumps({"kind": "ready"}), flush=True)
            continue
        if event.type == X.MappingNotify:
            connection.refresh_keyboard_mapping(event)
        if event.type not in (*kinds, X.KeyRelease):
            continue
        keyed = event.type in (X.KeyPress, X.KeyRelease)
        keysym = connection.keycode_to_keysym(event.detail, 1 if event.state & X.ShiftMask else 0) if keyed else 0
        if keyed and not keysym:
            keysym = connection.keycode_to_keysym(event.detail, 0)
        line = {
            "kind": kinds.get(event.type, "up"),
            "x": event.root_x,
            "y": event.root_y,
            "button": 0 if keyed else event.detail,
            "keysym": name_of(keysym),
            "time": event.time,
            "seen": time.monotonic(),
        }
        print(json.dumps(line), flush=True)


def name_of(keysym: int) -> str:
    names = [n[3:] for n in dir(XK) if n.startswith("XK_") and getattr(XK, n) == keysym]
    return names[0] if names else hex(keysym)


if __name__ == "__main__":
    XK.load_keysym_group("xf86")
    main()
