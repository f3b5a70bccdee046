"""The name of a drill as a template sees it: where it led, and how long that took, there and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dr_orchestrator.domain.leading import Way
from dr_orchestrator.domain.led import Led, ways
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.run import Run
from dr_orchestrator.reporting.wording import NOT_REACHED, exact


@dataclass(frozen=True)
class LeadingRow:
    """One line of it, of both ways."""

    name: str
    there: str
    back: str


@dataclass(frozen=True)
class LeadingView:
    """The lines; `counted` says which of them are of the recovery."""

    line: tuple[LeadingRow, ...]
    counted: str


def leading_view(run: Run) -> LeadingView | None:
    """The ways of a run's name; None of a run whose kind has none."""
    if not run.header.kind.leads:
        return None
    found = ways(run.checks)
    there, back = found.get(Way.THERE), found.get(Way.BACK)
    return LeadingView(
        tuple(LeadingRow(name, _told(tell, there), _told(tell, back)) for name, tell in _lines(there, back)),
        "the way there and the answers of before are part of the recovery, the way back is not",
    )


def _told(tell: Callable[[Led], str], led: Led | None) -> str:
    return NOT_REACHED if led is None else tell(led)


def _most(led: Led) -> str:
    return "at most " if led.at_most else ""


def _kept(led: Led) -> str:
    waited = "waited for" if led.way is Way.THERE else "not waited for"
    return f"{format_duration(led.ttl)}, {waited}"


_CONTROLLED = "The last of them, and the cluster said that its controls are so"
_INSYNC = "The last of them, and Route 53 said INSYNC"


def _lines(there: Led | None, back: Led | None) -> tuple[tuple[str, Callable[[Led], str]], ...]:
    """The lines; of a name that routing controls switch, with who switched them."""
    if not any(each is not None and each.by for each in (there, back)):
        return _LINE
    renamed = tuple((_CONTROLLED if name == _INSYNC else name, tell) for name, tell in _LINE)
    return (*renamed, ("Switched by routing controls", lambda each: each.by))


_LINE: tuple[tuple[str, Callable[[Led], str]], ...] = (
    ("Led to", lambda each: each.to),
    ("The first name server led there", lambda each: f"{_most(each)}{exact(each.first)} after it was asked for"),
    (
        _INSYNC,
        lambda each: f"{_most(each)}{exact(each.every)} after it was asked for",
    ),
    ("Name servers asked", lambda each: str(each.servers)),
    ("Answers of before are kept for", _kept),
)
