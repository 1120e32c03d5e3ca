# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Stages of training: a run that was broken off ends as one that was not, and each learns what it should."""

from __future__ import annotations

import json
import sys
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from tests.training.conftest import CPU, Made
from training import curves, decoder, figures, language, model, muon, store, strips, tower, vision
from training.course import Course
from training.eyes import Seen
from training.labels import Labels
from training.pictures import Pictures
from training.probes import Probes


def taught(made: Made, folder: Path, *, broken_at: int = -1) -> Any:
    """The model after four steps of the vision stage, each saved; or what was saved before it was broken off."""
    torch.manual_seed(1)
    pocket, heads = model.begin(made.tokenizer, seed=1), vision.Heads(model.VISION_WIDTH, model.WIDTH)
    course = Course(folder, "vision", {"model": pocket, "heads": heads}, rate=1e-3, steps=4, batch=2, save_seconds=0.0)
    drawn = store.read(made.folder, held_out=False)

    def learn(random: Random) -> torch.Tensor:
        if course.step == broken_at:
            raise KeyboardInterrupt
        screens = random.sample(range(len(drawn)), course.batch)
        return vision.Targets(drawn, screens, torch.device("cpu")).compare(pocket, heads, tower.look)[0]

    course.run(learn, dict[str, float], minutes=1, check_every=100)
    return pocket


def test_a_run_that_was_broken_off_ends_with_the_same_weights(made: Made, tmp_path: Path) -> None:
    whole = taught(made, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        taught(made, tmp_path / "broken", broken_at=2)
    gone_on = taught(made, tmp_path / "broken")
    begun = model.begin(made.tokenizer, seed=1).state_dict()
    for name, value in whole.state_dict().items():
        assert torch.equal(value, gone_on.state_dict()[name])
    assert not torch.equal(whole.get_input_embeddings().weight, begun["model.language_model.embed_tokens.weight"])


def drawn_strips(made: Made, folder: Path, count: int) -> strips.Strips:
    drawn = [strips.strip(seed, ["Wi-Fi", "Bluetooth"], made.tokenizer) for seed in range(count)]
    labels = Labels(*(np.stack([getattr(one, name) for _, one in drawn]) for name in store.LABELS))
    np.save(folder / "strips-0000.npy", np.stack([picture for picture, _ in drawn]))
    return strips.Strips(Pictures([folder / "strips-0000.npy"]), labels)


def test_reading_learns_from_strips(made: Made, tmp_path: Path) -> None:
    file = drawn_strips(made, tmp_path, vision.CHECKED * vision.PER_SCREEN)
    pocket, heads = model.begin(made.tokenizer, seed=1), vision.Heads(model.VISION_WIDTH, model.WIDTH)
    course = Course(tmp_path, "read", {"model": pocket, "heads": heads}, rate=1e-3, steps=4, batch=2)
    figures = vision.read(course, file, file, tower.look, 1)
    assert {"loss", "held out", "letters", "words", "found", "places", "icons"} == set(figures)


def of_figures(made: Made, folder: Path, *, steps: int = 3) -> tuple[Any, dict[str, float]]:
    """The model after so many steps of the stage, and its last figures."""
    torch.manual_seed(1)
    pocket, heads = model.begin(made.tokenizer, seed=1), figures.Heads(model.VISION_WIDTH, model.WIDTH)
    pocket.requires_grad_(False)
    before = deepcopy(pocket.model.visual)
    pocket.model.visual.requires_grad_(True)
    folder.mkdir()
    digits = figures.Figures.of(drawn_strips(made, folder, 16), made.tokenizer)
    assert (digits.figure >= 0).sum((1, 2, 3))[digits.full(figures.FULL)].min() >= figures.FULL
    screens, held_out = (
        figures.Figures.of(store.read(made.folder, held_out=held), made.tokenizer) for held in (False, True)
    )
    modules = {"model": pocket, "heads": heads, "before": before}
    course = Course(folder / "figures", "figures", modules, rate=1e-3, steps=steps, batch=2)
    return pocket, figures.train(course, (digits, digits), (screens, held_out), tower.look, 1)


def test_figures_are_learned_by_the_tower_alone(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "FIT_STEPS", 30)
    pocket, learned = of_figures(made, tmp_path / "strips")
    assert {"loss", "strips", "screens", "off"} == set(learned)
    assert learned["strips"] > 0.15  # by chance 0.1; the heads alone find some
    begun = model.begin(made.tokenizer, seed=1).state_dict()
    for name, value in pocket.state_dict().items():
        assert torch.equal(value, begun[name]) == ("visual" not in name), name


def test_what_the_tower_makes_of_screens_is_held(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "FIT_STEPS", 1)
    monkeypatch.setattr(figures, "STRIPS_SHARE", 0.0)
    off: list[float] = []
    for kept in (0.0, 100.0):
        monkeypatch.setattr(figures, "KEPT", kept)
        off.append(of_figures(made, tmp_path / str(kept), steps=6)[1]["off"])
    assert 0 < off[1] < 0.8 * off[0]


def test_the_last_stage_learns_on_a_frozen_tower(made: Made, tmp_path: Path) -> None:
    pocket = model.begin(made.tokenizer, seed=1)
    pocket.model.visual.requires_grad_(False)
    before = {name: value.clone() for name, value in pocket.state_dict().items()}
    drawn, held_out = (store.read(made.folder, held_out=held) for held in (False, True))
    farness = language.Farness(drawn.shards)
    modules = {"model": pocket, "probes": Probes(pocket), "farness": farness}
    course = Course(tmp_path / "act", "act", modules, rate=1e-3, steps=1, batch=2)
    seen, seen_held_out = (Seen(pocket, d, tmp_path) for d in (drawn, held_out))
    learner = language.Learner(course, drawn, held_out, made.tokenizer, seen, seen_held_out, decoder.decode, CPU)
    figures = learner.train(1)
    heads = {
        "names",
        "aims",
        "aims in steps",
        "reads",
        "picks",
        "copies",
        "follows",
        "brought",
        "states",
        "told",
        "said",
        "ordered",
    }
    assert {"loss", "held out", "known", "taps", "answers", "steps", "reworded", "others", *heads} == set(figures)
    assert 0 < farness.nats.isfinite().sum() <= 6
    for name, value in pocket.state_dict().items():
        assert torch.equal(value, before[name]) == ("visual" in name)


@pytest.mark.skipif(sys.platform != "linux", reason="nothing is picked ahead elsewhere")
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_what_is_picked_ahead_is_what_each_step_would_pick(made: Made, tmp_path: Path) -> None:
    """With what has been learned meanwhile of how far each is from being said."""
    drawn = store.read(made.folder, held_out=False)
    course = Course(tmp_path, "act", {"weight": torch.nn.Linear(2, 2)}, rate=1e-3, steps=60, batch=4)
    far = torch.full((len(drawn.talks),), torch.inf)
    picking = language.Picking(drawn, course, far)
    ahead = picking.ahead()
    before: list[list[int]] = []
    for step in range(60):
        wanted, picked = picking[step], next(ahead)
        if 3 < step < 40:  # some were picked already when it was heard
            continue
        for one, other in zip(wanted, picked, strict=True):
            for name, values in one._asdict().items():
                its = getattr(other, name)
                pairs = zip(values, its, strict=True) if name == "looks" else [(values, its)]
                for mine, its_own in pairs:
                    np.testing.assert_array_equal(mine, its_own)
        if step == 3:
            before = [picking[later][0].chosen.tolist() for later in range(40, 60)]
            far.copy_(torch.arange(len(far)))
    assert before != [picking[later][0].chosen.tolist() for later in range(40, 60)]
    with pytest.raises(StopIteration):
        next(ahead)


def test_how_far_replies_were_is_kept_where_more_is_drawn() -> None:
    before, after = language.Farness({7: 1, 8: 2}), language.Farness({6: 1, 7: 1, 8: 2})
    before.nats[:] = torch.tensor([1.0, 2.0, 3.0])
    after.load_state_dict(before.state_dict())
    assert after.nats.tolist() == [torch.inf, 1.0, 2.0, 3.0]


def test_a_stage_that_is_given_minutes_ends_then_at_a_low_rate(tmp_path: Path) -> None:
    weight = torch.nn.Linear(2, 2)
    course = Course(tmp_path, "read", {"weight": weight}, rate=1e-3, steps=10**9, batch=1, within=0.02)
    course.run(lambda _: weight(torch.ones(2)).sum(), dict[str, float], minutes=1, check_every=100)
    rate = course.optimisers[1].param_groups[0]["lr"]
    assert course.done >= 1
    assert course.step > 0
    assert rate < 0.2e-3


def test_a_loss_that_is_no_number_stops_the_stage(tmp_path: Path) -> None:
    weight = torch.nn.Linear(2, 2)
    course = Course(tmp_path, "act", {"weight": weight}, rate=1e-3, steps=9, batch=1)
    with pytest.raises(FloatingPointError, match="act: the loss of step 0 is nan"):
        course.run(lambda _: weight(torch.ones(2)).sum() * torch.nan, dict[str, float], minutes=1, check_every=100)
    assert weight.weight.isfinite().all()


@pytest.mark.parametrize(("bits", "tolerance"), [(32, 0.02), (16, 0.05)])  # torch's own is in bfloat16
def test_muon_steps_as_torchs_own_does(monkeypatch: pytest.MonkeyPatch, bits: int, tolerance: float) -> None:
    monkeypatch.setattr(muon, "multiplies_bfloat16", lambda: bits == 16)
    torch.manual_seed(0)
    start, pulls = torch.randn(24, 8), [torch.randn(24, 8) for _ in range(3)]
    ours: Any = muon.Muon
    theirs: Any = torch.optim.Muon
    ended: list[torch.Tensor] = []
    for make, more in ((ours, {}), (theirs, {"adjust_lr_fn": "match_rms_adamw"})):
        weight = torch.nn.Parameter(start.clone())
        optimiser: Any = make([weight], lr=0.1, weight_decay=0.1, **more)
        for pull in pulls:
            weight.grad = pull.clone()
            optimiser.step()
        ended.append(weight.detach())
    assert (ended[0] - ended[1]).norm() < tolerance * (ended[0] - start).norm()


def test_a_figure_that_begins_late_is_drawn_from_where_it_begins(tmp_path: Path) -> None:
    points = [{"step": step, "steps": 0.5, **({"follows": 0.5} if step else {})} for step in (0, 250, 500)]
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(point) + "\n" for point in points), "utf-8")
    curves.draw(tmp_path / "log.jsonl", tmp_path / "curves.png")
    drawn = (np.array(Image.open(tmp_path / "curves.png")) == curves.LINE).all(-1).any(0)
    first, second = (drawn[at : at + curves.WIDE + 1] for at in (curves.GAP, 2 * curves.GAP + curves.WIDE))
    assert first[: curves.WIDE // 2 - 5].any()
    assert not second[: curves.WIDE // 2 - 5].any()
    assert second[curves.WIDE // 2 + 5 :].any()
