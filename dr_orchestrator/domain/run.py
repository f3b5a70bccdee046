"""One execution of a drill, as the ledger holds it: its steps, events, checks, copies and outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from dr_orchestrator.domain.clock import Event
from dr_orchestrator.domain.copy import CopyRecord
from dr_orchestrator.domain.drill import RecoveryPath
from dr_orchestrator.domain.finding import Finding
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.objective import ClockPolicy, Disruption, Objective
from dr_orchestrator.domain.parity import Difference
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.replica import Made
from dr_orchestrator.domain.rule import Reason, Rule
from dr_orchestrator.domain.skew import Skew
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict, WorstCaseVerdict

SCHEMA_VERSION = 1


PROVE_ISOLATION = "prove the copy's isolation"
PROBE = "try to reach production from the copy"
PROVE_IN_DEPTH = "prove in depth"
COMPARE = "compare the copy's settings with its source's"
ASK_TENANTS = "ask for each tenant's rows"
LOOK_AT_CUSTOMERS = "look at the customers' stacks"
NOT_PROBED = "not probed"
"""How people are told that production was not tried; `Probed.tried` is what counts."""


class Phase(StrEnum):
    """The purpose of a step; only `recover` and `verify` lie on the recovery clock."""

    PREPARE = "prepare"
    RECOVER = "recover"
    VERIFY = "verify"
    TEARDOWN = "teardown"


class Role(StrEnum):
    """The part that a step plays, whatever the step is called; `step` is one that a script gives its meaning."""

    STEP = "step"
    LOOK = "look"
    CHOOSE = "choose"
    PROVE_ISOLATION = "prove isolation"
    LOG_IN = "log in"
    RESET = "reset password"
    VERIFY = "verify"
    PROBE = "probe"
    PROVE_IN_DEPTH = "prove in depth"
    COMPARE = "compare settings"
    ASK_TENANTS = "ask for tenants"
    ASK_FOR_TIMES = "ask for times"
    DESTROY = "destroy"
    LOOK_BACK = "look back"
    LOOK_AT_CUSTOMERS = "look at customers' stacks"


SAFETY = (Role.PROVE_ISOLATION, Role.PROBE)
"""Steps off the recovery clock that a run must not pass over all the same; each is the only one of its role."""


@dataclass(frozen=True)
class Probed:
    """The outcome of trying to reach production from a copy; not `tried` where nothing could be, and `words` say
    why.
    """

    tried: bool
    words: str


@dataclass(frozen=True)
class Step:
    """A named, timed part of a run; `ended_at` is None while it is under way (or its process died in it).

    `tried` is false where it passed without doing what it is there for: the detail says why that could not be done.
    """

    seq: int
    name: str
    phase: Phase
    started_at: datetime
    offset: timedelta
    ended_at: datetime | None = None
    duration: timedelta | None = None
    outcome: Outcome | None = None
    detail: str = ""
    attempts: int = 1
    role: Role = Role.STEP
    tried: bool = True

    @property
    def key(self) -> tuple[Phase, Role | None, str]:
        """The key that a step which is done again shares with the first try: its role, or the name that its script
        gives it.
        """
        return (self.phase, self.role, "") if self.role in SAFETY else (self.phase, None, self.name)


class SegmentKind(StrEnum):
    """Why nothing was being recovered for a while."""

    QUEUEING = "queueing"
    THROTTLING = "throttling"
    QUOTA = "quota wait"
    APPROVAL = "approval"
    HOLD = "hold"
    INTERRUPTION = "interruption"


@dataclass(frozen=True)
class Segment:
    """A labelled span in which a run waited for something else than the recovery; it counts in gross, not in net.

    `offset` is from the opening of the run, negative for what lay before it.
    """

    kind: SegmentKind
    reason: str
    started_at: datetime
    offset: timedelta
    duration: timedelta


@dataclass(frozen=True)
class CheckResult:
    """The claim of a check and what was seen; `newest` is the newest instant that it found in the copy.

    `canary` marks the heartbeat; `proves_data` is false for checks of the service's surface (an HTTP answer). `store`
    is the resource whose restored data was read. `figures` are what it measured (as JSON holds it), `reads_whole` marks
    the check that reads every block.
    """

    name: str
    expected: str
    observed: str
    outcome: Outcome
    mandatory: bool = True
    duration: timedelta = timedelta()
    newest: datetime | None = None
    canary: bool = False
    proves_data: bool = True
    store: str = ""
    reads_whole: bool = False
    figures: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Observation:
    """A change of state that AWS reported for a copy, as the watcher saw it."""

    copy: str
    state: str
    at: datetime
    offset: timedelta


@dataclass(frozen=True)
class ServerTime:
    """When a copy came into a state by AWS's own clock; `source` is the API that said so, and what it said."""

    copy: str
    state: str
    at: datetime
    source: str


@dataclass(frozen=True)
class Clocks:
    """How far the machine's clock was from AWS's and from that of the ledger's database; None where nothing was told.

    That is so in a lab, whose clock is the drill's, and where the ledger is a file of the machine.
    """

    aws: Skew | None = None
    ledger: Skew | None = None

    @property
    def by_name(self) -> tuple[tuple[str, Skew | None], ...]:
        """Each with the name of the other clock."""
        return ("AWS", self.aws), ("the ledger's database", self.ledger)


@dataclass(frozen=True)
class Provenance:
    """Where and by what a run was made: enough to repeat it and to know what its figures are worth.

    `clocks` are as they were when it began; not known of runs from before they were measured.
    """

    tool_version: str
    definition: str
    catalogue_revision: str
    account: str
    caller: str
    region: str
    endpoint: str
    simulated: bool
    pace: float
    engine: str
    operator: str
    clocks: Clocks = Clocks()


@dataclass(frozen=True)
class RunHeader:
    """The facts that are known when a run opens: the drill, and the promise as it stood then (frozen, never repainted).

    `selection` is the key of a Selection. `objective` is what the run is held to; `tier_objective` is the tier's, which
    a fallback may be allowed to miss. `started_at` is by the drill's clock, `real_started_at` by the machine's: in the
    lab the first runs ahead.
    """

    id: str
    drill: str
    kind: Kind
    service: str
    service_title: str
    owner: str
    tier: int
    resource: str
    resource_id: str
    disruption: Disruption
    path: RecoveryPath
    selection: str
    objective: Objective
    policy: ClockPolicy
    provenance: Provenance
    started_at: datetime
    exercise: str = ""
    planned_checks: tuple[str, ...] = ()
    tier_objective: Objective | None = None
    real_started_at: datetime | None = None


@dataclass(frozen=True)
class Measures:
    """The figures of a run; None where one could not be measured. All durations are unrounded.

    `rta` is the one that is judged (gross, allowances included), `rta_net` is it without the labelled segments;
    `rpa_grade` is A to E, empty where nothing was measured; `rpa_skew` is how far the stores' newest data lie apart.
    `rpa_check` names the check that read the newest data, `rpa_point` the recovery point whose own word it is.
    `rta_clock_error` and `rpa_clock_error` are how far the clocks may have put a figure off, either way; None where
    that was not kept. `whole_after` is how long it took until every block had been read, counted as the RTA is.
    """

    rta: timedelta | None = None
    rta_from_disruption: timedelta | None = None
    rta_from_declaration: timedelta | None = None
    rta_net: timedelta | None = None
    rpa: timedelta | None = None
    rpa_grade: str = ""
    rpa_source: str = ""
    rpa_reference: datetime | None = None
    newest_data: datetime | None = None
    rpa_skew: timedelta | None = None
    worst_case: timedelta | None = None
    worst_case_source: str = ""
    worst_case_gap: timedelta | None = None
    worst_case_p95: timedelta | None = None
    worst_case_backup: timedelta | None = None
    rpa_check: str = ""
    rpa_point: str = ""
    rta_clock_error: timedelta | None = None
    rpa_clock_error: timedelta | None = None
    whole_after: timedelta | None = None


@dataclass(frozen=True)
class Closing:
    """How a run ended: verdict with reasons, clean-up with reasons, and the measures behind them.

    `reason_rules` are the rules behind the reasons, one for each and in their order.
    """

    ended_at: datetime
    verdict: Verdict
    reasons: tuple[str, ...]
    cleanup: Cleanup
    cleanup_reasons: tuple[str, ...]
    measures: Measures
    worst_case_verdict: WorstCaseVerdict
    findings: tuple[Finding, ...] = ()
    rule_version: str = ""
    reason_rules: tuple[Rule, ...] = ()

    @property
    def grounds(self) -> tuple[Reason, ...]:
        """The reasons with their rules; where there is not one for each, none is known."""
        known = len(self.reason_rules) == len(self.reasons)
        rules = self.reason_rules if known else (Rule.NOT_KEPT,) * len(self.reasons)
        return tuple(map(Reason, rules, self.reasons))


@dataclass(frozen=True)
class Lease:
    """Which process drives a run (`host:pid:token`), as it was when it was read.

    `left` is how long it is held from then on, none where it has run out; `silent` how long its holder had not been
    heard of, None where the machine was started anew since. Both are by the ledger's own clock, and so is `beat_at`,
    which no other clock can be compared with: where it has changed, the holder was heard of. `abort_by` names whoever
    asked for the run to be stopped.
    """

    run: str
    holder: str
    left: timedelta
    silent: timedelta | None
    beat_at: datetime
    abort_by: str = ""

    @property
    def held(self) -> bool:
        """Whether it had not run out."""
        return self.left > timedelta()


@dataclass(frozen=True)
class Run:
    """A run read back from the ledger; `closing` is None while it is under way (or its process died).

    `template` is what its replica was made from, where it made one; `differences` are the settings in which its copies
    were not as their sources.
    """

    header: RunHeader
    events: tuple[Event, ...] = ()
    steps: tuple[Step, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    copies: tuple[CopyRecord, ...] = ()
    points: tuple[RecoveryPoint, ...] = ()
    observations: tuple[Observation, ...] = ()
    segments: tuple[Segment, ...] = ()
    server_times: tuple[ServerTime, ...] = ()
    differences: tuple[Difference, ...] = ()
    template: Made | None = None
    closing: Closing | None = None
