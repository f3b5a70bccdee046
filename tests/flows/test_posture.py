"""The look at how backups are kept, of the sample company: nothing but reads, and nothing good that is not known."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from moto.rds.models import rds_backends

from dr_orchestrator import wiring
from dr_orchestrator.aws.access import policies
from dr_orchestrator.aws.access.permissions import actions_of
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.cli import main
from dr_orchestrator.domain.findings.tracked import RaisedBy
from dr_orchestrator.domain.resource_type import DISCOVERY
from dr_orchestrator.domain.run import Measures
from dr_orchestrator.domain.verdict import WorstCaseVerdict
from dr_orchestrator.errors import Exit, UsageError
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION
from dr_orchestrator.prefect_runner import script
from dr_orchestrator.resources import TYPES
from dr_orchestrator.wiring.estate.reading import Reading
from dr_orchestrator.wiring.posture import flowing, looking
from tests.support.ledger_samples import PROVENANCE, closing, header
from tests.support.postures import EVERYTHING, Company, company, stands, told

READS = re.compile("Describe|List|Get")


@pytest.fixture(scope="module")
def shop() -> Iterator[Company]:
    """The company's lab, made once for these tests."""
    with company() as made:
        yield made


@pytest.fixture
def here(shop: Company, home: Path) -> Iterator[wiring.App]:
    with shop.workspace(home) as made:
        yield made


@pytest.fixture
def greedy(shop: Company, home: Path) -> Iterator[wiring.App]:
    """The same company, whose every tier wants all that there is."""
    with shop.workspace(home, wants=EVERYTHING) as made:
        yield made


def test_nothing_but_declared_reads_goes_out(greedy: wiring.App, shop: Company, capsys: Any) -> None:
    """Where everything is wanted, the calls of each type are made that it declares, no more and no less."""
    with shop.calls() as heard:
        told(capsys)
    assert all(READS.match(operation) for _, operation in heard)
    declared = {resource.type for each in greedy.catalogue.services.values() for resource in each.resources.values()}
    wanted = {call for name in declared for call in TYPES[name].posture.reads}
    found = {call for of in TYPES for call in of.discovery.reads - of.discovery.only_when.keys()} | DISCOVERY.reads
    assert {f"{service}:{operation}" for service, operation in heard} == wanted | found | {"sts:GetCallerIdentity"}


def test_no_type_declares_a_change_for_it() -> None:
    """There is no write that the guard could let through."""
    for of in TYPES:
        for calls in (of.posture, of.discovery):
            assert not calls.writes
            assert all(READS.match(call.partition(":")[2]) for call in calls.reads)
            assert calls.only_when.keys() <= calls.reads


def test_what_no_tier_wants_is_not_asked(here: wiring.App, shop: Company, capsys: Any) -> None:
    """No vault is listed for who wants no lock: of the tier that does, its own region and that of its copies."""
    del here
    with shop.calls() as heard:
        told(capsys, "jira", "image-effects")
    assert {service for service, _ in heard} == {"sts", "rds", "kms", "s3"}


def test_one_listing_serves_all_that_is_declared(here: wiring.App, shop: Company, capsys: Any) -> None:
    """Seven instances and clusters are described by one call each, their snapshots by a page for a hundred."""
    del here
    with shop.calls() as heard:
        told(capsys)
    assert heard.count(("rds", "DescribeDBInstances")) == 1
    assert heard.count(("rds", "DescribeDBClusters")) == 1
    assert heard.count(("kms", "DescribeKey")) == 2  # the databases' own, and the table's
    assert heard.count(("sts", "GetCallerIdentity")) == 1


def test_the_company_falls_short_where_it_was_meant_to(here: wiring.App, capsys: Any) -> None:
    """A database that anybody may delete, a lock that can be taken off, a key of S3's, and no proof on real AWS."""
    del here
    code, seen = told(capsys)
    assert code == Exit.FAILED
    short = {(each["resource"], each["rule"]) for each in seen["rows"] if each["standing"] == "short"}
    unproven = {each for each in short if each[1] == "posture-proven-restore"}
    assert short - unproven == {
        ("platform-db", "posture-immutable"),
        ("analytics-db", "posture-deletion"),
        ("payloads", "posture-encryption"),
    }
    assert {resource for resource, _ in unproven} == {each["resource"] for each in seen["rows"]}
    lock = stands(seen, "platform-db", "immutable")
    assert (lock["severity"], lock["call"]) == ("high", "backup:ListRecoveryPointsByBackupVault")
    assert "governance mode" in lock["evidence"]
    assert "put-backup-vault-lock-configuration" in lock["remedy"]
    assert "replicated to us-west-2" in stands(seen, "platform-db", "other-region")["evidence"]
    assert seen["simulated"]


def test_each_shortfall_is_a_finding_and_a_drill_that_is_overdue_too(
    here: wiring.App, shop: Company, capsys: Any
) -> None:
    """By one look at all: each shortfall once, stamped as the look is; a new year later the drills that nobody ran."""
    _, seen = told(capsys)
    short = {each["fingerprint"] for each in seen["rows"] if each["standing"] == "short"}
    found = here.ledger.queries.findings()
    assert {each.fingerprint for each in found if each.raised_by is RaisedBy.POSTURE} == short
    assert all(each.simulated and each.due and each.owner for each in found)
    assert not [each for each in found if each.raised_by is RaisedBy.OVERDUE]
    told(capsys, "jira")
    shop.clock.sleep(timedelta(days=92).total_seconds())
    told(capsys)
    overdue = {each.drill for each in here.ledger.queries.findings() if each.raised_by is RaisedBy.OVERDUE}
    assert overdue == set(here.catalogue.drills)  # the year has ended, and with it the period of each
    assert main.run(["findings", "--overdue"]) == Exit.PASSED
    assert "SIMULATED" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("service", "action", "resource", "rule"),
    [
        ("rds", "DescribeDBSnapshots", "jira-db", "daily-points"),
        ("rds", "DescribeDBClusters", "trello-db", "deletion"),
        ("dynamodb", "DescribeContinuousBackups", "config-table", "point-in-time"),
        ("s3", "GetBucketVersioning", "images", "point-in-time"),
        ("kms", "DescribeKey", "jira-db", "encryption"),
        ("backup", "ListBackupVaults", "platform-db", "immutable"),
        ("cloudformation", "DescribeStacks", "environment", "deletion"),
    ],
)
def test_a_missing_right_is_told_with_the_statement_to_add(
    here: wiring.App, shop: Company, capsys: Any, service: str, action: str, resource: str, rule: str
) -> None:
    """Neither good nor bad, and by the call; what other calls tell is known all the same."""
    shop.lab.faults.add({"kind": "access-denied", "service": service, "action": action})
    code, seen = told(capsys, "--fail-on", "never")
    assert code == Exit.INCONCLUSIVE
    row = stands(seen, resource, rule)
    assert (row["standing"], row["call"]) == ("not known", f"{service}:{action}")
    statement = json.loads(row["remedy"].partition("): ")[2])
    assert statement["Action"] == sorted(actions_of(here.types, [f"{service}:{action}"]))
    assert stands(seen, "analytics-db", "proven-restore")["standing"] == "short"
    assert [each for each in seen["rows"] if each["standing"] == "held"]


def test_a_denied_listing_is_asked_once(here: wiring.App, shop: Company, capsys: Any) -> None:
    """Six instances need it, and AWS is not asked six times for what it refuses."""
    del here
    shop.lab.faults.add({"kind": "access-denied", "service": "rds", "action": "DescribeDBInstances"})
    with shop.calls() as heard:
        told(capsys)
    assert heard.count(("rds", "DescribeDBInstances")) == 1


def test_what_is_throttled_to_the_end_is_not_known(
    here: wiring.App, shop: Company, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Retries are spent first; then it is told, without a statement that would not help."""
    del here
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    shop.lab.faults.add({"kind": "throttle", "service": "dynamodb", "action": "DescribeTable"})
    _, seen = told(capsys, "develop-with-aws")
    row = stands(seen, "config-table", "encryption")
    assert (row["standing"], row["call"]) == ("not known", "dynamodb:DescribeTable")
    assert "Statement" not in (row["remedy"] or "")
    assert "Allow" not in (row["remedy"] or "")


def test_what_is_throttled_for_a_while_is_asked_for_again(
    here: wiring.App, shop: Company, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Among a thousand resources a call is throttled more often than it is retried: it is known all the same."""
    del here
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    shop.lab.faults.add({"kind": "throttle", "service": "dynamodb", "action": "DescribeTable", "times": 12})
    _, seen = told(capsys, "develop-with-aws")
    assert stands(seen, "config-table", "encryption")["standing"] == "held"


@pytest.mark.parametrize(("of", "proof"), [("as it is now", "proven"), ("as it was", "not proven")])
def test_a_real_run_proves_the_drill_as_it_is_now(here: wiring.App, capsys: Any, of: str, proof: str) -> None:
    """One of another definition proved something else; the run that proves is named."""
    drill = here.drill("jira-pitr")
    definition = drill.digest if of == "as it is now" else "another"
    made = replace(PROVENANCE, simulated=False, definition=definition)
    hour = timedelta(hours=1)
    measured = Measures(rta=hour, rpa=hour / 60, rpa_grade="A", worst_case=hour / 12)
    known = {"drill": drill.name, "selection": drill.selection.key, "provenance": made, "started_at": here.clock.now()}
    here.ledger.open_run(header("r-real", **known))
    ended = replace(closing(measures=measured), worst_case_verdict=WorstCaseVerdict.MET)
    here.ledger.close_run("r-real", ended)
    _, seen = told(capsys, "jira")
    (claim,) = seen["claims"]
    assert claim["proof"] == proof
    loss, recovery = claim["parts"][1:]
    assert loss["runs"] == recovery["runs"] == (["r-real"] if proof == "proven" else [])
    assert stands(seen, "jira-db", "proven-restore")["standing"] == ("held" if proof == "proven" else "short")


def test_a_resource_that_is_not_there_is_not_taken_for_good(here: wiring.App, shop: Company, capsys: Any) -> None:
    """Nothing of it is held, and it is said what was looked for, and where."""
    del here
    instances = rds_backends[ACCOUNT][REGION].databases
    gone = instances.pop("jira-prod")
    try:
        _, seen = told(capsys, "jira")
    finally:
        instances["jira-prod"] = gone
    rows = [each for each in seen["rows"] if each["rule"] != "posture-proven-restore"]
    assert {each["standing"] for each in rows} <= {"not known", "does not apply"}
    assert "no jira-prod among" in stands(seen, "jira-db", "encryption")["evidence"]


def test_another_account_tells_nothing_of_what_is_declared(shop: Company, home: Path, capsys: Any) -> None:
    """A database of the same name in whichever account the login is of is not ours."""
    with shop.workspace(home):
        tiers = home / "drills" / "tiers.yaml"
        tiers.write_text(tiers.read_text().replace("123456789012", "210987654321"))
        with shop.calls() as heard:
            code, seen = told(capsys, "jira", "--fail-on", "never")
    assert code == Exit.INCONCLUSIVE
    assert (
        "for account 123456789012, which tiers.yaml does not allow" in stands(seen, "jira-db", "retention")["evidence"]
    )
    assert {service for service, _ in heard} == {"sts"}


def test_the_last_look_is_told_again_without_aws(here: wiring.App, shop: Company, capsys: Any) -> None:
    """Before there was one that is said; afterwards it is the same, word for word."""
    del here
    assert main.run(["posture", "--last"]) == Exit.USAGE
    capsys.readouterr()
    _, seen = told(capsys)
    with shop.calls() as heard:
        _, again = told(capsys, "--last")
    assert again == seen
    assert not heard


def test_since_when_it_stands_is_told_until_it_is_mended(here: wiring.App, shop: Company, capsys: Any) -> None:
    """A day later the shortfall is as old as it is; once mended it is held since then."""
    del here
    _, first = told(capsys, "analytics")
    began = stands(first, "analytics-db", "deletion")["since"]
    shop.clock.sleep(timedelta(days=1).total_seconds())
    _, again = told(capsys, "analytics")
    assert stands(again, "analytics-db", "deletion")["since"] == began
    instance: Any = rds_backends[ACCOUNT][REGION].databases["analytics-prod"]
    instance.deletion_protection = True
    _, mended = told(capsys, "analytics")
    instance.deletion_protection = False
    row = stands(mended, "analytics-db", "deletion")
    assert (row["standing"], row["since"] > began) == ("held", True)


def test_a_look_began_before_its_first_call(here: wiring.App, shop: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it read may be older than its end by all the while that it took, and is held against its beginning."""
    whole = Reading.all

    def slowly(self: Reading, wanted: Any) -> Any:
        shop.clock.sleep(600)
        found = whole(self, wanted)
        shop.clock.sleep(600)
        return found

    monkeypatch.setattr(Reading, "all", slowly)
    before = shop.clock.now()
    seen = looking.look(here, ["jira"]).look
    assert seen.began == before
    assert seen.at - before >= timedelta(minutes=20)


def test_a_name_that_is_none_is_told_with_the_nearest(here: wiring.App, capsys: Any) -> None:
    """A mistyped service is a user's mistake."""
    del here
    assert main.run(["posture", "jirra"]) == Exit.USAGE
    assert "did you mean jira?" in capsys.readouterr().err


@pytest.mark.parametrize("columns", [80])
def test_it_is_told_at_eighty_columns(
    here: wiring.App, capsys: Any, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    """The table stays one; every finding with what was seen, the call, and the remedy beneath it."""
    del here
    monkeypatch.setattr("dr_orchestrator.cli.terminal.table.width", lambda err=False: columns)  # imported as it is
    monkeypatch.setattr("dr_orchestrator.cli.output.width", lambda err=False: columns)
    assert main.run(["posture"]) == Exit.FAILED
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if re.match(r"0 +platform +platform-db +7 +2 +-", line)]
    assert [line for line in lines if re.match(r"MEDIUM since \d{4}-\d\d-\d\d  analytics: Deletion protection", line)]
    assert "12 resources: 15 shortfalls, 0 not known, 64 held." in lines
    assert not [line for line in lines if len(line) > columns and len(line.split()) > 3]


def test_the_page_is_written_with_its_claims(here: wiring.App, home: Path, capsys: Any) -> None:
    """Per service what is claimed, and that no simulated run proves it; SIMULATED on every format."""
    del here
    main.run(["posture"])
    assert "posture.html" in capsys.readouterr().out
    out = home / "reports" / "generated"
    page = (out / "posture.html").read_text()
    assert "SIMULATED" in page
    assert "immutable, loss &lt; 1 h, recovery &lt; 4 h" in page
    assert "governance mode" in (out / "posture.md").read_text()
    claims = {each["service"]: each for each in json.loads((out / "posture.json").read_text())["claims"]}
    assert claims["platform"]["proof"] == "disproven"
    assert claims["jira"]["proof"] == "not proven"
    assert [each["runs"] for each in claims["jira"]["parts"]] == [[], [], []]


def test_the_claim_of_each_service_has_a_page_of_its_own(here: wiring.App, home: Path, capsys: Any) -> None:
    """`dro posture` tells where; one of a service that is declared no more is gone with the next look."""
    main.run(["posture"])
    folder = home / "reports" / "generated" / "claims"
    services = {row.service for row in here.ledger.queries.posture(list(here.catalogue.services))[1]}  # type: ignore[index]
    assert f"Claims: {folder}\n" in capsys.readouterr().out
    assert {each.stem for each in folder.iterdir()} == services
    assert "immutable, loss &lt; 1 h, recovery &lt; 4 h" in (folder / "platform.html").read_text()
    (folder / "platform.html").rename(folder / "gone.html")
    main.run(["posture", "--last", "platform"])
    assert f"Claim: {folder / 'platform.html'}\n" in capsys.readouterr().out
    assert {each.stem for each in folder.iterdir()} == services


def test_a_claim_whose_page_fails_costs_no_other(here: wiring.App, home: Path, capsys: Any, caplog: Any) -> None:
    """A broken template is told, and the page of the posture is there all the same."""
    del here
    templates = home / "reports" / "templates"
    templates.mkdir(parents=True)
    (templates / "claim.md.j2").write_text("{{ claim.nothing }}")
    main.run(["posture", "jira"])
    told = capsys.readouterr().out
    assert "Report: " in told
    assert "Claim: " not in told
    assert "claim.md.j2:1" in caplog.text
    assert json.loads((home / "reports" / "generated" / "claims" / "jira.json").read_text())["proof"] == "not proven"


def test_the_flow_fails_as_the_command_does(here: wiring.App) -> None:
    """Whoever watches Prefect sees it; what was seen is kept all the same."""
    flow = script("posture")
    with pytest.raises(flowing.FallsShort, match="15 shortfalls"):
        flow.fn()
    assert here.ledger.queries.posture(["jira"]) is not None
    assert flow.fn(services=["jira"], fail_on="never") == 1
    with pytest.raises(UsageError, match="no severity"):
        flow.fn(fail_on="grave")


def test_the_policies_allow_each_call_and_nothing_else_more(greedy: wiring.App) -> None:
    """Of each type that is declared; where no services are looked at, nothing of it is allowed."""
    services, drills = tuple(greedy.catalogue.services.values()), list(greedy.catalogue.drills.values())
    allowed = greedy.catalogue.allowed
    with_looks = policies.source_policies(Scope(TYPES, drills, allowed, services=services))
    without = policies.source_policies(Scope(TYPES, drills, allowed))
    more = [each for each in _statements(with_looks) if each not in _statements(without)]
    sids = ["LookHowBackupsAreKept", "LookHowCopiesOfBucketsAreKept", "LookWhatThereIs", "LookHowAnyBucketIsKept"]
    assert [each["Sid"] for each in more] == [*sids, "ListRestoreTests"]
    declared = {each.type for service in services for each in service.resources.values()}
    wanted = {call for of in TYPES for call in of.posture.reads if of.name in declared}
    assert {action for each in more[:2] for action in each["Action"]} == actions_of(TYPES, wanted)
    wanted = {call for of in TYPES for call in of.posture.reads}
    found = {call for of in TYPES for call in of.discovery.reads} | DISCOVERY.reads
    assert {action for each in more[2:4] for action in each["Action"]} == actions_of(TYPES, wanted | found)
    assert more[4]["Action"] == ["backup:ListRestoreJobs"]
    assert more[0]["Condition"] == {"StringEquals": {"aws:RequestedRegion": ["us-east-1", "us-west-2"]}}
    assert more[1]["Resource"] == [
        f"arn:aws:s3:::{name}{within}" for name in ("dwa-prod-payloads", "image-effects-prod") for within in ("", "/*")
    ]


def _statements(made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for policy in made for each in policy["Statement"]]
