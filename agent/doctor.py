"""What a run needs, and what is here of it; each finding that is not well has the command that mends it."""

from __future__ import annotations

import importlib
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from actions.errors import HandeyeError

PACKAGES = ("torch", "torchvision", "transformers", "qwen-vl-utils", "adbutils", "mss", "pyautogui")
EXTRAS = {"openai": "endpoint", "av": "video", "bitsandbytes": "bitsandbytes", "gptqmodel": "gptq"}


@dataclass(frozen=True, slots=True)
class Finding:
    """ok: it is there. note: something can't be done without it. missing: nothing works without it."""

    state: Literal["ok", "note", "missing"]
    what: str
    remedy: str | None = None


def examine() -> Iterator[Finding]:
    yield from _packages()
    yield _accelerator()
    yield from _android()
    yield from _display()
    yield _device_shell()


def _packages() -> Iterator[Finding]:
    yield Finding("ok", f"Python {platform.python_version()} on {sys.platform}")
    for name in PACKAGES:
        try:
            yield Finding("ok", f"{name} {version(name)}")
        except PackageNotFoundError:
            yield Finding("missing", f"{name} is not installed", f"uv pip install {name}")
    for name, extra in EXTRAS.items():
        try:
            yield Finding("ok", f"{name} {version(name)}")
        except PackageNotFoundError:
            yield Finding("note", f"{name} is not installed (extra {extra})", f"uv pip install 'handeye[{extra}]'")


def _accelerator() -> Finding:
    try:
        torch = importlib.import_module("torch")
        importlib.import_module("torchvision")
    except (ImportError, OSError, RuntimeError) as e:  # a torchvision of another torch fails with RuntimeError
        remedy = "uv pip install --upgrade torch torchvision (together)"
        return Finding("missing", f"torch and torchvision don't load: {str(e).splitlines()[0]}", remedy)
    if torch.cuda.is_available():
        free, total = torch.cuda.mem_get_info()
        name = torch.cuda.get_device_name()
        return Finding("ok", f"{name}, {free / 2**30:.1f} of {total / 2**30:.1f} GiB free")
    if torch.backends.mps.is_available():
        return Finding("ok", "Apple GPU (mps)")
    return Finding("note", "no GPU: models run on the CPU, at seconds a step", "a machine with CUDA, or --endpoint URL")


def _android() -> Iterator[Finding]:
    from environments.android.devices import list_devices

    try:
        devices = list_devices()
    except HandeyeError as e:
        yield Finding("note", e.message, e.remedy)
        return
    for device in devices:
        state: Literal["ok", "note"] = "ok" if device.state == "device" else "note"
        yield Finding(state, f"Android device {device.serial}: {device.state}")
    if not devices:
        yield Finding("note", "no Android device", "turn on USB debugging and plug it in; or handeye demo")


def _display() -> Iterator[Finding]:
    from environments.desktop.display import check_display

    problems = check_display()
    for what, remedy in problems:
        yield Finding("note", f"desktop: {what}", remedy)
    if not problems:
        yield Finding("ok", "desktop: display found")


def _device_shell() -> Finding:
    if shutil.which("mksh"):
        return Finding("ok", "the simulated phone has Android's own shell, mksh")
    remedy = "apt-get install mksh" if sys.platform == "linux" else "install mksh"
    return Finding("note", "the simulated phone uses sh, where Android has mksh", remedy)
