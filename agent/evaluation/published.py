"""Scores that others have published on these data sets, and why ours may not be put beside them.

In percent, as they were given. `protocol` is the rule by our name where the source's own code, or its text, is that
rule; None where it doesn't say enough. A source marked `quoted` is given here as it is commonly quoted and was not
read again; the tables of the two repositories were read at the commits named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """Where figures stand. `setting`: how the models were run there, as far as that is said."""

    name: str
    setting: str = ""
    quoted: bool = False

    def __str__(self) -> str:
        return f"{self.name} (as quoted, not read again)" if self.quoted else self.name


AGENTCPM = Source(
    "OpenBMB/AgentCPM-GUI, eval/README.md and README_zh.md, commits 16ab536 and d46c366",
    "each model run again by the authors; later editions of their table differ",
)
OPENCUA = Source("xlang-ai/OpenCUA, README.md, commit f9f965b", "run by the authors")
UI_TARS = Source("UI-TARS, arXiv 2501.12326", "trained on the set's own training part", quoted=True)
UI_TARS_GROUNDING = Source("UI-TARS, arXiv 2501.12326", quoted=True)
BASELINE = Source("UI-TARS, arXiv 2501.12326", "rows of others there; fine-tuned on the training part", quoted=True)
QWEN2_VL = Source("Qwen2-VL, arXiv 2409.12191", "test part; how it was prompted is not public", quoted=True)
UGROUND = Source("UGround, arXiv 2410.05243", "a description alone", quoted=True)
SHOWUI = Source("ShowUI, arXiv 2411.17465", "a description alone", quoted=True)


@dataclass(frozen=True, slots=True)
class Published:
    """`part`: which part or version of the data set; `level` where the set has two kinds of goals."""

    model: str
    dataset: str
    source: Source
    protocol: str | None = None
    type_match: float | None = None
    exact_match: float | None = None
    score: float | None = None
    part: str = ""
    level: str | None = None


def _agentcpm() -> Iterator[Published]:
    rows: tuple[tuple[str, tuple[tuple[float | None, float | None], ...]], ...] = (
        ("AgentCPM-GUI-8B", ((94.39, 90.20), (77.70, 69.17), (90.85, 74.96), (85.71, 76.38))),
        ("Qwen2.5-VL-7B", ((92.11, 82.12), (69.65, 57.36), (55.33, 40.90), (73.16, 57.58))),
        ("UI-TARS-7B", ((93.52, 88.89), (68.53, 60.81), (78.79, 57.33), (71.74, 55.31))),
        ("OS-Atlas-7B", ((73.03, 67.25), (70.36, 56.53), (91.83, 76.76), (74.13, 58.45))),
        ("OS-Genesis-7B", ((90.74, 74.22), (65.92, 44.43), (11.67, 3.63), (19.98, 8.45))),
        ("Aguvis-7B", ((93.85, 89.40), (65.56, 54.18), (None, None), (35.71, 18.99))),
        ("OdysseyAgent", ((65.10, 39.16), (58.80, 32.74), (None, 73.78), (59.17, 31.60))),
        ("GPT-4o", ((None, 19.49), (None, 20.80), (None, 20.39), (70.00, 35.30))),
    )
    columns = (
        ("android_control", "low", "ac_agentcpm"),
        ("android_control", "high", "ac_agentcpm"),
        ("odyssey", None, "odyssey_agentcpm"),
        ("aitz", None, "aitz_qwen"),
    )
    for model, cells in rows:
        for (dataset, level, protocol), (kind, exact) in zip(columns, cells, strict=True):
            if exact is not None:
                yield Published(model, dataset, AGENTCPM, protocol, kind, exact, part="test", level=level)


def _ui_tars() -> Iterator[Published]:
    rows = (
        (UI_TARS, "UI-TARS-2B", (89.3, 68.9, 83.4)),
        (UI_TARS, "UI-TARS-7B", (90.8, 72.5, 87.0)),
        (UI_TARS, "UI-TARS-72B", (91.3, 74.7, 88.6)),
        (BASELINE, "Qwen2-VL-7B", (82.6, 69.7, 60.2)),
        (BASELINE, "OS-Atlas-7B", (85.2, 71.2, 62.0)),
    )
    for source, model, (low, high, odyssey) in rows:
        yield Published(model, "android_control", source, exact_match=low, level="low")
        yield Published(model, "android_control", source, exact_match=high, level="high")
        yield Published(model, "odyssey", source, exact_match=odyssey)


def _grounding() -> Iterator[Published]:
    """By the one rule that all share: the point lies in the element."""
    rows: tuple[tuple[str, Source, tuple[float | None, float | None, float | None, float | None]], ...] = (
        ("UI-TARS-2B", UI_TARS_GROUNDING, (82.3, 84.7, 27.7, None)),
        ("UI-TARS-7B", UI_TARS_GROUNDING, (89.5, 91.6, 35.7, None)),
        ("UI-TARS-72B", UI_TARS_GROUNDING, (88.4, 90.3, 38.1, None)),
        ("Qwen2-VL-7B", UI_TARS_GROUNDING, (55.3, None, 1.6, None)),
        ("OS-Atlas-7B", UI_TARS_GROUNDING, (None, 84.1, 18.9, None)),
        ("UGround-V1-2B", UGROUND, (77.7, None, None, None)),
        ("UGround-V1-7B", UGROUND, (86.3, None, 31.1, None)),
        ("UGround-V1-72B", UGROUND, (89.4, None, None, None)),
        ("ShowUI-2B", SHOWUI, (75.1, None, 7.7, None)),
        ("Qwen2.5-VL-7B", OPENCUA, (None, 88.8, 27.6, 31.4)),
        ("Qwen2.5-VL-32B", OPENCUA, (None, 87.0, 39.4, 46.5)),
        ("UI-TARS-72B", OPENCUA, (None, None, None, 57.1)),
        ("OpenCUA-7B", OPENCUA, (None, 92.3, 50.0, 55.3)),
        ("OpenCUA-32B", OPENCUA, (None, 93.4, 55.3, 59.6)),
        ("OpenCUA-72B", OPENCUA, (None, 92.9, 60.8, 59.2)),
    )
    columns = (("screenspot", "v1"), ("screenspot", "v2"), ("screenspot", "Pro"), ("osworld_g", ""))
    for model, source, figures in rows:
        for (dataset, part), exact in zip(columns, figures, strict=True):
            if exact is not None:
                yield Published(model, dataset, source, dataset, exact_match=exact, part=part)


def _agentnet() -> Iterator[Published]:
    """The average over steps of graded scores. Which edition of the evaluator gave them isn't said."""
    rows = (
        ("Qwen2.5-VL-7B", 48.0),
        ("Qwen2.5-VL-32B", 64.8),
        ("Qwen2.5-VL-72B", 67.0),
        ("OpenAI CUA", 73.1),
        ("OpenCUA-7B", 75.2),
        ("OpenCUA-32B", 79.1),
    )
    for model, score in rows:
        yield Published(model, "agentnet", OPENCUA, score=score)


PUBLISHED: tuple[Published, ...] = (
    Published("Qwen2-VL-72B", "aitz", QWEN2_VL, type_match=89.6, exact_match=72.1, part="test"),
    *_agentcpm(),
    *_ui_tars(),
    *_grounding(),
    *_agentnet(),
)


def published(about: Mapping[str, str]) -> list[Published]:
    """What there is on a file's data set and level of goals. Nothing for one that doesn't say what it is about."""
    level = about.get("level")
    return [p for p in PUBLISHED if p.dataset == about.get("dataset") and p.level in (None, level)]


def objections(one: Published, protocol: str, about: Mapping[str, str]) -> list[str]:
    """Why a score of ours by `protocol` can't be compared with a published one. None doesn't make it a comparison of
    like with like: which steps there were, and what was told of them, is not in either."""
    found: list[str] = []
    if one.protocol is None:
        found.append("its rule is not stated")
    elif one.protocol != protocol:
        found.append(f"another rule: {one.protocol}")
    if about.get("history") == "own":
        found.append("this run was told its own past")
    if about.get("attempts", "1") != "1":
        found.append("this run was asked again for what could not be read")
    if "sample" in about:
        found.append(f"this run is a sample of {about['sample']} episodes")
    return found
