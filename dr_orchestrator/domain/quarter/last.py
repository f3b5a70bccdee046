"""When people last exercised a service, by whichever kind of exercise: it stands beside restores, and is none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from dr_orchestrator.domain.findings.tracked import RaisedBy
from dr_orchestrator.domain.verdict import Verdict


@dataclass(frozen=True)
class Exercised:
    """An exercise of people that was held, when it ended, how it was judged, and the services that it was about."""

    kind: RaisedBy
    id: str
    at: datetime
    verdict: Verdict | None
    services: tuple[str, ...]


def last_of(held: Iterable[Exercised]) -> dict[str, Exercised]:
    """The last exercise of each service, by its name, whatever the verdict: it is told beside."""
    found: dict[str, Exercised] = {}
    for each in sorted(held, key=lambda one: (one.at, one.id)):
        found |= dict.fromkeys(each.services, each)
    return found
