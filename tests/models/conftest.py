"""Tiny checkpoints, made once per test process, and models loaded from them."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Generator
from pathlib import Path

import pytest

from agent.models.transformers import TransformersModel
from tests.models.tiny import FamilyName, tiny_checkpoint

FAMILIES: tuple[FamilyName, ...] = ("qwen2_vl", "qwen2_5_vl", "qwen3_vl")


class Tiny:
    """Checkpoints and loaded models by family, each made when first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._models: dict[FamilyName, TransformersModel] = {}

    def folder(self, family: FamilyName = "qwen2_vl") -> Path:
        folder = self._folder / family
        return folder if folder.is_dir() else tiny_checkpoint(folder, family)

    def model(self, family: FamilyName = "qwen2_vl") -> TransformersModel:
        if family not in self._models:
            self._models[family] = TransformersModel.load(str(self.folder(family)), dtype="float32", device="cpu")
        return self._models[family]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    import torch

    torch.set_num_threads(1)
    return Tiny(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def quiet_log() -> Generator[list[str]]:
    """What transformers logs as a warning or worse; its logger doesn't propagate, so caplog misses it."""
    lines: list[str] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    logger = logging.getLogger("transformers")
    handler = Collect(logging.WARNING)
    logger.addHandler(handler)
    with contextlib.ExitStack() as stack:
        stack.callback(logger.removeHandler, handler)
        yield lines
