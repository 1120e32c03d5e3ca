"""What replay evaluation costs: uv run python benchmarks/evaluation.py [--quick] [--out FILE]

A million predictions (with --quick forty thousand) of mixed kinds, in episodes of eight steps, are scored by each
usual protocol, each time in a process of its own, so that its memory can be told; and so is a hundredth of them: what
the rest adds is what a step costs. Times are the processor's, since machines are shared; the clock's stand beside.

And a small real Qwen2-VL with random weights goes through recorded steps of the simulated phone twice: a step after the
other, each prompt read from its beginning, and several episodes side by side, what they have in common read once. The
predictions have to be the same.

Each protocol is held against cases worked out by hand, and the engines (here, side by side, a Ray of this machine)
against each other: they have to write the same file.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from actions.geometry import Point, Size
from actions.types import Action, Button, Click, Finish, LongPress, OpenApp, Scroll, TypeText
from agent.evaluation.predictions import Predicted, PredictionsFile
from agent.evaluation.step import Place, Prediction, Recorded, Truth
from report import Report, start

EPISODE = 8
PROTOCOLS = ("handeye", "aitz_qwen", "aitz_coat_fixed", "ac_qwen", "odyssey", "agentnet")
SIDE = 0.1

SCORE = """
import json, resource, sys, time
from pathlib import Path
from agent.evaluation.scoring import score
wall, own = time.perf_counter(), time.process_time()
(summary,) = score(Path(sys.argv[1]), [sys.argv[2]])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
figures = {"wall": time.perf_counter() - wall, "own": time.process_time() - own, "peak": peak}
print(json.dumps(figures | {"steps": summary.steps, "episodes": summary.episodes, "exact": summary.exact_match.value}))
"""


def some_action(draw: random.Random) -> Action:
    point = Point(draw.random(), draw.random())
    kinds: list[Action] = [
        Click(point=point),
        Click(point=point),
        LongPress(point=point),
        TypeText(text=draw.choice(("pizza", "New York", "six in the morning"))),
        Scroll(direction=draw.choice(("up", "down"))),
        Button(name=draw.choice(("back", "home"))),
        OpenApp(name="Clock"),
        Finish(),
    ]
    return draw.choice(kinds)


def some_line(draw: random.Random) -> Predicted:
    """Half of them right. Twenty elements on each screen, as data sets of phones have them."""
    was = some_action(draw)
    said = was if draw.random() < 0.5 else some_action(draw)
    corners = [(draw.random() * (1 - SIDE), draw.random() * (1 - SIDE)) for _ in range(20)]
    elements = tuple((x, y, x + SIDE, y + SIDE) for x, y in corners)
    truth = Truth(Size(1080, 2400), ((Recorded(was),),), elements, {"subset": draw.choice(("general", "install"))})
    return Predicted(place=Place("made", "?", "?", 0, EPISODE), truth=truth, prediction=Prediction((said,)))


def lines(count: int, folder: Path) -> Iterator[bytes]:
    """The header, and `count` lines: a few hundred different ones, in their places in the episodes."""
    path = folder / "some.jsonl"
    draw = random.Random(20261126)
    with PredictionsFile.open(path, {"dataset": "made"}) as file:
        for i in range(500):
            line = some_line(draw)
            file.write(line.model_copy(update={"place": Place("made", "?", str(i), 0, EPISODE)}))
    header, *different = path.read_bytes().splitlines(keepends=True)
    cut = [line.partition(b'"truth"') for line in different]
    yield header
    for i in range(count):
        _, middle, rest = cut[i % len(cut)]
        place = Place("made", "all.json", str(i // EPISODE), i % EPISODE, EPISODE)
        told = {"dataset": place.dataset, "file": place.file, "episode": place.episode}
        numbers = {"index": place.index, "length": place.length}
        yield b'{"record":"step","place":' + json.dumps(told | numbers).encode() + b"," + middle + rest


def scored(path: Path, protocol: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", SCORE, str(path), protocol], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)


def scale(report: Report, folder: Path, count: int) -> None:
    files = {n: folder / f"{n}.jsonl" for n in (count // 100, count)}
    for n, path in files.items():
        with path.open("wb") as file:
            file.writelines(lines(n, folder / str(n)))
    rows: list[tuple[object, ...]] = []
    slowest, growth = 0.0, 0.0
    for protocol in PROTOCOLS:
        few, all_ = (scored(path, protocol) for path in files.values())
        million = (all_["own"] - few["own"]) / (0.99 * count) * 1e6
        more = (all_["peak"] - few["peak"]) / 1e6
        slowest, growth = max(slowest, million), max(growth, more)
        rows.append((protocol, all_["steps"], f"{all_['exact']:.1%}", million, all_["wall"], all_["peak"] / 1e6, more))
    columns = ("protocol", "steps", "exact", "seconds a million", "by the clock", "peak MB", "MB more than 1 %")
    report.table(f"scoring {count} predictions, {files[count].stat().st_size / 1e6:.0f} MB", columns, rows)
    report.bar("a million predictions scored (processor)", slowest, 60)
    report.bar("memory that the rest adds", growth, 64, unit="MB")


def main() -> int:
    report, arguments = start("handeye: replay evaluation", __doc__ or "")
    with tempfile.TemporaryDirectory() as folder:
        scale(report, Path(folder), 40_000 if arguments.quick else 1_000_000)
        # Not before: a child's peak of memory begins with ours.
        from engines import engines, protocols
        from side_by_side import throughput

        protocols(report)
        throughput(report, Path(folder), episodes=16 if arguments.quick else 48, at_once=16)
        engines(report, Path(folder), episodes=6 if arguments.quick else 24)
    return report.close(arguments.out)


if __name__ == "__main__":
    sys.exit(main())
