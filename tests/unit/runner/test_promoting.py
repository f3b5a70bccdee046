"""Promotions of a run's own replica: made and read before the disruption, promoted after it, and neither twice."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.evidence import Asked, Opened, Ready, Seen
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.run import PROVE_ISOLATION, Phase, Role
from dr_orchestrator.domain.verdict import Outcome, Verdict
from dr_orchestrator.errors import NotMeasured, NotRecoverable, Transient
from dr_orchestrator.runner import Born, Components, Followed, Session
from tests.support.records import HEADER, POINT
from tests.support.rehearsal import COPY, IDENTITY, Drill
from tests.support.resuming import dead_in, resumed

MAKE, FOLLOWS = "make a replica of the replica", "make a replica of the replica: wait until it follows"
READ = "make a replica of the replica: see what it holds"
BEFORE = ["follow", "follows", "isolated", "log in", "hold"]
"""What is done before the disruption, in this order."""


@dataclass
class Promoting(Drill):
    """A drill that promotes: a replica in one with the rest, which a login opens or not."""

    opens: bool = True
    entered: bool = True
    proven: bool = True
    once: list[BaseException] = field(default_factory=list)
    silent: dict[str, int] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    prepares: str = ""

    def follow(self, copy: Copy) -> Asked:
        assert copy == COPY
        self.act("follow")
        return Asked(IDENTITY)

    def follows(self, copy: Copy) -> Ready:
        assert copy == COPY
        self.act("follows")
        return Ready(0.0, IDENTITY, "no further behind")

    def isolated(self, copy: Copy) -> Seen:
        assert copy == COPY
        self.act("isolated")
        return Seen("apart")

    def find(self, copy: Copy) -> Opened:
        assert copy == COPY
        self.act("log in")
        return Opened("tried the secret", opened=self.opens)

    def hold(self, copy: Copy) -> Seen:
        assert copy == COPY
        self.act("hold")
        if self.once:
            raise self.once.pop()
        return Seen("a heartbeat of just now")

    def asked_before(self) -> None:
        self.told.append("asked before")

    def act(self, name: str, result: object = None) -> object:
        if self.silent.get(name):
            self.silent[name] -= 1
            raise Transient("no answer")
        return super().act(name, result)

    def session(self, call: object = None) -> Session:
        del call
        header = replace(HEADER, kind=Kind.REPLICA_PROMOTION, started_at=self.clock.now())
        session = Session(header, COPY, self.context())
        isolated = self.isolated if self.proven else None
        entrance = self if self.entered else None
        parts = Components(self, restorer=self, replica=self, isolated=isolated, entrance=entrance)  # type: ignore[arg-type]
        session.use(parts)
        return session

    def run(self, session: Session | None = None) -> Session:
        """What flows/replica_promotion.py does."""
        with session or self.session() as run:
            run.follow()
            point = run.choose("choose", run.restorer)
            run.promote("promote", point)
            run.verify()
        return run

    def done(self) -> list[str]:
        """What its parts did, in the order of the run."""
        return [line.removeprefix("! ") for line in self.ledger.story if line.startswith("! ")]

    def moments(self) -> dict[Moment, timedelta]:
        return {each.moment: each.offset for each in self.ledger.events}


def test_all_that_makes_a_replica_lies_before_the_disruption() -> None:
    """Made, waited for, proven, opened and read, in this order; the clock starts with the choice of what was read."""
    drill = Promoting()
    drill.run()
    assert drill.done()[:8] == [*BEFORE, "choose", "restore", "ready"]
    steps = [step for step in drill.ledger.steps.values() if step.phase is Phase.PREPARE]
    assert [step.name for step in steps] == [MAKE, FOLLOWS, PROVE_ISOLATION, "log in to the copy", READ]
    assert {step.outcome for step in steps} == {Outcome.PASSED}
    assert (steps[1].detail, steps[-1].detail) == ("no further behind", "a heartbeat of just now")
    assert drill.moments()[Moment.DISRUPTION] == timedelta(seconds=60) * len(BEFORE)
    assert drill.ledger.closing is not None
    assert drill.ledger.closing.verdict is Verdict.PASSED, drill.reasons


def test_its_copy_is_intended_before_it_is_asked_for_and_known_as_soon_as_it_is() -> None:
    """Whoever dies in between leaves something to sweep by."""
    drill = Promoting()
    drill.run()
    story = drill.ledger.story
    assert story.index(f"intend {COPY.id}") < story.index("! follow") < story.index(f"copy {COPY.id} created")
    assert drill.ledger.rows[COPY.id].identity == IDENTITY


def test_the_infrastructure_is_there_when_it_is_promoted() -> None:
    """Accepted once it was asked for, ready once it replicates no more."""
    drill = Promoting()
    drill.run()
    struck, moments = drill.moments()[Moment.DISRUPTION], drill.moments()
    assert moments[Moment.ACCEPTED] - struck == timedelta(seconds=120)
    assert moments[Moment.INFRASTRUCTURE_READY] - struck == timedelta(seconds=180)


def test_what_has_no_isolation_to_prove_and_no_login_is_read_all_the_same() -> None:
    """Each is a step of its own, and none where the drill has no such part."""
    drill = Promoting(proven=False, entered=False)
    drill.run()
    assert drill.done()[:3] == ["follow", "follows", "hold"]


def test_one_that_no_login_opens_gets_no_password() -> None:
    """It replicates, and has those of what it replicates: the run ends before anything was disrupted."""
    drill = Promoting(opens=False)
    drill.run()
    assert drill.ledger.closing is not None
    assert drill.ledger.closing.verdict is Verdict.INCONCLUSIVE
    assert "one that replicates gets none of its own" in " ".join(drill.reasons)
    assert Moment.DISRUPTION not in drill.moments()


def test_a_standing_replica_that_is_none_any_more_is_believed_when_seen_twice() -> None:
    """AWS may forget for a moment what one replicates."""
    drill = Promoting(once=[NotRecoverable("is no read replica")], takes={"hold": 1.0})
    drill.run()
    assert drill.done().count("hold") == 2
    assert drill.ledger.closing is not None
    assert drill.ledger.closing.verdict is Verdict.PASSED


@pytest.mark.parametrize(("step", "asked"), [("follow", 2), ("follows", 1), ("hold", 1)])
def test_a_process_that_comes_before_the_disruption_reads_anew(step: str, asked: int) -> None:
    """What was made is not asked for again once it is known; what it holds is read by whoever strikes."""
    clock, ledger, run = dead_in(step, make=Promoting)
    rest = resumed(clock, ledger, run, make=Promoting)
    assert isinstance(rest, Promoting)
    assert (rest.done().count("follow"), rest.done().count("hold")) == (asked, 2 if step == "hold" else 1)
    assert ledger.closing is not None
    assert ledger.closing.verdict is Verdict.PASSED, rest.reasons


def test_a_process_that_comes_after_the_disruption_reads_nothing_more() -> None:
    """It would read too much: neither proven, nor opened, nor read once more before it is promoted."""
    clock, ledger, run = dead_in("restore", make=Promoting)
    heard = len(ledger.story)
    rest = resumed(clock, ledger, run, make=Promoting)
    assert isinstance(rest, Promoting)
    since = [line.removeprefix("! ") for line in ledger.story[heard:] if line.startswith("! ")]
    assert since[:2] == ["restore", "ready"]
    assert "hold" not in since


def test_a_replica_that_never_follows_disrupts_nothing() -> None:
    """It is told by its words, and taken down; there is no clock."""
    drill = Promoting(failing={"follows": NotMeasured("still further behind")})
    drill.run()
    assert drill.done()[-1] == "destroy"
    assert "still further behind" in " ".join(drill.reasons)
    assert Moment.DISRUPTION not in drill.moments()


@pytest.mark.parametrize("step", BEFORE)
def test_a_call_without_an_answer_ends_no_hours_of_making(step: str) -> None:
    """Whatever is done before the disruption has a copy by then: it is asked again, as in a recovery."""
    drill = Promoting(silent={step: 3})
    drill.run()
    assert drill.ledger.closing is not None
    assert drill.ledger.closing.verdict is Verdict.PASSED, drill.reasons


def test_one_process_asked_for_nothing_before() -> None:
    """What is promoted then, and nobody asked for, somebody else promoted."""
    drill = Promoting()
    drill.run()
    assert drill.told == []


@pytest.mark.parametrize(("step", "asked"), [("hold", False), ("choose", False), ("restore", True), ("ready", True)])
def test_whether_an_earlier_process_may_have_asked_is_in_the_journal(step: str, asked: bool) -> None:
    """It may, once its step had begun: else what is promoted was not promoted by this run."""
    clock, ledger, run = dead_in(step, make=Promoting)
    rest = resumed(clock, ledger, run, make=Promoting)
    assert isinstance(rest, Promoting)
    assert rest.told == (["asked before"] if asked else [])


def test_a_drill_without_a_replica_is_a_defect() -> None:
    """It is told by its kind; nothing is made."""
    drill = Promoting()
    session = drill.session()
    session.use(replace(session.components, replica=None))
    with pytest.raises(TypeError, match=r"^replica-promotion promotes no replica$"):
        drill.run(session)
    assert "follow" not in drill.done()


STORE = replace(COPY, id="dro-r-promoted-orders-eu")
"""The run's replica of which an environment's store is made."""


@dataclass
class OfAStore(Promoting):
    """A drill of an environment, one store of which comes back by a promotion."""

    def run(self, session: Session | None = None) -> Session:
        """What flows/region_failover.py does of it."""
        with session or self.session() as run:
            (store,) = run.followed
            run.follow("make", teardown="destroy the replica", of=store)
            run.hold("read", of=store)
            point = run.choose("choose", store.origin)
            run.promote("promote", point, of=store)
            run.verify()
        return run

    def session(self, call: object = None) -> Session:
        del call
        header = replace(HEADER, kind=Kind.REGION_FAILOVER, started_at=self.clock.now())
        session = Session(header, replace(COPY, id="dro-r-shop"), self.context())
        own: Any = _Own(self)
        parts = Components(self, restorer=own, replica=own, isolated=own.isolated, entrance=own)  # type: ignore[arg-type]
        origin: Any = self
        born = Born("orders-there", "Database", origin, Followed(STORE, parts))
        beside = Born("books-there", "Books", origin)
        session.use(Components(self, restorer=self, born=(beside, born)))  # type: ignore[arg-type]
        return session


class _Own:
    """The parts of a store's promotion: those of the drill, which are given the replica's copy, and never the run's."""

    def __init__(self, drill: Promoting) -> None:
        self._drill, self.prepares = drill, ""

    def __getattr__(self, name: str) -> Any:
        def called(*given: Any) -> Any:
            copies = [each for each in given if isinstance(each, Copy)]
            assert all(each == STORE for each in copies), copies
            return getattr(self._drill, name)(*[COPY if each == STORE else each for each in given])

        return called


def test_a_store_is_promoted_as_a_drills_own_is() -> None:
    """Followed, proven, opened and read before the disruption, in a copy of its own; promoted after it."""
    drill = OfAStore()
    drill.run()
    assert drill.done()[:8] == [*BEFORE, "choose", "restore", "ready"]
    steps = {step.name: step for step in drill.ledger.steps.values()}
    before = [name for name, step in steps.items() if step.phase is Phase.PREPARE]
    assert before == ["make", "make: wait until it follows", "make: prove its isolation", "make: log in to it", "read"]
    assert {steps[each].role for each in before} == {Role.STEP}
    assert "promote: wait until it serves" in steps
    assert drill.ledger.rows[STORE.id].identity == IDENTITY
    assert drill.moments()[Moment.DISRUPTION] == timedelta(seconds=60) * len(BEFORE)
    assert Moment.INFRASTRUCTURE_READY not in drill.moments()


def test_a_store_that_is_promoted_reads_nothing_after_the_disruption() -> None:
    """A process that comes then goes on with the promotion alone, and says that its call may have been taken."""
    clock, ledger, run = dead_in("restore", make=OfAStore)
    heard = len(ledger.story)
    rest = resumed(clock, ledger, run, make=OfAStore)
    assert isinstance(rest, OfAStore)
    since = [line.removeprefix("! ") for line in ledger.story[heard:] if line.startswith("! ")]
    assert since[:2] == ["restore", "ready"]
    assert rest.told == ["asked before"]


def test_what_comes_back_by_no_promotion_is_not_promoted() -> None:
    """A script that asks for it is wrong, and so is one of parts that promote nothing."""
    drill = OfAStore()
    session = drill.session()
    plain: Any = Born("books-there", "Books", mock.Mock())
    bare: Any = Born("books-there", "Books", mock.Mock(), Followed(STORE, Components(mock.Mock())))
    unrestored: Any = replace(bare, followed=Followed(STORE, Components(mock.Mock(), replica=mock.Mock())))
    for each, why in ((plain, "by no promotion"), (bare, "promotes no replica"), (unrestored, "is a restorer")):
        with pytest.raises(TypeError, match=why):
            session.promote("promote", POINT, of=each)
