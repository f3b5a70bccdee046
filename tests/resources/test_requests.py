"""Every restorer: what is asked of AWS leaves nothing to defaults, and never asks for a network with a way out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends
from moto.kms.models import kms_backends

from dr_orchestrator.domain.service import Isolation
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources.dynamodb_table import table as dynamodb
from tests.support.estate import INSTANCE, REGION, TABLE
from tests.support.ways import Make, looked
from tests.support.ways.every import SPECS


@pytest.mark.parametrize("kind", ["rds-snapshot", "rds-pitr"])
def test_an_instance_is_restored_in_isolation_with_nothing_left_to_defaults(way_of: Make, kind: str) -> None:
    """Network, exposure, protection, backups, class and tags are all in the request itself, False and 0 included."""
    way = way_of(kind)
    way.restored()
    way.restorer.destroy(way.copy)
    (asked,) = way.calls(SPECS[kind].ask)
    group = way.made.client("ec2").describe_security_groups(GroupNames=["dro-isolated"])["SecurityGroups"][0]["GroupId"]
    expected = {
        "DBSubnetGroupName": "dro-isolated",
        "VpcSecurityGroupIds.VpcSecurityGroupId.1": group,
        "PubliclyAccessible": "false",
        "MultiAZ": "false",
        "DeletionProtection": "false",
        "AutoMinorVersionUpgrade": "false",
        "CopyTagsToSnapshot": "false",
        "BackupRetentionPeriod": "0",
        "DBInstanceClass": "db.m6g.large",
    }
    assert {key: asked.get(key) for key in expected} == expected
    assert "VpcSecurityGroupIds.VpcSecurityGroupId.2" not in asked
    tags = {asked[f"Tags.Tag.{n}.Key"]: asked[f"Tags.Tag.{n}.Value"] for n in (1, 2, 3)}
    assert tags == way.copy.tags
    (deleted,) = way.deletions
    assert (deleted["SkipFinalSnapshot"], deleted["DeleteAutomatedBackups"]) == ("true", "true")
    assert deleted["DBInstanceIdentifier"] == way.copy.id
    assert "FinalDBSnapshotIdentifier" not in deleted


def test_a_table_is_tagged_as_soon_as_it_can_be(way_of: Make) -> None:
    """AWS takes no tags on a table's restore, so they follow when it is active: the three of the run."""
    way = way_of("dynamodb")
    way.restored()
    found = way.made.client("dynamodb").describe_table(TableName=way.copy.id)["Table"]
    assert dynamodb.tags(way.made.toolkit.account.api("dynamodb"), found) == way.copy.tags


def test_a_stack_is_asked_for_so_that_its_failure_can_be_read_and_it_can_be_deleted(way_of: Make) -> None:
    """What fails is kept for its events, nothing protects it, parameters carry the copy's name, deletion is by id."""
    way = way_of("stack")
    identity = way.restored()
    way.restorer.destroy(way.copy)
    (asked,) = way.calls("CreateChangeSet")
    assert (asked["OnStackFailure"], asked["ChangeSetType"]) == ("DO_NOTHING", "CREATE")
    assert asked["Parameters.member.1.ParameterValue"] == way.copy.id
    assert asked["ClientToken"] == asked["ChangeSetName"] == f"{way.copy.id}-make"
    (made,) = way.calls("ExecuteChangeSet")
    assert f":changeSet/{way.copy.id}-make/" in made["ChangeSetName"]
    assert (made["StackName"], made["ClientRequestToken"]) == (identity.unique_id, way.copy.id)
    assert way.deletions == [{**way.deletions[0], "StackName": identity.unique_id}]


def test_a_network_with_a_way_out_is_refused(way_of: Make) -> None:
    """A security group with any egress would let a copy reach production: refused before and at the restore."""
    open_group = Isolation("dro-isolated", ("default",))
    way = way_of("rds-snapshot", replace(INSTANCE, isolation=open_group))
    for act in (lambda: looked(way), way.restore):
        with pytest.raises(NotRecoverable, match="security group default lets traffic out"):
            act()
    assert not way.exists()


@pytest.mark.parametrize(
    ("isolation", "why"),
    [
        (None, "has no isolation"),
        (Isolation("no-such-group", ("dro-isolated",)), "DBSubnetGroupNotFound"),
        (Isolation("dro-isolated", ("no-such-group",)), "no security group no-such-group"),
        (Isolation("dro-isolated", ("dro-isolated", "default")), "default lets traffic out"),
    ],
)
def test_an_isolation_that_is_not_there_is_refused(way_of: Make, isolation: Isolation | None, why: str) -> None:
    """Without a closed network no copy is made: AWS's default would be production's."""
    way = way_of("rds-snapshot", replace(INSTANCE, isolation=isolation))
    with pytest.raises(NotRecoverable, match=why):
        looked(way)
    assert way.calls(SPECS["rds-snapshot"].ask) == []


@pytest.fixture
def key_of_table(way_of: Make) -> Iterator[Callable[[dict[str, Any] | None], None]]:
    """Sets how the source table is encrypted; moto knows no call for it."""
    table = dynamodb_backends[ACCOUNT][REGION].tables[TABLE.id]
    yield lambda specification: setattr(table, "sse_specification", specification)
    table.sse_specification = None


@pytest.mark.parametrize("manager", ["CUSTOMER", "AWS"])
def test_a_table_is_restored_under_its_key_in_so_many_words(
    way_of: Make, key_of_table: Callable[[dict[str, Any]], None], manager: str
) -> None:
    """What an organisation demands of a request is in it; a key that AWS manages is not named, which AWS refuses."""
    way = way_of("dynamodb")
    key = way.made.client("kms").create_key()["KeyMetadata"]
    kms_backends[ACCOUNT][REGION].keys[key["KeyId"]].key_manager = manager
    key_of_table({"Enabled": True, "KMSMasterKeyId": key["Arn"]})
    way.restore()
    (asked,) = way.calls("RestoreTableToPointInTime")
    named = {"KMSMasterKeyId": key["Arn"]} if manager == "CUSTOMER" else {}
    assert asked["SSESpecificationOverride"] == {"Enabled": True, "SSEType": "KMS", **named}


def test_where_nothing_is_known_of_a_key_its_table_keeps_its_encryption_by_default(
    way_of: Make, key_of_table: Callable[[dict[str, Any]], None]
) -> None:
    """Without a key of KMS there is nothing to say, and of one that nobody may look at nothing is guessed."""
    for specification in (None, {"Enabled": True, "KMSMasterKeyId": "arn:aws:kms:us-east-1:123456789012:key/gone"}):
        way = way_of("dynamodb")
        key_of_table(specification)
        way.restore()
        (asked,) = way.calls("RestoreTableToPointInTime")
        assert "SSESpecificationOverride" not in asked
