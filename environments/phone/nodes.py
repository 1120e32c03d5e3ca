"""What an accessibility service sees of the simulated phone: a flat list of nodes, drawn from bottom to top."""

from __future__ import annotations

from dataclasses import dataclass

from actions.geometry import Rect


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One element of the screen; `rect` is its visible part in pixels of the screen as it is now.

    `cls` is a class name without its package ("Switch", "EditText"). `resource_id` is the part after ":id/". A
    password's `text` is bullets, as Android reports it.
    """

    rect: Rect
    text: str = ""
    resource_id: str = ""
    cls: str = "TextView"
    description: str = ""
    package: str = ""
    checkable: bool = False
    checked: bool = False
    clickable: bool = False
    enabled: bool = True
    focused: bool = False
    scrollable: bool = False
    password: bool = False
    editable: bool = False

    @property
    def label(self) -> str:
        """What a person would call it: its id, its text, or its description."""
        return self.resource_id or self.text or self.description
