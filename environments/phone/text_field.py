"""The text field: its text, hint, caret and selection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from actions.geometry import Rect
from environments.phone.canvas import Canvas
from environments.phone.parts import Handler, Layout, Style, Widget


@dataclass(frozen=True, slots=True)
class Field(Widget):
    """A text field. `value` comes from the app's state and `on_change` puts it there.

    Without `multiline` the Enter key calls `on_submit`. `bare` leaves out the box, `least` is its least height in dp.
    """

    id: str
    value: str
    on_change: Callable[[str], object]
    hint: str = ""
    multiline: bool = False
    password: bool = False
    on_submit: Handler | None = None
    bare: bool = False
    least: float = 48
    most_lines: int = 0

    def _shown(self) -> str:
        text = "•" * len(self.value) if self.password else self.value
        return text if self.multiline else text.replace("\n", " ")

    def _lines(self, width: int, style: Style) -> list[tuple[int, str]]:
        return style.face(17).wrap(self._shown(), width - 2 * style.dp(16))

    def height(self, width: int, style: Style) -> int:
        count = len(self._lines(width, style)) if self.multiline else 1
        if self.most_lines:
            count = min(count, self.most_lines)
        return max(style.dp(self.least), count * style.face(17).line + 2 * style.dp(12))

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        face, theme = style.face(17), style.theme
        focus = style.focus if style.focus is not None and style.focus.field == self.id else None
        inner = area.inset(style.dp(16), style.dp(12))
        lines = self._lines(area.width, style) if self.multiline else [(0, self._shown())]
        caret_line = max((i for i, (first, _) in enumerate(lines) if focus and first <= focus.caret), default=0)
        start = 0.0
        if not self.multiline:
            inner = inner.middle(inner.width, face.line)
            if focus:
                start = max(0.0, face.length(lines[0][1][: focus.caret]) - inner.width)
        first_line = 0
        if self.most_lines and len(lines) > self.most_lines:
            first_line = max(0, min(caret_line if focus else 0, len(lines)) - self.most_lines + 1)
            lines = lines[first_line : first_line + self.most_lines]
            caret_line -= first_line

        room = area.inset(0 if self.multiline else style.dp(14), 0).clipped(out.clip)

        def where(index: int, first: int, line: str) -> float:
            return inner.left - start + face.length(line[: max(0, index - first)])

        def paint_lines(canvas: Canvas) -> None:
            rest = inner
            low, high = focus.selection if focus else (0, 0)
            for number, (first, line) in enumerate(lines):
                row, rest = Rect(rest.left, rest.top, rest.right, rest.top + face.line), rest.moved(0, face.line)
                if row.bottom <= room.top or row.top >= room.bottom:
                    continue
                if low < high and low <= first + len(line) and high > first:
                    left, right = where(low, first, line), where(min(high, first + len(line)), first, line)
                    canvas.fill(Rect(round(left), row.top, round(right), row.bottom), theme.tonal)
                first_shown, way = face.from_offset(line, start)
                piece = face.fit(line[first_shown:], area.width, ellipsis="")
                canvas.text(inner.left - start + way, row.top, piece, face, theme.text)
                if focus and number == caret_line:
                    x = round(where(focus.caret, first, line))
                    canvas.fill(Rect(x, row.top, x + max(2, style.dp(2)), row.bottom), theme.accent)

        def paint(canvas: Canvas) -> None:
            if not self.bare:
                canvas.rounded(area, style.dp(24), theme.surface, border=theme.accent if focus else theme.divider)
            if not self.value and self.hint:
                canvas.text_in(inner.cut_top(face.line)[0], self.hint, face, theme.secondary)
            canvas.clipped(room, paint_lines)

        def caret_at(x: float, y: float) -> int:
            row = min(max(0, int((y - inner.top) // face.line)), len(lines) - 1)
            first, line = lines[row]
            at = inner.left - start
            for i, char in enumerate(line):
                wide = face.length(char)
                if x < at + wide / 2:
                    return first + i
                at += wide
            return first + len(line)

        part = out.add(
            area,
            paint,
            field=self,
            text=self._shown() if self.password else self.value,
            resource_id=self.id,
            cls="EditText",
            description="" if self.value else self.hint,
            focused=focus is not None,
            password=self.password,
            editable=True,
        )
        part.caret_at = caret_at
