"""The newest rows that a copy held before the disruption, of which the later ones count for nothing.

Production goes on, and what follows it takes on all that is written until it is promoted: none of that would have been
there, had the disaster been one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from dr_orchestrator.checks import sql
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import Check, NewestRow, Query, RowsAtLeast
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.proof import Command, Counts
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import NotMeasured, NotRecoverable

_NOTHING = "which counts for nothing"
_WENT_ON = "read of all that it took on until it was promoted, also after the disruption"
_OF_ALL_THAT_IS_THERE = (RowsAtLeast, Query, Counts, Command)
"""The checks that look at no instant: nobody can tell them what was there before."""


class Held:
    """Reads the newest rows that a drill's checks ask for, and remembers them: this process alone knows them.

    `of` has them by the names of the checks, None of a table that had no row.
    """

    def __init__(self, checks: Sequence[Check], asked: sql.SqlChecks, clock: Clock) -> None:
        self._checks = [each for each in checks if isinstance(each, NewestRow)]
        self._asked, self._clock = asked, clock
        self.of: dict[str, datetime | None] = {}

    def read(self, copy: Copy) -> datetime:
        """The newest heartbeat in a copy, of several the one that lies furthest back; NotMeasured where one has none.

        Nor is one measured that takes writes while it replicates: it has the settings of what it replicates, in which
        somebody may have written that heartbeat. What else is asked for is read, too; of what cannot be, its check
        tells later.
        """
        if not self._asked.follows(copy):
            told = f"{copy.id} takes writes, and so does what it replicates: a heartbeat there proves no replication"
            raise NotMeasured(told, "let read_only be in its parameter group as RDS has it: {TrueIfReplica}")
        self.of.clear()
        for each in self._checks:
            try:
                self.of[each.name] = self._asked.perform(each, copy, self._clock.now()).newest
            except (NotMeasured, NotRecoverable):
                if each.canary:
                    raise
        beats = [self.of[each.name] for each in self._checks if each.canary]
        read = [each for each in beats if each is not None]
        if not read or len(read) < len(beats):
            told = f"no heartbeat is in {copy.id}, so that nobody knows what it held"
            raise NotMeasured(told, "is `dro canary` running?")
        return min(read)


def as_it_was(
    check: Check,
    result: CheckResult,
    points: Sequence[RecoveryPoint],
    disrupted: datetime,
    held: Mapping[str, datetime | None],
    *,
    alone: bool = True,
) -> CheckResult:
    """The result of reading a newest row in what went on, counted as of before the disruption.

    A heartbeat that was there then, and is no more, was lost by the promotion. Of what an earlier process of the run
    read, its one heartbeat alone is known still, by the recovery point: how old another row was then is not measured,
    nor, of several heartbeats (not `alone`), what each held. Nobody wrote a heartbeat after it was read: what says so
    is of a clock that is ahead of ours.
    """
    if isinstance(check, _OF_ALL_THAT_IS_THERE) and result.outcome is Outcome.PASSED:
        return replace(result, observed=f"{result.observed}; {_WENT_ON}")
    if not isinstance(check, NewestRow) or result.newest is None or not points:
        return result
    point = min(each.data_time for each in points)
    known = held.get(check.name, point)
    if known is not None and result.newest < known:
        lost = f"{result.observed}; before the disruption it held one of {known:%Y-%m-%d %H:%M:%S} UTC"
        return replace(result, observed=lost, outcome=Outcome.FAILED) if check.canary else result
    held_on = result.newest == known
    known = min(known, disrupted) if known is not None and check.canary else known
    counted = sql.newest(check, known, disrupted)
    went_on = f"it went on to {result.newest:%Y-%m-%d %H:%M:%S} UTC until it was promoted, {_NOTHING}"
    observed = counted.observed if held_on else f"{counted.observed}; {went_on}"
    outcome = counted.outcome
    if check.canary and not alone and check.name not in held and outcome is Outcome.PASSED:
        told = f"nobody knows any more which heartbeat was the older one at the disruption: {went_on}"
        return replace(result, newest=known, observed=told, outcome=Outcome.INCONCLUSIVE)
    unknown = not check.canary and check.name not in held and result.newest > point
    if unknown and check.within is not None and outcome is Outcome.PASSED:
        observed, outcome = f"nobody knows any more how old it was at the disruption: {went_on}", Outcome.INCONCLUSIVE
    return replace(result, newest=known, observed=observed, outcome=outcome)
