"""Text that was typed on the on-screen keyboard: fingers on keys, and what the field holds before and after.

Which keys were touched is never looked at: keyboards correct words, offer them and are slid over. The field tells, by
the accessibility tree, where the person rests for a moment before and after the text; otherwise the touches stay what
they are. Nothing of what goes into a password field is kept, no touch either: it would show the keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile

from actions.types import TypeText
from environments.android.nodes import Node

DOTS = ".."
"""What a dump shows in place of an emoji."""


@dataclass(frozen=True, slots=True)
class FieldText:
    """A field that has the focus, and what it holds (its hint, where it is empty)."""

    text: str
    node: Node

    def same(self, other: FieldText) -> bool:
        """Whether it is the same field: one that grows with its text keeps its sides."""
        a, b = self.node.rect, other.node.rect
        beside = (a.left, a.right) == (b.left, b.right) and a.top <= b.bottom and b.top <= a.bottom
        return beside and self.node.package == other.node.package


def typed(before: FieldText, after: FieldText) -> TypeText | None:
    """What was typed between; None where that can't be told, or is no text.

    What was put in is the text, wherever the caret was; where something was taken out too, the field's new text
    replaces all that it held.
    """
    was, held = before.text, after.text
    if not before.same(after) or was == held or not held or held.count(DOTS) > was.count(DOTS):
        return None
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(was, held, strict=False)))
    new, kept = held[alike:], was[alike:]
    if not new.endswith(kept) or len(new) <= len(kept):
        return TypeText(text=held, replace=True)
    return TypeText(text=new[: len(new) - len(kept)])
