"""The dialects that write calls in code-like text, on each platform."""

from environments.base import Platform
from prompts.dialect import Dialect
from prompts.dialects.aguvis import Aguvis
from prompts.dialects.autoglm_phone import AutoGLMPhone
from prompts.dialects.ui_tars import UITars10, UITars15
from prompts.dialects.ui_tars_2 import UITars2
from prompts.dialects.ui_venus import UIVenus, UIVenus15

PLATFORMS: tuple[Platform, ...] = ("mobile", "desktop")
CALLS: list[Dialect] = [
    c(p) for c in (UITars10, UITars15, UITars2, AutoGLMPhone, UIVenus, UIVenus15, Aguvis) for p in PLATFORMS
]


def name(dialect: Dialect) -> str:
    return f"{dialect.name}-{dialect.platform}"
