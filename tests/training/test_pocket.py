# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""How the pocket model learns: from the product's own input; and a run that was broken off ends as one that was not."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import AutoProcessor, Qwen2VLForConditionalGeneration

from actions.geometry import Size
from agent.models.base import Budget
from agent.models.transformers import TransformersModel
from environments.picture import Picture
from prompts.messages import ImagePart, Message
from tests.training.conftest import Made
from training import decoder, language, model, muon, store, strips, tower, vision
from training.attention import attend
from training.course import Course
from training.encoding import Encoder, positions
from training.labels import Labels
from training.view import COLUMNS, GRID, MERGE, PATCH, ROWS, SEEN, patches


@pytest.fixture(scope="module")
def encoder(made: Made) -> Encoder:
    return Encoder(made.tokenizer, made.scenes[0].system)


def test_it_loads_as_any_qwen2_vl_and_sees_a_phone_at_its_own_size(made: Made) -> None:
    with TransformersModel.load(str(made.folder / "model"), device="cpu", dtype="float32") as loaded:
        assert loaded.dialect == "qwen2_vl"
        assert loaded.seen(Size(1080, 2400)) == SEEN
        scene = made.scenes[0]
        told = [Message.of("system", scene.system), Message.of("user", scene.told, ImagePart(Picture(scene.picture)))]
        reply = loaded.generate(told, budget=Budget(tokens=4))
    assert reply.seen == (SEEN,)
    assert reply.usage.prompt_tokens < 250
    assert sum(f.stat().st_size for f in (made.folder / "model").iterdir()) < 25e6


def test_what_it_learns_from_is_what_the_processor_and_the_model_make_of_a_prompt(made: Made, encoder: Encoder) -> None:
    scene = made.scenes[-1]
    spoken = encoder.speak(0, scene.told, [scene.step, *scene.questions[:1]])
    processor: Any = AutoProcessor.from_pretrained(made.folder / "model")
    whole = f"{encoder.prompt(scene.told)}{scene.step.reply}<|im_end|>"
    read = processor(text=[whole], images=[Image.fromarray(scene.picture)], return_tensors="pt")
    ids = read["input_ids"]
    assert spoken.ids[: ids.shape[1]].tolist() == ids[0].tolist()
    assert torch.allclose(patches(torch.from_numpy(scene.picture)[None]), read["pixel_values"], atol=1e-5)
    loaded: Any = Qwen2VLForConditionalGeneration.from_pretrained(made.folder / "model")
    rope, _ = loaded.model.get_rope_index(ids, (ids == loaded.config.image_token_id).int(), read["image_grid_thw"])
    assert (positions(spoken)[:, : ids.shape[1]] == rope[:, 0].numpy()).all()
    reply = spoken.replies[0]
    assert made.tokenizer.decode(spoken.targets[reply.start - 1 : reply.stop - 1]) == f"{scene.step.reply}<|im_end|>"


def test_the_prompt_is_the_same_text_and_costs_few_tokens(made: Made, encoder: Encoder) -> None:
    prompt = encoder.prompt(made.scenes[0].told)
    ids = made.tokenizer(prompt)["input_ids"]
    assert made.tokenizer.decode(ids) == prompt
    assert len(prompt) > 3000
    assert len(ids) < 120


def test_the_tower_makes_of_pictures_side_by_side_what_the_stock_one_makes_of_each(made: Made) -> None:
    pocket = model.begin(made.tokenizer, seed=1)
    pictures = torch.from_numpy(np.stack([scene.picture for scene in made.scenes[:2]]))
    for rows in (ROWS, strips.ROWS):
        part = pictures[:, : PATCH * MERGE * rows]
        grid = torch.tensor([[1, MERGE * rows, MERGE * COLUMNS]] * len(part))
        with torch.no_grad():
            stock = pocket.model.visual(patches(part), grid_thw=grid)
            around, seen = tower.look(pocket, part)
        assert torch.allclose(around.flatten(0, 1), stock.last_hidden_state, atol=1e-5)
        assert torch.allclose(seen.flatten(0, 1), stock.pooler_output, atol=1e-5)


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


def test_the_loss_is_that_of_the_stock_model(made: Made, encoder: Encoder, tmp_path: Path) -> None:
    loaded: Any = Qwen2VLForConditionalGeneration.from_pretrained(made.folder / "model", dtype=torch.float32)
    drawn, at = store.read(made.folder, held_out=False), torch.device("cpu")
    asked = [language.acting(drawn, screen, encoder, Random(0)) for screen in (0, 3)]
    with torch.no_grad():
        batch = language.Batch(asked, drawn, language.Seen(loaded, drawn, tmp_path, at), at)
        loss = batch.written(loaded, language.Places(loaded), decoder.decode).loss
        stock = [
            loaded(
                input_ids=torch.from_numpy(a.spoken.ids)[None],
                mm_token_type_ids=(torch.from_numpy(a.spoken.ids)[None] == loaded.config.image_token_id).int(),
                pixel_values=patches(torch.from_numpy(np.stack([drawn.picture(a.spoken.screen)]))),
                image_grid_thw=torch.tensor([GRID]),
            ).logits[0]
            for a in asked
        ]
        targets = [torch.from_numpy(a.spoken.targets) for a in asked]
        right = torch.nn.functional.cross_entropy(torch.cat(stock), torch.cat(targets))
    assert loss.item() == pytest.approx(right.item(), rel=1e-3)


def test_a_head_is_taught_to_look_at_the_element_where_its_coordinates_begin(
    made: Made, encoder: Encoder, tmp_path: Path
) -> None:
    pocket = model.begin(made.tokenizer, seed=1)
    drawn, at = store.read(made.folder, held_out=False), torch.device("cpu")
    asked = [language.acting(drawn, screen, encoder, Random(0)) for screen in range(8)]
    batch = language.Batch(asked, drawn, language.Seen(pocket, drawn, tmp_path, at), at)
    places = language.Places(pocket)
    aims = batch.aims.tolist()
    points = "".join(made.tokenizer.decode(batch.ids[row, place + 1]) for head, row, place in aims if head)
    named = "".join(made.tokenizer.decode(batch.ids[row, place]) for head, row, place in aims if not head)
    taps = [turn.reply for one in asked for turn in one.spoken.turns if turn.box is not None]
    assert len(taps) >= 8
    assert points == "".join(reply.partition('"point": (')[2].partition(")")[0] for reply in taps)
    assert named.replace(" ", "") == "".join(
        reply.removeprefix("I see ").partition(";")[0] for reply in taps if reply.startswith("I see ")
    ).replace(" ", "")
    optimiser = torch.optim.AdamW([p for p in pocket.parameters() if p.dim() > 1], lr=3e-3)
    written = [batch.written(pocket, places, decoder.decode)]
    for _ in range(20):
        optimiser.zero_grad()
        (written[-1].looking + written[-1].brought).backward()
        optimiser.step()
        written.append(batch.written(pocket, places, decoder.decode))
    assert written[-1].looking < written[0].looking
    assert written[-1].hits > written[0].hits
    assert written[-1].brought < written[0].brought


def test_reading_learns_from_strips(made: Made, tmp_path: Path) -> None:
    drawn = [
        strips.strip(seed, ["Wi-Fi", "Bluetooth"], made.tokenizer) for seed in range(vision.CHECKED * vision.PER_SCREEN)
    ]
    labels = Labels(*(np.stack([getattr(one, name) for _, one in drawn]) for name in store.LABELS))
    file = strips.Strips(np.stack([picture for picture, _ in drawn]), labels)
    pocket, heads = model.begin(made.tokenizer, seed=1), vision.Heads(model.VISION_WIDTH, model.WIDTH)
    course = Course(tmp_path, "read", {"model": pocket, "heads": heads}, rate=1e-3, steps=4, batch=2)
    figures = vision.read(course, [file, file], tower.look, 1)
    assert {"loss", "held out", "letters", "words", "places", "icons"} == set(figures)


@pytest.mark.parametrize("causal", [False, True])
def test_attention_in_16_bits_is_the_same_attention(causal: bool) -> None:
    torch.manual_seed(0)
    query, key, value = torch.randn(3, 2, 3, 40, 16)
    right = torch.nn.functional.scaled_dot_product_attention(query, key, value, is_causal=causal)
    near = attend(query.bfloat16(), key.bfloat16(), value.bfloat16(), causal=causal)
    assert near.dtype == torch.bfloat16
    assert torch.allclose(near.float(), right, atol=0.03)
    assert torch.equal(attend(query, key, value, causal=causal), right)


def test_a_saved_checkpoint_is_learned_on_from(made: Made, tmp_path: Path) -> None:
    pocket = model.begin(made.tokenizer, seed=1)
    model.save(pocket, made.tokenizer, tmp_path)
    loaded = model.load(tmp_path)
    assert all(p.dtype == torch.float32 for p in loaded.parameters())
    for name, value in pocket.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], value.bfloat16().float())


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


@pytest.mark.parametrize("stage", ["locate", "act"])
def test_the_later_stages_learn_on_a_frozen_tower(made: Made, encoder: Encoder, tmp_path: Path, stage: str) -> None:
    pocket = model.begin(made.tokenizer, seed=1)
    pocket.model.visual.requires_grad_(False)
    tower = {name: value.clone() for name, value in pocket.model.visual.state_dict().items()}
    course = Course(
        tmp_path / stage, stage, {"model": pocket, "places": language.Places(pocket)}, rate=1e-3, steps=1, batch=2
    )
    drawn, held_out = (store.read(made.folder, held_out=held) for held in (False, True))
    figures = language.train(course, drawn, held_out, encoder, decoder.decode, 1)
    assert {"loss", "held out", "looks", "taps"} <= set(figures)
    assert all(torch.equal(value, tower[name]) for name, value in pocket.model.visual.state_dict().items())


def test_replies_as_they_are_taught_count_as_right(made: Made, encoder: Encoder) -> None:
    drawn = store.read(made.folder, held_out=True)
    asked = [language.acting(drawn, screen, encoder, Random(0)) for screen in range(len(drawn))]
    longest = max(len(a.spoken.ids) for a in asked)
    best = np.stack([np.pad(a.spoken.targets, (0, longest - len(a.spoken.ids))) for a in asked])
    assert set(language.judged(asked, best, encoder).values()) == {1.0}
    assert set(language.judged(asked, np.zeros_like(best), encoder).values()) == {0.0}


def test_the_right_action_after_a_wrong_thought_counts_as_wrong(made: Made, encoder: Encoder) -> None:
    drawn = store.read(made.folder, held_out=True)
    asked = [language.acting(drawn, screen, encoder, Random(0)) for screen in range(len(drawn))]
    one = next(a for a in asked if a.spoken.named[0])
    best = one.spoken.targets.copy()
    first = one.spoken.named[0][0]
    best[first - 1] = one.spoken.ids[first + 1]
    text = made.tokenizer.decode(best[one.spoken.replies[0].start - 1 : one.spoken.replies[0].stop - 2])
    assert language.agrees(text, one.spoken.turns[0])
    assert language.judged([one], best[None], encoder)["steps"] == 0.0


def test_whole_tasks_are_mixed_with_questions_in_the_first_turn(made: Made, encoder: Encoder) -> None:
    drawn = store.read(made.folder, held_out=False)
    screen = next(i for i, lesson in enumerate(drawn.lessons) if lesson.questions)
    lesson, random = drawn.lessons[screen], Random(0)
    asked = [language.acting(drawn, screen, encoder, random) for _ in range(200)]
    first = [one.spoken.turns[0] for one in asked]
    assert 0.3 < sum(turn in lesson.questions for turn in first) / len(first) < 0.5
    assert all(turn == lesson.step or turn in lesson.questions for turn in first)
    for one in asked[:20]:
        prompt = made.tokenizer.decode(one.spoken.ids[: one.spoken.replies[0].start])
        assert one.spoken.turns[0].ask in prompt
