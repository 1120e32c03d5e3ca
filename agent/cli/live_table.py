"""Live results in a terminal: a line for each episode as it ends, and the table of a file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from agent.cli.terminal import as_json as to_json
from agent.cli.terminal import clean
from agent.evaluation.live.results import EpisodeResult, read_results
from agent.evaluation.live.summary import Figures, LiveSummary, summarise
from environments.episode import End

WORDS: dict[End, str] = {
    "done": "said to be done",
    "not_done": "given up",
    "unreadable": "unreadable output",
    "limit": "stopped at a limit",
    "model": "the model crashed",
    "device": "the phone was lost",
    "error": "an error",
    "interrupted": "interrupted",
    "terminated": "terminated",
}
CRASHES_SHOWN = 5


def line(episode: EpisodeResult) -> str:
    verdict = "done" if episode.done else "not done"
    ended = WORDS[episode.end]
    if episode.message and episode.end not in ("done", "not_done"):
        ended = f"{ended}: {episode.message}"
    steps = f"{episode.steps} steps, {episode.oracle_steps} by the oracle"
    return clean(f"{episode.case!s:<24} {verdict:<8} {ended}; {steps}; {episode.wall_seconds:.1f} s")


def tell(path: Path, *, as_json: bool) -> None:
    """The summary of a file of results, on stdout."""
    summary = summarise(read_results(path))
    if as_json:
        print(to_json(asdict(summary)))
    else:
        print("\n".join(map(clean, _lines(summary))))


def _lines(summary: LiveSummary) -> list[str]:
    total = summary.total
    about = ", ".join(f"{name} {value}" for name, value in summary.about.items())
    lines = [f"{total.episodes} episodes of {len(summary.templates)} tasks · {about}"]
    if summary.damaged:
        lines.append(f"  {summary.damaged} lines are damaged and left out")
    if not total.episodes:
        return lines
    lines += [
        f"  success            {total.success}   {total.done} of {total.episodes}",
        f"  claimed, not done  {total.false_claims}   {total.claimed_not_done} of {total.claimed} said to be done",
        f"  done, not said     {total.done_not_said}",
    ]
    if total.steps_over_oracle is not None and summary.median_ratio is not None:
        ratio = f"{total.steps_over_oracle:.2f} times the oracle's, median {summary.median_ratio:.2f}"
        lines.append(f"  steps of successes {ratio}")
    spent = summary.seconds_a_step
    if spent:
        parts = ", ".join(f"{name} {seconds:.3f}" for name, seconds in spent.items())
        lines.append(f"  seconds a step     {sum(spent.values()):.3f}: {parts}")
    lines += [
        f"  tokens             {summary.prompt_tokens} read, {summary.completion_tokens} written, "
        f"in {summary.model_calls} replies",
        f"  ended              {', '.join(f'{WORDS[end]} {n}' for end, n in summary.ends.items())}",
    ]
    shown = sorted(summary.crashes.items(), key=lambda crash: -crash[1])
    lines += [f"    {n} × {words}" for words, n in shown[:CRASHES_SHOWN]]
    if len(shown) > CRASHES_SHOWN:
        lines.append(f"    and {len(shown) - CRASHES_SHOWN} other errors")
    lines += ["", f"  {'task':<22} {'done':>9}  {'success, 95 %':<26} claimed, not done  steps"]
    return [*lines, *(_row(name, figures) for name, figures in summary.templates.items()), ""]


def _row(name: str, figures: Figures) -> str:
    done = f"{figures.done} of {figures.episodes}"
    ratio = "" if figures.steps_over_oracle is None else f"{figures.steps_over_oracle:.2f}×"
    wrong = f"{figures.claimed_not_done} of {figures.claimed}"
    return f"  {name[:22]:<22} {done:>9}  {figures.success!s:<26} {wrong:<17}  {ratio}"
