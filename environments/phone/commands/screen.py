"""`screencap` and `uiautomator`: what is on the screen, as pixels and as nodes."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from environments.phone.commands.base import Call, CommandError
from environments.phone.nodes import Node
from environments.phone.phone import Phone

DISPLAY_ID = "4619827259835644672"
"""The physical display, as `dumpsys SurfaceFlinger --display-id` names it."""
DUMP_PATH = "/sdcard/window_dump.xml"


def screencap(call: Call) -> None:
    """screencap [-p] [-d DISPLAY] [FILE]: raw pixels, or PNG with -p or where FILE ends with .png."""
    as_png = call.flag("-p")
    display = call.option("-d")
    if display not in (None, "0", DISPLAY_ID):
        raise CommandError(f"Display Id '{display}' is not valid.", code=1)
    path = call.optional()
    phone, faults, camera = call.phone, call.faults, call.system.camera
    if faults.screencap_error is not None:
        raise CommandError(faults.screencap_error, code=1)
    with phone.lock:
        frame = camera.take(phone, faults)
        picture = camera.png(frame) if as_png or (path or "").endswith(".png") else camera.raw(frame)
        phone.log.add("screencap", bytes=len(picture), png=as_png)
        rotation = faults.take("rotate_after_capture")
        if rotation is not None:
            phone.rotate(rotation)
        if faults.take("dialog_after_capture"):
            phone.crash()
    call.pause(faults.slow_screencap)
    banner = b"" if faults.screencap_banner is None else faults.screencap_banner.encode() + b"\n"
    cut = memoryview(picture)[: faults.truncate_screencap]
    if path is None:
        call.write(banner)
        call.write(cut)
    else:
        save(call, path, cut)


def save(call: Call, path: str, data: bytes | memoryview) -> None:
    """Write a file of the phone."""
    try:
        call.system.storage.writable(path).write_bytes(data)
    except OSError as e:
        raise CommandError(f"Error opening file: {path} ({e.strerror or e})", code=1) from e


def uiautomator(call: Call) -> None:
    """uiautomator dump [FILE]"""
    if call.optional() != "dump":
        raise CommandError("Usage: uiautomator <subcommand> [options]\n\ndump: creates an XML dump of the UI", code=255)
    call.flag("--compressed")
    path = call.optional() or DUMP_PATH
    if call.faults.uiautomator_error:
        # It says so and exits with 0, as on Android: com.android.commands.uiautomator.DumpCommand.
        raise CommandError("ERROR: could not get idle state.", code=0)
    with call.phone.lock:
        data = hierarchy(call.phone).encode("utf-8", "xmlcharrefreplace")
    if path == "/dev/tty":
        call.write(data)
    else:
        save(call, path, data)
    call.say(f"UI hierchary dumped to: {path}")  # spelt so on Android


def hierarchy(phone: Phone) -> str:
    """The screen's nodes in the form of AccessibilityNodeInfoDumper, beneath a root that covers the screen."""
    size = phone.size
    nodes = phone.nodes()
    root = _element(
        0, "", "", "android.widget.FrameLayout", phone.foreground.package, f"[0,0][{size.width},{size.height}]"
    )
    children = "".join(_node(index, node) + " />" for index, node in enumerate(nodes))
    return (
        "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>"
        f'<hierarchy rotation="{phone.rotation}">{root}>{children}</node></hierarchy>'
    )


def _node(index: int, node: Node) -> str:
    rect = node.rect
    return _element(
        index,
        node.text,
        f"{node.package}:id/{node.resource_id}" if node.resource_id else "",
        f"android.widget.{node.cls}",
        node.package,
        f"[{rect.left},{rect.top}][{rect.right},{rect.bottom}]",
        description=node.description,
        checkable=node.checkable,
        checked=node.checked,
        clickable=node.clickable,
        enabled=node.enabled,
        focusable=node.clickable or node.editable,
        focused=node.focused,
        scrollable=node.scrollable,
        password=node.password,
    )


def _element(
    index: int,
    text: str,
    resource: str,
    cls: str,
    package: str,
    bounds: str,
    *,
    description: str = "",
    enabled: bool = True,
    **flags: bool,
) -> str:
    names = ("checkable", "checked", "clickable", "enabled", "focusable", "focused", "scrollable")
    flags["enabled"] = enabled
    values = {
        "index": str(index),
        "text": text,
        "resource-id": resource,
        "class": cls,
        "package": package,
        "content-desc": description,
        **{name: str(flags.get(name, False)).lower() for name in names},
        "long-clickable": "false",
        "password": str(flags.get("password", False)).lower(),
        "selected": "false",
        "bounds": bounds,
    }
    return "<node " + " ".join(f"{name}={_quoted(value)}" for name, value in values.items())


def _quoted(text: str) -> str:
    """For XML 1.0; what it can't hold becomes a dot, as AccessibilityNodeInfoDumper does."""
    safe = "".join(
        c if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff" else "." for c in text
    )
    quoted = quoteattr(safe, {"\n": "&#10;", "\t": "&#9;", "\r": "&#13;"})
    if quoted.startswith("'"):
        quoted = '"' + quoted[1:-1].replace('"', "&quot;") + '"'
    return quoted
