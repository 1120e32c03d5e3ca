"""Named scoring rules. A score is worth nothing without its protocol's name: the same predictions get different ones.

Each is a pure function of what was recorded and what was predicted; its module says where the rule comes from and
what is known to be wrong with it.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from types import MappingProxyType

from actions.errors import UsageError
from agent.evaluation.protocols.ac_osatlas import ac_osatlas
from agent.evaluation.protocols.ac_qwen import ac_qwen, ac_qwen_finger
from agent.evaluation.protocols.agentcpm import ac_agentcpm, aitz_qwen, odyssey_agentcpm
from agent.evaluation.protocols.agentnet import agentnet, agentnet_first
from agent.evaluation.protocols.aitw import aitw
from agent.evaluation.protocols.aitz_coat import aitz_coat, aitz_coat_fixed
from agent.evaluation.protocols.grounding import osworld_g, screenspot
from agent.evaluation.protocols.handeye import handeye
from agent.evaluation.protocols.mind2web import mind2web
from agent.evaluation.protocols.odyssey import odyssey
from agent.evaluation.protocols.verdict import Judge

PROTOCOLS: Mapping[str, Judge] = MappingProxyType(
    {
        judge.__name__: judge
        for judge in (
            handeye,
            aitw,
            aitz_coat,
            aitz_coat_fixed,
            aitz_qwen,
            ac_osatlas,
            ac_qwen,
            ac_qwen_finger,
            ac_agentcpm,
            odyssey,
            odyssey_agentcpm,
            mind2web,
            screenspot,
            osworld_g,
            agentnet,
            agentnet_first,
        )
    }
)


def protocol(name: str) -> Judge:
    """By name. `UsageError` with the names that there are."""
    if name not in PROTOCOLS:
        near = difflib.get_close_matches(name, PROTOCOLS, n=1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        raise UsageError(f"no protocol is called {name!r}; there are {', '.join(PROTOCOLS)}{meant}")
    return PROTOCOLS[name]
