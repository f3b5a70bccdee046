"""How far a wave of a large-incident drill is, in words: the same on its page and in the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dr_orchestrator.domain.counted import counted
from dr_orchestrator.reporting.wording import instant


@dataclass(frozen=True)
class Progress:
    """A wave: how many of its sites are done, when it began, and when it was settled, or is expected to be."""

    sites: str
    began: str
    ended: str


def progress(wave: Mapping[str, Any], *, over: bool, auto: bool) -> Progress:
    """The words for a wave as `mass_json` tells it; `over` says that its drill has ended, `auto` that no team is asked
    to release a wave.
    """
    done = f"{wave['sites_done']:,} of {counted(wave['sites'], 'site')}"
    return Progress(done, _told(wave["began_at"]) or ("never begun" if over else "not begun"), _ended(wave, over, auto))


def _ended(wave: Mapping[str, Any], over: bool, auto: bool) -> str:
    eta = wave["eta"]
    if wave["settled_at"]:
        return _told(wave["settled_at"])
    if over:
        return "never settled"
    if eta is None:
        return "not known until a container has ended"
    known = f"by {counted(eta['shown'], 'container')} so far"
    known += "" if auto or wave["released_at"] else ", if it waits for no release"
    if eta["earliest"] == eta["latest"]:
        return f"expected {_told(eta['latest'])}, {known}"
    return f"expected {_told(eta['earliest'])} to {_told(eta['latest'])}, {known}"


def _told(written: str | None) -> str:
    return instant(datetime.fromisoformat(written)) if written else ""
