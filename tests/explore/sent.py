"""What an explorer sends to the page, as JavaScript has it after unpacking."""

from __future__ import annotations

import json
from typing import Any

from aelib.explore.live import LiveExplorer, unpacked


def numbers(explorer: LiveExplorer) -> Any:
    """Return the state of an explorer, its arrays unpacked."""
    return _unpack(json.loads(explorer.state)["numbers"])


def _unpack(part: Any) -> Any:
    if isinstance(part, list):
        return [_unpack(each) for each in part]
    if not isinstance(part, dict):
        return part
    if "squeezed" in part:
        return unpacked(part)
    return {name: _unpack(each) for name, each in part.items()}
