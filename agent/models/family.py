"""Which family a checkpoint is of, told by its architecture, its names and its processor.

The facts that are chosen among are in published.py. The architecture (`model_type`) rules out, the names decide (the
folder's, the hub id, `_name_or_path` in config.json, an endpoint's name for it), and where they say nothing the
processor's own pixel bounds do. What is told by none of them is read as the family that it grew from, and `warning`
says so: a finetune with a prompt of its own would only seem to be bad at its job.

No torch here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from actions.errors import UsageError
from agent.models.published import BASES, FAMILIES, GROWN, Family, Processor, Role
from prompts import dialects

NAMES = ", ".join(f.name for f in BASES)
"""For messages."""


@dataclass(frozen=True, slots=True)
class Choice:
    """`warning`: what could not be told, and how to say it; None where all is well."""

    family: Family
    warning: str | None = None


def by_type(model_type: str) -> Family | None:
    """The base family of a config's `model_type`."""
    return next((f for f in BASES if model_type in f.model_types), None)


def by_name(name: str) -> Family | None:
    """The family that a checkpoint's or an endpoint's model name speaks of: "qwen2-vl-72b-instruct"."""
    return next((f for f in (*GROWN, *BASES) if _speaks_of(f.pattern, name)), None)


def by_dialect(dialect: str) -> Family | None:
    return next((f for f in FAMILIES if f.dialect == dialect), None)


def choose(
    names: Sequence[str],
    *,
    model_type: str,
    processor: Mapping[str, Any],
    dialect: str | None = None,
) -> Choice | None:
    """The family of a checkpoint on this machine, or None where nothing here can run it.

    names: by which it goes, the most telling first. processor: its preprocessor_config.json. dialect: the one that was
    asked for, which settles the matter.
    """
    base = by_type(model_type) or _of_plugin(model_type, processor)
    if dialect is not None:
        asked = by_dialect(dialect)
        if base is not None:
            return Choice(asked if asked is not None and model_type in asked.model_types else base)
        cut = _cut(processor)
        return Choice(_unknown(model_type, dialect, cut)) if cut is not None else None
    if base is None:
        return None
    same_type = [f for f in GROWN if model_type in f.model_types]
    if found := _named(names, same_type):
        return Choice(found)
    if told := _named(names, GROWN):
        what = f"{names[0]} is called after {told.name} but is a {model_type} checkpoint, as no {told.name} is"
        return Choice(base, f"{what}: {_read_as(base)}")
    if base is by_name(names[0]):
        return Choice(base)
    if found := next((f for f in same_type if f.processor.own and f.processor == _own(processor)), None):
        return Choice(found, f"{names[0]} has the picture sizes of {found.name}: {_read_as(found)}")
    if base not in BASES:
        return Choice(base)
    return Choice(base, f"{names[0]} is no checkpoint that is known by its name: {_read_as(base)}")


def for_endpoint(name: str, dialect: str | None = None) -> Choice:
    """The family of a model that a server has: only its name tells. `UsageError` where that says nothing."""
    if dialect is not None:
        dialects.by_name(dialect)
        known = by_dialect(dialect) or by_name(name)
        return Choice(known if known is not None else _unknown(name, dialect, Processor()))
    if found := by_name(name):
        return Choice(found)
    if found := next((f for f in reversed(GROWN) if f.series and _speaks_of(f.series, name)), None):
        return Choice(found, f"{name} doesn't say which version it is: {_read_as(found)}")
    raise UsageError(
        f"the name {name!r} doesn't tell its family: the families known are {', '.join(f.name for f in FAMILIES)}",
        remedy=f"--dialect, one of {', '.join(dialects.names())}",
    )


def require_role(family: Family, name: str, role: Role) -> None:
    """`UsageError` where a checkpoint that only points is to decide what to do. An agent can point, too."""
    if role == "agent" and family.role == "grounder":
        raise UsageError(
            f"{name} ({family.name}) only points at what it is told of and can't decide what to do",
            remedy=f"--grounder {name}, beside another --model",
        )


def _named(names: Sequence[str], among: Sequence[Family]) -> Family | None:
    """By a version's own pattern in any of the names, then by what all versions are called."""
    for text in ("pattern", "series"):
        for name in names:
            for family in among:
                if getattr(family, text) and _speaks_of(getattr(family, text), name):
                    return family
    return None


def _speaks_of(pattern: str, name: str) -> bool:
    return re.search(pattern, name, re.IGNORECASE) is not None


def _read_as(family: Family) -> str:
    return f"read as {family.name} (if it was trained on another prompt: --dialect)"


def _own(processor: Mapping[str, Any]) -> Processor | None:
    cut = _cut(processor)
    return None if cut is None else Processor(cut.patch, cut.merge, cut.min_pixels, cut.max_pixels, own=True)


def _cut(processor: Mapping[str, Any]) -> Processor | None:
    """What a preprocessor_config.json says of the family of image processors that is used here; None for others."""
    kind = processor.get("image_processor_type", "")
    size: object = processor.get("size")
    bounds: dict[str, Any] = {**(size if isinstance(size, dict) else {}), **processor}  # pyright: ignore[reportUnknownArgumentType]
    low = bounds.get("min_pixels", bounds.get("shortest_edge"))
    high = bounds.get("max_pixels", bounds.get("longest_edge"))
    patch, merge = processor.get("patch_size"), processor.get("merge_size")
    numbers = (patch, merge, low, high)
    if not str(kind).startswith("Qwen2VLImageProcessor") or not all(isinstance(n, int) and n > 0 for n in numbers):
        return None
    return Processor(*numbers)  # type: ignore[arg-type]


def _of_plugin(model_type: str, processor: Mapping[str, Any]) -> Family | None:
    """A family that another package brings the dialect of."""
    try:
        dialect = dialects.for_model_type(model_type)
    except UsageError:
        return None
    cut = _cut(processor)
    return None if cut is None else _unknown(model_type, dialect.name, cut)


def _unknown(name: str, dialect: str, processor: Processor) -> Family:
    """A family of which nothing is published here."""
    space = dialects.by_name(dialect).space
    return Family(name, (name,), dialect, space, pattern=re.escape(name), processor=processor)


# ---------------------------------------------------------------- text for tokenizers

_CONTROL = re.compile(r"<\|(im_start|im_end|endoftext|vision_start|vision_end|vision_pad|image_pad|video_pad)\|>")


def plain(text: str) -> str:
    """Text in which no turn and no picture can be forged: `<|im_end|>` becomes `<| im_end |>`.

    A tokenizer takes these texts for control tokens wherever they stand, and part of a prompt was read off a
    screen, where anyone may have written it. Tokens that prompts and replies do use (`<|box_start|>`,
    `<tool_call>`) are left alone. Half surrogate pairs, which no tokenizer takes, become question marks.
    """
    return _CONTROL.sub(r"<| \1 |>", text).encode("utf-8", "replace").decode("utf-8")
