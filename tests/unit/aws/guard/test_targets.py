"""The guard: a write needs a copy of the run, by its name, type and region, made of what the run chose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dr_orchestrator.aws.guard import Forbidden, Guard
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.resource_type import Write
from dr_orchestrator.resources import TYPES
from tests.support.estate import MACHINE, REGION, RESTORER
from tests.support.guarded import COPIES, COPY, ELSEWHERE, SOURCES, TARGETS, arn, copy, guard, targeted
from tests.support.guarded import named as name_of
from tests.support.types import CALLS, WRITES

ANYWHERE = {call for call, writes in CALLS.writes.items() if any(write.target.anywhere for write in writes)}
"""The calls on what is of no region, or of several: they are made wherever it answers."""


@pytest.mark.parametrize(("call", "named"), TARGETS, ids=[f"{each[0][1]}-{n}" for n, each in enumerate(TARGETS)])
def test_a_write_needs_a_copy_in_the_ledger(call: tuple[str, str], named: Callable[[str], dict[str, Any]]) -> None:
    """A copy passes; a name that is like it, a source, or no name at all does not."""
    guard(COPY).check(*call, named(COPY), REGION)
    for other in (COPY + "-2", COPY[:-1], "", "orders-prod", f"x/{COPY}", f"{COPY}/../orders-prod", f" {COPY}"):
        with pytest.raises(Forbidden):
            guard(COPY).check(*call, named(other), REGION)
    with pytest.raises(Forbidden):
        guard(COPY).check(*call, {}, REGION)
    with pytest.raises(Forbidden):
        guard().check(*call, named(COPY), REGION)


@pytest.mark.parametrize(("call", "named"), TARGETS, ids=[f"{each[0][1]}-{n}" for n, each in enumerate(TARGETS)])
def test_a_copy_is_one_under_its_type_and_in_its_region(
    call: tuple[str, str], named: Callable[[str], dict[str, Any]]
) -> None:
    """What bears a copy's name as another type, or stands in another region, is somebody else's."""
    of, elsewhere = {write.target.type for write in CALLS.writes[call]}, "eu-west-1"
    others = [copy(COPY, each, parent="a-stack") for each in COPIES if each not in of]
    afar = [] if call in ANYWHERE else [[copy(COPY, each, elsewhere, "a-stack") for each in of]]
    for rows, region in ((each, REGION) for each in (others, *afar)):
        with pytest.raises(Forbidden, match="is not a copy of this run"):
            Guard(CALLS, lambda rows=rows: rows, SOURCES, lambda _: True).check(*call, named(COPY), region)
    if call in ANYWHERE:
        return
    for region in (elsewhere, ""):
        with pytest.raises(Forbidden, match="is not a copy of this run"):
            guard(COPY).check(*call, named(COPY), region)


@pytest.mark.parametrize(
    ("call", "resource"),
    [
        (("dynamodb", "TagResource"), "dynamodb:eu-west-1:123456789012:table/{}"),
        (("dynamodb", "TagResource"), "cloudformation:us-east-1:123456789012:stack/{}/0a"),
        (("cloudformation", "DeleteStack"), "cloudformation:eu-west-1:123456789012:stack/{}/0a"),
        (("cloudformation", "DeleteStack"), "dynamodb:us-east-1:123456789012:table/{}"),
    ],
)
def test_the_region_and_type_of_an_arn_count_too(call: tuple[str, str], resource: str) -> None:
    """An ARN may lead to another region than the client's, or to another type than the call is about."""
    name = "ResourceArn" if call[0] == "dynamodb" else "StackName"
    with pytest.raises(Forbidden):
        guard(COPY).check(*call, {name: "arn:aws:" + resource.format(COPY)}, REGION)


@pytest.mark.parametrize(
    ("call", "given_"),
    [
        (("cloudformation", "CreateChangeSet"), {"RoleARN": arn("iam", "role/admin")}),
        (("cloudformation", "CreateChangeSet"), {"ImportExistingResources": True}),
        (("cloudformation", "ExecuteChangeSet"), {"DisableRollback": False}),
        (("s3", "PutObject"), {"ACL": "public-read"}),
        (("cloudformation", "DeleteStack"), {"RoleARN": arn("iam", "role/admin")}),
        (("cloudformation", "DeleteStack"), {"RetainResources": ["Config"]}),
        (("rds", "RestoreDBInstanceToPointInTime"), {"SourceDBInstanceAutomatedBackupsArn": arn("rds", "auto-backup")}),
        (("rds", "RestoreDBInstanceToPointInTime"), {"SourceDbiResourceId": "db-OTHER"}),
        (("rds", "RestoreDBInstanceFromDBSnapshot"), {"DBClusterSnapshotIdentifier": "somebody-elses"}),
        (("rds", "DeleteDBInstance"), {"FinalDBSnapshotIdentifier": "kept"}),
        (("dynamodb", "RestoreTableToPointInTime"), {"SourceTableArn": arn("dynamodb", "table/other")}),
    ],
)
def test_a_parameter_that_no_drill_gives_is_refused(call: tuple[str, str], given_: dict[str, Any]) -> None:
    """A role to act with, a template from elsewhere, a second way to name the source: the copy's name does not help."""
    named = next(named for known, named in TARGETS if known == call)
    with pytest.raises(Forbidden, match=next(iter(given_))):
        guard(COPY).check(*call, {**named(COPY), **given_}, REGION)


@pytest.mark.parametrize(
    ("call", "write", "parameter"),
    [(call, write, only) for call, writes in CALLS.writes.items() for write in writes for only in write.only],
)
def test_what_a_write_has_to_say_is_neither_left_out_nor_changed(
    call: tuple[str, str], write: Write, parameter: str
) -> None:
    """Left to its default, or otherwise, it would be another call: a copy in public, a backup that stays behind."""
    named, holders = targeted(write, COPY), [write.within.type] if write.within else []
    rows = [copy(name_of(COPY, of), of) for of in (write.target.type, *holders)]
    roles, lent = frozenset({RESTORER}), frozenset({MACHINE})
    mine = Guard(CALLS, lambda: rows, SOURCES, lambda _: True, accounts=lambda: {ELSEWHERE}, roles=roles, lent=lent)
    mine.check(*call, named, REGION)
    left_out = {name: value for name, value in named.items() if name != parameter}
    silent = [left_out, {**named, parameter: None}] if None not in write.only[parameter] else []
    for otherwise in (*silent, {**named, parameter: "another"}):
        with pytest.raises(Forbidden):
            mine.check(*call, otherwise, REGION)


@pytest.mark.parametrize("call", [call for call, write in WRITES.items() if write.origin])
def test_a_run_restores_only_what_is_its_own(call: tuple[str, str]) -> None:
    """The source, snapshot or table of another run is refused as the origin of this run's copy; so is none at all."""
    named = next(named for known, named in TARGETS if known == call)(COPY)
    for origin in ("payroll-prod", "", "ORDERS-PROD"):
        with pytest.raises(Forbidden, match="is not what this run restores from"):
            guard(COPY).check(*call, {**named, WRITES[call].origin: origin}, REGION)


@pytest.mark.parametrize("call", [call for call, write in WRITES.items() if write.lends])
@pytest.mark.parametrize("accounts", [["999999999999"], [ELSEWHERE, "999999999999"], ["all"], [], None])
def test_a_copy_is_shared_only_where_copies_of_the_run_stand(call: tuple[str, str], accounts: list[str] | None) -> None:
    """With anybody else, beside or in place of that account, with everybody, or with nobody named: refused."""
    named = next(named for known, named in TARGETS if known == call)(COPY)
    guard(COPY).check(*call, named, REGION)
    with pytest.raises(Forbidden, match="no copy of this run stands in"):
        guard(COPY).check(*call, {**named, WRITES[call].lends: accounts}, REGION)


def _importing(name: str, of: str = "AWS::DynamoDB::Table", **more: str) -> dict[str, Any]:
    return {"ResourceType": of, "LogicalResourceId": "Config", "ResourceIdentifier": {"TableName": name, **more}}


@pytest.mark.parametrize(
    "brings",
    [
        [_importing("sessions-prod")],
        [_importing(COPY), _importing("sessions-prod")],
        [_importing(f"{COPY}-2")],
        [_importing(COPY, "AWS::S3::Bucket")],
        [_importing(COPY, Also="sessions-prod")],
        [_importing("")],
        [{"ResourceType": "AWS::DynamoDB::Table", "LogicalResourceId": "Config"}],
        [],
    ],
    ids=["production's", "one of two", "another's", "another type", "by two names", "none", "unnamed", "empty"],
)
@pytest.mark.parametrize("of", ["CREATE", "IMPORT", "UPDATE"])
def test_a_stack_imports_copies_of_the_run_alone(of: str, brings: list[dict[str, Any]]) -> None:
    """It would delete with itself whatever it holds: production's table in it would go with the drill."""
    rows = [copy(COPY, "cloudformation-stack"), copy(COPY, "dynamodb-table")]
    mine = Guard(CALLS, lambda: rows, SOURCES)
    given = {"StackName": COPY, "ChangeSetType": of}
    mine.check("cloudformation", "CreateChangeSet", {**given, "ResourcesToImport": [_importing(COPY)]}, REGION)
    with pytest.raises(Forbidden, match="is not a copy of this run"):
        mine.check("cloudformation", "CreateChangeSet", {**given, "ResourcesToImport": brings}, REGION)
    with pytest.raises(Forbidden, match="is not a copy of this run"):
        alone = Guard(CALLS, lambda: rows[:1], SOURCES)
        alone.check("cloudformation", "CreateChangeSet", {**given, "ResourcesToImport": [_importing(COPY)]}, REGION)


def test_items_are_written_only_into_a_table_of_the_runs_own_stack() -> None:
    """A restored table is evidence: it is read, and nothing is ever written into it."""
    interim = copy(COPY, "dynamodb-table")
    with pytest.raises(Forbidden):
        Guard(CALLS, lambda: [interim], SOURCES).check(
            "dynamodb", "BatchWriteItem", {"RequestItems": {COPY: []}}, REGION
        )


@pytest.mark.parametrize(("call", "named"), TARGETS, ids=[f"{each[0][1]}-{n}" for n, each in enumerate(TARGETS)])
@pytest.mark.parametrize("name", ["orders-prod", "ORDERS-PROD", "shop-prod", "Sessions-Prod"])
def test_a_registered_source_is_refused_even_if_the_ledger_claims_it(
    call: tuple[str, str], named: Callable[[str], dict[str, Any]], name: str
) -> None:
    """A ledger row that names production, in whatever case, does not open it: RDS takes a name in any case."""
    with pytest.raises(Forbidden):
        guard(name).check(*call, named(name), REGION)


def test_a_batch_with_one_foreign_table_is_refused_whole() -> None:
    """Every table of a batch must be a copy; an empty batch is refused too."""
    both = {COPY: [{}], "unheard-of": [{}]}
    for items in (both, dict(reversed(both.items())), {"sessions-prod": [{}]}, {}):
        with pytest.raises(Forbidden):
            guard(COPY).check("dynamodb", "BatchWriteItem", {"RequestItems": items}, REGION)


@pytest.mark.parametrize(
    "resource",
    [
        arn("dynamodb", "table/sessions-prod"),
        arn("dynamodb", "table/orders-prod/index/" + COPY),
        arn("dynamodb", "table/sessions-prod/backup/" + COPY),
        arn("dynamodb", ""),
        arn("dynamodb", "table/"),
        "arn:",
        f"arn:aws:dynamodb:{COPY}",
    ],
)
def test_an_arn_is_read_for_what_it_names(resource: str) -> None:
    """The table of an ARN counts, not some later part that happens to carry a copy's name."""
    with pytest.raises(Forbidden):
        guard(COPY).check("dynamodb", "TagResource", {"ResourceArn": resource}, REGION)


@given(st.sampled_from(sorted(WRITES)), st.text(max_size=80))
def test_no_text_but_the_copys_name_opens_a_write(call: tuple[str, str], text: str) -> None:
    """Whatever is put where the target belongs, only the exact copy goes through."""
    parameters: dict[str, Any] = {
        **dict.fromkeys((write.target.parameter for write in WRITES.values()), text),
        "RequestItems": {text: []},
    }
    with pytest.raises(Forbidden, match="is not a copy"):
        guard(COPY).check(*call, parameters, REGION)


HELD = {call: write for call, writes in CALLS.writes.items() for write in writes if write.target.type in TYPES.held}
STACK = copy("a-stack", "cloudformation-stack")


@pytest.mark.parametrize("call", HELD)
def test_what_a_copy_holds_may_be_changed_once_vouched_for(call: tuple[str, str]) -> None:
    """A part that was proven passes while the ledger holds its stack: never before, in its region and type alone."""
    write, live = HELD[call], [STACK]
    mine, given = Guard(CALLS, lambda: live, SOURCES), targeted(HELD[call], COPY)
    with pytest.raises(Forbidden, match="is not a copy of this run"):
        mine.check(*call, given, REGION)
    mine.vouch(copy(name_of(COPY, write.target.type), write.target.type, parent=STACK.id))
    mine.check(*call, given, REGION)
    for other in (COPY + "-2", COPY[:-1], "", "orders-prod"):
        with pytest.raises(Forbidden, match="is not a copy of this run"):
            mine.check(*call, targeted(write, other), REGION)
    for service, operation in (each for each in HELD if HELD[each].target.type != write.target.type):
        with pytest.raises(Forbidden, match="is not a copy of this run"):
            mine.check(service, operation, targeted(HELD[service, operation], COPY), REGION)
    with pytest.raises(Forbidden, match="is not a copy of this run"):
        mine.check(*call, given, "eu-west-1")
    live.clear()  # a sweep settled the run while this process slept
    with pytest.raises(Forbidden, match="is not a copy of this run"):
        mine.check(*call, given, REGION)


@pytest.mark.parametrize("owner", [copy("another", "cloudformation-stack"), copy("a-stack", "x", "eu-west-1")])
def test_what_no_copy_of_the_run_holds_stays_closed(owner: Copy) -> None:
    """Whoever vouches for a part of something that the ledger does not hold, or holds elsewhere, opens nothing."""
    for call, write in HELD.items():
        mine = Guard(CALLS, lambda: [owner], SOURCES)
        mine.vouch(copy(COPY, write.target.type, parent=STACK.id))
        with pytest.raises(Forbidden, match="is not a copy of this run"):
            mine.check(*call, targeted(write, COPY), REGION)


@pytest.mark.parametrize("call", [call for call, write in HELD.items() if write.needs])
def test_a_bucket_is_changed_in_one_account_alone(call: tuple[str, str]) -> None:
    """A name is the same in every account: a call that does not say which one's is meant is refused."""
    for parameter in HELD[call].needs:
        with pytest.raises(Forbidden, match=f"no drill leaves {parameter} out"):
            given = {name: value for name, value in targeted(HELD[call], COPY).items() if name != parameter}
            guard(COPY).check(*call, given, REGION)


def test_a_registered_source_is_never_opened_by_a_voucher() -> None:
    """Whatever a stack's list says, production's bucket is no part of a copy."""
    mine = Guard(CALLS, lambda: [STACK], SOURCES)
    mine.vouch(copy("orders-prod", "AWS::S3::Bucket", parent=STACK.id))
    with pytest.raises(Forbidden, match="is not a copy of this run"):
        mine.check("s3", "DeleteObjects", {"Bucket": "orders-prod", "ExpectedBucketOwner": "1", "Delete": {}}, REGION)


def test_what_a_call_must_name_is_not_left_out() -> None:
    """Whose the bucket has to be: without that a namesake of another account would be emptied."""
    given = {"Bucket": COPY, "Delete": {"Objects": []}}
    with pytest.raises(Forbidden, match="no drill leaves ExpectedBucketOwner out"):
        guard(COPY).check("s3", "DeleteObjects", given, REGION)


@pytest.mark.parametrize(
    ("cluster", "target"),
    [
        ("Shop-Prod", f"{COPY}-2"),  # production's own
        (COPY, "shop-prod-2"),  # its reader
        (COPY, "dro-20261120-ffffff-orders-prod-2"),  # another run's
        (COPY, COPY),  # no instance
        (COPY, ""),
        ("", f"{COPY}-2"),
    ],
)
def test_a_cluster_of_the_run_fails_over_to_an_instance_of_the_run_alone(cluster: str, target: str) -> None:
    """AWS is left no choice of its own: the call names both, and both are in the ledger of this run."""
    rows = [copy(COPY, "aurora-cluster"), copy(f"{COPY}-2", "aurora-instance")]
    own, call = Guard(CALLS, lambda: rows, SOURCES), ("rds", "FailoverDBCluster")
    asked = {"DBClusterIdentifier": COPY, "TargetDBInstanceIdentifier": f"{COPY}-2"}
    own.check(*call, asked, REGION)
    for other in (
        {"DBClusterIdentifier": cluster, "TargetDBInstanceIdentifier": target},
        {"DBClusterIdentifier": COPY},
    ):
        with pytest.raises(Forbidden, match="is not a copy of this run"):
            own.check(*call, other, REGION)
    with pytest.raises(Forbidden, match="no drill gives it"):
        own.check(*call, asked | {"AllowDataLoss": True}, REGION)
