"""Environments and models by name; those of other packages come in by entry points.

A package adds an environment with an entry point in the group `handeye.environments`: its name is what stands after
`--on`, its value a callable that takes the `serial` (or None) and returns an `Environment`. Dialects have the group
`handeye.dialects` (prompts/dialects/__init__.py).
"""

from __future__ import annotations

import difflib
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Literal, get_args

from actions.errors import UsageError
from agent.models.base import Model
from agent.models.family import for_endpoint, require_role
from agent.models.published import Role
from environments.base import Environment

if TYPE_CHECKING:
    from agent.models.loading import Checkpoint

Capture = Literal["raw", "png", "scrcpy"]
"""As `environments.android.driver` has it, which is loaded only where it is used."""

ENVIRONMENTS = {
    "android": "environments.android.driver:AndroidEnvironment",
    "desktop": "environments.desktop.driver:DesktopEnvironment",
    "phone": "environments.phone.environment:PhoneEnvironment",
}
GROUP = "handeye.environments"


def environment_names() -> list[str]:
    return sorted({*ENVIRONMENTS, *(e.name for e in entry_points(group=GROUP))})


def open_environment(
    name: str, *, serial: str | None = None, screen: int | None = None, capture: Capture | None = None
) -> Environment:
    """Open an environment by name. `serial` names the device, where there can be several. `screen`: the number of a
    phone's display, or of a desktop's monitor from 1 (0: all of them), where there are several of these. `capture`: how
    pictures of a phone are taken, where that is not to be found out."""
    if name not in environment_names():
        near = difflib.get_close_matches(name, environment_names(), n=1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        raise UsageError(f"no environment is called {name!r}; there are {', '.join(environment_names())}{meant}")
    if name not in ENVIRONMENTS:
        (plugin, *_) = (e for e in entry_points(group=GROUP) if e.name == name)
        if screen is not None:
            raise UsageError(f"--screen is for android and desktop; {name} is of another package")
        if capture is not None:
            raise UsageError(f"--capture is for android; {name} is of another package")
        return plugin.load()(serial)
    factory = EntryPoint(name, ENVIRONMENTS[name], GROUP).load()
    if name == "android":
        return factory(serial, display=screen, capture=capture)
    if serial is not None:
        raise UsageError(f"--serial names an Android device; {name} has none")
    if capture is not None:
        raise UsageError(f"--capture is for android; {name} takes its pictures in one way")
    if screen is None:
        return factory()
    if name != "desktop":
        raise UsageError(f"--screen chooses among several screens; {name} has one")
    return factory(monitor=screen)


def known_capture(name: str) -> Capture | None:
    """What stands after --capture; None for auto. `UsageError` for what there isn't."""
    if name == "auto":
        return None
    for known in get_args(Capture):
        if name == known:
            return known
    raise UsageError(f"--capture can't be {name!r}; there are auto, {', '.join(get_args(Capture))}")


def open_model(
    name: str | None,
    *,
    endpoint: str | None = None,
    dialect: str | None = None,
    role: Role = "agent",
    min_pixels: int | None = None,
    max_pixels: int | None = None,
) -> Model:
    """A checkpoint (folder or hub id) on this machine, or with `endpoint` a model that a server has.

    dialect: the one that will be spoken, where it is not the model's own. role: what it is opened for; a checkpoint
    that only points at things is refused as an agent. Raises `UsageError`, `ModelError`.
    """
    if name is not None and endpoint is not None:
        require_role(for_endpoint(name, dialect).family, name, role)
        from agent.models.openai import OpenAIModel

        return OpenAIModel(name, base_url=endpoint, dialect=dialect, min_pixels=min_pixels, max_pixels=max_pixels)
    # what is wrong with it is said at once, and not after the seconds that torch takes
    checkpoint = find_checkpoint(name, dialect=dialect, role=role)
    from agent.models.transformers import TransformersModel

    return TransformersModel.load(checkpoint, min_pixels=min_pixels, max_pixels=max_pixels)


def find_checkpoint(name: str | None, *, dialect: str | None = None, role: Role = "agent") -> Checkpoint:
    """The checkpoint that `open_model` would load, looked at without torch. Raises `UsageError`, `ModelError`."""
    if name is None:
        raise UsageError(
            "no model is given",
            remedy="--model Qwen/Qwen2-VL-2B-Instruct (or a folder), or --endpoint URL --model NAME",
        )
    from agent.models.loading import open_checkpoint

    checkpoint = open_checkpoint(name, dialect=dialect)
    require_role(checkpoint.family, name, role)
    return checkpoint
