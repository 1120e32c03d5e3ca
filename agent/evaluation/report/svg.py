"""A plot's SVG as part of a page: no style of its own, since the page's policy allows none, and the page's own ink.

matplotlib writes what a shape looks like into `style` attributes and the names of its parts into `id`s; here the first
become attributes of SVG (SVG 2, 6.3: each of those properties is one) and only ids that are referred to are kept, under
the plot's own name, so that several plots can stand in one page.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

INK = "#010203"
"""Whatever a plot draws in this colour takes that of the text around it, in the light and in the dark."""

_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_PIXELS = re.compile(r"([\d.]+)px")
_DROPPED = ("metadata", "style", "title")
_UNUSED = ("font-family", "font-style", "font-variant", "font-stretch")


def inline(svg: str, name: str, description: str) -> str:
    """The `svg` element for a page. name: of letters and digits, another for each plot of a page. description: what it
    shows, for those who can't see it."""
    root = ET.fromstring(svg)  # noqa: S314  written by matplotlib a moment ago
    used: set[str] = set()
    for parent in root.iter():
        for child in [c for c in parent if _local(c.tag) in _DROPPED]:
            parent.remove(child)
    for element in root.iter():
        element.tag = _local(element.tag)
        element.attrib = _attributes(element.attrib)
        for value in element.attrib.values():
            used.update(_REFERENCE.findall(value))
        if (target := element.get("href", "")).startswith("#"):
            used.add(target[1:])
    for element in root.iter():
        _rename(element, used, name)
    root.attrib = {"viewBox": root.get("viewBox", ""), "class": "plot", "role": "img", "aria-label": description}
    return ET.tostring(root, encoding="unicode")


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _attributes(given: dict[str, str]) -> dict[str, str]:
    attributes = {_local(k): v for k, v in given.items() if _local(k) != "style"}
    for declaration in given.get("style", "").split(";"):
        key, _, value = (part.strip() for part in declaration.partition(":"))
        if key == "font":
            key, value = "font-size", (_PIXELS.findall(value) or ["10"])[0]
        elif key == "font-size":
            value = value.removesuffix("px")
        if value and key not in _UNUSED:
            attributes[key] = value
    for key in ("fill", "stroke"):
        if attributes.get(key) == INK:
            attributes[key] = "currentColor"
    if "href" in attributes and not attributes["href"].startswith("#"):
        attributes["href"] = "".join(attributes["href"].split())
    return attributes


def _rename(element: ET.Element, used: set[str], name: str) -> None:
    for key, value in list(element.attrib.items()):
        if key == "id":
            if value in used:
                element.set(key, f"{name}-{value}")
            else:
                del element.attrib[key]
        elif key == "href" and value.startswith("#"):
            element.set(key, f"#{name}-{value[1:]}")
        elif "url(#" in value:
            element.set(key, _REFERENCE.sub(rf"url(#{name}-\1)", value))
