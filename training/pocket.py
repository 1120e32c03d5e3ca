# pyright: reportUnknownMemberType=false
"""Train the pocket model, stage by stage: uv run python -m training.pocket STAGE FOLDER (docs/pocket.md).

draw      strips of text, and screens, labels and lessons of the simulated phone, onto the disk
read      the vision tower alone, on strips: which words does each visual token show?
vision    the tower alone, on screens: what does each visual token show?
figures   the tower alone, on strips of figures: which digit stands where? All else is held as it is
act       the language model: where is what is asked for? Then whole tasks as the phone's own solution does them
practise  more lessons, in which what `act` has learned so far acts and the solution says what would have been right
save      the checkpoint's folder, as `from_pretrained` and `--model` take it, in FOLDER/model

Each stage begins with what the one before has learned, goes on where it was broken off, and ends after its steps. A
GPU is used where there is one; the tower goes on learning in `act` there.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

    from training.course import Course

STAGES = ("read", "vision", "figures", "act")
STEPS = {"read": 5000, "vision": 3000, "figures": 3000, "act": 20000}
RATE = 1e-3


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stage", choices=("draw", *STAGES, "practise", "save"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shards", type=int, help="of some 420 screens each, to draw (200) or at most to use (all)")
    parser.add_argument("--first", type=int, default=0, help="the first shard to draw; the same number, the same shard")
    parser.add_argument("--readings", type=int, default=20, help="more shards to draw, of what is read off screens")
    parser.add_argument("--first-reading", type=int, default=0, help="the first of those, counted from 0")
    parser.add_argument("--strips", type=int, default=50, help="files of strips to draw, of 2000 each")
    parser.add_argument("--first-strip", type=int, default=0, help="the first of these files, counted from 0")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="for drawing")
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after so long; the next call goes on")
    parser.add_argument("--steps", type=int, help="of the whole stage; to be said again in each call that goes on")
    parser.add_argument("--within", type=float, help="end the stage after so many minutes, whatever its steps")
    parser.add_argument("--batch", type=int, help="screens in a step: 16 on a CPU, 128 on a GPU")
    parser.add_argument("--rate", type=float, default=RATE, help="the highest learning rate")
    parser.add_argument("--begin", type=Path, help="the checkpoint that drawing and a stage begin with")
    parser.add_argument("--anew", action="store_true", help="`act` takes but eyes and words from --begin")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    count = 200 if arguments.shards is None else arguments.shards
    match arguments.stage:
        case "draw":
            from training import store, strips

            store.prepare(arguments.folder, arguments.begin)
            files = range(arguments.first_strip, arguments.first_strip + arguments.strips)
            strips.draw(arguments.folder, files, processes=arguments.processes)
            readings = store.learned(store.READINGS)[arguments.first_reading :][: arguments.readings]
            shards = [*range(arguments.first, arguments.first + count), *readings]
            store.draw(arguments.folder, shards, processes=arguments.processes)
        case "practise":
            from training import practice

            practice.draw(arguments.folder, count, _so_far(arguments.folder, arguments.seed))
        case "save":
            _save(arguments.folder, arguments.seed)
        case stage:
            _train(stage, arguments)
    return 0


def _save(folder: Path, seed: int) -> None:
    from training import model

    model.save(_so_far(folder, seed), model.tokenizer_of(folder), folder / "model")
    print(f"{folder / 'model'}: what the stage {_last(folder)!r} has learned")


def _so_far(folder: Path, seed: int) -> Any:
    from training import model

    pocket = model.begin(model.tokenizer_of(folder), seed=seed)
    pocket.load_state_dict(_learned(folder, _last(folder))["model"])
    return pocket


def _last(folder: Path) -> str:
    return next(stage for stage in reversed(STAGES) if (folder / stage / "checkpoint.pt").exists())


def _learned(folder: Path, stage: str) -> Any:
    import torch

    return torch.load(folder / stage / "checkpoint.pt", map_location="cpu", weights_only=True)["modules"]


def _train(stage: str, arguments: Any) -> None:
    import torch

    from training import model
    from training.course import Course
    from training.hardware import device, keep_products

    folder: Path = arguments.folder
    keep_products()
    torch.set_flush_denormal(True)  # gradients so small would take a CPU thrice as long
    torch.manual_seed(arguments.seed)
    at = device()
    pocket = model.begin(model.tokenizer_of(folder), seed=arguments.seed)
    learned: Any = {}
    is_new = not (folder / stage / "checkpoint.pt").exists()
    if is_new and arguments.begin is not None:
        begun = model.load(arguments.begin)
        if arguments.anew:
            pocket.model.visual.load_state_dict(begun.model.visual.state_dict())
            pocket.get_input_embeddings().load_state_dict(begun.get_input_embeddings().state_dict())
        else:
            pocket.load_state_dict(begun.state_dict())
    elif is_new and stage != STAGES[0]:
        learned = _learned(folder, STAGES[STAGES.index(stage) - 1])
        pocket.load_state_dict(learned["model"])
    pocket.to(at)

    def course(**modules: Any) -> Course:
        return Course(
            folder / stage,
            stage,
            modules,
            rate=arguments.rate,
            steps=arguments.steps or (STEPS[stage] if arguments.within is None else 10**9),
            batch=arguments.batch or (128 if at.type == "cuda" else 16),
            seed=arguments.seed,
            within=arguments.within,
        )

    if stage == "act":
        _act(pocket, course, arguments, at, is_new=is_new)
    elif stage == "figures":
        _figures(pocket, course, arguments)
    else:
        _see(pocket, course, arguments, learned.get("heads"))


def _see(pocket: Any, course: Callable[..., Course], arguments: Any, learned: Any) -> None:
    from training import model, store, strips, vision
    from training.hardware import device
    from training.tower import quickest

    folder: Path = arguments.folder
    heads = vision.Heads(model.VISION_WIDTH, model.WIDTH)
    if learned is not None:
        heads.load_state_dict(learned)
    pocket.model.language_model.requires_grad_(False)
    pocket.get_input_embeddings().requires_grad_(True)
    towards = course(model=pocket, heads=heads.to(device()))
    texts, texts_held_out = strips.read(folder)
    if arguments.stage == "read":
        vision.read(towards, texts, texts_held_out, quickest(), arguments.minutes)
        return
    drawn, held_out = (store.read(folder, held_out=held, shards=arguments.shards) for held in (False, True))
    vision.train(towards, drawn, held_out, texts, quickest(), arguments.minutes)


def _figures(pocket: Any, course: Callable[..., Course], arguments: Any) -> None:
    from copy import deepcopy

    from training import figures, model, store, strips
    from training.figures import Figures, Heads
    from training.hardware import device
    from training.tower import quickest

    folder: Path = arguments.folder
    pocket.requires_grad_(False)
    before = deepcopy(pocket.model.visual)
    pocket.model.visual.requires_grad_(True)
    heads = Heads(model.VISION_WIDTH, model.WIDTH).to(device())
    towards = course(model=pocket, heads=heads, before=before)
    tokenizer = model.tokenizer_of(folder)
    texts = [Figures.of(some, tokenizer) for some in strips.read(folder)]
    screens = [
        Figures.of(store.read(folder, held_out=held, shards=arguments.shards), tokenizer) for held in (False, True)
    ]
    figures.train(towards, (texts[0], texts[1]), (screens[0], screens[1]), quickest(), arguments.minutes)


def _act(pocket: Any, course: Callable[..., Course], arguments: Any, at: torch.device, *, is_new: bool) -> None:
    from training import decoder, eyes, finding, language, model, store, tower
    from training.probes import Probes
    from training.strips import SERIAL

    folder: Path = arguments.folder
    tokenizer = model.tokenizer_of(folder)
    drawn, held_out = (store.read(folder, held_out=held, shards=arguments.shards) for held in (False, True))
    knows_nothing = is_new and (arguments.anew or arguments.begin is None)
    if knows_nothing:
        language.bring_near(pocket, held_out)
    is_live = at.type == "cuda"
    pocket.model.visual.requires_grad_(is_live)
    farness = language.Farness(drawn.shards)
    # What it has learned so far is loaded here.
    probes = Probes(pocket, tokenizer.convert_tokens_to_ids(list(SERIAL)))
    towards = course(model=pocket, probes=probes.to(at), farness=farness)
    if is_live:
        seen = eyes.live(pocket, drawn, tower.quickest(varying=True)), eyes.live(pocket, held_out, tower.look)
    else:
        seen = eyes.Seen(pocket, drawn, folder), eyes.Seen(pocket, held_out, folder)
    if knows_nothing:
        finding.begin(pocket, finding.fit(pocket, drawn, seen[0], arguments.seed))
    learner = language.Learner(towards, drawn, held_out, tokenizer, *seen, decoder.quickest(), at)
    if is_new and not knows_nothing:
        learner.fit()
    learner.train(arguments.minutes)


if __name__ == "__main__":
    sys.exit(main())
