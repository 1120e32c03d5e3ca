# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""The pocket model: what it learns from and what it makes of it are the stock model's and its processor's."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
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
from tests.training.conftest import Made, eyes, replied, side_by_side
from training import decoder, language, model, store, strips, tower
from training import pocket as stages
from training.encoding import Encoder, positions
from training.probes import Probes
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
    spoken = encoder.speak(scene.told, [scene.step, *scene.questions[:2]])
    processor: Any = AutoProcessor.from_pretrained(made.folder / "model")
    whole = f"{encoder.prompt(scene.told)}{scene.step.reply}<|im_end|>"
    for question in scene.questions[:2]:
        whole += f"\n<|im_start|>user\n{question.ask}<|im_end|>\n<|im_start|>assistant\n{question.reply}<|im_end|>"
    read = processor(text=[whole], images=[Image.fromarray(scene.picture)], return_tensors="pt")
    ids = read["input_ids"]
    assert spoken.ids == ids[0].tolist()
    assert torch.allclose(patches(torch.from_numpy(scene.picture)[None]), read["pixel_values"], atol=1e-5)
    loaded: Any = Qwen2VLForConditionalGeneration.from_pretrained(made.folder / "model")
    rope, _ = loaded.model.get_rope_index(ids, (ids == loaded.config.image_token_id).int(), read["image_grid_thw"])
    assert torch.equal(positions(torch.tensor([spoken.picture]), ids.shape[1]), rope)
    assert made.tokenizer.decode(spoken.ids[spoken.reply :]).startswith(f"{scene.step.reply}<|im_end|>")
    replied = [i for i, is_reply in zip(spoken.ids, spoken.is_reply, strict=True) if is_reply]
    turns = (scene.step, *scene.questions[:2])
    assert made.tokenizer.decode(replied) == "".join(f"{turn.reply}<|im_end|>" for turn in turns)


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


def stock_inputs(made: Made, drawn: store.Drawn, talk: int, *, reply: bool) -> dict[str, Any]:
    """For the stock model, one prompt without what was made for training."""
    talks = drawn.talks
    start, stop = talks.first[talk], talks.first[talk + 1] if reply else talks.first[talk] + talks.reply[talk]
    ids = torch.from_numpy(talks.ids[start:stop].astype(np.int64))[None]
    image = made.tokenizer.convert_tokens_to_ids("<|image_pad|>")
    return {
        "input_ids": ids,
        "mm_token_type_ids": (ids == image).int(),
        "pixel_values": patches(drawn.pictures.pick([int(talks.screen[talk])])),
        "image_grid_thw": torch.tensor([GRID]),
    }


def test_the_loss_is_that_of_the_stock_model(made: Made) -> None:
    loaded: Any = Qwen2VLForConditionalGeneration.from_pretrained(made.folder / "model", dtype=torch.float32)
    drawn = store.read(made.folder, held_out=False)
    spoken, chosen = drawn.talks, [0, 3, len(drawn.talks) - 1]
    with torch.no_grad():
        batch = side_by_side(drawn, chosen)
        written = batch.written(loaded, eyes(loaded, drawn)(batch.screens), Probes(loaded), decoder.decode)
        stock: list[torch.Tensor] = []
        targets: list[torch.Tensor] = []
        for talk in chosen:
            inputs = stock_inputs(made, drawn, talk, reply=True)
            is_reply = torch.from_numpy(spoken.is_reply[spoken.first[talk] : spoken.first[talk + 1]])[1:]
            stock.append(loaded(**inputs).logits[0, :-1][is_reply])
            targets.append(inputs["input_ids"][0, 1:][is_reply])
        right = torch.nn.functional.cross_entropy(torch.cat(stock), torch.cat(targets))
        firsts = [len(replied(made, drawn, talk)) for talk in chosen]
        far = [
            torch.nn.functional.cross_entropy(said[:first], target[:first], reduction="sum").item()
            for said, target, first in zip(stock, targets, firsts, strict=True)
        ]
    assert written.loss.item() == pytest.approx(right.item(), rel=1e-3)
    assert written.far.tolist() == pytest.approx(far, rel=1e-3)


def test_what_it_writes_by_itself_is_what_the_stock_model_writes(made: Made) -> None:
    loaded: Any = Qwen2VLForConditionalGeneration.from_pretrained(made.folder / "model", dtype=torch.float32)
    drawn = store.read(made.folder, held_out=False)
    chosen = [0, 3, len(drawn.talks) - 1]
    end = made.tokenizer.convert_tokens_to_ids("<|im_end|>")
    with torch.no_grad():
        batch = side_by_side(drawn, chosen)
        said = language.replies(loaded, batch, eyes(loaded, drawn)(batch.screens), end)
        for talk, ids in zip(chosen, said, strict=True):
            inputs = stock_inputs(made, drawn, talk, reply=False)
            greedily = {"max_new_tokens": language.LONGEST_REPLY, "do_sample": False, "num_beams": 1}
            stock = loaded.generate(**inputs, **greedily, eos_token_id=end)
            assert ids == [i for i in stock[0, inputs["input_ids"].shape[1] :].tolist() if i != end]


def test_a_saved_checkpoint_is_learned_on_from(made: Made, tmp_path: Path) -> None:
    pocket = model.begin(made.tokenizer, seed=1)
    model.save(pocket, made.tokenizer, tmp_path)
    loaded = model.load(tmp_path)
    assert all(p.dtype == torch.float32 for p in loaded.parameters())
    for name, value in pocket.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], value.bfloat16().float())


def test_replies_as_they_are_taught_count_as_right(made: Made) -> None:
    drawn = store.read(made.folder, held_out=True)
    spoken = drawn.talks
    for talk in range(len(spoken)):
        reply = replied(made, drawn, talk)
        start, stop = spoken.first[talk] + reply.start, spoken.first[talk] + reply.stop
        turn, text = drawn.turn(talk), made.tokenizer.decode(spoken.ids[start : stop - 1])
        assert text == turn.reply
        assert language.agrees(text, turn)
        assert not language.agrees("", turn)
        assert spoken.is_tap[talk] == (turn.box is not None and '"point": (' in turn.reply)


def test_what_is_asked_stands_before_the_picture(made: Made) -> None:
    drawn = store.read(made.folder, held_out=True)
    for talk in range(len(drawn.talks)):
        start = int(drawn.talks.first[talk])
        prompt = made.tokenizer.decode(drawn.talks.ids[start : start + int(drawn.talks.picture[talk])])
        assert drawn.turn(talk).ask in prompt


def test_drawing_begins_where_it_is_told_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    drawn: list[list[int]] = []

    def draw(_folder: Path, numbers: Iterable[int], *, processes: int) -> None:
        assert processes > 0
        drawn.append(list(numbers))

    (tmp_path / "lines.txt").touch()  # the tokenizer is there already
    monkeypatch.setattr(strips, "draw", draw)
    monkeypatch.setattr(store, "draw", draw)
    options = "--first 246 --shards 3 --first-reading 9 --readings 2 --first-strip 50 --strips 2"
    monkeypatch.setattr(sys, "argv", ["pocket", "draw", str(tmp_path), *options.split()])
    assert stages.main() == 0
    # Of readings, those held out are no part of the count: 2000 and 2010 are.
    assert drawn == [[50, 51], [246, 247, 248, 2011, 2012]]
