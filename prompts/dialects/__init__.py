"""The dialects by name, and the choice of one from a checkpoint's own config.

Packages add theirs under the entry-point group `handeye.dialects`: name = "module:Class", a subclass of
`prompts.dialect.Dialect`. They are loaded only when a name or model type is asked for that is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType

from actions.errors import UsageError
from prompts.dialect import Dialect
from prompts.dialects.aguvis import Aguvis
from prompts.dialects.autoglm_phone import AutoGLMPhone
from prompts.dialects.gelab_zero import GELabZero
from prompts.dialects.gui_owl import GUIOwl, GUIOwl15
from prompts.dialects.gui_r1 import GuiR1, InfiGuiR1, UiR1
from prompts.dialects.holo import Holo, HoloGrounding
from prompts.dialects.mai_ui import MaiUI
from prompts.dialects.os_atlas import OSAtlasBase, OSAtlasPro
from prompts.dialects.qwen2_5_vl import Qwen25VL
from prompts.dialects.qwen2_vl import Qwen2VL
from prompts.dialects.qwen3_5 import Qwen35
from prompts.dialects.qwen3_vl import Qwen3VL
from prompts.dialects.qwen_grounding import Qwen2VLGrounding, Qwen3VLGrounding, Qwen25VLGrounding
from prompts.dialects.showui import ShowUI, ShowUIGrounding
from prompts.dialects.uground import UGround
from prompts.dialects.ui_tars import UITars10, UITars15
from prompts.dialects.ui_tars_2 import UITars2
from prompts.dialects.ui_venus import UIVenus, UIVenus15, UIVenus15Grounding
from prompts.grounding import GroundingDialect

GROUP = "handeye.dialects"

BUILT_IN: Mapping[str, type[Dialect]] = MappingProxyType(
    {
        d.name: d
        for d in (
            Qwen2VL,
            Qwen25VL,
            Qwen3VL,
            Qwen35,
            GUIOwl,
            GUIOwl15,
            MaiUI,
            GELabZero,
            GuiR1,
            UiR1,
            InfiGuiR1,
            UITars10,
            UITars15,
            UITars2,
            AutoGLMPhone,
            UIVenus,
            UIVenus15,
            OSAtlasPro,
            ShowUI,
            Aguvis,
            Holo,
        )
    }
)
GROUNDING: Mapping[str, type[GroundingDialect]] = MappingProxyType(
    {
        d.name: d
        for d in (
            Qwen2VLGrounding,
            Qwen25VLGrounding,
            Qwen3VLGrounding,
            OSAtlasBase,
            ShowUIGrounding,
            UGround,
            UIVenus15Grounding,
            HoloGrounding,
        )
    }
)
"""How models say where something is, by the name of their dialect."""


def names() -> tuple[str, ...]:
    """Every dialect there is, without loading the plug-ins."""
    return tuple(sorted({*BUILT_IN, *(e.name for e in entry_points(group=GROUP))}))


def by_name(name: str) -> type[Dialect]:
    """The dialect of that name; `UsageError` where there is none."""
    if name in BUILT_IN:
        return BUILT_IN[name]
    for entry in entry_points(group=GROUP):
        if entry.name == name:
            return _loaded(entry)
    if name in GROUNDING:
        raise UsageError(f"{name} only says where something is, and can't plan", remedy="--grounder, beside a --model")
    raise UsageError(f"no dialect is called {name!r}; there are {', '.join(names())}")


def grounding_by_name(name: str) -> type[GroundingDialect]:
    """How the models of that dialect say where something is; `UsageError` where that is not known."""
    if name in GROUNDING:
        return GROUNDING[name]
    raise UsageError(f"how models of the dialect {name!r} point is not known; known are {', '.join(sorted(GROUNDING))}")


def for_model_type(model_type: str) -> type[Dialect]:
    """The dialect that checkpoints of this `model_type` (from their config.json) were trained on.

    `UsageError` where there is none; a checkpoint of another type can still be run with a dialect given by name.
    """
    for dialect in BUILT_IN.values():
        if model_type in dialect.model_types:
            return dialect
    known = {t for d in BUILT_IN.values() for t in d.model_types}
    for entry in entry_points(group=GROUP):
        dialect = _loaded(entry)
        if model_type in dialect.model_types:
            return dialect
        known |= dialect.model_types
    raise UsageError(
        f"no dialect is known for checkpoints of the type {model_type!r}, only for {', '.join(sorted(known))}",
        remedy=f"name a dialect: {', '.join(names())}",
    )


def _loaded(entry: EntryPoint) -> type[Dialect]:
    try:
        found = entry.load()
    except (ImportError, AttributeError) as e:
        raise UsageError(f"the dialect {entry.name!r} ({entry.value}) can't be loaded: {e}") from e
    if not (isinstance(found, type) and issubclass(found, Dialect)):
        raise UsageError(f"the dialect {entry.name!r} ({entry.value}) is no subclass of prompts.dialect.Dialect")
    return found
