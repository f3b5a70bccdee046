"""The ports of the runner; the adapters provide them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from dr_orchestrator.domain.clock import Event
from dr_orchestrator.domain.copy import Copy, CopyRecord, CopyState, Identity
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.evidence import Asked, Opened, Ready, Seen
from dr_orchestrator.domain.parity import Difference
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.programme import Exercise
from dr_orchestrator.domain.recovery_point import RecoveryPoint, WorstCase
from dr_orchestrator.domain.replica import Birth, Brought, Made
from dr_orchestrator.domain.resource_type.traits import Described
from dr_orchestrator.domain.run import CheckResult, Closing, Lease, Observation, RunHeader, Segment, ServerTime, Step
from dr_orchestrator.domain.verdict import Verdict

T = TypeVar("T")


class Clock(Protocol):
    """The only source of time: `now` (UTC) for the record, `monotonic` (seconds) for durations, `sleep` to wait."""

    @property
    def pace(self) -> float:
        """Drill seconds to a real second; 1 against AWS itself."""

    def now(self) -> datetime:
        """The drill's wall clock, in UTC."""

    def monotonic(self) -> float:
        """Seconds of drill time since some fixed point; never steps back."""

    def sleep(self, seconds: float) -> None:
        """Wait for a span of drill time."""


class Call(Protocol):
    """Performs a step under its name: a plain call, or a Prefect task around one."""

    def __call__(self, name: str, act: Callable[[], T]) -> T:
        """Call `act` once and return what it returns; its exceptions pass through unchanged."""


class Ledger(Protocol):
    """The record. Every method has committed when it returns; none is called twice for one fact."""

    def open_exercise(self, exercise: Exercise) -> None:
        """Write an exercise before its first run."""

    def close_exercise(self, exercise: str, ended_at: datetime, verdict: Verdict) -> None:
        """Write an exercise's end."""

    def open_run(self, header: RunHeader) -> None:
        """Write a run before anything is done for it."""

    def record_event(self, run: str, event: Event) -> None:
        """Write a moment reached; a moment is reached once."""

    def start_step(self, run: str, step: Step) -> None:
        """Write that a step begins."""

    def finish_step(self, run: str, step: Step) -> None:
        """Write how the step of that `seq` ended."""

    def record_source(self, run: str, source: Described) -> None:
        """Write a source as it was described when its recovery point was chosen, in place of what was written before,
        and before that point.
        """

    def record_point(self, run: str, point: RecoveryPoint) -> None:
        """Write the recovery point that was chosen."""

    def intend_copy(self, copy: Copy, at: datetime) -> None:
        """Write the intent to create a copy, before the call that creates it."""

    def change_copy(
        self, copy: Copy, state: CopyState, at: datetime, identity: Identity | None = None, job: str = ""
    ) -> None:
        """Write what became of a copy; an identity, or the job that is to make it, is kept once known."""

    def copies(self, run: str) -> Sequence[CopyRecord]:
        """The copies of a run, in the order of their intent."""

    def record_check(self, run: str, result: CheckResult) -> None:
        """Write a check's result."""

    def record_observation(self, run: str, observation: Observation) -> None:
        """Write a change of state that was seen."""

    def record_segment(self, run: str, segment: Segment) -> None:
        """Write a span in which the run waited for something else than the recovery."""

    def record_server_time(self, run: str, told: ServerTime) -> None:
        """Write what AWS's own clock says of a copy."""

    def record_differences(self, run: str, differences: Sequence[Difference]) -> None:
        """Write the settings in which a run's copies are not as their sources, in place of what was written before."""

    def record_template(self, run: str, made: Made) -> None:
        """Write the template that a replica, or one stack of it, is made from, before the call that makes it."""

    def record_bucket(self, run: str, bucket: str) -> None:
        """Write, once, that the run leaves objects in a bucket, before the first lies there."""

    def close_run(self, run: str, closing: Closing) -> None:
        """Write the verdict; the run is complete."""


class Leases(Protocol):
    """The leases of runs. The ledger's own clock times them, by real seconds, and no clock of a process that asks.

    So spans go in and come out: whoever takes a lease may count it from just before it asked.
    """

    def take(self, run: str, holder: str, span: timedelta) -> Lease:
        """Take the lease of a run that nobody holds, for a span; UsageError, naming the holder, where somebody does."""

    def beat(self, run: str, holder: str, span: timedelta) -> Lease | None:
        """Let a lease that is still the holder's own run for a span from now, and return it; None where it was lost."""

    def lease(self, run: str) -> Lease | None:
        """The lease of a run, held or run out; None where it never had one."""

    def ask_to_abort(self, run: str, by: str) -> None:
        """Note that somebody wants a run stopped; whoever drives it reads that at the next beat, or when it begins."""


class Part(Protocol):
    """Another copy that a restorer makes beside its first one: an instance in a restored cluster, say."""

    @property
    def copy(self) -> Copy:
        """The copy, as planned."""

    @property
    def title(self) -> str:
        """The part's name in those of its steps."""

    def ask(self) -> Asked:
        """Ask for the copy. Idempotent: one that this run already made is adopted."""

    def ready(self) -> Ready:
        """Wait until the copy can be used. NotRecoverable where never."""

    def destroy(self, copy: Copy) -> CopyState:
        """As for a Restorer."""


class Piece(Part, Protocol):
    """A copy that an environment is made of."""

    @property
    def publishes(self) -> str:
        """The name of the step that publishes what it is made of; empty where nothing has to be."""

    def publish(self) -> Seen:
        """Put what it is made of where AWS takes it from. Idempotent: what is there already is not put again."""


class Destroyer(Protocol):
    """Takes down copies of a type; needs nothing of the drill that made them."""

    def billed(self, name: str = "") -> Billed:
        """The things that a copy, of that name or still to be made, is charged for."""

    def destroy(self, copy: Copy) -> CopyState:
        """Delete the copy and prove it gone: DELETED, or NEVER_CREATED. Idempotent.

        DrillFault where it could not be proven, UnsafeToDelete where the live object is not provably this run's.
        """


class Chooser(Protocol):
    """Chooses the recovery point of a resource, and knows the history of them."""

    def choose(self) -> RecoveryPoint:
        """Find the recovery point that the drill's selection means; NotRecoverable where there is none."""

    def worst_case(self, until: datetime) -> WorstCase | None:
        """The largest loss that the real history of recovery points would have allowed; None where there is none."""


class Origin(Chooser, Protocol):
    """A resource of which an environment's template makes its own, from the newest recovery point."""

    def foreseen(self) -> RecoveryPoint:
        """The point that would be chosen now, for a look at the template; NotRecoverable where there is none."""

    def preflight_checks(self) -> Sequence[PreflightCheck]:
        """The checks to make, read-only, before the environment is asked for."""

    def billed(self) -> Billed:
        """The things that the environment's own is charged for, as far as its source tells."""

    def carried(self, point: RecoveryPoint) -> Sequence[Part]:
        """The copies by which the point comes to where the environment stands, in the order of their making; none where
        it is there already.
        """

    def birth(self, point: RecoveryPoint) -> Birth:
        """How a template says that it is made from that point; the same for the same point."""

    def isolated(self, member: Copy) -> Seen:
        """Prove of the live one, a part of the environment, that it is as well protected as its source."""


class Filler(Chooser, Protocol):
    """A resource from which an environment's own is filled straight, as of a recovery point: no copy stands between."""

    def preflight_checks(self) -> Sequence[PreflightCheck]:
        """The checks to make, read-only, before the environment is asked for."""

    def billed(self) -> Billed:
        """The things that the environment's own is charged for, as far as its source tells."""

    def fill(self, point: RecoveryPoint, member: Copy) -> Ready:
        """Copy all that the source held into the environment's own; what is there already is not copied again."""


class Restorer(Destroyer, Chooser, Protocol):
    """Restores one resource from its recovery points; the verbs are called in this order."""

    def preflight_checks(self, copy: Copy) -> Sequence[PreflightCheck]:
        """The checks to make, read-only, before the copy is made: whether it can be, and safely."""

    def isolated(self, copy: Copy) -> Seen:
        """Prove that the live copy stands where it should, as well protected as its source."""

    def restore(self, point: RecoveryPoint, copy: Copy) -> Asked:
        """Ask for the copy. Idempotent: one that this run already made is adopted."""

    def ready(self, copy: Copy) -> Ready:
        """Wait until the copy can be used. NotRecoverable where never."""

    def further(self, copy: Copy) -> Sequence[Part]:
        """The parts that are made once the first copy is ready, in order; taken down in reverse, before it."""

    def server_times(self, copy: Copy) -> Sequence[ServerTime]:
        """The times that AWS's own clock has of the copy; asked while it is still there, off the recovery clock."""


class Environment(Destroyer, Protocol):
    """Creates a whole environment anew from its template; the verbs are called in this order."""

    def preflight_checks(self, copy: Copy) -> Sequence[PreflightCheck]:
        """As for a Restorer; one reads the template for what would collide with production or stay behind."""

    def copies(self, copy: Copy) -> Sequence[Piece]:
        """The copies that it is made of, in the order of their making, each after those that it needs; the run's own is
        the last. Taken down in reverse.
        """

    def isolated(self, copy: Copy) -> Seen:
        """As for a Restorer; of all its copies."""

    def make_from(self, points: Mapping[str, RecoveryPoint]) -> None:
        """Take the recovery points that its own stores are made from, by logical id; before any copy is asked for."""

    def build(self, copy: Copy) -> Asked:
        """Ask for one of its copies. Idempotent: one that this run already made is adopted."""

    def ready(self, copy: Copy) -> Ready:
        """Wait until every resource of a copy is made. NotRecoverable where one failed."""

    def imports(self, copy: Copy) -> Sequence[str]:
        """The names of the stores that one of its copies imports as they were restored; before it is asked for."""

    def bring_in(self, copy: Copy) -> Seen:
        """Wait until those are imported, then ask for the rest of that copy. Idempotent."""

    def member(self, logical_id: str, copy: Copy) -> tuple[Copy, Identity]:
        """One resource of the environment as a copy of its own (owned by the stack), so that it may be written to."""

    def fill(self, interim: Copy, member: Copy) -> int:
        """Copy every item of a restored store into the environment's own; return how many."""

    def server_times(self, copy: Copy) -> Sequence[ServerTime]:
        """As for a Restorer."""


class Member(Protocol):
    """The members of one type in an environment: found by its name, filled from a restored copy, proven gone."""

    @property
    def type(self) -> str:
        """The type of copy that such a part is to the run."""

    def identity(self, name: str) -> Identity | None:
        """The identity that AWS gives the part for good; None where there is none of that name."""

    def proven(self, name: str, stack: Copy, stack_id: str, *, empty: bool) -> Identity:
        """The identity of a part that the live object itself proves to be of the run's stack, and, where asked, empty.

        NotMeasured where it is not: a name that AWS tells is no proof.
        """

    def fill(self, source: Copy, target: Copy) -> int:
        """Copy all that a restored copy holds into the environment's own part; return how many items."""

    def brought(self, name: str) -> Brought:
        """A restored one, as a stack is to import it; NotMeasured where it is not to be seen."""

    def destroy(self, copy: Copy) -> CopyState:
        """Take down one that outlived its environment; as for a Restorer."""


class Entrance(Protocol):
    """The way into a copy's database: the login that opens it, found or made; this process alone remembers it.

    `prepares` is the step that has to come first, empty where none has.
    """

    prepares: str

    def prepare(self, copy: Copy) -> Ready:
        """Change the copy so that it can be asked at all. Idempotent."""

    def find(self, copy: Copy) -> Opened:
        """Try the logins that may open the copy, in order; NotMeasured where none does and none may be made."""

    def reset(self, copy: Copy) -> Ready:
        """Give the copy's master user a new password, and wait until that opens it. Idempotent: each call gives one."""


class Checks(Protocol):
    """The checks of one drill."""

    def all(self, copy: Copy, points: Sequence[RecoveryPoint], disrupted: datetime) -> Sequence[CheckResult]:
        """Perform every check, whatever the others find; one that crashes is inconclusive.

        NotTheCopy where something else stands in the copy's place: it is asked nothing more. Ages are counted from
        `disrupted`, or from the instant that a recovery point was asked for.
        """
