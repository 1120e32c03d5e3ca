"""handeye: a local vision model that sees a screen and uses it.

    from agent import Agent, TransformersModel, open_environment

Names are looked up when they are first used, so that importing this costs nothing and loads no torch.
"""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from actions.tools import Tool
    from agent.core import Agent, Choice, Limits
    from agent.grounder import Grounder
    from agent.models.base import Budget, Model, Reply
    from agent.models.openai import OpenAIModel
    from agent.models.scripted import ScriptedModel
    from agent.models.transformers import TransformersModel
    from agent.plugins import open_environment, open_model
    from agent.returns import TaskFailed
    from agent.run_folder import read_run
    from environments.episode import Episode, Step

__all__ = [
    "Agent",
    "Budget",
    "Choice",
    "Episode",
    "Grounder",
    "Limits",
    "Model",
    "OpenAIModel",
    "Reply",
    "ScriptedModel",
    "Step",
    "TaskFailed",
    "Tool",
    "TransformersModel",
    "open_environment",
    "open_model",
    "read_run",
]

_HOMES = {
    "agent.core": ("Agent", "Choice", "Limits"),
    "agent.grounder": ("Grounder",),
    "agent.models.base": ("Budget", "Model", "Reply"),
    "agent.models.openai": ("OpenAIModel",),
    "agent.models.scripted": ("ScriptedModel",),
    "agent.models.transformers": ("TransformersModel",),
    "agent.plugins": ("open_environment", "open_model"),
    "agent.returns": ("TaskFailed",),
    "agent.run_folder": ("read_run",),
    "actions.tools": ("Tool",),
    "environments.episode": ("Episode", "Step"),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(module), name)
    raise AttributeError(f"module 'agent' has no attribute {name!r}")


def _check_siblings() -> None:
    """The four packages have common names; one from elsewhere on the path would be imported in silence."""
    root = Path(__file__).resolve().parents[1]
    for sibling in ("actions", "environments", "prompts"):
        spec = importlib.util.find_spec(sibling)
        found = [Path(p).resolve() for p in (spec.submodule_search_locations or ())] if spec else []
        if root / sibling not in found[:1]:
            where = found[0] if found else "nothing"
            raise ImportError(f"handeye's package {sibling!r} should be {root / sibling}, but Python finds {where}")


_check_siblings()
