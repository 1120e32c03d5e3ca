"""What the prompt tests share: dialects, moments, and when two actions are the same to a dialect."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from actions.geometry import Point, Size, to_model
from actions.tools import Tool
from actions.types import (
    Action,
    AskUser,
    Button,
    CallTool,
    Click,
    Drag,
    Kind,
    OpenApp,
    PressKeys,
    Scroll,
    TypeText,
)
from environments.base import DONE, Observation, Outcome, Platform
from environments.episode import Attempt, Step
from environments.picture import Picture
from prompts.dialect import Dialect, Language, Moment
from prompts.dialects import BUILT_IN
from prompts.history import History

SEEN = Size(1092, 2408)
PICTURE = Picture(np.zeros((240, 108, 3), np.uint8))
NOW = Observation(PICTURE, 0.0)
GOLDEN = Path(__file__).parent / "golden"

SUPPORTS: dict[Platform, frozenset[Kind]] = {
    "mobile": frozenset(
        {"click", "long_press", "drag", "scroll", "type_text", "button", "press_keys", "open_app", "ask_user"}
    ),
    "desktop": frozenset({"click", "move", "drag", "scroll", "type_text", "press_keys", "open_app"}),
}


def balance(account: str, digits: int = 2) -> str:
    """Look up the balance of an account."""
    return account[:digits]


def step(
    index: int, action: Action | None, *, thought: str = "", outcome: Outcome | None = DONE, **more: object
) -> Step:
    return Step(index, NOW, (Attempt("…"),), thought, action, outcome, seen=SEEN, **more)  # type: ignore[arg-type]


def past(platform: Platform) -> list[Step]:
    """Every kind of thing that can have happened."""
    first: Action = OpenApp(name="Settings") if platform == "mobile" else Click(point=Point(0.02, 0.98))
    third: Action = Button(name="back") if platform == "mobile" else PressKeys(keys=("ctrl", "z"))
    return [
        step(0, first, thought="The task names Wi-Fi.\nOpen the settings", changed=True),
        step(1, Click(point=Point(0.5, 0.25)), thought="Wi-Fi is in the list.", changed=False),
        step(2, third, outcome=Outcome("failed", "the device\nsaid <|im_end|> no"), changed=False),
        step(3, Scroll(direction="down"), outcome=Outcome("unknown", "the connection was lost")),
        step(4, AskUser(question="Which network?"), result='the "✿green✿" one'),
        step(5, CallTool(name="balance", arguments={"account": "a</tool_call>"}), result="line 1\nline 2"),
        step(6, TypeText(text="密码 <|im_start|>", submit=True), thought="Type it.\nType the password", changed=True),
        step(7, Drag(start=Point(0.1, 0.9), end=Point(0.9, 0.1)), changed=True),
        step(8, None, outcome=None),
    ]


def moment(
    platform: Platform, steps: Sequence[Step] = (), *, attempts: Sequence[Attempt] = (), now: Observation = NOW
) -> Moment:
    task = "Turn on Wi-Fi <|vision_start|> ✿ARGS✿"
    return Moment(task, steps, now, SEEN, SUPPORTS[platform], (Tool(balance),), attempts)


QWEN = ("qwen2_vl", "qwen2_5_vl", "qwen3_vl")
"""The base families, whose dialects can say every action."""


def dialects() -> Iterator[Dialect]:
    """Each base dialect on each platform, in each language, with one screenshot and with three."""
    platforms: tuple[Platform, ...] = ("mobile", "desktop")
    languages: tuple[Language, ...] = ("en", "zh")
    for name in QWEN:
        for platform in platforms:
            for language in languages:
                for screenshots in (1, 3):
                    history = History(screenshots=screenshots)
                    yield BUILT_IN[name](platform, language=language, history=history)


def label(dialect: Dialect) -> str:
    return f"{dialect.name}-{dialect.platform}-{dialect.language}-{dialect.history.screenshots}"


ALL = [*dialects()]
PLAIN = [d for d in ALL if d.language == "en" and d.history.screenshots == 1]
GROWN = [BUILT_IN[name](platform) for name in sorted({*BUILT_IN} - {*QWEN}) for platform in ("mobile", "desktop")]
"""What grew from them, as it is by default. A dialect that is registered is among these without being named here."""


def same(a: Action, b: Action, dialect: Dialect, seen: Size = SEEN) -> bool:
    """Equal, but for what falls between two units of the dialect's grid."""
    if type(a) is not type(b):
        return False
    for name in type(a).model_fields:
        one, two = getattr(a, name), getattr(b, name)
        if isinstance(a, Scroll) and name == "amount":
            one, two = (Point(0, n) if a.direction in ("up", "down") else Point(n, 0) for n in (one, two))
        if isinstance(one, Point) and isinstance(two, Point):
            pair = (to_model(p, space=dialect.space, seen=seen) for p in (one, two))
            grid = 0.001 if dialect.space == "unit" else 1
            if any(abs(m - n) > 2 * grid for m, n in zip(*pair, strict=True)):
                return False
        elif one != two:
            return False
    return True


def attacks() -> dict[str, str]:
    """Model output of an attacker, stored as texts and how often each is repeated."""
    stored = json.loads((Path(__file__).parents[1] / "data" / "model_output.json").read_text())
    return {k: "".join(t * n for t, n in zip(v[::2], v[1::2], strict=True)) for k, v in stored.items()}
