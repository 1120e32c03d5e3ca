# pyright: basic
"""The plots of a report, as SVG for a page. matplotlib comes with the extra `eval`; no window and no state of its own
is used. Texts in plots are drawn as they are: nothing in them is taken for mathematics or markup."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from actions.errors import UsageError
from agent.evaluation.intervals import Rate
from agent.evaluation.report.pointing import CELLS, FINENESS, GRID, REACH, Pointing
from agent.evaluation.report.svg import INK, inline
from agent.evaluation.scoring import Kind
from agent.viewer.words import shown

try:
    from matplotlib import rc_context
    from matplotlib.colors import LogNorm
    from matplotlib.figure import Figure
    from matplotlib.patches import Ellipse
    from matplotlib.ticker import FuncFormatter, PercentFormatter
except ImportError as e:
    raise UsageError("the plots of a report need matplotlib", remedy="uv sync --extra eval") from e

ACROSS = 380
"""Points: of a plot on a narrow screen, so that its texts can be read there."""
STRONG, PALE, MARK, SECOND = "#2f74b5", "#9dbfe0", "#e0218a", "#d9822b"
LONGEST_NAME = 28
MOST_BARS = 24

STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "handeye",
    "text.parse_math": False,
    "axes.formatter.use_mathtext": False,
    "axes.unicode_minus": True,
    "font.size": 10,
    "axes.titlesize": 10.5,
    "axes.labelsize": 9.5,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "legend.frameon": False,
    **dict.fromkeys(
        ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color", "axes.titlecolor"), INK
    ),
}


@dataclass(frozen=True, slots=True)
class _Plot:
    name: str
    description: str
    points_high: float

    def draw(self, paint) -> str:
        out = io.StringIO()
        with rc_context(STYLE), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph .* missing from font")  # the page's fonts draw it
            figure = Figure(figsize=(ACROSS / 72, self.points_high / 72), layout="constrained")
            paint(figure)
            figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
        return inline(out.getvalue(), self.name, self.description)


def bars(name: str, kinds: Mapping[str, Kind]) -> str:
    """Exact match of each kind with its interval, over a pale bar for the type match."""
    some = list(kinds.items())[:MOST_BARS]
    places = np.arange(len(some))[::-1]

    def paint(figure: Figure) -> None:
        axes = figure.add_subplot()
        types, exact = [k.type_match.value for _, k in some], [k.exact_match.value for _, k in some]
        axes.barh(places, types, height=0.72, color=PALE, label="type match")
        axes.barh(places, exact, height=0.42, color=STRONG, label="exact match")
        for at, (_, kind) in zip(places, some, strict=True):
            _whisker(axes, at, kind.exact_match)
        axes.set_yticks(places, [f"{_short(k)}  ({n.steps})" for k, n in some])
        axes.set_ylim(-0.6, len(some) - 0.4)
        _percent(axes.xaxis)
        axes.set_xlim(0, 1)
        axes.tick_params(axis="y", length=0)
        figure.legend(loc="outside upper left", ncols=2)

    described = "; ".join(f"{_short(k)}: {n.exact_match}" for k, n in some)
    return _Plot(name, f"Exact match by kind. {described}", 62 + 24 * max(1, len(some))).draw(paint)


def confusion(name: str, rows: Mapping[str, Mapping[str, int]]) -> str:
    """Of each recorded kind, which share was answered by which."""
    recorded = list(rows)
    said = sorted({k for row in rows.values() for k in row}, key=lambda k: (k not in rows, k))
    shares = np.array([[rows[r].get(s, 0) / (sum(rows[r].values()) or 1) for s in said] for r in recorded])

    def paint(figure: Figure) -> None:
        axes = figure.add_subplot()
        colors = np.zeros((*shares.shape, 4))
        colors[..., :3] = np.array([0x2F, 0x74, 0xB5]) / 255
        colors[..., 3] = np.where(shares > 0, 0.08 + 0.92 * shares, 0)
        axes.imshow(colors, interpolation="none", aspect="auto")
        for i, j in np.argwhere(shares > 0):
            share = float(shares[i, j])
            size = 8.5 if len(said) < 10 else 7
            color = "#ffffff" if share > 0.5 else INK
            axes.text(j, i, _whole(share), ha="center", va="center", fontsize=size, color=color)
        axes.set_xticks(range(len(said)), [_short(s) for s in said], rotation=40, ha="right", rotation_mode="anchor")
        axes.set_yticks(range(len(recorded)), [_short(r) for r in recorded])
        axes.set_xlabel("said")
        axes.set_ylabel("recorded")
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)

    return _Plot(name, "Which kind was answered by which, in percent of each row", 110 + 25 * len(recorded)).draw(paint)


def errors(name: str, pointing: Pointing) -> str:
    """Prediction minus truth, counted; the rings are what two common rules allow."""

    def paint(figure: Figure) -> None:
        axes = figure.add_subplot()
        counts = np.array(pointing.errors, float).reshape(CELLS, CELLS)
        edge = REACH * CELLS / (CELLS - 1)
        image = axes.imshow(
            np.ma.masked_equal(counts, 0),
            extent=(-edge, edge, edge, -edge),
            cmap="viridis",
            norm=LogNorm(1, max(2, counts.max())),
            interpolation="none",
        )
        for reach in (0.04, 0.14):
            axes.add_patch(Ellipse((0, 0), 2 * reach, 2 * reach, fill=False, edgecolor=MARK, linewidth=0.9, ls="--"))
            axes.text(reach * 0.71, -reach * 0.71, f" {reach:g}", color=MARK, fontsize=8, va="bottom", ha="left")
        axes.axhline(0, color=INK, linewidth=0.4, alpha=0.5)
        axes.axvline(0, color=INK, linewidth=0.4, alpha=0.5)
        axes.set_xlabel("too far left  ←  shares of the width  →  too far right")
        axes.set_ylabel("too low  ←  of the height  →  too high")
        top = max(2, counts.max())
        _scale(figure, image, "points", [*(10**i for i in range(10) if 3 * 10**i < top), top], _few)

    return _Plot(name, "Prediction minus truth in shares of the screen's sides", 390).draw(paint)


def places(name: str, pointing: Pointing) -> str:
    """By how much points were missed, by where on the screen they were."""
    upright = 2 * pointing.upright >= pointing.asked

    def paint(figure: Figure) -> None:
        axes = figure.add_subplot()
        counts = np.array(pointing.places, float).reshape(GRID, GRID)
        means = np.array(pointing.missed).reshape(GRID, GRID) / np.maximum(counts, 1)
        image = axes.imshow(
            np.ma.masked_where(counts == 0, means),
            extent=(0, 1, 1, 0),
            cmap="viridis",
            vmin=0,
            vmax=max(0.01, means.max()),
            interpolation="none",
            aspect=1.6 if upright else 0.62,
        )
        for row, column in np.argwhere(counts > 0):
            dark = float(means[row, column]) < 0.6 * max(0.01, float(means.max()))
            axes.text(
                (column + 0.5) / GRID,
                (row + 0.5) / GRID,
                _few(float(counts[row, column])),
                ha="center",
                va="center",
                fontsize=6.5,
                color="#ffffff" if dark else "#000000",
            )
        _percent(axes.xaxis)
        _percent(axes.yaxis)
        axes.spines[:].set_visible(True)
        axes.set_xlabel("width")
        axes.set_ylabel("height")
        _scale(figure, image, "mean distance, in shares of the sides", None, "{:.2g}".format)

    return _Plot(name, "Mean distance of points from the truth, by place", 420 if upright else 320).draw(paint)


def curve(name: str, pointing: Pointing, protocol: str) -> str:
    """Which share of the points lies within a distance, and what that would make of the protocol's exact match."""
    reach = np.linspace(0, 0.3, 151)

    def paint(figure: Figure) -> None:
        axes = figure.add_subplot()
        given = pointing.given or 1
        at = np.rint(reach * FINENESS).astype(int)
        for distances, color, label in (
            (pointing.all["sides"], STRONG, "of points given, in shares of each side"),
            (pointing.all["longer"], SECOND, "the same, in shares of the longer side"),
        ):
            axes.plot(reach, np.cumsum(distances.counts)[at] / given, color=color, label=label)
        right = np.cumsum(pointing.kind["sides"].counts)[at]
        axes.plot(
            reach,
            (pointing.elsewhere + right) / (pointing.steps or 1),
            ":",
            color=INK,
            label=f"exact match of {protocol}, were points judged so alone",
        )
        for allowed in (0.04, 0.14):
            axes.axvline(allowed, color=MARK, linewidth=0.9, linestyle="--")
            axes.text(allowed, 0.02, f" {allowed:g}", color=MARK, fontsize=8.5)
        axes.set_xlim(0, 0.3)
        axes.set_ylim(0, 1.02)
        _percent(axes.yaxis)
        axes.set_xlabel("distance from the truth")
        figure.legend(loc="outside upper left")

    return _Plot(name, "Share of points within a distance of the truth, from 0 to 0.3", 300).draw(paint)


def differences(name: str, figures: Sequence[tuple[str, Rate]]) -> str:
    """Differences with their intervals, around zero."""
    heights = np.arange(len(figures))[::-1]
    reach = max((abs(v) for _, r in figures for v in (r.value, r.low or 0, r.high or 0)), default=0) * 1.15 or 0.05

    def paint(figure: Figure) -> None:
        axes = figure.add_subplot()
        axes.axvline(0, color=INK, linewidth=0.7)
        for at, (_, rate) in zip(heights, figures, strict=True):
            _whisker(axes, at, rate, color=STRONG)
            axes.plot([rate.value], [at], "o", color=STRONG, markersize=6)
        axes.set_yticks(heights, [n for n, _ in figures])
        axes.set_ylim(-0.6, len(figures) - 0.4)
        axes.set_xlim(-reach, reach)
        _percent(axes.xaxis)
        axes.set_xlabel("A is better  ←  B minus A  →  B is better")
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)

    described = "; ".join(f"{n}: {r.value:+.1%}" for n, r in figures)
    return _Plot(name, f"Differences with 95 % intervals. {described}", 70 + 26 * len(figures)).draw(paint)


def _scale(figure, image, label, ticks, form) -> None:
    bar = figure.colorbar(image, location="bottom", shrink=0.6, aspect=30, label=label)
    if ticks is not None:
        bar.set_ticks(ticks)
    bar.minorticks_off()
    bar.ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: form(value)))
    bar.outline.set_visible(False)


def _whisker(axes, at: float, rate: Rate, *, color: str = INK) -> None:
    if rate.low is not None and rate.high is not None:
        axes.plot([rate.low, rate.high], [at, at], color=color, linewidth=1.4, solid_capstyle="butt")


def _percent(axis) -> None:
    axis.set_major_formatter(PercentFormatter(1, decimals=None))


def _short(text: str) -> str:
    text = " ".join(shown(text).split()) or "(none)"
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…"


def _whole(share: float) -> str:
    return "<1" if share < 0.005 else f"{100 * share:.0f}"


def _few(count: float) -> str:
    return f"{count:.0f}" if count < 1000 else f"{count / 1000:.0f}k"
