"""What the pocket model is taught: labels lie on the visual tokens that show them, replies are the solution's steps."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress

import numpy as np
import pytest

from actions.geometry import Pixel, Point, Rect, Size
from actions.types import Action, Answer, Button, Click
from environments.phone import world
from environments.phone.environment import PhoneEnvironment
from environments.phone.nodes import Node
from environments.phone.oracle import Oracle
from environments.phone.phone import Phone
from environments.phone.tasks import TEMPLATES, sample
from environments.phone.tasks.eyes import SOUGHT, STANDS, STILL_NEEDS
from tests.training.conftest import SEED, Made
from training import beside, encoding, lessons, reading, store, strips
from training.disturbed import overlooking
from training.encoding import ANCHORS, LOOKS, NAMES, READS, Encoder
from training.glyphs import Line, Notes
from training.labels import KINDS, LETTERS, SLOTS, Labels, label
from training.language import agrees
from training.lessons import DIALECT, Scene, Turn, episode, written
from training.stated import stated
from training.view import COLUMNS, MERGE, PATCH, PATCHES, ROWS, SEEN, TOKENS
from training.worlds import MEASURED, TRAINING, strangers


def labelled(scene: Scene, made: Made) -> Labels:
    return label(scene.notes, scene.nodes, scene.size, made.tokenizer)


def test_where_a_word_is_labelled_the_picture_shows_something(made: Made) -> None:
    contrasts: list[int] = []
    for scene in made.scenes:
        words, grey = labelled(scene, made).words, scene.picture.mean(-1)
        for token, patch in itertools.product(range(TOKENS), range(PATCHES)):
            if words[token, patch, 0] >= 0:
                top = PATCH * (token // COLUMNS * MERGE + patch // MERGE)
                left = PATCH * (token % COLUMNS * MERGE + patch % MERGE)
                contrasts.append(int(np.ptp(grey[top : top + PATCH, left : left + PATCH])))
    assert len(contrasts) > 200
    assert min(contrasts) > 25


def test_a_row_of_the_settings_is_labelled_with_its_words_its_kind_and_its_middle(made: Made) -> None:
    scene = next(s for s in made.scenes if any(n.resource_id == "switch_wifi_on" for n in s.nodes))
    labels = labelled(scene, made)
    rows = [n for n in scene.nodes if n.cls == "Switch" and n.rect.bottom < scene.size.height]
    assert len(rows) > 4
    for node in rows:
        box = node.rect.box(scene.size)
        band = slice(int(box.top * ROWS) * COLUMNS, (int(box.bottom * ROWS) + 1) * COLUMNS)
        shown = labels.words[band].ravel().tolist()
        assert [i for i in made.tokenizer(f" {node.text}")["input_ids"] if i not in shown] == []
        if abs(box.center.y * ROWS % 1 - 0.5) > 0.3:
            continue  # it lies in two rows of tokens by halves: its neighbours have them
        middle = int(box.center.y * ROWS) * COLUMNS + COLUMNS // 2
        assert labels.aim[middle] == pytest.approx((box.center.x, box.center.y), abs=1e-3)
        assert KINDS[labels.kind[middle] % len(KINDS)] == "switch"
        assert labels.kind[middle] // len(KINDS) == int(node.checked)


def test_strips_are_labelled_with_what_is_written_on_them(made: Made) -> None:
    known = ["Bluetooth", "Do not disturb"]
    first, again = (strips.strip(7, known, made.tokenizer) for _ in range(2))
    assert (first[0] == again[0]).all()
    assert (first[1].words == again[1].words).all()
    shares: list[float] = []
    for seed in range(12):
        picture, labels = strips.strip(seed, known, made.tokenizer)
        assert picture.shape == (strips.SEEN_STRIP.height, strips.SEEN_STRIP.width, 3)
        cells = picture.mean(-1).reshape(strips.ROWS, MERGE, PATCH, COLUMNS, MERGE, PATCH)
        contrast = np.ptp(cells.transpose(0, 3, 1, 4, 2, 5).reshape(-1, PATCHES, PATCH**2), axis=-1)
        written = (labels.letters >= 0).any((-1, -2))
        shares.append(float((contrast[written] > 25).mean()))
        named = labels.words[..., 0] >= 0
        assert (written & named).sum() > 0.8 * named.sum()  # all, but for long words whose middle is between letters
    assert min(shares) > 0.9
    texts = made.tokenizer.decode([w for seed in range(12) for w in _words(seed, known, made)])
    assert "Bluetooth" in texts


def test_many_strips_have_little_but_figures_each_digit_by_itself(made: Made) -> None:
    digits = set(made.tokenizer.convert_tokens_to_ids(list("0123456789")))
    words = [_words(seed, ["Bluetooth"], made) for seed in range(24)]
    shares = [sum(word in digits for word in some) / len(some) for some in words]
    assert sum(share > 0.5 for share in shares) > 6
    assert sum(share < 0.25 for share in shares) > 4


def _words(seed: int, known: list[str], made: Made) -> list[int]:
    words = strips.strip(seed, known, made.tokenizer)[1].words.ravel()
    return [int(w) for w in words if w >= 0]


def test_the_letters_of_a_patch_are_those_whose_middles_lie_in_its_halves(made: Made) -> None:
    size = Size(504, 1120)
    # A patch is 36 x 35 pixels here, its halves 18 x 35.
    line = Line("aé b", (Pixel(3, 10), Pixel(10, 10), Pixel(17, 10), Pixel(30, 10)))
    letters = label(Notes([line]), [], size, made.tokenizer).letters
    shown = [[LETTERS[i] for i in half if i >= 0] for half in letters[0, 0]]
    assert shown == [["a"], ["b"]]
    assert (letters >= 0).sum() == 2


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ([5, 5, 6], [[5, 5, 6]]),
        ([5, 6, 7, 8], [[5, 6], [7, 8]]),  # broken into two lines
        ([9, 5, 6], [[5, 6]]),  # what isn't there is looked for where the next one is
        ([6, 5], [[5, 6, 5]]),  # and not at the first 5
    ],
)
def test_each_word_is_read_where_it_stands(text: list[int], rows: list[list[int]]) -> None:
    words = np.full((TOKENS, PATCHES, SLOTS), -1, np.int16)
    words[0, 0, 0] = text[0]  # outside the box
    for row, line in enumerate(rows):
        for i, word in enumerate(line):
            words[(row + 2) * COLUMNS + 1 + i // 2, i % 2, 0] = word  # in the upper patches from the left
    slots = reading.places(text, words, (1 / COLUMNS, 2 / ROWS, 1.0, 1.0))
    tokens, patches = [slot // words[0].size for slot in slots], [slot % words[0].size // SLOTS for slot in slots]
    found = [int(words.ravel()[slot]) for slot in slots]
    assert found == [word if any(word in line for line in rows) else text[i + 1] for i, word in enumerate(text)]
    assert min(tokens) >= 2 * COLUMNS
    order = list(zip(tokens, patches, strict=True))
    assert order == sorted(order)


def test_what_is_on_no_screen_is_read_nowhere() -> None:
    words = np.full((TOKENS, PATCHES, SLOTS), -1, np.int16)
    assert reading.places([1, 2], words, (0.0, 0.0, 1.0, 1.0)) == [-1, -1]


def test_an_empty_screen_has_no_labels(made: Made) -> None:
    labels = label(Notes(), [], Size(504, 1120), made.tokenizer)
    assert (labels.words < 0).all()
    assert not labels.icon.any()
    assert np.isnan(labels.aim).all()


def test_what_is_smaller_than_a_visual_token_is_labelled_all_the_same(made: Made) -> None:
    size, chip = Size(504, 1120), Node(rect=Rect(90, 471, 160, 525), cls="ToggleButton", clickable=True, checked=True)
    labels = label(Notes(), [chip], size, made.tokenizer)
    shown = np.flatnonzero(~np.isnan(labels.aim[:, 0]))
    assert shown.tolist() == [8 * COLUMNS + 1, 8 * COLUMNS + 2], "half a row high, between two"
    assert set(labels.kind[shown]) == {len(KINDS) + KINDS.index("tapped")}


def test_of_as_many_things_that_are_off_is_asked_as_of_those_that_are_on() -> None:
    asked = Counter[str]()
    for seed in TRAINING[:3]:
        for scene in itertools.chain(episode("toggle_scrolled", seed), episode("set_alarm", seed)):
            states = [q.reply.split("\n")[0].split(" is ")[-1] for q in scene.questions if "on or off" in q.ask]
            on = sum(n.checkable and n.checked for n in scene.nodes)
            assert states.count("off.") <= max(1, on)
            asked.update(states)
    assert 0.5 < asked["on."] / asked["off."] < 2


@pytest.mark.parametrize("template", ["read_message", "create_note", "shop_buy"])
def test_each_reply_reads_back_as_the_action_of_the_solution(template: str, monkeypatch: pytest.MonkeyPatch) -> None:
    moves: list[Action] = []
    honest = Oracle.next

    def noted(self: Oracle) -> tuple[str, Action]:
        thought, action = honest(self)
        moves.append(action)
        return thought, action

    monkeypatch.setattr(Oracle, "next", noted)
    scenes = list(episode(template, SEED, disturbance=0))
    read = [DIALECT.parse(s.step.reply, SEEN).actions[0] for s in scenes]
    assert len(read) == len(moves) > 3
    for said, meant, scene in zip(read, moves, scenes, strict=True):
        if isinstance(said, Click) and isinstance(meant, Click):
            assert (said.point.x, said.point.y) == pytest.approx((meant.point.x, meant.point.y), abs=1e-3)
            assert agrees(scene.step.reply, scene.step)
        else:
            assert said == meant


def line(text: str, x: int, y: int) -> Line:
    return Line(text, tuple(Pixel(x + 10 * i, y) for i in range(len(text))))


def test_what_stands_beneath_above_and_beside_what() -> None:
    lines = [line("Wi-Fi", 20, 100), line("Connected", 22, 130), line("on", 400, 110), line("Sound", 20, 300)]
    found = [(p.where, p.anchor.text, p.said.text) for p in beside.pairs(lines, Size(504, 1120))]
    assert found == [
        ("beneath", "Wi-Fi", "Connected"),
        ("above", "Connected", "Wi-Fi"),
        ("beside", "Wi-Fi", "on"),
        ("beside", "Connected", "on"),
    ]


@pytest.mark.parametrize("left", [270, 230], ids=["ends together", "same middle"])
def test_lines_of_one_edge_or_middle_stand_beneath_each_other(left: int) -> None:
    long, short = line("9" * 12, 190, 100), line("9" * 4, left, 140)
    assert [p.where for p in beside.pairs([long, short], Size(504, 1120))] == ["beneath", "above"]


@pytest.mark.parametrize("template", ["read_network", "read_payment", "read_event", "read_balance", "calculate"])
def test_what_a_solution_reads_stands_where_it_says(template: str) -> None:
    *_, scene, _ = episode(template, SEED, disturbance=0.0)
    thought = scene.step.reply.partition("\n")[0]
    stands = STANDS.match(thought)
    assert stands is not None
    pairs = {(p.where, p.anchor.text.strip(), p.said.text) for p in beside.pairs(scene.notes.lines, scene.size)}
    assert (stands["where"].lower(), stands["anchor"], stands["said"]) in pairs
    (read,) = DIALECT.parse(scene.step.reply, SEEN).actions
    assert isinstance(read, Answer)
    assert read.text in stands["said"]
    assert scene.step.anchor is not None


@pytest.mark.parametrize(
    ("thought", "anchor", "said"),
    [
        ("Beneath Water bill stands 38.20 is due; pay.", "Water bill", "38.20 is due; pay"),
        ("Above Mobile stands (398) 555-0190; I go to the home screen.", "Mobile", "(398) 555-0190"),
        ("Beside Who stands here stands nobody.", "Who", "here stands nobody"),
    ],
)
def test_a_thought_says_what_it_reads_by_what_it_stands_at(thought: str, anchor: str, said: str) -> None:
    found = STANDS.match(thought)
    assert found is not None
    assert (found["anchor"], found["said"]) == (anchor, said)


@pytest.mark.parametrize("template", ["switch_alarm", "rename_file", "close_recent"])
def test_what_is_tapped_beside_its_name_is_found_by_it(template: str, made: Made) -> None:
    scenes = list(episode(template, SEED, disturbance=0.0))
    (tapped,) = (s for s in scenes if s.step.anchor is not None and "point" in s.step.reply)
    sought = SOUGHT.search(tapped.step.reply)
    assert sought is not None
    assert tapped.step.box is not None
    assert tapped.step.anchor is not None
    left, top, right, bottom = tapped.step.box
    x, y = (sum(ends) / 2 for ends in (tapped.step.anchor[::2], tapped.step.anchor[1::2]))
    assert not (left <= x <= right and top <= y <= bottom)
    spoken = Encoder(made.tokenizer, tapped.system).speak(tapped.told, [tapped.step])
    looked = [word for word, look in zip(spoken.ids, spoken.taught, strict=True) if look == LOOKS * ANCHORS + NAMES]
    assert made.tokenizer.decode(looked).strip() == sought["name"]
    assert any(line.text.strip() == sought["name"] for line in tapped.notes.lines)


@pytest.mark.parametrize("template", ["browser_newsletter", "browser_renew", "browser_cookies", "shop_buy"])
def test_a_thought_says_what_should_be_and_what_is_before_it_decides(template: str) -> None:
    said = re.compile(r"(?:^|[.;] )([^.;]+?) should be (on|off) and is (on|off)")
    seen: Counter[str] = Counter()
    for seed in TRAINING[40:46]:
        for scene in episode(template, seed, disturbance=0.2):
            thought = scene.step.reply.partition("\n")[0]
            states = said.findall(thought)
            for name, _, now in states:
                assert any(n.text == name and n.checked is (now == "on") for n in scene.nodes), thought
            wrong = [name for name, wanted, now in states if wanted != now]
            assert wrong == ([states[-1][0]] if thought.endswith("; I tap it.") and states else [])
            boxes = [next(n for n in scene.nodes if n.text == name).rect.box(scene.size) for name, _, _ in states]
            looked = [one.box for one in scene.step.stated if one.box and not one.is_read]
            assert looked == [(b.left, b.top, b.right, b.bottom) for b in boxes]
            seen.update({"right": bool(states) and not wrong, "wrong": bool(wrong)})
    assert min(seen["right"], seen["wrong"]) > 1


@pytest.mark.parametrize(("template", "boxes"), [("browser_newsletter", 3), ("browser_renew", 2)])
def test_a_form_is_gone_through_from_its_beginning(template: str, boxes: int) -> None:
    thoughts = [s.step.reply.partition("\n")[0] for s in episode(template, TRAINING[40], disturbance=0)]
    said = [len(re.findall(r"should be \w+ and is \w+", t)) for t in thoughts if "should be" in t]
    assert said == sorted(said)
    assert said[-1] == boxes


@pytest.mark.parametrize("template", ["set_alarm", "browser_newsletter", "browser_renew", "shop_buy", "take_picture"])
def test_on_a_screen_that_shows_little_a_thought_says_what_is_missing(template: str) -> None:
    phone = Phone(TRAINING[0], size=Size(600, 400), density=168, clock=lambda: 0.0)
    task = sample(template, TRAINING[0])
    task.setup(phone)
    oracle, environment = Oracle(task, phone), PhoneEnvironment(phone, patience=lessons.AT_ONCE)
    thoughts: list[str] = []
    missing = 0
    while "is done" not in (move := oracle.next())[0]:
        thoughts.append(move[0])
        named = encoding.NAMED.search(move[0])
        states = [move[0][slice(*one.state)] for one in stated(move[0], phone.nodes(), phone.size) if one.box is None]
        missing += "is not here" in move[0]
        assert "is not here" not in move[0] or "is not here" in states or (named is not None and named["missed"])
        environment.perform(move[1])
        assert len(thoughts) < 30, thoughts
    assert missing or template == "take_picture"


@pytest.mark.parametrize(
    ("thought", "named"),
    [
        ("I look for Ann Lee; it is new, so I tap New recipient.", {"missed": "Ann Lee", "none": "it is new"}),
        ("Red should be on and was. I look for Size; I see it and tap it.", {"sought": "Size", "seen": "I"}),
        ("Quantity should be 4 and is 2; I tap the plus.", {"tapped": "the plus"}),
        ("Wi-Fi is on.", {"told": "Wi-Fi"}),
        ("Red should be on and is on. I save.", {}),
    ],
)
def test_a_thought_names_what_is_looked_at(thought: str, named: Mapping[str, str]) -> None:
    found = encoding.NAMED.search(thought)
    assert named == {} if found is None else named == {k: v for k, v in found.groupdict().items() if v is not None}


def test_the_same_seed_gives_the_same_lessons() -> None:
    first, second = (list(episode("read_number", SEED)) for _ in range(2))
    assert [s.step for s in first] == [s.step for s in second]
    assert [s.questions for s in first] == [s.questions for s in second]
    assert all((a.picture == b.picture).all() for a, b in zip(first, second, strict=True))


def test_what_is_asked_leaves_the_screens_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [s.picture for s in episode("toggle_visible", SEED, disturbance=0.5)]
    monkeypatch.setattr(lessons, "PAIRS", 0)
    less = [s.picture for s in episode("toggle_visible", SEED, disturbance=0.5)]
    assert len(asked) > 3
    assert all((a == b).all() for a, b in zip(asked, less, strict=True))


@pytest.mark.parametrize(("template", "number"), [("change_choice", 500_029), ("shop_add", 500_188)])
def test_what_a_wrong_tap_has_spoiled_for_good_is_not_gone_on_with(template: str, number: int) -> None:
    scenes = list(episode(template, TRAINING[number]))
    done = Counter((scene.step.reply, scene.picture.tobytes()) for scene in scenes)
    assert len(scenes) > 5
    assert max(done.values()) <= 2
    answers = [i for i, scene in enumerate(scenes) if '"text": ' in scene.step.reply and "Answer" in scene.step.reply]
    assert all(i == len(scenes) - 1 or "Finish" in scenes[i + 1].step.reply for i in answers)


def test_what_was_overlooked_is_gone_back_for() -> None:
    going, scenes, overlooked = episode("read_payment", TRAINING[0], disturbance=0), list[Scene](), list[int]()
    move = None
    with suppress(StopIteration):
        while True:
            scene = going.send(move)
            scenes.append(scene)
            thought = scene.step.reply.partition("\n")[0]
            move = overlooking((thought, Button(name="home")), scene.nodes, scene.size) if not overlooked else None
            overlooked += [len(scenes)] if move else []
    (after,) = overlooked
    assert "I see it" in scenes[after - 1].step.reply  # what is taught is what is right
    assert "it is not here yet, so I scroll down." in scenes[after].told
    assert any('"direction": "up"' in scene.step.reply for scene in scenes[after:])
    assert scenes[-1].step.reply.startswith("The task is done.")


def test_now_and_then_something_is_overlooked() -> None:
    overlooked = 0
    for number in (1, 2, 3):
        for before, after in itertools.pairwise(episode("call_contact", TRAINING[number], disturbance=0.3)):
            is_found = SOUGHT.search(before.step.reply) is not None
            overlooked += is_found and re.search(r"so I scroll down\. .*\n[^\n]*\Z", after.told) is not None
    assert overlooked > 1


def test_what_was_done_once_more_is_followed_by_what_the_screen_shows() -> None:
    going, scenes = episode("toggle_visible", TRAINING[0], disturbance=0), list[Scene]()
    move, again = None, 0
    with suppress(StopIteration):
        while True:
            scenes.append(going.send(move))
            move = None
            if "The task is done." in scenes[-1].step.reply and not again:
                again += 1
                before = DIALECT.parse(scenes[-2].step.reply, SEEN)
                move = before.thought, before.actions[0]
    tapped, done, *since = (scene.step.reply for scene in scenes[-4:])
    assert again == 1
    assert "I tap its switch." in tapped
    assert "The task is done." in done
    assert since == [tapped, done], "it was switched back"


def test_now_and_then_something_is_done_once_more_and_after_the_end_too_but_no_key() -> None:
    def done(told: str) -> list[str]:
        return re.findall(r"^\d+\. (.+ \w+ \{.*\}).*$", told, re.MULTILINE)

    again, ended, keys = 0, 0, 0
    for name, number in itertools.product(("toggle_visible", "read_balance"), range(4)):
        scenes = list(episode(name, TRAINING[number], disturbance=0.4))
        ended += sum("The task is done." in scene.step.reply for scene in scenes[:-1])
        for before, after in itertools.pairwise(scenes):
            *_, was, now = ["", "", *done(after.told)]
            was_right = DIALECT.parse(before.step.reply, SEEN).thought in now
            keys += now == was and STILL_NEEDS in now and not was_right
            again += now == was and not was_right
    assert again > 2
    assert ended > 0
    assert keys == 0


@pytest.mark.parametrize("noted", [False, True])
def test_once_an_amount_is_typed_the_task_says_what_follows(noted: bool) -> None:
    seeds = (seed for seed in TRAINING if bool(getattr(sample("transfer_money", seed).goal, "note", "")) is noted)
    thoughts = [s.step.reply.partition("\n")[0] for s in episode("transfer_money", next(seeds), disturbance=0)]
    after = [t for t in thoughts if t.startswith("The amount is ")]
    assert len(after) == 1
    assert after[0].endswith("I see it and tap the field." if noted else "; I tap Next.")
    assert ("The note is there; I tap Next." in thoughts) is noted


def test_what_was_read_in_one_app_is_told_in_the_other(made: Made) -> None:
    scenes = list(episode("text_number", TRAINING[0], disturbance=0))
    typed = next(s for s in scenes if "Type" in s.step.reply)
    (number,) = re.findall(r'"text": "(.+?)"', typed.step.reply)
    assert number not in {n.text for n in typed.nodes}
    assert f"Above Mobile stands {number}; I go to the home screen." in typed.told
    (read,) = (s for s in scenes if s.step.reply.startswith("Above Mobile stands"))
    spoken = Encoder(made.tokenizer, read.system).speak(read.told, [read.step])
    looked = [spoken.ids[place + 1] for place, look in enumerate(spoken.taught) if look == READS]
    assert made.tokenizer.decode(looked).strip() == number


def test_the_keys_of_the_keyboard_are_not_asked_for() -> None:
    scenes = [s for seed in TRAINING[:4] for s in episode("send_message", seed, disturbance=0)]
    typing = [s for s in scenes if any(n.cls == "Key" for n in s.nodes)]
    assert len(typing) > 6
    assert all(len(q.ask) > len("Press k.") for s in typing for q in s.questions)


def test_of_a_pin_all_is_said_that_it_still_needs() -> None:
    scenes = list(episode("read_balance", TRAINING[1], disturbance=0))
    (pin,) = re.findall(r"PIN is (\d{4})", scenes[0].told)
    needs = re.compile(r"The bank's PIN still needs (\d)(?:, then (\d+))?; I tap \1\.")
    said = [m[1] + (m[2] or "") for s in scenes if (m := needs.match(s.step.reply))]
    assert said == [pin[n:] for n in range(4)]


def test_a_reply_is_right_where_it_does_the_same() -> None:
    tap = written("I see Wi-Fi; I tap it.", Click(point=Point(0.5, 0.5)))
    turn = Turn("Tap Wi-Fi.", tap, (0.4, 0.4, 0.6, 0.6))
    assert agrees(written("", Click(point=Point(0.45, 0.55))), turn)
    assert not agrees(written("", Click(point=Point(0.7, 0.5))), turn)
    assert not agrees("nothing that can be read", turn)
    answer = Turn("Is Wi-Fi on or off?", written("", Answer(text="on")))
    assert agrees(written("It is on.", Answer(text="on")), answer)
    assert not agrees(written("", Answer(text="off")), answer)


def test_strangers_replace_all_people_and_seeds_are_shared_out() -> None:
    with strangers(3):
        invented = str(Phone(SEED).state())
    known = str(Phone(SEED).state())
    names = [name for name in world.NAMES if " " in name]
    assert any(name in known for name in names)
    assert not any(name in invented for name in names)
    assert not set(TRAINING) & set(MEASURED)


def test_shards_of_readings_have_all_templates_that_read_and_no_other_screens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "READINGS_EACH", 1)
    drawn = list(store.scenes(store.READINGS[1]))
    assert {scene.template for scene in drawn} == set(store.THAT_READ)
    for scene in drawn:
        said = DIALECT.parse(scene.step.reply, SEEN)
        assert STANDS.match(said.thought) or isinstance(said.actions[0], Answer)
    monkeypatch.setattr(store, "READINGS_EACH", 0)
    assert not list(store.scenes(store.READINGS[2]))


@pytest.mark.parametrize("template", sorted(set(TEMPLATES) - set(store.THAT_READ)))
def test_the_other_templates_read_nothing(template: str) -> None:
    assert not list(episode(template, SEED, disturbance=0, only_reading=True))
