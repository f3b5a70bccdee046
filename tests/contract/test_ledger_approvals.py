"""What the ledger promises of approvals: each is kept as it was given, and no run has begun what it has not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from dr_orchestrator.domain.production import Approval, Ground
from dr_orchestrator.domain.run import Phase
from dr_orchestrator.ledger.ledger import SqlLedger
from tests.support.ledger_samples import START, header, step

GIVEN = Approval("a-drill", "0123456789abcdef", "Ada Lovelace", START, Ground("123456789012", True, "a-role"))


def test_approvals_of_a_drill_are_read_back_as_they_were_given(ledger: SqlLedger) -> None:
    """All of them, oldest first; another drill's are none of it."""
    again = replace(GIVEN, by="Grace", at=START + timedelta(hours=1))
    for each in (GIVEN, again, replace(GIVEN, drill="another")):
        ledger.keep_approval(each)
    assert ledger.queries.approvals("a-drill") == [GIVEN, again]
    assert ledger.queries.approvals("of nobody") == []


def test_steps_that_a_run_began_are_counted_by_name(ledger: SqlLedger) -> None:
    """Of the recovery alone, whether they ended or not; of a run that is not written yet there is none."""
    assert ledger.queries.begun("20261120-none", ("fail over",)) == 0
    opened = header("20261120-one")
    ledger.open_run(opened)
    for seq, (name, phase) in enumerate(
        [("fail over", Phase.RECOVER), ("fail over", Phase.TEARDOWN), ("another", Phase.RECOVER)], 1
    ):
        ledger.start_step(opened.id, replace(step(seq), name=name, phase=phase))
    assert ledger.queries.begun(opened.id, ("fail over", "fail back")) == 1


def test_of_two_runs_that_ask_for_an_approval_one_has_it(ledger: SqlLedger) -> None:
    """It keeps it when it asks again; a second approval of the same instant serves a second run, and no third."""
    for _ in range(2):
        ledger.keep_approval(GIVEN)
    assert [ledger.claim_approval(GIVEN, "one"), ledger.claim_approval(GIVEN, "two")] == [True, True]
    assert not ledger.claim_approval(GIVEN, "three")
    assert ledger.claim_approval(GIVEN, "one")
    assert [each.run for each in ledger.queries.approvals("a-drill")] == ["one", "two"]
    assert not ledger.claim_approval(replace(GIVEN, drill="another"), "one")
