"""A copy of several parts, and one that AWS names late: what is made when, what is known of it, and how it goes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.copy import Copy, CopyState, Identity
from dr_orchestrator.domain.evidence import Asked, Ready
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import NotMeasured
from tests.support.rehearsal import COPY, IDENTITY, Drill
from tests.support.resuming import died, resumed

MINUTE = timedelta(minutes=1)


@dataclass
class Instance:
    """An instance in the restored copy."""

    drill: Drill
    title: str

    @property
    def copy(self) -> Copy:
        return replace(COPY, type="aurora-instance", id=f"{COPY.id}-{self.title}")

    def ask(self) -> Asked:
        return self.drill.act(f"ask {self.title}", Asked(Identity(f"arn:{self.title}", self.title)))

    def ready(self) -> Ready:
        return self.drill.act(f"ready {self.title}", Ready())

    def destroy(self, copy: Copy) -> CopyState:
        return self.drill.act(f"destroy {copy.id.rsplit('-', 1)[-1]}", CopyState.DELETED)


class Named(Drill):
    """A drill whose copy AWS names only once it is there; until then it names the job that makes it."""

    def restore(self, point: RecoveryPoint, copy: Copy) -> Asked:
        del point, copy
        return self.act("restore", Asked(job="job-1"))

    def ready(self, copy: Copy) -> Ready:
        del copy
        return self.act("ready", Ready(identity=IDENTITY))


def in_parts(drill: Drill) -> Drill:
    """The drill of a copy in which a writer and a reader are made."""
    drill.parts = [Instance(drill, "writer"), Instance(drill, "reader")]
    return drill


def test_parts_are_made_in_their_order_and_taken_down_in_reverse() -> None:
    """Each is intended before it is asked for and waited for before the next; what they stand in goes last."""
    drill = in_parts(Drill())
    run = drill.run()
    told = [line for line in drill.ledger.story if line.startswith(("!", "intend"))]
    writer, reader = (part.copy.id for part in drill.parts)
    assert told[2:-4] == [
        *(f"intend {COPY.id}", "! restore", "! ready"),
        *(f"intend {writer}", "! ask writer", "! ready writer"),
        *(f"intend {reader}", "! ask reader", "! ready reader"),
    ]
    assert told[-4:] == ["! checks", "! destroy reader", "! destroy writer", "! destroy"]
    assert (run.verdict, run.cleanup) == (Verdict.PASSED, Cleanup.CLEAN)
    assert {row.state for row in drill.ledger.rows.values()} == {CopyState.DELETED}


def test_the_infrastructure_is_ready_with_the_last_part() -> None:
    """Not with the copy that they stand in: nobody could have worked with that."""
    drill = in_parts(Drill(takes={"ready reader": 1800.0}))
    drill.run()
    at = {event.moment: event.offset for event in drill.ledger.events}
    assert at[Moment.INFRASTRUCTURE_READY] - at[Moment.DISRUPTION] == 6 * MINUTE + 30 * MINUTE
    assert at[Moment.ACCEPTED] - at[Moment.DISRUPTION] == 2 * MINUTE


def test_a_part_that_cannot_be_made_ends_the_run_and_all_is_taken_down() -> None:
    """The part itself, which may be there all the same, too; nothing is checked, and nothing was ready."""
    drill = in_parts(Drill(failing={"ask writer": NotMeasured("denied")}))
    run = drill.run()
    acts = [line for line in drill.ledger.story if line.startswith("!")]
    assert acts[-3:] == ["! ask writer", "! destroy writer", "! destroy"]
    assert (run.verdict, run.cleanup) == (Verdict.INCONCLUSIVE, Cleanup.CLEAN)
    assert Moment.INFRASTRUCTURE_READY not in [event.moment for event in drill.ledger.events]


def test_a_copy_that_is_named_late_is_known_by_its_job_until_then() -> None:
    """It counts as intended while only the job is known, and has its identity before the run goes on."""
    drill = Named()
    drill.run()
    story = [line for line in drill.ledger.story if line.startswith(("!", "copy"))]
    named = story.index(f"copy {COPY.id} created")
    assert story[:named] == ["! preflight", "! choose", "! restore", f"copy {COPY.id} intended", "! ready"]
    assert story[named + 1] == "! checks"
    assert (drill.ledger.rows[COPY.id].identity, drill.ledger.rows[COPY.id].job) == (IDENTITY, "job-1")


def test_a_job_that_a_dead_process_started_is_not_started_again() -> None:
    """It died between the answer of AWS and the end of its step: the job is waited for, and makes the one copy."""
    drill = Named()
    run = died(drill, lambda line: line.startswith("finish restore"))
    again = resumed(drill.clock, drill.ledger, run, make=Named)
    assert drill.ledger.story.count("! restore") == 1
    assert again.ledger.rows[COPY.id].identity == IDENTITY
    assert again.ledger.closing is not None
    assert again.ledger.closing.cleanup is Cleanup.CLEAN


def test_a_point_is_brought_to_where_the_copy_stands_before_that_is_asked_for() -> None:
    """By copies of the run's own, one after the other: each is waited for, and goes after what was made of it."""
    drill = Drill()
    ways = [Instance(drill, "there"), Instance(drill, "nearer")]
    session = drill.session()
    session.use(replace(session.components, brought=lambda point, copy: ways if (point, copy.id) else ()))
    drill.run(session)
    acts = [line.removeprefix("! ") for line in drill.ledger.story if line.startswith("!")]
    assert acts[2:6] == ["ask there", "ready there", "ask nearer", "ready nearer"]
    assert acts[6:] == ["restore", "ready", "checks", "destroy", "destroy nearer", "destroy there"]
