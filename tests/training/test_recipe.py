# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""The whole recipe of docs/pocket.md from an empty folder on, in miniature: what each of its commands leaves is what
the next begins with. It says nothing about how good a model comes of it."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest
import torch

from agent.models.base import Budget
from agent.models.transformers import TransformersModel
from environments.picture import Picture
from prompts.messages import ImagePart, Message
from training import decoder, figures, finding, language, model, store, strips, tower, vision
from training import pocket as stages

TOWER, LANGUAGE = "model.visual.merger.mlp.0.weight", "model.language_model.layers.0.mlp.up_proj.weight"


@pytest.fixture
def in_miniature(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few screens, few strips, few figures, nothing compiled, and no other process, which would not know of that."""
    for module, name, value in (
        (store, "EPISODES", 3),
        (store, "VOCABULARY_SHARDS", range(9_000, 9_001)),
        (store, "THAT_READ", ["read_network"]),
        (store, "READINGS_EACH", 2),
        (store, "ProcessPoolExecutor", ThreadPoolExecutor),
        (strips, "ProcessPoolExecutor", ThreadPoolExecutor),
        (strips, "IN_A_FILE", 24),
        (vision, "CHECKED", 2),
        (figures, "CHECKED", 2),
        (figures, "FIT_STEPS", 2),
        (finding, "STEPS", 2),
        (language, "CHECKED", 2),
        (language, "FIT_STEPS", 2),
        (language, "LONGEST_REPLY", 4),
        (tower, "compiles", lambda: False),
        (decoder, "compiles", lambda: False),
    ):
        monkeypatch.setattr(module, name, value)
    torch.set_num_threads(1)


@pytest.mark.usefixtures("in_miniature")
def test_the_recipe_from_an_empty_folder_to_a_checkpoint(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "pocket"

    def run(line: str) -> None:
        stage, *options = line.split()
        monkeypatch.setattr(sys, "argv", ["pocket", stage, str(folder), *options])
        assert stages.main() == 0

    def learned(stage: str) -> Mapping[str, Mapping[str, torch.Tensor]]:
        return torch.load(folder / stage / "checkpoint.pt", weights_only=True)["modules"]

    run("draw --shards 2 --readings 1 --strips 2 --processes 1")
    assert [int(file.stem) for file in sorted(folder.glob("*.jsonl"))] == [0, 1, 2001]
    before: torch.Tensor | None = None
    for stage in stages.STAGES:
        run(f"{stage} --steps 2 --batch 2 --minutes 0")  # saved before its first step
        begun = learned(stage)["model"][TOWER]
        assert before is None or torch.equal(begun, before)
        run(f"{stage} --steps 2 --batch 2")
        before = learned(stage)["model"][TOWER]
        assert torch.equal(begun, before) is (stage == "act")  # on a CPU that leaves the tower as it is

    run("practise --shards 1")
    assert (folder / "03001.jsonl").exists()
    two_steps = learned("act")["model"]
    run("act --steps 4 --batch 2")
    farness: Any = learned("act")["farness"]["_extra_state"]
    assert list(farness) == [1, 2001, 3001]
    run("save")
    for stage, steps in zip(stages.STAGES, (2, 2, 2, 4), strict=True):
        last = json.loads((folder / stage / "log.jsonl").read_text("utf-8").splitlines()[-1])
        assert last["step"] == steps
        assert all(map(math.isfinite, last.values())), last

    assert (folder / "act" / "curves.png").stat().st_size > 0
    saved = model.load(folder / "model").state_dict()[LANGUAGE]
    four_steps = learned("act")["model"][LANGUAGE]
    assert not torch.equal(two_steps[LANGUAGE], four_steps)
    assert torch.equal(four_steps.bfloat16().float(), saved)
    scene = next(iter(store.scenes(1)))
    asked = [Message.of("system", scene.system), Message.of("user", scene.told, ImagePart(Picture(scene.picture)))]
    with TransformersModel.load(str(folder / "model"), device="cpu", dtype="float32", offline=True) as pocket:
        assert pocket.generate(asked, budget=Budget(tokens=8)).text

    # From what was saved, new probes learn before it does.
    from_it: list[Mapping[str, Mapping[str, torch.Tensor]]] = []
    for steps in (0, 2):
        monkeypatch.setattr(language, "FIT_STEPS", steps)
        rmtree(folder / "act")
        run(f"act --steps 2 --batch 2 --minutes 0 --begin {folder / 'model'}")
        from_it.append(learned("act"))
    probe = "places.weight"
    assert not torch.equal(from_it[0]["probes"][probe], from_it[1]["probes"][probe])
    assert all(torch.equal(one["model"][LANGUAGE], saved) for one in from_it)
