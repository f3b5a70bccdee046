"""What a dead process leaves is neither forgotten nor believed: by resume, by abort, by sweep, from whatever shell."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn
from unittest import mock

import boto3
import pytest
from click.testing import CliRunner

from dr_orchestrator import wiring
from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.checks.items import ItemChecks
from dr_orchestrator.cli.commands import recovery, sweep
from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.copy import TERMINAL
from dr_orchestrator.domain.programme import proofs_wanted
from dr_orchestrator.domain.run import CheckResult, Run
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.errors import CopiesMayRemain, Exit, NotMeasured, NotRecoverable, UsageError
from dr_orchestrator.ledger.ledger import SqlLedger
from dr_orchestrator.resources.cloudformation_stack.restore import CloudFormationStack
from dr_orchestrator.resources.dynamodb_table.restore import DynamoTable
from dr_orchestrator.runner.lease import LeaseHolder
from dr_orchestrator.runner.session import Session
from dr_orchestrator.runner.sweep import perform
from dr_orchestrator.waiting import stops
from dr_orchestrator.wiring import identity, opening, sweeping
from dr_orchestrator.wiring.planning.preflight import PreflightChecks
from tests.support import workspace
from tests.support.dying import Killed, die, in_verify, killed_in, read, resumed
from tests.support.estate import Estate
from tests.support.shop import run


def swept(here: wiring.App) -> Any:
    return CliRunner().invoke(sweep.sweep, [], standalone_mode=False)


def test_a_resume_that_fails_before_it_comes_to_the_copy_takes_it_down(shop: Estate, here: wiring.App) -> None:
    """CLEAN is never said of a copy that only the dead process knew: it is destroyed with the rest."""
    before = shop.inventory()
    dead = in_verify(here)

    def renamed(*_: object) -> NoReturn:
        raise NotRecoverable("no DynamoDB table sessions-prod")

    with mock.patch.object(DynamoTable, "_source", renamed):
        after = resumed(here, dead)
    assert after.closing is not None
    assert (after.closing.verdict, after.closing.cleanup) == (Verdict.FAILED, Cleanup.CLEAN)
    assert all(row.state in TERMINAL for row in after.copies)
    assert shop.inventory() == before


def test_a_resume_that_is_stopped_at_once_takes_down_every_copy(shop: Estate, here: wiring.App) -> None:
    """A stop while a replica is resumed leaves neither its stack nor the table that was restored for it."""
    before = shop.inventory()
    dead = killed_in(here, "shop-replica", mock.patch.object(CloudFormationStack, "ready", die))
    assert shop.inventory() != before
    here.stop.set()
    after = resumed(here, dead)
    assert after.closing is not None
    assert (after.closing.verdict, after.closing.cleanup) == (Verdict.ABORTED, Cleanup.CLEAN)
    assert shop.inventory() == before


def test_a_resume_that_is_stopped_before_it_can_look_leaves_the_run(here: wiring.App) -> None:
    """Stopped while AWS does not say whose credentials these are: exit code 5, and the next may go on at once."""
    dead = in_verify(here)

    def stopped(*_: object) -> NoReturn:
        here.stop.set()
        stops.look()
        raise AssertionError("nobody looked")

    with mock.patch.object(Account, "caller", stopped), pytest.raises(CopiesMayRemain, match=dead.header.id):
        resumed(here, dead)
    assert read(here, dead).closing is None
    here.stop.clear()
    after = resumed(here, dead)
    assert after.closing is not None
    assert after.closing.cleanup is Cleanup.CLEAN


def test_a_resume_looks_at_what_still_matters(shop: Estate, here: wiring.App) -> None:
    """What may come is told and costs no copy that is there; nothing is asked that only concerns a start."""
    dead = in_verify(here)

    def short(*_: object) -> NoReturn:
        raise NotMeasured("the credentials end before the drill does")

    with mock.patch.object(PreflightChecks, "_credentials", short):
        after = resumed(here, dead)
    assert after.closing is not None
    assert after.closing.verdict in (Verdict.PASSED, Verdict.PASSED_WITH_FINDINGS)
    first, again = (step.detail for step in after.steps if step.name == "look before starting")
    assert "recovery point: passed" in first
    assert "recovery point" not in again
    assert "credentials: inconclusive, the credentials end before the drill does" in again
    assert "permissions: " in again


def test_a_resume_without_good_credentials_closes_nothing(shop: Estate, here: wiring.App) -> None:
    """Whoever cannot look cannot end a run: it stays open for somebody who can."""
    dead = in_verify(here)

    def expired(*_: object) -> NoReturn:
        raise NotMeasured("ExpiredToken: the token has expired", call="sts:GetCallerIdentity")

    with mock.patch.object(Account, "caller", expired), pytest.raises(NotMeasured, match="ExpiredToken"):
        resumed(here, dead)
    assert read(here, dead).closing is None


def test_what_began_on_real_aws_is_not_finished_in_the_lab(shop: Estate, here: wiring.App) -> None:
    """A recovery in the lab can never become evidence by resuming a run that was opened as real."""
    real = mock.patch.object(opening, "is_simulated", lambda *_: False)
    with real, mock.patch.object(type(shop.clock), "pace", 1.0):
        dead = in_verify(here)
    assert not dead.header.provenance.simulated
    with pytest.raises(UsageError, match="made elsewhere: simulated False then, True now; clock's pace 1"):
        resumed(here, dead)
    assert read(here, dead).closing is None
    assert here.ledger.queries.last_green(proofs_wanted(here.catalogue.drills.values())) == {}


def test_a_run_that_claims_to_be_real_but_called_the_lab_is_inconclusive(shop: Estate, here: wiring.App) -> None:
    """The calls that were made speak, whatever was believed when the run was opened."""
    lied = [mock.patch.object(module, "is_simulated", lambda *_: False) for module in (opening, identity)]
    with lied[0], lied[1], mock.patch.object(type(shop.clock), "pace", 1.0):
        found = run(here, "sessions-pitr")
    assert found.closing is not None
    assert found.closing.verdict is Verdict.INCONCLUSIVE
    assert any("not AWS's own" in reason for reason in found.closing.reasons)


def test_a_sweep_with_other_credentials_proves_nothing_gone(shop: Estate, here: wiring.App) -> None:
    """A copy that is absent from another account stays asked for, and the next sweep takes it down."""
    before = shop.inventory()
    dead = in_verify(here)
    role = boto3.client("sts", region_name="us-east-1").assume_role(
        RoleArn="arn:aws:iam::222222222222:role/x", RoleSessionName="other"
    )["Credentials"]
    other = {
        "AWS_ACCESS_KEY_ID": role["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": role["SecretAccessKey"],
        "AWS_SESSION_TOKEN": role["SessionToken"],
    }

    def caller(account: Account) -> Any:
        return identity.Caller("222222222222", "arn:aws:iam::222222222222:role/x")

    with mock.patch.dict(os.environ, other), mock.patch.object(Account, "caller", caller):
        left = sweeping.sweep_run(here, dead, "died")
    assert [each.gone for each in left] == [False]
    assert "made elsewhere: account 123456789012 then, 222222222222 now" in left[0].why
    assert [run.header.id for run in sweeping.resistant_runs(here)] == [dead.header.id]
    assert swept(here).return_value == Exit.PASSED
    assert shop.inventory() == before


def test_a_check_that_failed_before_the_process_died_is_not_forgotten(shop: Estate, here: wiring.App) -> None:
    """A second try that passes is a finding: somebody has to learn why the first one failed."""

    def nothing(_: object, check: Any, *_more: object) -> CheckResult:
        return CheckResult(check.name, "something", "nothing", Outcome.FAILED)

    dead = killed_in(here, "sessions-pitr", mock.patch.object(ItemChecks, "perform", nothing))
    after = resumed(here, dead)
    assert after.closing is not None
    assert after.closing.verdict is Verdict.PASSED_WITH_FINDINGS
    assert "Checks failed before they passed" in after.closing.reasons


def test_an_abort_of_a_dead_run_is_an_abort(shop: Estate, here: wiring.App) -> None:
    """Whoever asks for a dead run to be stopped gets ABORTED, and its copies are gone."""
    before = shop.inventory()
    dead = in_verify(here)
    told = CliRunner().invoke(recovery.abort, [dead.header.id], standalone_mode=False)
    assert told.return_value == Exit.ABORTED, told.output
    assert shop.inventory() == before


def test_a_resume_heeds_an_abort_that_was_asked_for_meanwhile(shop: Estate, here: wiring.App) -> None:
    """A run that somebody wanted stopped while nobody drove it does not go on to pass."""
    dead = in_verify(here)
    here.ledger.leases.ask_to_abort(dead.header.id, "ada@host")
    after = resumed(here, dead)
    assert after.closing is not None
    assert (after.closing.verdict, after.closing.cleanup) == (Verdict.ABORTED, Cleanup.CLEAN)
    assert after.closing.reasons[0] == "stopped on request by ada@host"


def test_a_defect_in_one_sweep_does_not_keep_the_others(shop: Estate, here: wiring.App) -> None:
    """One copy that cannot be taken down, for whatever reason, is told; the other dead runs are swept all the same."""
    first, second = in_verify(here), in_verify(here)
    original = DynamoTable.destroy

    def destroy(table: DynamoTable, copy: Any) -> Any:
        if copy.run == first.header.id:
            raise KeyError("Endpoint")
        return original(table, copy)

    with mock.patch.object(DynamoTable, "destroy", destroy):
        told = swept(here)
    assert told.return_value == Exit.LEFTOVERS
    assert "a defect of the program: KeyError" in told.output
    assert all(row.state in TERMINAL for row in read(here, second).copies)


def test_two_sweeps_at_once_do_not_stumble_over_each_other(shop: Estate, here: wiring.App) -> None:
    """A run that another process has just taken is left to it, and the other dead runs are swept all the same."""
    first, second = in_verify(here), in_verify(here)
    original = perform.dead_runs

    def dead_runs(world: wiring.App) -> list[Run]:
        found = original(world)
        LeaseHolder(world.ledger.leases, first.header.id, world.stop, world.machine).take()
        return found

    with mock.patch.object(perform, "dead_runs", dead_runs):
        told = swept(here)
    assert told.return_value == Exit.LEFTOVERS
    assert f"run {first.header.id} is driven by" in told.output
    assert all(row.state in TERMINAL for row in read(here, second).copies)


def test_a_broken_drill_file_does_not_keep_a_copy_alive(shop: Estate, here: wiring.App) -> None:
    """Cleaning up needs the ledger, not the files: they may be what is being mended."""
    before = shop.inventory()
    in_verify(here)
    (here.settings.drills / "other.yaml").write_text("service: other\n")
    with wiring.using(wiring.App(here.settings, here.clock)):
        told = swept(here)
    assert told.return_value == Exit.PASSED, told.output
    assert shop.inventory() == before


def test_an_untagged_copy_of_a_source_with_dots_and_underscores_is_swept(
    shop: Estate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name of a copy is not written as its source's is; it is known as that source's all the same."""
    monkeypatch.setenv("DRO_HOME", str(tmp_path))
    table = shop.client("dynamodb")
    table.create_table(
        TableName="sessions_prod.v2",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    shop.clock.sleep(60)
    on = {"PointInTimeRecoveryEnabled": True}
    table.update_continuous_backups(TableName="sessions_prod.v2", PointInTimeRecoverySpecification=on)
    shop.clock.sleep(3600)
    before = shop.inventory()
    written = workspace.SHOP.replace("id: sessions-prod", "id: sessions_prod.v2")
    with wiring.using(workspace.world(tmp_path, shop.clock, shop=written)) as here:
        dead = killed_in(here, "shop-replica", mock.patch.object(CloudFormationStack, "ready", die))
        assert all(each.gone for each in sweeping.sweep_run(here, read(here, dead), "died"))
    assert shop.inventory() == before


def test_a_stack_that_resisted_is_settled_with_its_members(shop: Estate, here: wiring.App) -> None:
    """Once the stack is gone nothing of it is still asked for."""

    def denied(*_: object) -> NoReturn:
        raise NotMeasured("denied", call="cloudformation:DeleteStack")

    with mock.patch.object(CloudFormationStack, "destroy", denied):
        left = run(here, "shop-replica")
    assert left.closing is not None
    assert left.closing.cleanup is Cleanup.LEFTOVERS
    sweeping.sweep_run(here, left, "by hand")
    assert sweeping.resistant_runs(here) == []
    after = read(here, left).closing
    assert after is not None
    assert after.cleanup is Cleanup.CLEAN
    assert "taken down by a sweep" in after.cleanup_reasons[-1]
    assert after.verdict is left.closing.verdict


def test_a_process_that_died_between_two_moments_leaves_no_hole(shop: Estate, here: wiring.App) -> None:
    """T0 to T3 belong together: what the dead process did not write is written as of its own T0."""
    original = SqlLedger.record_event

    def record(ledger: SqlLedger, of: str, event: Any) -> None:
        if event.moment is Moment.DETECTED:
            raise Killed
        original(ledger, of, event)

    dead = killed_in(here, "sessions-pitr", mock.patch.object(SqlLedger, "record_event", record))
    after = resumed(here, dead)
    moments = {event.moment: event.offset for event in after.events}
    assert moments[Moment.DECLARED] == moments[Moment.DISRUPTION]
    assert after.closing is not None
    assert after.closing.measures.rta_from_declaration == after.closing.measures.rta_from_disruption


def test_a_clock_that_stands_before_what_was_written_is_doubted(shop: Estate, here: wiring.App) -> None:
    """Resumed on a machine whose clock is behind, a run would read too short: it says so, and is no pass."""
    dead = in_verify(here)
    ahead = shop.clock.now() + timedelta(hours=3)
    with mock.patch.object(opening, "_last_seen", lambda *_: ahead):
        after = resumed(here, dead)
    assert after.closing is not None
    assert after.closing.verdict is Verdict.INCONCLUSIVE
    assert any("the wall clock stands" in reason for reason in after.closing.reasons)


def test_a_history_that_could_not_be_read_is_not_met(shop: Estate, here: wiring.App) -> None:
    """The worst case of some of the stores is no worst case of the service."""
    original = Session.choose

    class Denied:
        def worst_case(self, _until: object) -> NoReturn:
            raise NotMeasured("AccessDenied", call="dynamodb:DescribeContinuousBackups")

    def choose(session: Session, name: str, restorer: Any) -> Any:
        point = original(session, name, restorer)
        session._chosen_from.append(Denied())  # type: ignore[arg-type]
        return point

    with mock.patch.object(Session, "choose", choose):
        found = run(here, "sessions-pitr")
    assert found.closing is not None
    assert found.closing.worst_case_verdict == "not measured"
