"""The look at an estate that nobody has described: drafts of all of it, and not a word of anybody's changed."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.catalog.source import read
from dr_orchestrator.cli import main
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.resource_type import DISCOVERY
from dr_orchestrator.errors import Exit
from dr_orchestrator.resources import TYPES
from tests.support import gaps, wild
from tests.support.ledger_samples import header
from tests.support.wild import Wild

READS = re.compile("Describe|List|Get")
MANY = 75
ALL = MANY + 2
"""With the stack and the table that it made."""


@pytest.fixture(scope="module")
def estate() -> Iterator[Wild]:
    """Made once: these tests look at it, and what one adds it takes away."""
    with wild.lab() as made:
        wild.populate(made, MANY)
        yield made


@pytest.fixture
def here(estate: Wild, home: Path) -> Iterator[wiring.App]:
    with estate.workspace(home) as made:
        yield made


def told(capsys: Any, *arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the JSON of `dro discover`."""
    capsys.readouterr()
    code = main.run(["discover", "--json", *arguments])
    return code, json.loads(capsys.readouterr().out)


def of_kind(seen: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [each for each in seen["remarks"] if each["kind"] == kind]


def test_all_that_there_is_is_drafted_or_told(here: wiring.App, home: Path, capsys: Any) -> None:
    """Each in one draft or one remark; nothing is written unless that is asked, and nothing can be run with a gap."""
    before = sorted(home.rglob("*"))
    code, seen = told(capsys)
    assert code == Exit.FAILED
    assert sorted(each for each in home.rglob("*") if ".dro" not in each.parts) == before
    drafted = sum(len(each["resources"]) for each in seen["proposals"])
    assert seen["resources"] == drafted + len(of_kind(seen, "of no service")) == ALL
    assert {each["service"] for each in seen["proposals"]} >= {
        "checkout",
        "zahlungen-grosse",
        "shop-prod",
        "service-42",
    }
    told(capsys, "checkout", "--write")
    assert main.run(["run", "wild-1-pitr"]) == Exit.USAGE
    assert "a gap: who sees to its disaster recovery" in capsys.readouterr().err


def test_nothing_but_declared_reads_goes_out(here: wiring.App, estate: Wild, capsys: Any) -> None:
    """What lists, what tells tags, and how the backups of what is drafted are kept; each listing once."""
    before = len(estate.lab.journal)
    told(capsys)
    heard = [f"{each.service}:{each.action}" for each in list(estate.lab.journal)[before:]]
    declared = {call for of in TYPES for call in (*of.discovery.reads, *of.posture.reads)} | DISCOVERY.reads
    assert set(heard) <= declared | {"sts:GetCallerIdentity"}
    assert all(READS.match(each.partition(":")[2]) for each in heard)
    many = Counter(heard)
    for once in ("rds:DescribeDBInstances", "rds:DescribeDBClusters", "cloudformation:DescribeStacks"):
        assert many[once] == 1


def test_what_people_wrote_stays_to_the_byte(here: wiring.App, estate: Wild, home: Path, capsys: Any) -> None:
    """Comments, order, quotes and line ends; a new table comes behind what was there, and nothing else."""
    told(capsys, "--write")
    file = home / "drills" / "checkout.yaml"
    edited = file.read_text(encoding="utf-8").replace("title: Checkout", "title:   'Checkout'   # the shop's")
    edited = ("# ours\n" + edited + "# the end\n").replace("\n", "\r\n")
    file.write_bytes(edited.encode())
    made = wild.table(estate.lab, "new-table-2", {"service": "checkout"})
    with wild.for_now(made, wild.tables, "new-table-2"):
        code, seen = told(capsys, "--write")
    assert code == Exit.PASSED
    (proposal,) = seen["proposals"]
    assert (proposal["new"], proposal["resources"], proposal["drills"]) == (
        False,
        ["new-table-2"],
        ["new-table-2-pitr"],
    )
    lines, old = file.read_bytes().split(b"\r\n"), edited.encode().split(b"\r\n")
    rest = iter(lines)
    assert all(line in rest for line in old)  # each of them, in their order
    assert len(lines) - len(old) == 16
    assert [line for line in proposal["diff"].splitlines()[2:] if line.startswith("-")] == []


def test_services_that_are_named_are_drafted_alone(here: wiring.App, home: Path, capsys: Any) -> None:
    """So that a team goes on service by service, and the drills of the others run meanwhile."""
    code, seen = told(capsys, "checkout", "--write")
    assert code == Exit.PASSED
    assert [each["file"] for each in seen["proposals"]] == ["drills/checkout.yaml"]
    assert sorted(each.name for each in (home / "drills").glob("*.yaml")) == ["checkout.yaml", "tiers.yaml"]


def test_a_stack_and_what_it_made_are_one_service(here: wiring.App, home: Path, capsys: Any) -> None:
    """Its template's part is filled from the table that it made, by the name that it has there."""
    told(capsys, "shop-prod", "--write")
    data: Any = read(home / "drills" / "shop-prod.yaml", "shop-prod.yaml").data
    assert data["resources"]["shop-prod"]["rebuild"]["stores"] == {"Config": "shop-prod-config"}
    assert data["resources"]["shop-prod-config"]["id"] == "shop-prod-config"
    assert data["drills"]["shop-prod-replica"]["disruption"] == "infrastructure"


def test_what_tags_disagree_on_is_told_and_never_guessed(here: wiring.App, home: Path, capsys: Any) -> None:
    """Two words on whose a resource is; a tier that there is not; two ways to write one owner, which are one."""
    _, seen = told(capsys, "--write")
    contested = [each["text"] for each in of_kind(seen, "claimed twice")]
    assert any("taken for checkout, by tag service; tag app says another one" in each for each in contested)
    text = (home / "drills" / "checkout.yaml").read_text()
    assert "tier: \"GAP: its tier: tag tier says '9', which tiers.yaml does not have; one of 1 (Products)\"" in text
    assert 'owner: "Team Ä"  # tag Owner' in text


def test_copies_of_drills_are_never_proposed(here: wiring.App, estate: Wild, capsys: Any) -> None:
    """By their tag, by the ledger, and what a copy of a stack made."""
    here.ledger.open_run(header("20261120-abc123"))
    copy = Copy("dynamodb-table", "dro-20261120-abc123-t2", "us-east-1", "20261120-abc123", "a-drill", "a-service")
    here.ledger.intend_copy(copy, here.clock.now())
    wild.stack(estate, "dro-stack", **{"dr-drill:run": "20261120-def456"})
    estate.clock.sleep(3600)
    table = wild.table(estate.lab, copy.id, {"service": "checkout"})
    instance = wild.instance(estate.lab, "dro-other", {"dr-drill:run": "20261120-def456", "service": "checkout"})
    named = (table, wild.tables, copy.id), (instance, wild.instances, "dro-other")
    with wild.for_now(*named[0]), wild.for_now(*named[1]):
        _, seen = told(capsys)
    estate.client("cloudformation").delete_stack(StackName="dro-stack")
    estate.clock.sleep(3600)
    assert "dro-" not in json.dumps([seen["proposals"], of_kind(seen, "of no service")])
    (ours,) = of_kind(seen, "copies of drills")
    assert ours["subject"] == "4 resources"


def test_read_replicas_and_parts_of_clusters_are_told(here: wiring.App, estate: Wild, capsys: Any) -> None:
    """They are recovered with what they are parts of, and no drill file declares them."""
    made = wild.instance(estate.lab, "a-part", {"service": "checkout"})
    made.db_cluster_identifier = "orders"
    with wild.for_now(made, wild.instances, "a-part"):
        _, seen = told(capsys)
    (part,) = of_kind(seen, "part of another")
    assert "a-part" in part["subject"]
    assert "the cluster orders" in part["text"]


@pytest.mark.parametrize(
    ("service", "action", "what"),
    [
        ("dynamodb", "ListTables", "tables"),
        ("rds", "DescribeDBClusters", "clusters"),
        ("s3", "ListBuckets", "copiesofbuckets"),
        ("dynamodb", "DescribeContinuousBackups", "backups of tables"),
    ],
)
def test_a_missing_right_is_told_with_the_statement_to_add(
    here: wiring.App, estate: Wild, capsys: Any, service: str, action: str, what: str
) -> None:
    """The rest is drafted all the same, and it ends with 3."""
    estate.lab.faults.add({"kind": "access-denied", "service": service, "action": action})
    code, seen = told(capsys)
    assert code == Exit.INCONCLUSIVE
    missing = next(each for each in seen["unseen"] if each["call"] == f"{service}:{action}")
    assert missing["what"] == what
    statement = json.loads(missing["hint"].partition("): ")[2])
    assert statement["Action"]
    assert seen["proposals"]


def test_where_nobody_tells_all_tags_each_is_asked(here: wiring.App, estate: Wild, capsys: Any) -> None:
    """The same drafts; and where that is not allowed either, it is told, and nobody's tags are taken for none."""
    _, whole = told(capsys)
    estate.lab.faults.add({"kind": "access-denied", "service": "resourcegroupstaggingapi", "action": "GetResources"})
    code, seen = told(capsys)
    assert (code, seen["proposals"]) == (Exit.FAILED, whole["proposals"])
    estate.lab.faults.add({"kind": "access-denied", "service": "dynamodb", "action": "ListTagsOfResource"})
    code, seen = told(capsys)
    assert code == Exit.INCONCLUSIVE
    assert [each["what"] for each in seen["unseen"]] == ["tags of tables"]
    assert "its tags are not known" in {each["text"] for each in of_kind(seen, "of no service")}


def test_what_is_gone_and_what_moved_is_told_and_left(here: wiring.App, estate: Wild, home: Path, capsys: Any) -> None:
    """A table that is there no more, one whose tags say another service, and a tier that tags say otherwise."""
    table = wild.table(estate.lab, "short-lived-2", {"service": "fleeting", "tier": "1"})
    with wild.for_now(table, wild.tables, "short-lived-2"):
        told(capsys, "fleeting", "--write")
        again = [{"Key": "service", "Value": "checkout"}]
        estate.client("dynamodb").tag_resource(ResourceArn=table.table_arn, Tags=again)
        _, seen = told(capsys)
    (moved,) = of_kind(seen, "moved")
    assert moved["subject"] == "drills/fleeting.yaml:13"
    assert "tag service says that short-lived-2 is of checkout, the file says fleeting" in moved["text"]
    before = (home / "drills" / "fleeting.yaml").read_bytes()
    _, seen = told(capsys, "fleeting", "--write")
    (gone,) = of_kind(seen, "vanished")
    assert "there is no dynamodb-table short-lived-2 in us-east-1 any more" in gone["text"]
    assert (home / "drills" / "fleeting.yaml").read_bytes() == before


def test_a_listing_that_failed_says_of_nothing_that_it_is_gone(here: wiring.App, estate: Wild, capsys: Any) -> None:
    """What could not be seen may well be there."""
    told(capsys, "--write")
    estate.lab.faults.add({"kind": "access-denied", "service": "dynamodb", "action": "ListTables"})
    code, seen = told(capsys)
    assert (code, of_kind(seen, "vanished")) == (Exit.INCONCLUSIVE, [])


def test_another_account_is_not_looked_at(estate: Wild, home: Path, capsys: Any) -> None:
    """The policy says which one; that it is another is found before anything is listed."""
    with estate.workspace(home, wild.TIERS + wild.ALLOWED.replace("123456789012", "210987654321")):
        before = len(estate.lab.journal)
        assert main.run(["discover"]) == Exit.USAGE
        assert {each.service for each in list(estate.lab.journal)[before:]} == {"sts"}
    assert "which tiers.yaml does not allow" in capsys.readouterr().err


def test_the_posture_tells_of_what_nobody_claims_or_drills(
    here: wiring.App, estate: Wild, home: Path, capsys: Any
) -> None:
    """Each with its rule, what was seen and what to do; a second look knows since when."""
    told(capsys, "service-42", "shop-prod", "--write")
    gaps.fill(home / "drills")
    late_one = wild.table(estate.lab, "late-2", {"service": "42"})
    with wild.for_now(late_one, wild.tables, "late-2"):
        main.run(["posture", "--json", "--fail-on", "never"])
        first = json.loads(capsys.readouterr().out)
        estate.clock.sleep(86400)
        main.run(["posture", "--json", "--fail-on", "never"])
        again = json.loads(capsys.readouterr().out)
    rows = [each for each in first["rows"] if each["rule"] in ("posture-unclaimed", "posture-undrilled")]
    (late,) = [each for each in rows if each["rule"] == "posture-undrilled"]
    assert (late["service"], late["id"], late["severity"], late["standing"]) == (
        "service-42",
        "late-2",
        "high",
        "short",
    )
    assert late["remedy"] == "`dro discover service-42` proposes its drill"
    other = [each for each in rows if each["rule"] == "posture-unclaimed"]
    assert {(each["service"], each["tier"], each["severity"]) for each in other} == {("(nobody)", None, "medium")}
    declared = sum(len(read(each, each.name).data["resources"]) for each in (home / "drills").glob("s*.yaml"))  # type: ignore[index, arg-type, call-overload]
    assert len(other) == ALL - declared
    since = {each["fingerprint"]: each["since"] for each in first["rows"]}
    assert all(each["since"] == since[each["fingerprint"]] for each in again["rows"] if each in other)
    page = (home / "reports" / "generated" / "posture.html").read_text()
    assert "Claimed by no service: Declaration of wild-0" in page
    assert main.run(["posture", "--last", "--fail-on", "high"]) == Exit.FAILED
    assert "(nobody)" in capsys.readouterr().out


def test_a_declaration_of_another_account_covers_nothing_here(estate: Wild, home: Path, capsys: Any) -> None:
    """A table of the same name stands here, too: it is told and drafted, and the other account is not known."""
    both = wild.ALLOWED.replace("'123456789012'", "'123456789012', '210987654321'")
    with estate.workspace(home, wild.TIERS + both):
        told(capsys, "service-42", "--write")
        gaps.fill(home / "drills")
        file = home / "drills" / "service-42.yaml"
        text = file.read_text()
        assert 'account: "123456789012"' in text
        names = [each["id"] for each in read(file, file.name).data["resources"].values()]  # type: ignore[index, call-overload, union-attr]
        file.write_text(text.replace("123456789012", "210987654321"))
        main.run(["posture", "--json", "--fail-on", "never"])
        rows = json.loads(capsys.readouterr().out)["rows"]
        _, seen = told(capsys, "service-42")
    undrilled = {each["id"] for each in rows if each["rule"] == "posture-undrilled"}
    assert undrilled >= set(names)
    (other,) = [each for each in rows if each["resource"] == "account 210987654321"]
    assert (other["rule"], other["standing"]) == ("posture-unclaimed", "not known")
    assert names
    assert seen["proposals"][0]["new"] is False


def test_regions_that_nobody_named_are_told_as_not_looked_at(estate: Wild, home: Path, capsys: Any) -> None:
    """Without a list of them only those of what is declared are known."""
    with estate.workspace(home):
        told(capsys, "service-42", "--write")
        assert of_kind(told(capsys)[1], "not looked at") == []
        (home / "drills" / "tiers.yaml").write_text(wild.TIERS)
        (one,) = of_kind(told(capsys)[1], "not looked at")
    assert (one["subject"], "us-east-1" in one["text"]) == ("other regions", True)
