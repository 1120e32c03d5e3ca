"""Chat messages with pictures, in no library's form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from environments.picture import Picture


@dataclass(frozen=True, slots=True)
class TextPart:
    text: str


@dataclass(frozen=True, slots=True)
class ImagePart:
    """A picture: pixels, or where to find them (a path, a URL or a data: URL, read by the model's loader)."""

    picture: Picture | str


@dataclass(frozen=True, slots=True)
class VideoPart:
    """A video by path or URL, or its frames in order."""

    frames: str | tuple[Picture, ...]
    fps: float = 2.0


Part = TextPart | ImagePart | VideoPart
Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn. Where the last message is the assistant's, the model goes on writing it."""

    role: Role
    parts: tuple[Part, ...]

    @classmethod
    def of(cls, role: Role, *parts: Part | str) -> Message:
        return cls(role, tuple(TextPart(p) if isinstance(p, str) else p for p in parts))

    @property
    def text(self) -> str:
        """All its text, each picture as nothing."""
        return "".join(p.text for p in self.parts if isinstance(p, TextPart))


def pictures(messages: Iterable[Message]) -> list[ImagePart]:
    return [p for m in messages for p in m.parts if isinstance(p, ImagePart)]


def transcript(messages: Iterable[Message]) -> str:
    """The messages as text for people and golden files: `[role]` lines, pictures as `<image WxH>`."""
    lines: list[str] = []
    for message in messages:
        lines.append(f"[{message.role}]\n")
        for part in message.parts:
            match part:
                case TextPart(text):
                    lines.append(text)
                case ImagePart(picture):
                    lines.append(f"<image {picture if isinstance(picture, str) else picture.size}>")
                case VideoPart(frames):
                    lines.append(f"<video {frames if isinstance(frames, str) else len(frames)}>")
        lines.append("\n")
    return "".join(lines)
