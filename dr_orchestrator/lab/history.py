"""A made-up history of a company's drills, drawn from a seed: told as seeded wherever it is shown, never as evidence.

Nothing is restored for it, and nothing of it took place. Its runs are judged as real ones are, from what is told of
them, so that their pages read alike.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import Enum, auto

from dr_orchestrator.domain.calendar import Frequency
from dr_orchestrator.domain.clock import Event, Moment
from dr_orchestrator.domain.copy import Copy, CopyRecord, CopyState, Identity
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.judge.judgement import RULES, Fault, Record, judge
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.leaving import stands_in
from dr_orchestrator.domain.programme import Exercise, verdict_of
from dr_orchestrator.domain.quarter.ran import SEEDED
from dr_orchestrator.domain.quarter.span import Quarter
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint, WorstCase
from dr_orchestrator.domain.run import CheckResult, Closing, Phase, Provenance, Run, RunHeader, Step
from dr_orchestrator.domain.verdict import Cleanup, Outcome

KINDS = (Kind.SNAPSHOT_RESTORE, Kind.PITR_RESTORE, Kind.REPLICA_REBUILD)
"""The kinds of drill that are told of; the others have no history."""
_DUE = {Frequency.QUARTER: (1, 2, 3, 4), Frequency.HALF_YEAR: (2, 4), Frequency.YEAR: (4,)}
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_USUAL = timedelta(hours=4)
_APART, _RETEST = timedelta(minutes=35), timedelta(days=9)
_PUT_OFF = "put off by its owner: a release was under way"


@dataclass(frozen=True)
class History:
    """A history as an estate file asks for it: so many quarters before the one that runs, drawn from a seed."""

    quarters: int
    seed: int


class _Ending(Enum):
    """How a run of the history ends."""

    WELL = auto()
    LATE = auto()
    CHECK_FAILED = auto()
    NOT_READ = auto()
    STOPPED = auto()


@dataclass(frozen=True)
class Past:
    """An exercise of the history with its runs, oldest first; the last of them may be of some days later."""

    exercise: Exercise
    runs: Sequence[Run]


def pasts(drills: Iterable[Drill], quarters: Iterable[Quarter], seed: int, revision: str) -> Iterator[Past]:
    """The exercises of quarters, one each: the same for the same drills and seed, whenever it is asked for."""
    told = sorted(
        (each for each in drills if each.kind in KINDS and each.production is None), key=lambda each: each.name
    )
    characters = {each.name: _character(each, seed) for each in told}
    for index, quarter in enumerate(quarters):
        due = [each for each in told if quarter.number in _DUE[each.every]]
        if due:
            draw = random.Random(f"{seed}:{quarter}")  # noqa: S311 - it guards nothing
            yield _past(due, quarter, index, characters, draw, revision)


def single(drill: Drill, at: datetime, index: int, seed: int, revision: str) -> Run | None:
    """A run outside of exercises that went well, in the quarter of that index; None of a kind that is not told of."""
    if drill.kind not in KINDS or drill.production is not None:
        return None
    draw = random.Random(f"{seed}:{drill.name}:{at.isoformat()}")  # noqa: S311 - it guards nothing
    return _Teller(drill, "", at, index, _character(drill, seed), draw, revision).run(_Ending.WELL)


@dataclass(frozen=True)
class _Character:
    """How a drill usually is: the share of its RTO that it takes, by how much that grows a quarter, its loss."""

    share: float
    creep: float
    loss: float


def _character(drill: Drill, seed: int) -> _Character:
    draw = random.Random(f"{seed}:{drill.name}")  # noqa: S311 - it guards nothing
    creeps = draw.random() < 0.2
    return _Character(draw.uniform(0.18, 0.52), draw.uniform(0.05, 0.08) if creeps else 0.0, draw.uniform(0.04, 0.6))


def _past(
    due: Sequence[Drill],
    quarter: Quarter,
    index: int,
    characters: dict[str, _Character],
    draw: random.Random,
    revision: str,
) -> Past:
    began = _second_tuesday(quarter)
    shuffled = draw.sample(list(due), len(due))
    odd = dict(zip((each.name for each in shuffled), _oddities(draw), strict=False))
    left_out = {shuffled[-1].name: _PUT_OFF} if len(due) > 3 and draw.random() < 0.4 else {}
    planned = [each for each in due if each.name not in left_out]
    name = f"{str(quarter).lower()}-seeded"
    runs, again = [], []
    for number, drill in enumerate(planned):
        ending, at = odd.get(drill.name, _Ending.WELL), began + _APART * number
        teller = _Teller(drill, name, at, index, characters[drill.name], draw, revision)
        runs.append(teller.run(ending))
        if ending in (_Ending.CHECK_FAILED, _Ending.STOPPED):
            again.append(replace(teller, at=at + _RETEST).run(_Ending.WELL))
    exercise = Exercise(
        id=name,
        title=f"Quarterly restore drills, {quarter} (seeded history)",
        purpose="A made-up history of the sample company: nothing was restored.",
        quarter=str(quarter),
        started_at=began,
        planned=tuple(run.header.drill for run in (*runs, *again)),
        left_out=left_out,
        at_once=1,
        simulated=True,
        pace=1.0,
        engine=SEEDED,
    )
    every = [*runs, *again]
    ended = max(run.closing.ended_at for run in every if run.closing)
    return Past(replace(exercise, ended_at=ended, verdict=verdict_of(exercise, every)), every)


def _oddities(draw: random.Random) -> list[_Ending]:
    """The accidents of a quarter: each with a chance of its own."""
    chances = (
        (_Ending.LATE, 0.35),
        (_Ending.CHECK_FAILED, 0.55),
        (_Ending.NOT_READ, 0.35),
        (_Ending.STOPPED, 0.25),
    )
    return [ending for ending, chance in chances if draw.random() < chance]


def _second_tuesday(quarter: Quarter) -> datetime:
    day = date(quarter.year, quarter.number * 3 - 2, 8)
    return datetime(day.year, day.month, day.day, 14, tzinfo=UTC) + _DAY * ((1 - day.weekday()) % 7)


@dataclass(frozen=True)
class _Teller:
    """Tells one run of a drill."""

    drill: Drill
    exercise: str
    at: datetime
    index: int
    of: _Character
    draw: random.Random
    revision: str

    def run(self, ending: _Ending) -> Run:
        """The run with its records, judged by the rules of real ones."""
        header, lasted = self._header(), self._lasts(ending)
        stopped = lasted * 0.4 if ending is _Ending.STOPPED else None
        until = stopped or lasted
        events, steps = self._events(lasted, ending), self._steps(until, ending)
        points = [self._point(each) for each in self._stores()]
        checks = [] if stopped else self._checks(points, ending)
        worst = [WorstCase(self._worst(), "drawn for the seeded history", self._worst(), self._worst())]
        copy, gone = self._copy(header), self.at + until + 4 * _MINUTE
        fault = Fault(Outcome.ABORTED, "stopped by its operator (seeded history)") if stopped else None
        left = copy.region != header.provenance.region
        clean = Event(Moment.CLEAN, gone, gone - self.at)
        record = Record(
            header, [*events, clean], steps, checks, points, worst, Cleanup.CLEAN, fault=fault, elsewhere=left
        )
        judged = judge(record)
        closing = Closing(
            gone,
            judged.verdict,
            judged.reasons,
            Cleanup.CLEAN,
            (),
            judged.measures,
            judged.worst_case_verdict,
            judged.findings,
            RULES,
            judged.reason_rules,
        )
        made = CopyRecord(copy, CopyState.DELETED, Identity("", copy.id), self.at, self.at + _MINUTE, gone)
        told = (tuple(record.events), tuple(steps), tuple(checks))
        return Run(header, *told, (made,), tuple(points), closing=closing)

    def _header(self) -> RunHeader:
        drill, service = self.drill, self.drill.service
        provenance = Provenance(
            tool_version=SEEDED,
            definition=drill.digest,
            catalogue_revision=self.revision,
            account="",
            caller="",
            region=drill.resource.region,
            endpoint=SEEDED,
            simulated=True,
            pace=1.0,
            engine=SEEDED,
            operator=SEEDED,
        )
        return RunHeader(
            id=f"{self.at:%Y%m%d}-{self.draw.getrandbits(40):010x}",
            drill=drill.name,
            kind=drill.kind,
            service=service.name,
            service_title=service.title,
            owner=service.owner,
            tier=service.tier.number,
            resource=drill.resource.name,
            resource_id=drill.resource.id,
            disruption=drill.disruption,
            path=drill.path,
            selection=drill.selection.key,
            objective=drill.objective,
            policy=service.tier.policy,
            provenance=provenance,
            started_at=self.at,
            exercise=self.exercise,
            planned_checks=tuple(each.name for each in drill.checks),
            tier_objective=service.tier.objective,
        )

    def _lasts(self, ending: _Ending) -> timedelta:
        """How long the recovery takes, without what the policy adds for detection and decision."""
        limit, policy = self.drill.objective.rto, self.drill.service.tier.policy
        target = limit.value if limit else _USUAL
        share = self.of.share + self.of.creep * self.index + self.draw.uniform(-0.02, 0.02)
        share = self.draw.uniform(1.05, 1.3) if ending is _Ending.LATE else share
        counted = target * share - policy.detection_allowance - policy.decision_allowance
        return timedelta(seconds=round(max(counted, 6 * _MINUTE).total_seconds()))

    def _events(self, lasted: timedelta, ending: _Ending) -> list[Event]:
        begun = (Moment.DISRUPTION, Moment.DETECTED, Moment.DECLARED, Moment.RECOVERY_STARTED)
        told = [Event(moment, self.at, timedelta()) for moment in begun]
        if ending is _Ending.STOPPED:
            return told
        ready, verified = lasted * 0.92, lasted
        told.append(Event(Moment.INFRASTRUCTURE_READY, self.at + ready, ready))
        told.append(Event(Moment.DATA_RESTORED, self.at + ready, ready))
        if ending not in (_Ending.CHECK_FAILED, _Ending.NOT_READ):
            told += [
                Event(each, self.at + verified, verified) for each in (Moment.DATA_VERIFIED, Moment.SERVICE_VERIFIED)
            ]
        return told

    def _steps(self, until: timedelta, ending: _Ending) -> list[Step]:
        ready = until if ending is _Ending.STOPPED else until * 0.92
        outcome = Outcome.ABORTED if ending is _Ending.STOPPED else Outcome.PASSED
        steps = [_step(1, "restore", Phase.RECOVER, self.at, timedelta(), ready, outcome)]
        if ending is not _Ending.STOPPED:
            bad = {_Ending.CHECK_FAILED: Outcome.FAILED, _Ending.NOT_READ: Outcome.INCONCLUSIVE}
            verified = bad.get(ending, Outcome.PASSED)
            steps.append(_step(2, "verify", Phase.VERIFY, self.at, ready, until - ready, verified))
        return [*steps, _step(3, "destroy copy", Phase.TEARDOWN, self.at, until, 4 * _MINUTE, Outcome.PASSED)]

    def _stores(self) -> list[str]:
        return sorted({each.name for each in self.drill.stores.values()}) or [self.drill.resource.name]

    def _point(self, store: str) -> RecoveryPoint:
        snapshot = self.drill.kind is Kind.SNAPSHOT_RESTORE
        kind = PointKind.SNAPSHOT if snapshot else PointKind.CONTINUOUS
        held = self.at - self._loss()
        return RecoveryPoint(f"seeded-{store}", kind, held, SEEDED, held, True, 20 + 10 * (len(store) % 9), store=store)

    def _loss(self) -> timedelta:
        """How old the newest data is: minutes of a continuous backup, hours of a snapshot."""
        limit = self.drill.objective.rpo
        if self.drill.kind is not Kind.SNAPSHOT_RESTORE or limit is None:
            return timedelta(seconds=round(200 + 400 * self.of.loss * self.draw.uniform(0.8, 1.2)))
        return timedelta(
            seconds=round(limit.value.total_seconds() * (0.05 + self.of.loss * self.draw.uniform(0.85, 1.0)))
        )

    def _worst(self) -> timedelta:
        """The worst case: that of continuous backups is minutes, that of snapshots is near the whole target."""
        limit = self.drill.objective.rpo
        if self.drill.kind is not Kind.SNAPSHOT_RESTORE or limit is None:
            return 12 * _MINUTE
        return limit.value * 0.96

    def _checks(self, points: Sequence[RecoveryPoint], ending: _Ending) -> list[CheckResult]:
        """A result for each check of the drill, and a heartbeat for each store that none of them reads."""
        newest = {each.store: each.data_time for each in points}
        beats = [self._beat(f"heartbeat of {store}", at, store, ending) for store, at in newest.items()]
        told = [
            CheckResult(each.name, "as the drill file says", "as told (seeded)", Outcome.PASSED, each.mandatory)
            for each in self.drill.checks
        ]
        if ending is _Ending.CHECK_FAILED:
            at = max(index for index, each in enumerate(told) if each.mandatory)
            told[at] = replace(told[at], outcome=Outcome.FAILED, observed="not so (seeded)")
        return [*told, *beats]

    def _beat(self, name: str, at: datetime, store: str, ending: _Ending) -> CheckResult:
        unread = ending is _Ending.NOT_READ
        outcome, seen = (Outcome.INCONCLUSIVE, None) if unread else (Outcome.PASSED, at)
        said = "permission denied (seeded)" if unread else f"{at:%Y-%m-%d %H:%M:%S} UTC (seeded)"
        return CheckResult(name, "a newest row", said, outcome, newest=seen, canary=True, store=store)

    def _copy(self, header: RunHeader) -> Copy:
        resource = self.drill.resource
        return Copy(
            resource.type, f"dro-seeded-{header.id}", stands_in(self.drill), header.id, self.drill.name, header.service
        )


def _step(
    seq: int, name: str, phase: Phase, began: datetime, offset: timedelta, lasts: timedelta, outcome: Outcome
) -> Step:
    at = began + offset
    return Step(seq, name, phase, at, offset, at + lasts, lasts, outcome)
