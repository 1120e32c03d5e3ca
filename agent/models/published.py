"""The model families as facts: how each counts, which dialect it speaks, what is published of it, and what that weighs.

No torch here: `handeye models` and a client of an endpoint need these facts and nothing else. How one is chosen for a
checkpoint is in family.py.

Sources. Architecture, patch and pixel bounds of the Qwen families: config.json and preprocessor_config.json on the hub;
their coordinates: arXiv 2409.12191 section 2.3 (Qwen2-VL), arXiv 2502.13923 section 2.2 (Qwen2.5-VL), the cookbooks of
QwenLM/Qwen3-VL. What grew from them: the source that its dialect names. Ids and counts: the hub's collections
Qwen/qwen35, Qwen/qwen36, Hcompany/holo15 and mPLUG/gui-owl-15; README.md of bytedance/UI-TARS, OSU-NLP-Group/UGround,
inclusionAI/UI-Venus, Tongyi-MAI/MAI-UI (25a4155) and X-PLUG/MobileAgent (Mobile-Agent-v3.5, 108e249); the model cards
of OS-Atlas-Pro-7B, Qwen2.5-VL-3B-UI-R1 and -UI-R1-E. A finetune weighs what its base does. UI-TARS's pixel bound:
preprocessor_config.json of UI-TARS-7B-SFT (3434901).

Licences: model cards for Qwen, UI-TARS, OS-Atlas, UGround-V1-7B, UI-R1 and GUI-Owl-1.5; README.md of MAI-UI and
UI-Venus; only at second hand for ShowUI, UI-Venus-1.5-8B, Holo1.5-7B and Aguvis-7B, whose card declares none. A `None`
below could not be verified: look at the checkpoint's page. Also not verified: the pixel bounds of Holo, and all of
AutoGLM's that are not coordinates. The ids GUI-R1 and InfiGUI-R1 are those that public evaluations name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from actions.geometry import Size, Space, smart_resize

Role = Literal["agent", "grounder"]
"""An agent decides what to do; a grounder only points at what it is told of, beside an agent."""
Place = Literal["here", "endpoint"]
"""Whether `TransformersModel` loads it, or only a server does."""

HEADROOM = 1.5
"""Gigabytes for the activations and the key-value cache of a few screenshots, about."""


@dataclass(frozen=True, slots=True)
class Weights:
    """`billions` of numbers, of which `kept` (vision encoder, embeddings, output head) stay in 16 bit when the rest is
    quantised."""

    billions: float
    kept: float

    @property
    def gigabytes(self) -> float:
        """On a device in bfloat16: two bytes a number, and the headroom."""
        return 2 * self.billions + HEADROOM

    @property
    def gigabytes_in_4_bit(self) -> float:
        """Half a byte and a tenth of it for the scales (GPTQ and AWQ in groups of 128, or bitsandbytes), two bytes for
        what is kept, and the headroom."""
        return 0.55 * (self.billions - self.kept) + 2 * self.kept + HEADROOM


@dataclass(frozen=True, slots=True)
class Published:
    """A checkpoint on the Hugging Face hub; `folder` where it is one of several in its repository. `licence`: as its
    page names it, None where that could not be verified."""

    id: str
    weights: Weights
    licence: str | None
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Processor:
    """How pictures are cut up, as in the published preprocessor_config.json. `patch`: pixels along a side of the vision
    encoder's patch; `merge`: patches along a side of a visual token. `own`: whether no other family has these bounds,
    so that they tell it."""

    patch: int = 14
    merge: int = 2
    min_pixels: int = 4 * 28 * 28
    max_pixels: int = 16384 * 28 * 28
    own: bool = False


_QWEN2 = Processor()
_QWEN3 = Processor(patch=16, min_pixels=64 * 32 * 32, max_pixels=16384 * 32 * 32)


@dataclass(frozen=True, slots=True)
class Family:
    """`role` and `place`: see there."""

    name: str
    model_types: tuple[str, ...]
    dialect: str
    space: Space
    pattern: str
    """What the name of one of its checkpoints contains, as a regular expression."""
    published: tuple[Published, ...] = ()
    series: str = ""
    """The same for all versions of it: among those the architecture decides."""
    role: Role = "agent"
    place: Place = "here"
    processor: Processor = _QWEN2

    @property
    def factor(self) -> int:
        """Pixels along a side of one visual token; the resized sides are multiples of it."""
        return self.processor.patch * self.processor.merge

    @property
    def min_pixels(self) -> int:
        return self.processor.min_pixels

    @property
    def max_pixels(self) -> int:
        return self.processor.max_pixels

    def resized(self, size: Size, *, min_pixels: int | None = None, max_pixels: int | None = None) -> Size:
        """The size at which its processor shows the model a picture of `size`. `ValueError` past a ratio of 200."""
        low = self.min_pixels if min_pixels is None else min_pixels
        high = self.max_pixels if max_pixels is None else max_pixels
        return smart_resize(size, factor=self.factor, min_pixels=low, max_pixels=high)


# ---------------------------------------------------------------- what the bases weigh

_2_2B, _2_7B, _2_72B = Weights(2.21, 0.90), Weights(8.29, 1.77), Weights(73.4, 3.19)
_25_3B, _25_7B, _25_32B, _25_72B = Weights(3.75, 0.98), Weights(8.29, 1.77), Weights(33.5, 2.25), Weights(73.4, 3.19)
_3_2B, _3_4B, _3_8B, _3_32B = Weights(2.13, 0.72), Weights(4.44, 0.80), Weights(8.77, 1.82), Weights(33.4, 2.13)
_3_30B, _3_235B = Weights(31.1, 1.16), Weights(236, 1.82)

APACHE, MIT = "apache-2.0", "mit"


def _qwen(version: str, *sizes: tuple[str, Weights, str], suffix: str = "-Instruct") -> tuple[Published, ...]:
    return tuple(Published(f"Qwen/{version}-{size}{suffix}", weights, licence) for size, weights, licence in sizes)


BASES: tuple[Family, ...] = (
    Family(
        name="Qwen2-VL",
        model_types=("qwen2_vl",),
        dialect="qwen2_vl",
        space="thousand",
        pattern=r"qwen[-_]?2[-_]?vl",
        published=_qwen("Qwen2-VL", ("2B", _2_2B, APACHE), ("7B", _2_7B, APACHE), ("72B", _2_72B, "qwen")),
    ),
    Family(
        name="Qwen2.5-VL",
        model_types=("qwen2_5_vl",),
        dialect="qwen2_5_vl",
        space="absolute",
        pattern=r"qwen[-_]?2[._]5[-_]?vl",
        published=_qwen(
            "Qwen2.5-VL",
            ("3B", _25_3B, "qwen-research"),
            ("7B", _25_7B, APACHE),
            ("32B", _25_32B, APACHE),
            ("72B", _25_72B, "qwen"),
        ),
    ),
    Family(
        name="Qwen3-VL",
        model_types=("qwen3_vl", "qwen3_vl_moe"),
        dialect="qwen3_vl",
        space="thousand",
        pattern=r"qwen[-_]?3[-_]?vl",
        processor=_QWEN3,
        published=_qwen(
            "Qwen3-VL",
            ("2B", _3_2B, APACHE),
            ("4B", _3_4B, APACHE),
            ("8B", _3_8B, APACHE),
            ("32B", _3_32B, APACHE),
            ("30B-A3B", _3_30B, APACHE),
            ("235B-A22B", _3_235B, APACHE),
        ),
    ),
    Family(
        name="Qwen3.5",
        model_types=("qwen3_5", "qwen3_5_moe"),
        dialect="qwen3_5",
        space="thousand",
        pattern=r"qwen[-_]?3[._][56]",
        processor=_QWEN3,
        published=(
            *_qwen(
                "Qwen3.5",
                ("0.8B", Weights(0.9, 0.35), APACHE),
                ("2B", Weights(2.3, 0.85), APACHE),
                ("4B", Weights(4.7, 1.0), APACHE),
                ("9B", Weights(9.41, 2.49), APACHE),
                ("27B", Weights(28, 3.0), APACHE),
                ("35B-A3B", Weights(36, 1.5), APACHE),
                ("122B-A10B", Weights(125, 2.0), APACHE),
                ("397B-A17B", Weights(403, 2.5), APACHE),
                suffix="",
            ),
            *_qwen("Qwen3.6", ("27B", Weights(28, 3.0), APACHE), ("35B-A3B", Weights(36, 1.5), APACHE), suffix=""),
        ),
    ),
)
"""What everything else grew from. The weights of Qwen3.5 are rounded as the hub shows them and their `kept` is an
estimate, but for the 9B, which is counted from its config."""

GROWN: tuple[Family, ...] = (
    Family(
        name="UI-TARS",
        model_types=("qwen2_vl",),
        dialect="ui_tars_1_0",
        space="thousand",
        pattern=r"ui[-_]?tars[-_]?(v?1[._]0|(2|7|72)b)",
        series=r"ui[-_]?tars",
        processor=Processor(max_pixels=2700 * 28 * 28, own=True),
        published=(
            Published("ByteDance-Seed/UI-TARS-2B-SFT", _2_2B, APACHE),
            Published("ByteDance-Seed/UI-TARS-7B-SFT", _2_7B, APACHE),
            Published("ByteDance-Seed/UI-TARS-7B-DPO", _2_7B, APACHE),
            Published("ByteDance-Seed/UI-TARS-72B-SFT", _2_72B, APACHE),
            Published("ByteDance-Seed/UI-TARS-72B-DPO", _2_72B, APACHE),
        ),
    ),
    Family(
        name="UI-TARS-1.5",
        model_types=("qwen2_5_vl",),
        dialect="ui_tars_1_5",
        space="absolute",
        pattern=r"ui[-_]?tars[-_]?v?1[._]5",
        series=r"ui[-_]?tars",
        published=(Published("ByteDance-Seed/UI-TARS-1.5-7B", _25_7B, APACHE),),
    ),
    Family(
        name="UI-TARS-2",
        model_types=(),
        dialect="ui_tars_2",
        space="thousand",
        pattern=r"ui[-_]?tars[-_]?v?2(?![.\d]*b)",
        series=r"ui[-_]?tars",
        place="endpoint",
    ),
    Family(
        name="OS-Atlas-Base",
        model_types=("qwen2_vl",),
        dialect="os_atlas_base",
        space="thousand",
        pattern=r"os[-_]?atlas[-_]?base",
        role="grounder",
        published=(Published("OS-Copilot/OS-Atlas-Base-7B", _2_7B, APACHE),),
    ),
    Family(
        name="OS-Atlas-Pro",
        model_types=("qwen2_vl",),
        dialect="os_atlas_pro",
        space="thousand",
        pattern=r"os[-_]?atlas[-_]?(pro|action)",
        series=r"os[-_]?atlas",
        published=(Published("OS-Copilot/OS-Atlas-Pro-7B", _2_7B, APACHE),),
    ),
    Family(
        name="ShowUI",
        model_types=("qwen2_vl",),
        dialect="showui",
        space="unit",
        pattern=r"show[-_]?ui",
        processor=Processor(min_pixels=256 * 28 * 28, max_pixels=1344 * 28 * 28, own=True),
        published=(Published("showlab/ShowUI-2B", _2_2B, MIT),),
    ),
    Family(
        name="Aguvis",
        model_types=("qwen2_vl",),
        dialect="aguvis",
        space="unit",
        pattern=r"aguvis",
        published=(
            Published("xlangai/Aguvis-7B-720P", _2_7B, "none declared"),
            Published("xlangai/Aguvis-72B-720P", _2_72B, None),
        ),
    ),
    Family(
        name="UGround-V1",
        model_types=("qwen2_vl",),
        dialect="uground",
        space="thousand",
        pattern=r"uground",
        role="grounder",
        published=(
            Published("osunlp/UGround-V1-2B", _2_2B, None),
            Published("osunlp/UGround-V1-7B", _2_7B, APACHE),
            Published("osunlp/UGround-V1-72B", _2_72B, None),
        ),
    ),
    Family(
        name="GUI-Owl",
        model_types=("qwen2_5_vl",),
        dialect="gui_owl",
        space="absolute",
        pattern=r"gui[-_]?owl[-_]?(v?1[._]0|\d+b)",
        series=r"gui[-_]?owl",
        published=(Published("mPLUG/GUI-Owl-7B", _25_7B, None), Published("mPLUG/GUI-Owl-32B", _25_32B, None)),
    ),
    Family(
        name="GUI-Owl-1.5",
        model_types=("qwen3_vl",),
        dialect="gui_owl_1_5",
        space="thousand",
        pattern=r"gui[-_]?owl[-_]?v?1[._]5",
        series=r"gui[-_]?owl",
        processor=_QWEN3,
        published=(
            Published("mPLUG/GUI-Owl-1.5-2B-Instruct", _3_2B, MIT),
            Published("mPLUG/GUI-Owl-1.5-4B-Instruct", _3_4B, MIT),
            Published("mPLUG/GUI-Owl-1.5-8B-Instruct", _3_8B, MIT),
            Published("mPLUG/GUI-Owl-1.5-8B-Think", _3_8B, MIT),
            Published("mPLUG/GUI-Owl-1.5-32B-Instruct", _3_32B, MIT),
            Published("mPLUG/GUI-Owl-1.5-32B-Think", _3_32B, MIT),
        ),
    ),
    Family(
        name="UI-Venus",
        model_types=("qwen2_5_vl",),
        dialect="ui_venus",
        space="absolute",
        pattern=r"ui[-_]?venus[-_]?navi",
        series=r"ui[-_]?venus",
        published=(
            Published("inclusionAI/UI-Venus-Navi-7B", _25_7B, APACHE),
            Published("inclusionAI/UI-Venus-Navi-72B", _25_72B, APACHE),
        ),
    ),
    Family(
        name="UI-Venus-Ground",
        model_types=("qwen2_5_vl",),
        dialect="qwen2_5_vl",
        space="absolute",
        pattern=r"ui[-_]?venus[-_]?ground",
        role="grounder",
        published=(
            Published("inclusionAI/UI-Venus-Ground-7B", _25_7B, APACHE),
            Published("inclusionAI/UI-Venus-Ground-72B", _25_72B, None),
        ),
    ),
    Family(
        name="UI-Venus-1.5",
        model_types=("qwen3_vl", "qwen3_vl_moe"),
        dialect="ui_venus_1_5",
        space="thousand",
        pattern=r"ui[-_]?venus[-_]?v?1[._]5",
        series=r"ui[-_]?venus",
        processor=_QWEN3,
        published=(
            Published("inclusionAI/UI-Venus-1.5-2B", _3_2B, None),
            Published("inclusionAI/UI-Venus-1.5-8B", _3_8B, APACHE),
            Published("inclusionAI/UI-Venus-1.5-30B-A3B", _3_30B, None),
        ),
    ),
    Family(
        name="MAI-UI",
        model_types=("qwen3_vl",),
        dialect="mai_ui",
        space="999",
        pattern=r"mai[-_]?ui",
        processor=_QWEN3,
        published=(Published("Tongyi-MAI/MAI-UI-2B", _3_2B, APACHE), Published("Tongyi-MAI/MAI-UI-8B", _3_8B, APACHE)),
    ),
    Family(
        name="GELab-Zero",
        model_types=("qwen3_vl",),
        dialect="gelab_zero",
        space="thousand",
        pattern=r"gelab[-_]?zero|step[-_]?gui",
        processor=_QWEN3,
        published=(Published("stepfun-ai/GELab-Zero-4B-preview", _3_4B, None),),
    ),
    Family(
        name="GUI-R1",
        model_types=("qwen2_5_vl",),
        dialect="gui_r1",
        space="absolute",
        pattern=r"(?<!infi)gui[-_]?r1",
        published=(
            Published("ritzzai/GUI-R1", _25_3B, None, folder="GUI-R1-3B"),
            Published("ritzzai/GUI-R1", _25_7B, None, folder="GUI-R1-7B"),
        ),
    ),
    Family(
        name="UI-R1",
        model_types=("qwen2_5_vl",),
        dialect="ui_r1",
        space="absolute",
        pattern=r"(?<!g)ui[-_]?r1",
        published=(
            Published("LZXzju/Qwen2.5-VL-3B-UI-R1", _25_3B, MIT),
            Published("LZXzju/Qwen2.5-VL-3B-UI-R1-E", _25_3B, MIT),
        ),
    ),
    Family(
        name="InfiGUI-R1",
        model_types=("qwen2_5_vl",),
        dialect="infigui_r1",
        space="absolute",
        pattern=r"infigui[-_]?r1",
        published=(Published("Reallm-Labs/InfiGUI-R1-3B", _25_3B, None),),
    ),
    Family(
        name="Holo",
        model_types=("qwen2_5_vl",),
        dialect="holo",
        space="absolute",
        pattern=r"(?<![a-z])holo[-_]?1",
        published=(
            Published("Hcompany/Holo1-3B", _25_3B, None),
            Published("Hcompany/Holo1-7B", _25_7B, None),
            Published("Hcompany/Holo1.5-3B", _25_3B, None),
            Published("Hcompany/Holo1.5-7B", _25_7B, APACHE),
            Published("Hcompany/Holo1.5-72B", _25_72B, None),
        ),
    ),
    Family(
        name="AutoGLM-Phone",
        model_types=(),
        dialect="autoglm_phone",
        space="999",
        pattern=r"autoglm[-_]?phone",
        place="endpoint",
        published=(
            Published("zai-org/AutoGLM-Phone-9B", Weights(10.3, 2.1), None),
            Published("zai-org/AutoGLM-Phone-9B-Multilingual", Weights(10.3, 2.1), None),
        ),
    ),
)
"""What grew from the bases, each told by its name."""

FAMILIES: tuple[Family, ...] = BASES + GROWN
