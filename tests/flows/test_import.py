"""The restores of restore testing plans are taken in, and are no proof; a run's verdict is given back where asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.cli import main
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint
from dr_orchestrator.domain.restore_test import GIVING
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome, Verdict
from dr_orchestrator.errors import Exit
from dr_orchestrator.lab.cloud.restore_jobs import jobs
from dr_orchestrator.lab.cloud.restore_testing import PlanResult
from dr_orchestrator.lab.cloud.vaults import vaults
from tests.support.ledger_samples import IDENTITY, PROVENANCE, closing, copy, header
from tests.support.postures import Company, company, stands, told

PUT = ("backup", "PutRestoreValidationResult")


@pytest.fixture(scope="module")
def shop() -> Iterator[Company]:
    """The company's lab, made once for these tests."""
    with company() as made:
        yield made


@pytest.fixture
def here(shop: Company, home: Path) -> Iterator[wiring.App]:
    """The company's workspace; what a plan's jobs are told afterwards is forgotten again."""
    before = {job.id: dict(job.more) for job in jobs(vaults()).values()}
    with shop.workspace(home) as made:
        yield made
    for job in jobs(vaults()).values():
        job.more = before[job.id]


@pytest.fixture
def waiting(here: wiring.App) -> PlanResult:
    """The newest restore of a plan, which waits for somebody's verdict."""
    del here
    newest = cast(PlanResult, max(jobs(vaults()).values(), key=lambda each: each.began))
    newest.more = {"ValidationStatus": "VALIDATING"}
    return newest


def imported(capsys: Any, *arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the JSON of `dro import`."""
    code = main.run(["import", "--json", *arguments])
    return code, json.loads(capsys.readouterr().out)


def restored(here: wiring.App, point: str, verdict: Verdict = Verdict.PASSED) -> None:
    """A run, as simulated as the lab, that restored a point and ended so."""
    now = here.clock.now()
    here.ledger.open_run(header("r-own", provenance=replace(PROVENANCE, simulated=True), started_at=now))
    at = now - timedelta(hours=5)
    here.ledger.record_point(
        "r-own", RecoveryPoint(id=point, kind=PointKind.SNAPSHOT, data_time=at, data_time_source="x")
    )
    made = replace(copy("r-own"), type="rds-instance")
    here.ledger.intend_copy(made, now)
    here.ledger.change_copy(made, CopyState.CREATED, now, IDENTITY)
    if verdict is Verdict.FAILED:
        here.ledger.record_check("r-own", CheckResult("rows", "7", "6", Outcome.FAILED))
    here.ledger.close_run("r-own", closing(verdict))


def test_a_plans_restores_are_imported_once(here: wiring.App, shop: Company, capsys: Any) -> None:
    """With the service and resource that declare their source; the second time nothing is news, and AWS was read."""
    with shop.calls() as heard:
        code, seen = imported(capsys)
    assert code == Exit.PASSED
    tests = seen["restore_tests"]
    assert len(tests) == seen["news"] == len(here.ledger.queries.restore_tests()) == 5
    assert {(each["service"], each["resource"], each["imported"]) for each in tests} == {
        ("platform", "platform-db", True)
    }
    assert {each["took_s"] for each in tests} == {31 * 60}
    assert {each["recovery_point_age_s"] for each in tests} == {3 * 3600}
    assert set(heard) == {("sts", "GetCallerIdentity"), ("backup", "ListRestoreJobs")}
    assert imported(capsys)[1]["news"] == 0
    assert len(imported(capsys, "--days", "10")[1]["restore_tests"]) == 2


def test_it_is_told_in_words_as_no_proof(here: wiring.App, capsys: Any) -> None:
    """The table names the plan and how its job ended, and the last line says what that is worth."""
    del here
    assert main.run(["import"]) == Exit.PASSED
    out = capsys.readouterr().out
    assert "weekly" in out
    assert "COMPLETED" in out
    assert "SIMULATED" in out
    assert "5 restore tests, 5 with news. None of them is a proof of ours." in out


def proofs(seen: Any) -> list[tuple[str, list[tuple[str, str, list[str]]]]]:
    """How far each claim is proven, part by part, and by which runs; in whichever words."""
    parts = [[(of["words"], of["proof"], of["runs"]) for of in each["parts"]] for each in seen["claims"]]
    return [(each["service"], of) for each, of in zip(seen["claims"], parts, strict=True)]


def test_it_proves_nothing(here: wiring.App, capsys: Any) -> None:
    """No run comes of it, and the rule on proof stands as before, with the import beside it."""
    _, before = told(capsys, "platform")
    imported(capsys)
    _, after = told(capsys, "platform")
    was, now = (stands(each, "platform-db", "proven-restore") for each in (before, after))
    assert (was["standing"], now["standing"]) == ("short", "short")
    assert "imported from a simulated AWS, no proof of ours: AWS Backup's plan weekly" in now["evidence"]
    assert "imported" not in was["evidence"]
    assert proofs(before) == proofs(after)
    assert here.ledger.queries.runs() == []


def test_a_job_that_somebody_asked_for_is_none_of_a_plan(here: wiring.App, waiting: PlanResult, capsys: Any) -> None:
    """A restore of a drill's own, or by hand, is not imported."""
    del here
    waiting.more = {"CreatedBy": None}
    assert waiting.id not in {each["job"] for each in imported(capsys)[1]["restore_tests"]}


def test_a_source_that_nobody_declares_is_told_as_such(here: wiring.App, waiting: PlanResult, capsys: Any) -> None:
    """Neither the same name in another region, nor of another service, is the resource of ours."""
    del here
    for source in (
        "arn:aws:rds:us-east-1:123456789012:db:unknown",
        "arn:aws:rds:eu-west-1:123456789012:db:platform-prod",
        "arn:aws:rds:us-east-1:123456789012:cluster:platform-prod",
        "arn:aws:dynamodb:us-east-1:123456789012:table/platform-prod",
    ):
        waiting.more = {"SourceResourceArn": source}
        seen = imported(capsys)[1]
        found = next(each for each in seen["restore_tests"] if each["job"] == waiting.id)
        assert (found["service"], found["resource"]) == (None, None)
    main.run(["import"])
    assert "1 restore of what no service declares" in capsys.readouterr().out


def test_an_answer_that_is_garbled_is_not_believed(here: wiring.App, waiting: PlanResult, capsys: Any) -> None:
    """It is told as not seen: what it holds may be of anything."""
    waiting.more = {"SourceResourceArn": "no arn"}
    code, seen = imported(capsys)
    assert (code, seen["restore_tests"], len(seen["not_known"])) == (Exit.INCONCLUSIVE, [], 1)
    assert here.ledger.queries.restore_tests() == []


def test_a_missing_right_is_told_with_the_statement_to_add(here: wiring.App, shop: Company, capsys: Any) -> None:
    """Nothing is imported, and it ends as what could not be seen."""
    shop.lab.faults.add({"kind": "access-denied", "service": "backup", "action": "ListRestoreJobs"})
    code, seen = imported(capsys)
    assert code == Exit.INCONCLUSIVE
    (missing, *_) = seen["not_known"]
    assert '"Action": ["backup:ListRestoreJobs"]' in missing["remedy"]
    assert here.ledger.queries.restore_tests() == []


def test_nothing_is_given_back_unless_asked(here: wiring.App, waiting: PlanResult, shop: Company, capsys: Any) -> None:
    """A run restored the very point, and AWS Backup hears nothing of it."""
    restored(here, waiting.point.point)
    with shop.calls() as heard:
        imported(capsys)
    assert PUT not in heard


@pytest.mark.parametrize(("verdict", "status"), [(Verdict.PASSED, "SUCCESSFUL"), (Verdict.FAILED, "FAILED")])
def test_the_verdict_of_a_run_is_given_back_once(
    here: wiring.App, waiting: PlanResult, shop: Company, capsys: Any, verdict: Verdict, status: str
) -> None:
    """To the job that restored the run's point, by the run's name; the ledger knows, and the next import is silent."""
    restored(here, waiting.point.point, verdict)
    with shop.calls() as heard:
        code, seen = imported(capsys, "--give-back")
    assert code == Exit.PASSED
    assert heard.count(PUT) == 1
    (given,) = seen["given_back"]
    assert (given["job"], given["run"], given["status"], given["error"]) == (waiting.id, "r-own", status, None)
    assert waiting.more["ValidationStatus"] == status
    assert "dro run r-own of drill orders-snapshot" in waiting.more["ValidationStatusMessage"]
    with shop.calls() as heard:
        _, again = imported(capsys, "--give-back")
    assert PUT not in heard
    assert again["news"] == 0
    (kept,) = (each for each in here.ledger.queries.restore_tests() if each.job == waiting.id)
    assert kept.validation == status


@pytest.mark.parametrize("point", ["arn:of:another", ""])
def test_a_run_of_another_point_gives_nothing(
    here: wiring.App, waiting: PlanResult, shop: Company, capsys: Any, point: str
) -> None:
    """What was restored has to be the very same."""
    del waiting
    restored(here, point)
    with shop.calls() as heard:
        imported(capsys, "--give-back")
    assert PUT not in heard


def test_what_may_not_be_given_is_told(here: wiring.App, waiting: PlanResult, shop: Company, capsys: Any) -> None:
    """With the statement to add to the role that makes changes; the test stays open, for another try."""
    restored(here, waiting.point.point)
    shop.lab.faults.add({"kind": "access-denied", "service": "backup", "action": "PutRestoreValidationResult"})
    code, seen = imported(capsys, "--give-back")
    assert code == Exit.INCONCLUSIVE
    (given,) = seen["given_back"]
    assert given["error"]
    (missing,) = seen["not_known"]
    assert "the role that makes changes" in missing["remedy"]
    assert f'"Action": ["{GIVING}"]' in missing["remedy"]
    (kept,) = (each for each in here.ledger.queries.restore_tests() if each.job == waiting.id)
    assert kept.takes_a_verdict
    shop.lab.faults.clear()
    assert imported(capsys, "--give-back")[0] == Exit.PASSED


def test_credentials_of_another_account_import_nothing(here: wiring.App, capsys: Any, home: Path) -> None:
    """The policy does not allow it, and says whose they should be."""
    tiers = home / "drills" / "tiers.yaml"
    tiers.write_text(tiers.read_text().replace("123456789012", "999999999999"))
    here.__dict__.pop("catalogue", None)
    assert main.run(["import"]) == Exit.USAGE
    assert "which tiers.yaml does not allow" in capsys.readouterr().err
