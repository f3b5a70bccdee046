"""All runs of a span of time, as an auditor asks for them, and a sample of them that anybody can draw again."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from dr_orchestrator.domain.outline import Outline
from dr_orchestrator.errors import UsageError

OPEN = "under way"
"""The outcome of a run that has not ended."""


@dataclass(frozen=True)
class Population:
    """The runs of a ledger that began from `since` on and before `until`, whatever became of them, by their beginning;
    of one service where it is named. `before` and `after` are how many runs of the same began outside of that span.
    """

    ledger: str
    since: datetime
    until: datetime
    service: str
    runs: tuple[Outline, ...]
    before: int
    after: int

    @property
    def outcomes(self) -> Mapping[str, int]:
        """How many ended with each verdict, or not yet; those on a simulated AWS apart."""
        return dict(sorted(Counter(map(outcome, self.runs)).items()))

    @property
    def digest(self) -> str:
        """The SHA-256 of the list: another run in it, another order or another verdict gives another one."""
        told = "".join(f"{each.header.id} {outcome(each)}\n" for each in self.runs)
        return hashlib.sha256(told.encode()).hexdigest()

    def drawn(self, size: int, seed: str) -> list[tuple[int, Outline]]:
        """A sample with each run's place in the list: those whose SHA-256 of `seed:id` comes first, in that order; all
        where there are no more than `size`.
        """
        places = enumerate(self.runs, 1)
        ranked = sorted(places, key=lambda each: hashlib.sha256(f"{seed}:{each[1].header.id}".encode()).digest())
        return ranked[:size]


def listed(ledger: str, found: Iterable[Outline], since: datetime, until: datetime, service: str = "") -> Population:
    """The population of a span among all runs of a ledger; UsageError where it is no span."""
    if until <= since:
        told = f"--until {until.isoformat()} is not after --since {since.isoformat()}"
        raise UsageError(told, "name the first instant, and the first one that no longer counts")
    runs = sorted(found, key=lambda each: (each.header.started_at, each.header.id))
    inside = tuple(each for each in runs if since <= each.header.started_at < until)
    before = sum(each.header.started_at < since for each in runs)
    return Population(ledger, since, until, service, inside, before, len(runs) - len(inside) - before)


def outcome(run: Outline) -> str:
    """The verdict of a run, or that it is under way; and whether it was simulated, which is evidence of nothing."""
    told = run.closing.verdict.value if run.closing is not None else OPEN
    return f"{told}, SIMULATED" if run.header.provenance.simulated else told
