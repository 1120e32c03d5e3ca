# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""The heads that are taught where to look: at what, and that they learn it."""

from __future__ import annotations

import math
import os
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch

import training.rows
from environments.phone.tasks.eyes import STANDS
from tests.training.conftest import SEED, Made, eyes, replied, side_by_side
from training import decoder, finding, language, model, store
from training.batch import AIMING, COPYING, FOLLOWING, NAMING, NEAR, PICKING, READING, Batch
from training.encoding import NAMED
from training.hardware import KEPT, PRODUCTS, keep_products
from training.labels import KINDS, SLOTS, kind_of, label
from training.lessons import Turn, episode
from training.picked import pick
from training.probes import DIGITS_WEIGH, FIRST, NO_SWITCH, OFF, ON, Probes, by_head, first_digits, switched
from training.rows import Rows, rounded
from training.view import COLUMNS, PATCHES, ROWS, TOKENS


def looks(batch: Batch, look: int, conversation: int) -> list[tuple[int, list[int]]]:
    """From which places in a conversation a head is taught to look, and at which places."""
    place, aimed = batch.looks[look]
    found = [
        (int(p), where.nonzero().flatten().tolist())
        for p, where in zip(place[conversation], aimed[conversation], strict=True)
    ]
    return [(p, where) for p, where in found if where]


def test_heads_are_taught_to_look_at_what_is_said(made: Made) -> None:
    drawn = store.read(made.folder, held_out=True)
    batch = side_by_side(drawn, range(len(drawn.talks)))
    seen: set[str] = set()
    only_some = 0
    for i in range(len(drawn.talks)):
        turn, end = drawn.turn(i), replied(made, drawn, i).stop
        picture, aims = int(drawn.talks.picture[i]), drawn.labels.aim[drawn.talks.screen[i]]
        expected: dict[str, defaultdict[tuple[int, ...], str]] = {"names": defaultdict(str), "aims": defaultdict(str)}
        for kind, said, box in sorted(said_of(turn)):
            where = [picture - 1] if box is None else inside(box, picture)
            if box is not None and kind[1] == "aims":
                x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
                own = [p for p in where if at_middle(aims[p - picture], x, y)]
                only_some += 0 < len(own) < len(where)
                where = own or where
            expected[kind[1]][tuple(where)] += said.replace(" ", "")
            seen.add(kind[2])
        for kind, look, next_to in (("names", NAMING, 0), ("aims", AIMING, 1)):
            found: defaultdict[tuple[int, ...], str] = defaultdict(str)
            for place, where in looks(batch, look, i):
                if place < end:
                    found[tuple(where)] += made.tokenizer.decode(batch.ids[i, place + next_to]).replace(" ", "")
            assert found == expected[kind]
    assert seen == {"missed", "sought", "told", "tapped", "anchor", "point", "decided", "stated"}
    assert only_some > 20, "of an element that shares visual tokens with the next"


def said_of(turn: Turn) -> list[tuple[tuple[int, str, str], str, Sequence[float] | None]]:
    """What is said of what in a reply: where in it, which head looks and why; the words; and the box, None for what
    isn't there."""
    thought, _, rest = turn.reply.partition("\n")
    found: list[tuple[tuple[int, str, str], str, Sequence[float] | None]] = []
    stands = STANDS.match(thought)
    for pattern, why, decides in (
        (r"I look for (.+?); (it is (?:not|new))", "missed", True),
        (r"I look for (.+?); (I) see it", "sought", True),
        (r"^([^.]+?) is (on|off)\.$", "told", True),
        (r"I tap (?!its? |it\.)(.+?)\.$()", "tapped", False),
    ):
        named = re.search(pattern, thought)
        box = turn.anchor or (None if stands else turn.box)
        if named and (box or why == "missed"):
            box = None if why == "missed" else box
            found.append(((named.start(1), "names", why), named[1], box))
            found += [((named.start(2), "aims", "decided"), named[2], box)] if decides else []
            break
    if stands and turn.anchor:
        found.append(((stands.start("anchor"), "names", "anchor"), stands["anchor"], turn.anchor))
    for one in turn.stated:
        name, state = (thought[slice(*part)] for part in (one.name, one.state))
        found += [((one.name[0], "names", "stated"), name, one.box)] if name else []
        found += [] if one.is_read else [((one.state[0], "aims", "stated"), state, one.box)]
    if turn.box and '"point": (' in rest:
        found.append(((len(thought), "aims", "point"), rest.partition('"point": (')[2].partition(")")[0], turn.box))
    return found


def test_heads_are_taught_to_look_at_what_is_read_off(made: Made) -> None:
    drawn = store.read(made.folder, held_out=True)
    batch = side_by_side(drawn, range(len(drawn.talks)))
    told, orders = 0, set[int]()
    for i in range(len(drawn.talks)):
        turn, end, picture = drawn.turn(i), replied(made, drawn, i).stop, int(drawn.talks.picture[i])
        by_patch, by_order = ([dict(looks(batch, look, i)) for look in heads] for heads in (READING, PICKING))
        follows = dict(looks(batch, FOLLOWING, i))
        words = drawn.labels.words[drawn.talks.screen[i]]
        order = dict(zip(batch.places[i].tolist(), batch.order[i].tolist(), strict=True))
        thought, _, rest = turn.reply.partition("\n")
        reads = [p for p in by_patch[0] if p < end]
        if turn.box is None:
            assert not [p for p in (*reads, *by_order[0]) if p < end]
            continue
        assert [p for p in by_order[0] if p < end] == reads
        shown = inside(turn.box, picture)
        for place in reads:
            word, where = int(batch.ids[i, place + 1]), [patch[place] for patch in by_patch]
            ((patch, token),) = [(n, at) for n, (at,) in enumerate(where) if at >= picture]
            nowhere = [[picture - 1]] * 3
            assert [slot[place] for slot in by_order] == [*nowhere[: order[place]], [token], *nowhere[order[place] :]]
            assert follows[place + 1] == [token], "which is now the word that was just written"
            assert token in shown
            assert word == words[token - picture, patch, order[place]] or not made.tokenizer.decode([word]).strip()
            told += 1
            orders.add(order[place])
        read = made.tokenizer.decode(batch.ids[i, [p + 1 for p in reads]]).strip()
        assert read in thought
        if "Answer" in rest and NAMED.search(thought) is None:
            assert rest.partition('"text": "')[2].partition('"')[0] in read
    assert told > 50
    assert orders >= {0, 1}


def test_where_no_word_is_found_the_first_head_that_reads_looks_at_all_that_is_read_off(made: Made) -> None:
    drawn = store.read(made.folder, held_out=True)
    no_words = replace(drawn.labels, words=np.full_like(drawn.labels.words, -1))
    chosen: list[int] = np.flatnonzero(drawn.talks.reads).tolist()
    batch = Batch(pick(drawn.talks, chosen, no_words), torch.device("cpu"))
    assert (batch.order == -1).all()
    for i, talk in enumerate(chosen):
        turn, picture = drawn.turn(talk), int(drawn.talks.picture[talk])
        assert turn.box is not None
        first, *others = (looks(batch, look, i)[0] for look in (*READING, *PICKING))
        assert first[1] == inside(turn.box, picture)
        assert others == [(first[0], [picture - 1])] * (len(READING) + len(PICKING) - 1)
        assert not looks(batch, FOLLOWING, i)
    assert chosen


def test_a_head_that_reads_brings_the_words_of_a_patch_or_of_a_slot() -> None:
    words = torch.arange(PATCHES * SLOTS).view(1, PATCHES, SLOTS)
    brought = [part.tolist() for part in by_head(words)]
    assert brought[: len(READING)] == [[[4 * patch + slot for slot in range(4)]] for patch in range(4)]
    assert brought[len(READING) :] == [[[4 * patch + slot for patch in range(4)]] for slot in range(4)]


def test_no_head_that_is_taught_is_in_the_last_layer() -> None:
    assert max(layer for layer, _ in decoder.LOOKING) < model.LAYERS - 1


def at_middle(aim: Sequence[float], x: float, y: float) -> bool:
    return abs(aim[0] - x) < NEAR and abs(aim[1] - y) < NEAR


def inside(box: Sequence[float], picture: int) -> list[int]:
    left, top, right, bottom = (math.floor(v * n) for v, n in zip(box, (COLUMNS, ROWS) * 2, strict=True))
    places = [(row, column) for row in range(ROWS) for column in range(COLUMNS)]
    return [picture + i for i, (row, column) in enumerate(places) if top <= row <= bottom and left <= column <= right]


def test_a_head_is_taught_to_look_at_the_word_that_is_copied(made: Made) -> None:
    drawn = store.read(made.folder, held_out=True)
    chosen = list(range(len(drawn.talks)))
    batch = side_by_side(drawn, chosen)
    same = 0
    for i in range(len(chosen)):
        for place, where in looks(batch, COPYING, i):
            (source,) = where
            word, again = (made.tokenizer.decode([batch.ids[i, p]]).strip() for p in (source, place + 1))
            assert again[:1] in word  # what is typed is copied letter by letter, and may begin with another token
            assert source <= place
            same += word == again
    assert same > len(chosen)


def test_the_taught_heads_learn_to_look(made: Made) -> None:
    pocket = model.begin(made.tokenizer, seed=1)
    drawn = store.read(made.folder, held_out=True)
    batch, probes = side_by_side(drawn, range(12)), Probes(pocket)
    seen = eyes(pocket, drawn)(batch.screens).detach()
    optimiser = torch.optim.AdamW([p for p in pocket.model.language_model.parameters() if p.dim() > 1], lr=3e-3)
    written = [batch.written(pocket, seen, probes, decoder.decode)]
    for _ in range(20):
        optimiser.zero_grad()
        now = written[-1]
        (now.looking + now.brought + now.states + now.told + now.said + now.ordered).backward()
        optimiser.step()
        written.append(batch.written(pocket, seen, probes, decoder.decode))
    assert written[-1].looking < written[0].looking
    assert all(after > before for before, after in zip(written[0].hits, written[-1].hits, strict=True))
    assert written[-1].brought < written[0].brought
    assert written[-1].states < written[0].states
    assert written[-1].told < written[0].told
    assert written[-1].said < written[0].said
    assert written[-1].ordered < written[0].ordered
    with torch.no_grad():
        for layer in pocket.model.language_model.layers:
            layer.self_attn.o_proj.weight.mul_(0.1)
    assert batch.written(pocket, seen, probes, decoder.decode).said > written[-1].said, "hardly heard"


def test_what_lengths_are_rounded_up_to_changes_no_loss(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    pocket, drawn = model.begin(made.tokenizer, seed=1), store.read(made.folder, held_out=True)
    probes, written, lengths = Probes(pocket), list[list[float]](), set[int]()
    for alike in (1, 48):
        monkeypatch.setattr(training.rows, "ALIKE", alike)
        batch = side_by_side(drawn, range(12))
        lengths.add(batch.ids.shape[1])
        with torch.no_grad():
            losses = batch.written(pocket, eyes(pocket, drawn)(batch.screens), probes, decoder.decode)
        written.append([float(loss) for loss in (*losses[:7], *losses.hits, *losses.far)])
    assert len(lengths) == 2
    assert written[1] == pytest.approx(written[0], rel=1e-4, abs=1e-5)


def test_digits_weigh_more_in_what_is_brought_back(made: Made) -> None:
    pocket, drawn = model.begin(made.tokenizer, seed=1), store.read(made.folder, held_out=True)
    digits = made.tokenizer.convert_tokens_to_ids(list("0123456789"))
    weighed, alike = Probes(pocket, digits), Probes(pocket)
    alike.load_state_dict(weighed.state_dict())
    batch = side_by_side(drawn, range(4))
    table, values = pocket.get_input_embeddings().weight, [torch.randn(4, TOKENS, 64) for _ in range(PATCHES + SLOTS)]
    is_digit = torch.isin(batch.words, torch.tensor(digits))
    parts = [batch.words.where(some, -1) for some in (is_digit, ~is_digit)]
    of_digits, of_others = (alike.told(values, words, table) for words in parts)
    counts = [int((words >= 0).sum()) for words in parts]
    heavy = counts[0] * DIGITS_WEIGH
    assert all(counts)
    assert weighed.told(values, batch.words, table).item() == pytest.approx(
        ((heavy * of_digits + counts[1] * of_others) / (heavy + counts[1])).item(), rel=1e-4
    )


def test_rows_are_rounded_up_with_what_counts_for_nothing() -> None:
    some = torch.arange(100) % 3 == 1
    rows = Rows.of(some)
    assert (len(rows.which), rows.number) == (rounded(33), 33)
    assert rows.labels(torch.arange(100)).tolist() == [*range(1, 100, 3), *[-1] * (rounded(33) - 33)]
    assert rows.spread(torch.ones(rounded(33))).tolist() == some.float().tolist()
    assert Rows.of(torch.zeros(5, dtype=torch.bool)).labels(torch.ones(5, 2)).eq(-1).all()


def test_code_for_more_products_is_kept_unless_somebody_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEPT, "1")  # so that it is put back afterwards
    monkeypatch.delenv(KEPT)
    keep_products()
    assert int(os.environ[KEPT]) == PRODUCTS
    monkeypatch.setenv(KEPT, "7")
    keep_products()
    assert os.environ[KEPT] == "7"


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


def test_a_screen_where_no_tap_hits_anything_teaches_nothing_of_where_taps_aim(made: Made) -> None:
    pocket = model.begin(made.tokenizer, seed=1)
    value = torch.randn(2, TOKENS, pocket.model.language_model.layers[0].self_attn.head_dim)
    nowhere = torch.full((2, TOKENS, 2, FIRST), -1)
    assert Probes(pocket).places.compare(value, nowhere).item() == 0.0


def test_what_a_tap_hits_is_on_or_off_as_the_phone_has_it(made: Made) -> None:
    scenes = [s for name in ("shop_add", "switch_alarm", "browser_newsletter") for s in episode(name, SEED)]
    told: Counter[tuple[str, int]] = Counter()
    for scene in (*made.scenes, *scenes):
        labels = label(scene.notes, scene.nodes, scene.size, made.tokenizer)
        kinds, aims = torch.from_numpy(labels.kind).long(), torch.from_numpy(labels.aim).float()
        (states,) = switched(kinds[None], aims[None])
        for node in scene.nodes:
            middle = node.rect.box(scene.size).center
            hits = (aims - torch.tensor([middle.x, middle.y])).abs().amax(-1) < NEAR
            is_shown = kind_of(node) in labels.kind[hits.numpy()]  # and no text lies over all of it
            if node.clickable and node.enabled and is_shown:
                is_switch = node.cls in ("Switch", "RadioButton", "CheckBox")
                right = ON if node.checked else OFF if is_switch else NO_SWITCH
                assert set(states[hits].tolist()) == {right}, node
                told[node.cls, right] += 1
        assert (states[aims.isnan().any(-1)] == -1).all()
    assert all(told[cls, state] for cls in ("Switch", "RadioButton", "CheckBox") for state in (OFF, ON))
    assert told["Tab", ON]
    assert told["Button", NO_SWITCH]


def test_a_disabled_switch_is_not_told_to_be_off() -> None:
    kinds = torch.tensor([[KINDS.index("switch") + 2 * len(KINDS), KINDS.index("text"), KINDS.index("switch")]])
    aims = torch.tensor([[[0.5, 0.5], [0.5, 0.5], [0.5, 0.7]]])
    assert switched(kinds, aims).tolist() == [[-1, -1, OFF]]


def test_the_digits_that_are_told_are_those_that_a_reply_writes(made: Made) -> None:
    assert first_digits(torch.tensor([[0.4999, 0.0704], [0.12, math.nan]])).tolist() == [
        [[5, 0], [0, 7]],
        [[1, 2], [-1, -1]],
    ]
    drawn = store.read(made.folder, held_out=True)
    turns = [drawn.turn(talk) for talk in range(len(drawn.talks))]
    taps = [(turn.box, match) for turn in turns if turn.box and (match := re.search(r"\((\d+),(\d+)\)", turn.reply))]
    boxes = torch.tensor([box for box, _ in taps])
    told = first_digits((boxes[:, :2] + boxes[:, 2:]) / 2)
    wrote = torch.tensor([[[int(n) // 100, int(n) // 10 % 10] for n in match.groups()] for _, match in taps])
    assert (told == wrote).float().mean() > 0.95, "a pixel's middle is a little more than the place it is counted from"
