# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""How the pocket model learns: from the product's own input; and a run that was broken off ends as one that was not."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
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
from training import decoder, encoding, finding, language, model, muon, store, strips, talks, tower, vision
from training.attention import attend
from training.batch import AIMING, COPYING, FOLLOWING, NAMING, READING, Batch, Probes
from training.course import Course
from training.encoding import ASIDE, AT_HAND, Encoder, positions
from training.eyes import Eyes, Seen, live
from training.labels import Labels
from training.pictures import Pictures
from training.view import COLUMNS, GRID, MERGE, PATCH, ROWS, SEEN, TOKENS, patches


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


CPU = torch.device("cpu")


def side_by_side(drawn: store.Drawn, chosen: Sequence[int]) -> Batch:
    return Batch(drawn.talks, chosen, drawn.labels, CPU)


def eyes(pocket: Any, drawn: store.Drawn) -> Eyes:
    return live(pocket, drawn, tower.look)


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
            stock = loaded.generate(**inputs, max_new_tokens=language.LONGEST_REPLY, do_sample=False, eos_token_id=end)
            assert ids == [i for i in stock[0, inputs["input_ids"].shape[1] :].tolist() if i != end]


def replied(made: Made, drawn: store.Drawn, talk: int) -> range:
    """Where in a conversation its first reply is, with the token that ends it."""
    ids = drawn.talks.ids[drawn.talks.first[talk] : drawn.talks.first[talk + 1]]
    start, end = int(drawn.talks.reply[talk]), made.tokenizer.convert_tokens_to_ids("<|im_end|>")
    return range(start, start + ids[start:].tolist().index(end) + 1)


def looks(batch: Batch, look: int, conversation: int) -> list[tuple[int, list[int]]]:
    """From which places in a conversation a head is taught to look, and at which places."""
    place, aimed = batch.looks[look]
    found = [
        (int(p), where.nonzero().flatten().tolist())
        for p, where in zip(place[conversation], aimed[conversation], strict=True)
    ]
    return [(p, where) for p, where in found if where]


def test_heads_are_taught_to_look_at_the_element_that_is_meant(made: Made) -> None:
    drawn = store.read(made.folder, held_out=True)
    chosen = list(range(len(drawn.talks)))
    batch = side_by_side(drawn, chosen)
    seen: set[str] = set()
    told = 0
    for i, talk in enumerate(chosen):
        turn, end = drawn.turn(talk), replied(made, drawn, talk).stop
        names, aims = ([(p, w) for p, w in looks(batch, look, i) if p < end] for look in (NAMING, AIMING))
        by_patch = [dict(looks(batch, look, i)) for look in READING]
        follows = dict(looks(batch, FOLLOWING, i))
        reads = [p for p in by_patch[0] if p < end]
        picture = int(drawn.talks.picture[talk])
        if "; it is not" in turn.reply:
            assert all(where == [picture - 1] for _, where in names)
            sought = made.tokenizer.decode(batch.ids[i, [p for p, _ in names]])
            assert turn.reply.startswith(f"I look for{sought}; it is not")
            seen.add("misses")
            continue
        if turn.anchor is not None:
            assert all(where == inside(turn.anchor, picture) for _, where in names)
            anchor = made.tokenizer.decode(batch.ids[i, [p for p, _ in names]])
            assert re.match(rf"(Beneath|Above|Beside){re.escape(anchor)} stands ", turn.reply)
            names = []
            seen.add("anchors")
        if turn.box is None:
            assert not names + aims + reads
            continue
        shown = inside(turn.box, picture)
        assert all(where == shown for _, where in names + aims)
        words = drawn.labels.words[drawn.talks.screen[talk]]
        for place in reads:
            word, where = int(batch.ids[i, place + 1]), [patch[place] for patch in by_patch]
            if where[0] == shown:
                assert where[1:] == [[picture - 1]] * 3
                assert place + 1 not in follows
                continue
            ((patch, token),) = [(n, at) for n, (at,) in enumerate(where) if at >= picture]
            assert follows[place + 1] == [token], "which is now the word that was just written"
            assert token in shown
            assert word in words[token - picture, patch] or not made.tokenizer.decode([word]).strip()
            told += 1
        thought, _, rest = turn.reply.partition("\n")
        aimed, read = (
            made.tokenizer.decode(batch.ids[i, [p + 1 for p in found]]) for found in ([p for p, _ in aims], reads)
        )
        if drawn.talks.is_tap[talk]:
            assert aimed == rest.partition('"point": (')[2].partition(")")[0]
            assert made.tokenizer.decode(batch.ids[i, [p for p, _ in names]]).strip() in thought
            assert bool(names) == bool(encoding.NAMED.search(thought))
            assert not reads
        else:
            assert read.strip() in thought
            there = "; I see it." in thought
            assert there or turn.reply.partition('"text": "')[2].partition('"')[0] in read
            assert bool(names) == there
            assert not aims
        seen |= {name for name, found in (("names", names), ("aims", aims), ("reads", reads)) if found}
        later = made.tokenizer.decode(batch.ids[i, [p + 1 for p, _ in looks(batch, AIMING, i) if p >= end]])
        others = made.tokenizer.decode(batch.ids[i, end:])
        assert later == "".join(re.findall(r'"point": \((.*?)\)', others))
    assert seen == {"names", "aims", "reads", "misses", "anchors"}
    assert told > 50


def inside(box: Sequence[float], picture: int) -> list[int]:
    left, top, right, bottom = (math.floor(v * n) for v, n in zip(box, (COLUMNS, ROWS) * 2, strict=True))
    places = [(row, column) for row in range(ROWS) for column in range(COLUMNS)]
    return [picture + i for i, (row, column) in enumerate(places) if top <= row <= bottom and left <= column <= right]


def test_a_head_is_taught_to_look_at_the_word_that_is_copied(made: Made) -> None:
    drawn = store.read(made.folder, held_out=True)
    chosen = list(range(len(drawn.talks)))
    batch = side_by_side(drawn, chosen)
    copied = 0
    for i in range(len(chosen)):
        for place, where in looks(batch, COPYING, i):
            (source,) = where
            word, again = (made.tokenizer.decode([batch.ids[i, p]]).strip() for p in (source, place + 1))
            assert word == again
            assert source <= place
            copied += 1
    assert copied > len(chosen)


@pytest.mark.parametrize(
    ("asked", "past", "thought", "call", "source"),
    [
        ("Tap Wi-Fi now", "", "I see Wi-Fi", "Tap", [-1, -1, 1, 0]),
        ("say Hi to Bo", "", "I say Hi", "Hi", [-1, 0, 1, -1]),  # it stood twice, and nothing tells which is meant
        ("say Hi to Bo", "", "Now I say Hi", "I say Hi", [-1, -1, 0, 1, 5, 6, 7]),
        ("PIN 1 2 1 3", "", "the PIN", "PIN 1 2 1 3", [-1, 0, -1, 1, 2, 3, 4]),
        ("text Bo the number", "it is 7 1 it is 7 1", "I type", "7 1", [-1, -1, 10, 11]),
        ("text Bo 1", "it is 7 1", "it is 7", "7 1", [-1, -1, -1, 9, 2]),  # the past: for what is typed alone
    ],
)
def test_a_word_is_copied_from_where_the_same_words_lead_up_to_it(
    asked: str, past: str, thought: str, call: str, source: Sequence[int]
) -> None:
    near, far, own, done = (part.split() for part in (asked, past, thought, call))
    said = [AT_HAND] * len(near) + [ASIDE] * len(far) + [AT_HAND] * len(own) + [0] * len(done)
    may_copy = [AT_HAND] * len(own) + [ASIDE] * len(done)
    assert encoding.sources((*near, *far, *own, *done), said, may_copy) == source


@pytest.mark.parametrize(
    ("told", "reply", "there"),
    [
        ("The PIN is 4498.", "still needs 4, then 498; I tap 4.", (11, 12, 13, 14)),
        ("PIN 4498. 1. It still needs 4, then 498; I tap 4.", "still needs 4, then 98; I tap 4.", (36, 37, 38)),
        ("PIN 4498. 1. It still needs 4, then 498; I tap 4.", "still needs 4, then 498; I tap 4.", (28, 36, 37, 38)),
        ("PIN 4498. 1. It still needs 4, then 98; I tap 4.", "still needs 9, then 8; I tap 9.", (36, 37)),
        ("PIN 4498. 1. It still needs 8; I tap 8.", "still needs 4, then 498; I tap 4.", (4, 5, 6, 7)),
        ("Start it for 5 minutes.", "still needs 5, then 00; I tap 5.", ()),
        ("PIN 4498.", "I look for Bank; I see it and open it.", ()),
    ],
)
def test_keys_that_are_left_are_copied_from_the_step_before(told: str, reply: str, there: Sequence[int]) -> None:
    left = encoding.keys_left(told, reply)
    assert tuple(left.values()) == there
    assert all(reply[now] == told[before] for now, before in left.items())


def test_keys_are_not_copied_from_before_the_task() -> None:
    told = "From 0 to 1000. Start it for 10 minutes."
    assert tuple(encoding.keys_left(told, "still needs 1, then 0; I tap 1.", told.index("Start")).values()) == (29, 30)


def test_the_taught_heads_learn_to_look(made: Made) -> None:
    pocket = model.begin(made.tokenizer, seed=1)
    drawn = store.read(made.folder, held_out=True)
    batch, probes = side_by_side(drawn, range(12)), Probes(pocket)
    seen = eyes(pocket, drawn)(batch.screens).detach()
    optimiser = torch.optim.AdamW([p for p in pocket.model.language_model.parameters() if p.dim() > 1], lr=3e-3)
    written = [batch.written(pocket, seen, probes, decoder.decode)]
    for _ in range(20):
        optimiser.zero_grad()
        (written[-1].looking + written[-1].brought + written[-1].told + written[-1].said).backward()
        optimiser.step()
        written.append(batch.written(pocket, seen, probes, decoder.decode))
    assert written[-1].looking < written[0].looking
    assert all(after > before for before, after in zip(written[0].hits, written[-1].hits, strict=True))
    assert written[-1].brought < written[0].brought
    assert written[-1].told < written[0].told
    assert written[-1].said < written[0].said
    with torch.no_grad():
        for layer in pocket.model.language_model.layers:
            layer.self_attn.o_proj.weight.mul_(0.1)
    assert batch.written(pocket, seen, probes, decoder.decode).said > written[-1].said, "hardly heard"


def test_heads_begin_as_what_has_found_words_on_screens(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "STEPS", 60)
    pocket = model.begin(made.tokenizer, seed=1)
    drawn = store.read(made.folder, held_out=True)
    language.bring_near(pocket, drawn)
    seen = eyes(pocket, drawn)
    finder = finding.fit(pocket, drawn, seen, 0)
    finding.begin(pocket, finder)
    shown = seen([0])
    words = [w for w in np.unique(drawn.labels.words[0]).tolist() if w >= 0]
    with torch.no_grad():
        scores = finder(torch.tensor(words), shown.expand(len(words), -1, -1))
        for number, head in (decoder.LOOKING[look] for look in (NAMING, AIMING, FOLLOWING)):
            layer = pocket.model.language_model.layers[number]
            query, key = (
                project(layer.input_layernorm(x))[..., head * finder.size :][..., : finder.size]
                for project, x in (
                    (layer.self_attn.q_proj, finder.table[words]),
                    (layer.self_attn.k_proj, shown[0]),
                )
            )
            assert torch.allclose(query @ key.T / finder.size**0.5, scores, atol=1e-3)
    found = [bool((drawn.labels.words[0, at] == w).any()) for w, at in zip(words, scores.argmax(-1), strict=True)]
    assert sum(found) > 0.6 * len(found)


def test_reading_learns_from_strips(made: Made, tmp_path: Path) -> None:
    drawn = [
        strips.strip(seed, ["Wi-Fi", "Bluetooth"], made.tokenizer) for seed in range(vision.CHECKED * vision.PER_SCREEN)
    ]
    labels = Labels(*(np.stack([getattr(one, name) for _, one in drawn]) for name in store.LABELS))
    np.save(tmp_path / "strips-0000.npy", np.stack([picture for picture, _ in drawn]))
    file = strips.Strips(Pictures([tmp_path / "strips-0000.npy"]), labels)
    pocket, heads = model.begin(made.tokenizer, seed=1), vision.Heads(model.VISION_WIDTH, model.WIDTH)
    course = Course(tmp_path, "read", {"model": pocket, "heads": heads}, rate=1e-3, steps=4, batch=2)
    figures = vision.read(course, file, file, tower.look, 1)
    assert {"loss", "held out", "letters", "words", "found", "places", "icons"} == set(figures)


@pytest.mark.parametrize("causal", [False, True])
def test_attention_in_16_bits_is_the_same_attention(causal: bool) -> None:
    torch.manual_seed(0)
    query, key, value = torch.randn(3, 2, 3, 40, 16)
    right = torch.nn.functional.scaled_dot_product_attention(query, key, value, is_causal=causal)
    near = attend(query.bfloat16(), key.bfloat16(), value.bfloat16(), causal=causal)
    assert near.dtype == torch.bfloat16
    assert torch.allclose(near.float(), right, atol=0.03)
    assert torch.equal(attend(query, key, value, causal=causal), right)


def test_attention_from_some_places_is_that_of_all_places() -> None:
    torch.manual_seed(0)
    query, key, value = torch.randn(3, 2, 3, 40, 16)
    places = torch.tensor([[4, 5, 39], [0, 7, 20]])
    chosen = query.gather(2, places[:, None, :, None].expand(-1, 3, -1, 16))
    before = torch.arange(40) <= places[:, None, :, None]
    right = torch.nn.functional.scaled_dot_product_attention(query, key, value, is_causal=True)
    right = right.gather(2, places[:, None, :, None].expand(-1, 3, -1, 16))
    assert torch.allclose(attend(chosen, key, value, seen=before), right, atol=1e-5)
    near = attend(chosen.bfloat16(), key.bfloat16(), value.bfloat16(), seen=before)
    assert torch.allclose(near.float(), right, atol=0.03)


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


def test_the_last_stage_learns_on_a_frozen_tower(made: Made, tmp_path: Path) -> None:
    pocket = model.begin(made.tokenizer, seed=1)
    pocket.model.visual.requires_grad_(False)
    before = {name: value.clone() for name, value in pocket.state_dict().items()}
    drawn, held_out = (store.read(made.folder, held_out=held) for held in (False, True))
    farness = language.Farness(len(drawn.talks))
    modules = {"model": pocket, "probes": Probes(pocket), "farness": farness}
    course = Course(tmp_path / "act", "act", modules, rate=1e-3, steps=1, batch=2)
    seen, seen_held_out = (Seen(pocket, d, tmp_path) for d in (drawn, held_out))
    learner = language.Learner(course, drawn, held_out, made.tokenizer, seen, seen_held_out, decoder.decode, CPU)
    figures = learner.train(1)
    heads = {"names", "aims", "reads", "copies", "follows", "brought", "told", "said"}
    assert {"loss", "held out", "known", "taps", "answers", "steps", *heads} == set(figures)
    assert 0 < farness.nats.isfinite().sum() <= 4
    for name, value in pocket.state_dict().items():
        assert torch.equal(value, before[name]) == ("visual" in name)


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


def test_a_batch_is_of_nearly_one_length_and_every_prompt_comes_up(made: Made) -> None:
    drawn = store.read(made.folder, held_out=False)
    chosen = drawn.talks.number > 0
    choice, random = talks.Choice(drawn.talks, chosen), Random(0)
    found: set[int] = set()
    far = np.full(len(drawn.talks), np.inf, np.float32)
    for _ in range(2000):
        batch = choice.draw(random, 4, far)
        lengths = drawn.talks.lengths[batch]
        assert lengths.max() - lengths.min() < talks.CLASS
        found.update(batch)
    assert found == set(np.flatnonzero(chosen).tolist())


def test_what_is_far_from_being_said_comes_up_more_often(made: Made) -> None:
    drawn = store.read(made.folder, held_out=False)
    chosen = drawn.talks.number > 0
    choice, random = talks.Choice(drawn.talks, chosen), Random(0)
    hard = np.arange(len(drawn.talks)) % 10 == 0
    far = np.where(hard, 2.0, 0.1).astype(np.float32)
    drawn_of = np.array([talk for _ in range(2000) for talk in choice.draw(random, 4, far)])
    by_chance = hard[chosen].mean()
    assert 2 * by_chance < hard[drawn_of].mean() < 3 * by_chance
    assert set(drawn_of.tolist()) == set(np.flatnonzero(chosen).tolist())  # and nothing is left out


def test_how_far_replies_were_is_kept_where_more_is_drawn() -> None:
    before, after = language.Farness(3), language.Farness(5)
    before.nats[:] = torch.tensor([1.0, 2.0, 3.0])
    after.load_state_dict(before.state_dict())
    assert after.nats.tolist() == [1.0, 2.0, 3.0, torch.inf, torch.inf]


def test_a_stage_that_is_given_minutes_ends_then_at_a_low_rate(tmp_path: Path) -> None:
    weight = torch.nn.Linear(2, 2)
    course = Course(tmp_path, "read", {"weight": weight}, rate=1e-3, steps=10**9, batch=1, within=0.02)
    course.run(lambda _: weight(torch.ones(2)).sum(), dict[str, float], minutes=1, check_every=100)
    rate = course.optimisers[1].param_groups[0]["lr"]
    assert course.done >= 1
    assert course.step > 0
    assert rate < 0.2e-3


def test_a_screen_where_no_tap_hits_anything_teaches_nothing_of_where_taps_aim(made: Made) -> None:
    pocket = model.begin(made.tokenizer, seed=1)
    value = torch.randn(2, TOKENS, pocket.model.language_model.layers[0].self_attn.head_dim)
    nowhere = torch.full((2, TOKENS, 2), -1)
    assert Probes(pocket).places.compare(value, nowhere).item() == 0.0


def test_a_loss_that_is_no_number_stops_the_stage(tmp_path: Path) -> None:
    weight = torch.nn.Linear(2, 2)
    course = Course(tmp_path, "act", {"weight": weight}, rate=1e-3, steps=9, batch=1)
    with pytest.raises(FloatingPointError, match="act: the loss of step 0 is nan"):
        course.run(lambda _: weight(torch.ones(2)).sum() * torch.nan, dict[str, float], minutes=1, check_every=100)
    assert weight.weight.isfinite().all()
