"""How a run gets into its copy, and what it notes of what it makes, from its own words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dr_orchestrator.domain.copy import Copy, CopyState, Identity
from dr_orchestrator.domain.evidence import Opened
from dr_orchestrator.domain.replica import Empty, Made
from dr_orchestrator.domain.run import Role, Run
from dr_orchestrator.domain.verdict import Cleanup
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.runner import RunContext
from dr_orchestrator.runner.entering import enter
from dr_orchestrator.runner.journal import Journal
from tests.support.fakes import FakeClock, MemoryLedger
from tests.support.records import HEADER
from tests.support.rehearsal import COPY, RUN, Drill

MADE = Made("a" * 64, "b" * 64)


class Door:
    """A copy that a login opens, or not; what `prepares` it comes first."""

    def __init__(self, opens: bool, prepares: str = "") -> None:
        self.opens, self.prepares = opens, prepares

    def prepare(self, copy: Copy) -> Opened:
        del copy
        return Opened(self.prepares)

    def find(self, copy: Copy) -> Opened:
        del copy
        return Opened("tried", opened=self.opens)

    def reset(self, copy: Copy) -> Opened:
        del copy
        return Opened("a new password")


@pytest.mark.parametrize(("opens", "steps"), [(True, [Role.LOG_IN]), (False, [Role.LOG_IN, Role.RESET])])
def test_a_new_password_is_given_where_no_login_opens(opens: bool, steps: list[Role]) -> None:
    """Each try is a step of the recovery; what has no door needs none."""
    done: list[Role] = []

    def perform(name: str, act: object, copy: Copy, *, role: Role = Role.STEP) -> Opened:
        done.append(role)
        return act(copy)  # type: ignore[operator,no-any-return]

    enter(Door(opens), COPY, perform)  # type: ignore[arg-type]
    enter(None, COPY, perform)  # type: ignore[arg-type]
    assert done == steps
    done.clear()
    enter(Door(opens, "enable it"), COPY, perform)  # type: ignore[arg-type]
    assert done == [Role.STEP, *steps]


def test_what_replicates_gets_no_password() -> None:
    """It has those of what it replicates: where none opens it that is told, and nothing is asked of AWS."""
    done: list[Role] = []

    def perform(name: str, act: object, copy: Copy, *, role: Role = Role.STEP) -> Opened:
        done.append(role)
        return act(copy)  # type: ignore[operator,no-any-return]

    enter(Door(True), COPY, perform, resets=False)  # type: ignore[arg-type]
    with pytest.raises(NotMeasured, match="one that replicates gets none of its own"):
        enter(Door(False), COPY, perform, resets=False)  # type: ignore[arg-type]
    assert done == [Role.LOG_IN, Role.LOG_IN]


def test_a_template_is_written_once_however_often_it_is_asked_for() -> None:
    """The same one again is no news; another one is no template of this run."""
    ledger = MemoryLedger()
    journal = Journal(HEADER, ledger, FakeClock(), Run(HEADER))
    journal.derive(MADE)
    journal.derive(MADE)
    journal.derive(replace(MADE))
    assert ledger.template is MADE
    with pytest.raises(NotMeasured, match="is not the one that run"):
        journal.derive(replace(MADE, derived_digest="c" * 64))


def test_what_comes_back_empty_is_judged_unless_its_owner_lets_it() -> None:
    """Of each stack, also of those that a dead process had made; once, however often the template is asked for."""
    said, told = Empty("Logs", "AWS::S3::Bucket", "kept elsewhere"), Empty("Orders", "AWS::DynamoDB::Table")
    before = replace(MADE, stack="Data", empty=(Empty("Data/Jobs", told.type),))
    recorded = Run(HEADER, template=Made.of_stacks([before]))
    journal = Journal(HEADER, MemoryLedger(), FakeClock(), recorded)
    for _ in "ab":
        journal.derive(replace(MADE, stack="Web", empty=(said, told)))
    record = journal.record(worst_cases=[], cleanup=Cleanup.CLEAN)
    assert record.empty == [*before.empty, told]


def test_a_run_that_goes_on_knows_its_template() -> None:
    """Also of each stack: what an earlier process wrote is not written again, and nothing else is made."""
    ledger = MemoryLedger()
    stack = replace(MADE, stack="Data")
    journal = Journal(HEADER, ledger, FakeClock(), Run(HEADER, template=Made.of_stacks([stack])))
    journal.derive(stack)
    assert ledger.template is None
    with pytest.raises(NotMeasured):
        journal.derive(replace(stack, digest="d" * 64))


def test_what_aws_has_made_is_noted_as_soon_as_it_says_so() -> None:
    """In the step that asks for it: a process that dies then leaves a copy that is known by its id."""
    drill = Drill()
    with drill.session() as run:

        def ask() -> None:
            run._context.derived(MADE)
            run._context.made(COPY, Identity("arn:it", "it"))

        drill.ledger.intend_copy(COPY, drill.clock.now())
        run.step("ask", ask)
        (row,) = drill.ledger.copies(RUN)
    assert (row.state, row.identity) == (CopyState.CREATED, Identity("arn:it", "it"))
    assert drill.ledger.template is MADE


def test_nothing_is_noted_where_no_run_is() -> None:
    """A plan derives templates, too."""
    RunContext(RUN, FakeClock()).derived(MADE)
    RunContext(RUN, FakeClock()).made(COPY, Identity("arn:it", "it"))
