"""Who is asked about recorded steps, and how: plain data, so that it can be sent to another machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from agent.core import Agent, Limits
from agent.evaluation.replay import HistoryOf, Level
from agent.models.base import Budget, Model
from agent.plugins import find_checkpoint, open_model
from environments.base import Platform
from environments.shown import shown
from prompts.dialect import Language
from prompts.dialects import by_name
from prompts.history import History

MakeAgent = Callable[[Model, Platform], Agent]


@dataclass(frozen=True, slots=True)
class Asking:
    """All that a prediction depends on but the step. `None` leaves it to the checkpoint, the dialect or the server."""

    model: str | None
    endpoint: str | None = None
    dialect: str | None = None
    min_pixels: int | None = None
    max_pixels: int | None = None
    history: HistoryOf = "gold"
    level: Level = "high"
    language: Language = "en"
    screenshots: int | None = None
    attempts: int = 1
    reply_tokens: int = 1024
    constrain: bool | None = None

    def about(self, own_dialect: str) -> dict[str, str]:
        """What a file of predictions says of it. own_dialect: the one that the model was trained on.

        Not where the model ran, nor how many episodes side by side: the questions are the same, and so a run may go on
        in another place. Answers may differ in the last digits of a sum, as they do between two kinds of GPU.
        """
        said: Mapping[str, object] = {
            "model": self.model,
            "dialect": by_name(self.dialect or own_dialect).name,
            "history": self.history,
            "level": self.level,
            "language": self.language,
            "screenshots": self.screenshots,
            "attempts": self.attempts,
            "reply_tokens": self.reply_tokens,
            "constrain": self.constrain,
            "min_pixels": self.min_pixels,
            "max_pixels": self.max_pixels,
        }
        return {name: str(value) for name, value in said.items() if value is not None}

    def opened(self, engine: Literal["local", "vllm"] = "local", *, gpus: int = 1) -> Model:
        """The model, on this machine or as its endpoint offers it; `gpus` are for vLLM. Raises `UsageError`,
        `ModelError`."""
        if engine == "vllm":
            checkpoint = find_checkpoint(self.model, dialect=self.dialect)
            from agent.models.vllm import VLLMModel

            return VLLMModel.load(
                checkpoint, dialect=self.dialect, gpus=gpus, min_pixels=self.min_pixels, max_pixels=self.max_pixels
            )
        return open_model(
            self.model,
            endpoint=self.endpoint,
            dialect=self.dialect,
            min_pixels=self.min_pixels,
            max_pixels=self.max_pixels,
        )

    def maker(self, opened: Model) -> MakeAgent:
        """Makes an agent that asks `opened`, or a model that stands for it."""
        spoken = by_name(self.dialect or opened.dialect)
        past = None if self.screenshots is None else History(screenshots=self.screenshots)
        space = None if self.dialect else opened.space

        def make(model: Model, platform: Platform) -> Agent:
            return Agent(
                model,
                shown(platform),
                dialect=spoken(platform, space=space, language=self.language, history=past),
                limits=Limits(attempts=self.attempts),
                budget=Budget(tokens=self.reply_tokens),
                constrain=self.constrain,
            )

        return make
