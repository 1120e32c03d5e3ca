# pyright: reportUnknownMemberType=false
"""Where torch's and transformers' errors and log lines become ours: one line each, or nothing."""

from __future__ import annotations

import contextlib
import gc
import logging
import re
import threading
import traceback
from collections.abc import Generator, Sequence

import torch
from huggingface_hub.errors import StrictDataclassError
from jinja2 import TemplateError
from safetensors import SafetensorError
from transformers.utils import logging as transformers_logging

from actions.errors import ModelError, ModelLoadError, ModelMemoryError
from agent.models.loading import is_terminal
from agent.models.loading import quiet as hub_quiet
from agent.models.writer import Writer

SMALLER = "give a smaller --max-pixels, a smaller model, or a 4-bit one such as Qwen/Qwen2-VL-7B-Instruct-AWQ"


@contextlib.contextmanager
def loading(name: str) -> Generator[None]:
    """Where torch's and transformers' errors at load become ours."""
    try:
        yield
    except RuntimeError as e:
        if memory := _out_of_memory(e, name):
            raise memory from e
        raise ModelLoadError(f"{name} can't be loaded: {_line(e)}") from e
    except ImportError as e:
        raise ModelLoadError(f"{name} needs a package that isn't there: {_line(e)}") from e
    except Exception as e:
        # The reader of tokenizer.json raises Exception itself, the strict configs a class of the hub client's.
        ours = (OSError, ValueError, LookupError, TypeError, AttributeError, SafetensorError, StrictDataclassError)
        if type(e) is not Exception and not isinstance(e, ours):
            raise
        raise ModelLoadError(f"{name} can't be loaded: {_line(e)}") from e


@contextlib.contextmanager
def running(name: str, writers: Sequence[Writer] = ()) -> Generator[None]:
    """Where their errors in a run become ours. What `on_text` raises is the caller's own and passes through."""
    try:
        yield
    except (RuntimeError, ValueError, LookupError, TypeError, TemplateError) as e:
        if any(w.telling for w in writers):
            raise
        if memory := _out_of_memory(e, name):
            raise memory from e
        raise ModelError(f"{name} failed: {_line(e)}") from e


def _out_of_memory(error: Exception, name: str) -> ModelMemoryError | None:
    """Frees what can be freed. mps and cpu have no class for it, only words."""
    text = str(error)
    if not isinstance(error, torch.OutOfMemoryError) and not re.search("out of memory|can't allocate memory", text):
        return None
    traceback.clear_frames(error.__traceback__)  # they hold the tensors that took the memory
    free()
    return ModelMemoryError(f"{name} ran out of memory", remedy=SMALLER)


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:240] or type(error).__name__


_quiet = threading.Lock()
_within = contextlib.ExitStack()
_holders = 0


@contextlib.contextmanager
def quiet() -> Generator[None]:
    """transformers logs advice and draws bars while it loads; errors are raised and need neither.

    What it sets is the whole process', so of several threads within, the first sets it and the last sets it back.
    """
    global _holders
    with _quiet:
        if _holders == 0:
            _within.enter_context(_silenced())
        _holders += 1
    try:
        yield
    finally:
        with _quiet:
            _holders -= 1
            if _holders == 0:
                _within.close()


@contextlib.contextmanager
def _silenced() -> Generator[None]:
    before = transformers_logging.get_verbosity()
    bars = transformers_logging.is_progress_bar_enabled()
    transformers_logging.set_verbosity(logging.ERROR)
    with hub_quiet():
        if not is_terminal():
            transformers_logging.disable_progress_bar()
        try:
            yield
        finally:
            transformers_logging.set_verbosity(before)
            if bars:
                transformers_logging.enable_progress_bar()


def free() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()
