"""Permissions: what is declared is what is called, no more and no less; and the policies that come of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends

from dr_orchestrator import prefect_runner, wiring
from dr_orchestrator.aws.access import named, notes, policies
from dr_orchestrator.aws.access.permissions import HELD, calls_of
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.aws.access.statements import LARGEST, Policy, packed, size
from dr_orchestrator.domain.drill import Allowed
from dr_orchestrator.domain.resource_type import BACKED, COMMON, DISCOVERY, Calls
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources import TYPES, passwords
from dr_orchestrator.resources.cloudformation_stack.holds import SENDS
from dr_orchestrator.resources.dynamodb_table.lab.vaulted import back_up
from dr_orchestrator.resources.rds_instance.name import OWN_OPTIONS
from dr_orchestrator.resources.vaulted import OTHER_JOBS
from dr_orchestrator.runner import sweep as of_runner
from dr_orchestrator.wiring import sweeping
from tests.support import buckets, filled, vaulted, workspace
from tests.support.born_shop import BORN_TEMPLATE, declared
from tests.support.estate import BUCKET, REGION, RESTORER, TABLE, VAULT, Estate
from tests.support.fakes import FakeClock
from tests.support.passing import passing
from tests.support.shop import beat
from tests.support.types import READS, WRITES

ORDERS_PITR = """
  orders-pitr:
    kind: pitr-restore
    resource: orders-db
    disruption: application
    checks:
      - {name: heartbeat, newest-row: {table: heartbeat, column: at, canary: true, interval: 1m}}
"""
SHOP = workspace.SHOP.replace("\ndrills:\n", buckets.DRILLED) + ORDERS_PITR + vaulted.DRILLS
ROLES = """
roles: {source: "arn:aws:iam::123456789012:role/dro-read", drill: "arn:aws:iam::123456789012:role/dro-drill"}
"""
DRILLS = ("orders-snapshot", "orders-pitr", "sessions-pitr", "images-pitr", "shop-replica", *vaulted.NAMES)
OWN = ("a parameter group is", "the table's capacity scales", "a tenant's items")
"""The occasions that no setting of the estate gives."""
LARGE = ("an object is larger than 5 GB", "the copying of a large object", "a key has letters", "it has more than")
"""The occasions that no object of the estate's bucket gives."""


@pytest.fixture(scope="module", autouse=True)
def encrypted(shop: Estate) -> None:
    """The table has a key of its own, and a heartbeat that its backup has caught up with."""
    key = shop.client("kms").create_key()["KeyMetadata"]["Arn"]
    table = dynamodb_backends[ACCOUNT][REGION].tables[TABLE.id]
    table.sse_specification = {"Enabled": True, "KMSMasterKeyId": key}  # moto knows no call for it
    beat(shop)
    back_up(VAULT.name, TABLE.id)
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    encryption = {"ServerSideEncryptionConfiguration": {"Rules": [rule]}}
    shop.client("s3").put_bucket_encryption(Bucket=BUCKET.id, **encryption)


@pytest.fixture
def here(shop: Estate, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[wiring.App]:
    monkeypatch.setattr(workspace, "TIERS", workspace.TIERS + ROLES)
    with wiring.using(workspace.world(home, shop.clock, shop=SHOP)) as made:
        yield made


@pytest.fixture
def called() -> Iterator[set[str]]:
    """Every call that passed the guard since the test began."""
    with passing() as passed:
        yield passed


@pytest.mark.parametrize("drill", DRILLS)
def test_a_drill_calls_what_its_kind_declares(here: wiring.App, called: set[str], drill: str) -> None:
    """From first look to teardown: nothing undeclared, which a policy would deny; nothing declared that is not used.

    Of what an environment may hold this one's holds a table alone; no login is refused, no option group a team's.
    """
    prefect_runner.script("quarterly")
    prefect_runner.script(here.drill(drill).kind).fn(drill)
    declared = calls_of(TYPES, here.drill(drill))
    assert called <= declared.all, called - declared.all
    unmet = (
        "AWS Backup has",
        "a plan of AWS Backup",
        HELD,
        SENDS,
        passwords.WHEN,
        OWN_OPTIONS,
        OTHER_JOBS,
        "the template",
        "an inventory",
        *OWN,
        *LARGE,
    )
    assert not {call for call in declared.all - called if not declared.only_when.get(call, "").startswith(unmet)}


def test_a_sweep_calls_what_it_declares(shop: Estate, here: wiring.App, called: set[str]) -> None:
    """Also where a table is named like a copy and has to be asked for its tags."""
    name = "dro-20261120-abc123-somebody-elses"
    shop.client("dynamodb").create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    shop.client("s3").create_bucket(Bucket=name)
    shop.clock.sleep(60)
    try:
        of_runner.find_orphans(sweeping.context(here))
    finally:
        shop.clock.sleep(60)
        shop.client("dynamodb").delete_table(TableName=name)
        shop.client("s3").delete_bucket(Bucket=name)
    assert called == TYPES.sweep.all


def test_the_guard_knows_what_is_declared_and_no_more() -> None:
    """A read or write that no kind declares has no business in the guard, and the other way round."""
    declared = TYPES.sweep | COMMON | DISCOVERY | BACKED
    for of in TYPES:
        for calls in (
            *of.kinds.values(),
            of.filling,
            of.carried,
            of.promoted,
            of.exported,
            of.stated,
            of.direct,
            of.across,
            of.compared,
            of.posture,
            *of.vaulted.values(),
            *of.elsewhere.values(),
            *of.standing.values(),
            of.discovery,
            of.production,
        ):
            declared |= calls
    assert declared.reads == {f"{service}:{name}" for service, names in READS.items() for name in names}
    assert declared.writes == {f"{service}:{name}" for service, name in WRITES}


@pytest.mark.parametrize(
    "calls",
    [
        *(calls for of in TYPES for calls in (*of.kinds.values(), *of.vaulted.values())),
        *(calls for of in TYPES for calls in (of.direct, of.across, of.compared)),
        TYPES.sweep,
        BACKED,
    ],
)
def test_an_occasion_is_that_of_a_declared_call(calls: Calls) -> None:
    """Nothing is explained that is not called."""
    assert calls.only_when.keys() <= calls.all


def scope(here: wiring.App, *names: str, allowed: Allowed | None = None, abac: bool = False) -> Scope:
    drills = [here.drill(name) for name in names or DRILLS]
    allowed = allowed or Allowed(frozenset({"123456789012"}), frozenset({"us-east-1", "eu-west-1"}))
    return Scope(TYPES, drills, allowed, abac)


def statements(made: list[Policy]) -> list[dict[str, Any]]:
    return [statement for policy in made for statement in policy["Statement"]]


@pytest.mark.parametrize("names", [(), *((name,) for name in DRILLS)], ids=["all", *DRILLS])
def test_the_policies_are_such_as_iam_takes(here: wiring.App, names: tuple[str, ...]) -> None:
    """Valid JSON of the right version, ids of letters and digits and once each, no action or resource left empty."""
    for made in (policies.source_policies(scope(here, *names)), policies.drill_policies(scope(here, *names))):
        assert json.loads(json.dumps(made)) == made
        assert all(policy["Version"] == "2012-10-17" and size(policy) <= LARGEST for policy in made)
        sids = [each["Sid"] for each in statements(made)]
        assert len(set(sids)) == len(sids)
        assert all(sid.isalnum() for sid in sids)
        for each in statements(made):
            assert each["Action"]
            assert not [action for action in each["Action"] if "*" in action]
            assert each.get("Resource") or each.get("NotResource")


def test_the_source_role_can_change_nothing(here: wiring.App) -> None:
    """Its actions only look, and items and logins are read only of what is drilled, or of copies."""
    found = statements(policies.source_policies(scope(here)))
    actions = {action for each in found for action in each["Action"]}
    looks = ("Describe", "List", "Get", "Query", "Scan", "Simulate", "Decrypt", "Filter")
    assert all(action.split(":")[1].startswith(looks) for action in actions)
    items = next(each for each in found if "dynamodb:Scan" in each["Action"])
    assert {arn.split("/")[-1] for arn in items["Resource"]} == {TABLE.id, "dro-*"}
    (logins,) = [each for each in found if "secretsmanager:GetSecretValue" in each["Action"]]
    assert all(arn.endswith(":secret:prod/orders-??????") for arn in logins["Resource"])


@pytest.mark.parametrize("abac", [False, True])
def test_the_drill_role_changes_only_what_is_named_and_tagged_as_a_copy(here: wiring.App, abac: bool) -> None:
    """On its way in a copy must be given the tag; to be deleted it must wear it; whatever else, deletion is denied.

    Where IAM may not see the tags of a type, no right hangs on them, and no denial of what wears none.
    """
    found = {each["Sid"]: each for each in statements(policies.drill_policies(scope(here, abac=abac)))}
    tables = {"TagTables", "DeleteTables"} if not abac else set()
    for sid in {"RestoreInstances", "TagInstances", "TagTables", "CreateStacks"} - tables:
        assert found[sid]["Condition"]["Null"] == {"aws:RequestTag/dr-drill:run": "false"}
    for sid in {"ChangeInstances", "DeleteInstances", "DeleteTables"} - tables:
        assert found[sid]["Condition"]["Null"] == {"aws:ResourceTag/dr-drill:run": "false"}
    for sid in {*tables, "ChangeStacks", "DeleteStacks"}:  # a stack in review wears no tags yet
        assert found[sid]["Condition"].keys() == {"StringEquals"}
    for sid in ("TagTables", "ChangeInstances", "DeleteInstances", "DeleteTables", "DeleteStacks"):
        assert all("dro-*" in arn for arn in found[sid]["Resource"])
    ours = [each for sid, each in found.items() if not sid.endswith("ByTemplates")]
    words = (
        "Delete|Modify|Reboot|Failover|Update|Abort|Exec|BatchDelete|Stop|Enable|Begin|Rollback|Terminate|Deregister"
    )
    words += "|Promote|Switchover|Remove|CreateMountTarget|PutBackupPolicy"  # some of which change what a job has made
    changes = re.compile(f":({words})")
    touches = {action for each in ours for action in each["Action"] if changes.search(action)}
    touches -= {"dynamodb:DeleteItem", "dynamodb:UpdateItem"}
    unseen = {"s3:DeleteObject", "s3:DeleteObjectVersion", "s3:AbortMultipartUpload", "logs:DeleteLogGroup"}
    unseen |= {"dynamodb:UpdateTable", "ecs:StopTask"}  # of what a copy holds
    shut = {"s3:PutBucketPublicAccessBlock", "s3:PutEncryptionConfiguration"}  # it is shut before anything is in it
    unseen |= {"s3:DeleteBucket"} | shut
    unseen |= {"cloudformation:DeleteStack", "cloudformation:DeleteChangeSet", "cloudformation:ExecuteChangeSet"}
    untagged, unnamed = found["NeverTouchTheUntagged"], found["NeverTouchByAnotherName"]
    assert {untagged["Effect"], unnamed["Effect"]} == {"Deny"}
    assert set(unnamed["Action"]) == touches | shut
    assert set(untagged["Action"]) == touches - unseen - (set() if abac else {"dynamodb:DeleteTable"})
    assert untagged["Condition"] == {"Null": {"aws:ResourceTag/dr-drill:run": "true"}}
    nameless = [arn for arn in unnamed["NotResource"] if "dro-*" not in arn]
    assert {arn.split(":")[2] for arn in nameless} == {
        *("cognito-idp", "logs", "ec2", "elasticfilesystem")  # volumes and file systems have ids of AWS's own
    }
    assert found["ChangeUserPools"]["Condition"]["Null"] == {"aws:ResourceTag/dr-drill:run": "false"}
    assert ("NeverTagWithoutTheRun" in found) is not abac
    for sid, each in found.items():
        if each["Effect"] == "Allow" and sid != "GrantKeysToServices" and each in ours:
            assert "*" not in each["Resource"]


def test_the_policies_hold_to_the_allowed_accounts_and_regions(here: wiring.App) -> None:
    """Every ARN names them, and every statement that makes or deletes has the regions for a condition."""
    for each in statements(policies.drill_policies(scope(here))):
        if each["Effect"] == "Allow" and not each["Sid"].endswith(("ByTemplates", "ByRoles")):
            placed = [
                arn
                for arn in each["Resource"]
                if not arn.startswith(("arn:aws:s3:::dro-*", f"arn:aws:s3:::{BUCKET.id}/"))
            ]
            assert {arn.split(":")[3] for arn in placed} in ({"us-east-1", "eu-west-1"}, set())
            assert {arn.split(":")[4] for arn in placed} in ({"123456789012"}, set())
            condition = each["Condition"]["StringEquals"]
            assert condition.get("aws:RequestedRegion", ["eu-west-1", "us-east-1"]) == ["eu-west-1", "us-east-1"]


def test_a_drill_of_one_kind_gets_no_rights_of_another(here: wiring.App) -> None:
    """`--drill` narrows: a table's drill cannot restore or delete an instance."""
    allowed = [e for e in statements(policies.drill_policies(scope(here, "sessions-pitr"))) if e["Effect"] == "Allow"]
    actions = {action for each in allowed for action in each["Action"]}
    assert {action.split(":")[0] for action in actions} == {"dynamodb", "kms"}


def test_a_drill_out_of_a_vault_starts_jobs_and_passes_one_role_to_aws_backup_alone(here: wiring.App) -> None:
    """Jobs of recovery points of its type; nothing of the service's own restores, and a tag on what is a copy's."""
    found = {each["Sid"]: each for each in statements(policies.drill_policies(scope(here, "orders-vault")))}
    passed = found["LetBackupActByRoles"]
    assert (passed["Action"], passed["Resource"]) == (["iam:PassRole"], [RESTORER])
    assert passed["Condition"] == {"StringEquals": {"iam:PassedToService": "backup.amazonaws.com"}}
    started = found["RestoreFromVaults"]
    assert started["Action"] == ["backup:StartRestoreJob"]
    parts = {arn.split(":", 5)[5] for arn in started["Resource"]}
    assert parts == {"snapshot:awsbackup:*", "recovery-point:*"}
    tagged = found["TagInstances"]
    assert all(":db:dro-" in arn for arn in tagged["Resource"])
    assert tagged["Condition"]["Null"] == {"aws:RequestTag/dr-drill:run": "false"}
    actions = {action for each in found.values() if each["Effect"] == "Allow" for action in each["Action"]}
    assert not {each for each in actions if each.startswith("rds:Restore")}
    others = statements(policies.drill_policies(scope(here, "orders-snapshot")))
    assert not {action for each in others for action in each["Action"]} & {"backup:StartRestoreJob", "iam:PassRole"}


@pytest.mark.parametrize(
    ("region", "partition", "domain"),
    [("cn-north-1", "aws-cn", "amazonaws.com.cn"), ("us-gov-west-1", "aws-us-gov", "amazonaws.com")],
)
def test_other_partitions_are_named_by_their_own_words(
    here: wiring.App, region: str, partition: str, domain: str
) -> None:
    """An ARN of China or GovCloud begins otherwise; else the policy would allow nothing there."""
    there = scope(here, allowed=Allowed(frozenset(), frozenset({region})))
    for each in statements([*policies.source_policies(there), *policies.drill_policies(there)]):
        resources = [] if each["Sid"] == "LetBackupActByRoles" else each.get("Resource", [])
        resources = resources + each.get("NotResource", [])
        assert all(arn == "*" or arn.startswith(f"arn:{partition}:") for arn in resources)
        services = each.get("Condition", {}).get("StringEquals", {}).get("kms:ViaService", [])
        assert all(service.endswith(f".{region}.{domain}") for service in services)


def test_a_large_estate_gets_several_policies() -> None:
    """None is larger than IAM takes, no statement is lost, and a statement about many resources is cut up."""
    many = [f"arn:aws:dynamodb:us-east-1:123456789012:table/{'x' * 200}-{number}" for number in range(100)]
    one = {"Sid": "One", "Effect": "Allow", "Action": ["dynamodb:Scan"], "Resource": many}
    made = packed([one, {**one, "Sid": "Two", "Resource": many[:3]}])
    assert len(made) > 1
    assert all(size(policy) <= LARGEST for policy in made)
    assert [arn for each in statements(made) for arn in each["Resource"]] == [*many, *many[:3]]
    assert len({each["Sid"] for each in statements(made)}) == len(statements(made))


def test_what_a_template_makes_is_made_by_cloudformation_alone(here: wiring.App) -> None:
    """The rights are those that AWS publishes for its types: no call of the role's own has them."""
    found = {each["Sid"]: each for each in statements(policies.drill_policies(scope(here, "shop-replica")))}
    made = found["MakeNamedSqsByTemplates"]
    assert {"sqs:CreateQueue", "sqs:DeleteQueue", "sqs:TagQueue"} <= {*made["Action"]}
    assert all(arn.startswith("arn:aws:sqs:") and arn.endswith(":*dro-2???????-*") for arn in made["Resource"])
    rest = [action for sid, each in found.items() if each.get("Resource") == ["*"] for action in each["Action"]]
    assert not [action for action in rest if named.is_named(action)]
    assert all(
        each["Condition"]["ForAnyValue:StringEquals"] == {"aws:CalledVia": ["cloudformation.amazonaws.com"]}
        for sid, each in found.items()
        if sid.endswith("ByTemplates")
    )
    assert not [note for note in notes.told_of(scope(here)) if note.startswith("shop-replica")]


def test_what_nobody_publishes_is_told_in_words(tmp_path: Path) -> None:
    """Of a type whose calls AWS does not tell, the owner learns that the rights are theirs to give."""
    template = workspace.TEMPLATE.replace("Outputs:", "  Old: {Type: AWS::DAX::Cluster}\nOutputs:")
    there = workspace.world(tmp_path, FakeClock(), template=template)
    (told,) = [note for note in notes.told_of(scope(there, "shop-replica")) if note.startswith("shop-replica")]
    assert "which calls make AWS::DAX::Cluster" in told


def test_a_role_of_another_account_makes_and_reads_there(tmp_path: Path) -> None:
    """Of replicas with an account of their own: roles without a boundary, and nothing of that in the other."""
    elsewhere = 'replica: {place: drill-account, account: "222222222222"}\n'
    roles = "roles: {elsewhere: ['arn:aws:iam::222222222222:role/dro']}\n"
    role = "  Worker: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: []}}}\nOutputs:"
    there = workspace.world(
        tmp_path,
        FakeClock(),
        template=workspace.TEMPLATE.replace("Outputs:", role),
        tiers=workspace.TIERS + roles + elsewhere,
    )
    ((account, made),) = policies.elsewhere_policies(scope(there, "shop-replica")).items()
    found = {each["Sid"]: each for each in statements(made)}
    assert account == "222222222222"
    named = {arn for each in found.values() for arn in each.get("Resource", ()) if arn != "*"}
    placed = [arn for arn in named if not arn.startswith(("arn:aws:s3:::dro-*", "arn:aws:route53:::"))]
    assert {arn.split(":")[4] for arn in placed} == {account}
    assert found["CreateStacks"]["Action"] == ["cloudformation:CreateChangeSet", "cloudformation:TagResource"]
    assert found["MakeRoles"]["Resource"] == [f"arn:aws:iam::{account}:role/dro-2*"]
    assert all(size(each) <= LARGEST for each in made)
    beside = {each["Sid"] for each in statements(policies.drill_policies(scope(there, "shop-replica")))}
    assert not [sid for sid in beside if sid.endswith("ByTemplates") or "Role" in sid]


def test_a_database_is_brought_there_by_rights_of_both_roles(tmp_path: Path) -> None:
    """The drill role copies and shares beside production; the other reads what is shared, by the key that is lent."""
    key = "arn:aws:kms:us-east-1:123456789012:key/0a"
    elsewhere = f'replica: {{place: drill-account, account: "222222222222", key: "{key}"}}\n'
    roles = "roles: {elsewhere: ['arn:aws:iam::222222222222:role/dro']}\n"
    there = workspace.world(
        tmp_path,
        FakeClock(),
        shop=declared(workspace.SHOP),
        template=BORN_TEMPLATE,
        tiers=workspace.TIERS + roles + elsewhere,
    )
    asked = scope(there, "shop-replica")
    (made,) = policies.elsewhere_policies(asked).values()
    found = {each["Sid"]: each for each in statements(made)}
    assert "rds:CopyDBSnapshot" in found["RestoreSnapshots"]["Action"]
    assert "arn:aws:rds:*:*:snapshot:dro-*" in found["RestoreSnapshots"]["Resource"]
    assert key in found["UseKeysOfSources"]["Resource"]
    beside = {each["Sid"]: each for each in statements(policies.drill_policies(asked))}
    assert beside["ChangeSnapshots"]["Action"] == ["rds:ModifyDBSnapshotAttribute"]
    assert beside["ChangeSnapshots"]["Condition"]["Null"] == {"aws:ResourceTag/dr-drill:run": "false"}
    assert beside["DeleteSnapshots"]["Action"] == ["rds:DeleteDBSnapshot"]
    assert any(key in note for note in notes.told_of(asked))
    assert all(size(each) <= LARGEST for each in made)


def test_a_bucket_is_filled_by_rights_on_copies_and_reads_of_its_source(tmp_path: Path) -> None:
    """Of production's one that fills a replica's: nothing of it is written, and of no other anything read."""
    there = workspace.world(tmp_path, FakeClock(), shop=filled.SHOP, template=filled.TEMPLATE)
    asked = scope(there, "shop-replica")
    found = {each["Sid"]: each for each in statements(policies.drill_policies(asked))}
    assert found["FillCopiesOfBuckets"]["Action"] == ["s3:PutObject", "s3:PutObjectTagging"]
    assert found["FillCopiesOfBuckets"]["Resource"] == ["arn:aws:s3:::dro-*", "arn:aws:s3:::dro-*/*"]
    assert found["ForCopyObject1"]["Resource"] == ["arn:aws:s3:::images-prod/*"]
    assert {action.partition("Get")[0] for action in found["ForCopyObject1"]["Action"]} == {"s3:"}
    assert not [
        each for each in found.values() if "s3:CreateBucket" in each.get("Action", ()) and "Via" not in str(each)
    ]
    (reads,) = (each for each in statements(policies.source_policies(asked)) if each["Sid"] == "ReadObjects")
    assert set(reads["Resource"]) >= {"arn:aws:s3:::images-prod", "arn:aws:s3:::images-prod/*", "arn:aws:s3:::dro-*/*"}


def test_a_drill_that_fills_no_bucket_has_no_right_to_fill_one(here: wiring.App) -> None:
    """Though its environment may hold some, which are emptied."""
    found = {each["Sid"] for each in statements(policies.drill_policies(scope(here, "shop-replica")))}
    assert "DeleteBuckets" in found
    assert not found & {"FillCopiesOfBuckets", "ForCopyObject1"}


def test_the_role_of_another_account_reads_nothing_of_productions_buckets(tmp_path: Path) -> None:
    """It puts what the other role reads: no policy of production's bucket has to let it in."""
    there = workspace.world(
        tmp_path,
        FakeClock(),
        shop=filled.SHOP,
        template=filled.TEMPLATE,
        tiers=workspace.TIERS + "roles: {elsewhere: ['arn:aws:iam::222222222222:role/dro']}\n"
        'replica: {place: drill-account, account: "222222222222"}\n',
    )
    asked = scope(there, "shop-replica")
    (made,) = policies.elsewhere_policies(asked).values()
    assert "images-prod" not in str(made)
    found = {each["Sid"]: each for each in statements(made)}
    assert found["FillCopiesOfBuckets"]["Action"] == ["s3:PutObject", "s3:PutObjectTagging"]
    reads = {each["Sid"]: each for each in statements(policies.source_policies(asked))}
    assert "arn:aws:s3:::images-prod/*" in reads["ReadObjects"]["Resource"]


def test_that_no_call_tells_whether_tags_are_seen_is_told(here: wiring.App) -> None:
    """Whoever pastes the policies learns what protects other tables, and how to have the tag asked for, too."""
    told = [note for note in notes.told_of(scope(here)) if "ABAC" in note]
    assert len(told) == 1
    assert "dro iam --abac" in told[0]
    assert [note for note in notes.told_of(scope(here, abac=True)) if "ABAC" in note] == []


def test_a_table_is_exported_and_imported_by_rights_of_both_roles(tmp_path: Path) -> None:
    """The drill role exports its sources alone, under copies' names in the bucket; the other reads that."""
    elsewhere = 'replica: {place: drill-account, account: "222222222222", bucket: dro-exports}\n'
    roles = "roles: {elsewhere: ['arn:aws:iam::222222222222:role/dro']}\n"
    shop = workspace.SHOP.replace("fill: items", "fill: import")
    there = workspace.world(tmp_path, FakeClock(), shop=shop, tiers=workspace.TIERS + roles + elsewhere)
    asked = scope(there, "shop-replica")
    beside = {each["Sid"]: each for each in statements(policies.drill_policies(asked))}
    exports = beside["RestoreExports"]
    assert exports["Action"] == ["dynamodb:ExportTableToPointInTime"]
    assert {arn.rpartition(":")[2] for arn in exports["Resource"]} == {"table/dro-*", "table/sessions-prod"}
    writes = beside["ForExportTableToPointInTime1"]
    assert writes["Resource"] == ["arn:aws:s3:::dro-exports/dro-*"]
    assert writes["Action"] == ["s3:AbortMultipartUpload", "s3:PutObject", "s3:PutObjectAcl"]
    assert not [sid for sid in beside if "Import" in sid and beside[sid]["Effect"] == "Allow"]
    (made,) = policies.elsewhere_policies(asked).values()
    found = {each["Sid"]: each for each in statements(made)}
    assert "dynamodb:ImportTable" in found["CreateTables"]["Action"]
    assert found["ForImportTable2"]["Resource"] == ["arn:aws:s3:::dro-exports/dro-*"]
    assert not [sid for sid in found if "Export" in sid]
    assert any("Stores are exported into dro-exports" in note for note in notes.told_of(asked))
