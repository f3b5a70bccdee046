"""A resource that is made from a recovery point: exactly what says so is put there, and nothing else passes with it."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from typing import Any

import pytest

from dr_orchestrator.aws.template.derive import derive
from dr_orchestrator.documents import cloudformation
from dr_orchestrator.domain.replica import Answers, Birth, Derived, Place
from tests.support.derived import COPY, changes, properties

SOURCES = frozenset({"orders-prod"})
POINT = "rds:orders-prod-2026-11-20-03-00"
BORN = Birth(
    "orders-db",
    POINT,
    {"DBSnapshotIdentifier": POINT},
    frozenset({"DBName", "MasterUsername", "MasterUserPassword", "RestoreTime", "SourceDBInstanceIdentifier"}),
    {"AllocatedStorage": 100},
    {"Engine": "postgres"},
    {"DBClusterIdentifier": "it is a cluster's"},
)
OF_MEMBERS = replace(BORN, reached_by=("AWS::EC2::VPCCidrBlock", "VpcId"))
MEMBER = "      Of: {{Type: AWS::EC2::{of}, Properties: {{CidrBlock: 10.1.0.0/16, {key}: {value}}}}}\n"
TEMPLATE = """
    Parameters: {Size: {Type: Number, Default: 20}}
    Resources:
      It:
        Type: AWS::RDS::DBInstance
        Properties:
          Engine: postgres
          DBInstanceClass: db.t3.micro
          AllocatedStorage: !Ref Size
          DBName: orders
          MasterUsername: orders
          MasterUserPassword: "{{resolve:secretsmanager:prod/orders:SecretString:password}}"
          DBSubnetGroupName: !Ref Subnets
          VPCSecurityGroups: [!GetAtt Group.GroupId]
          PubliclyAccessible: false
      Net: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
      Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref Net}}
      One: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Net, CidrBlock: 10.0.1.0/24}}
      Subnets: {Type: AWS::RDS::DBSubnetGroup, Properties: {DBSubnetGroupDescription: x, SubnetIds: [!Ref One]}}
"""


def born(template: str = TEMPLATE, birth: Birth = BORN, name: str = "It", **answers: Any) -> Derived:
    source = cloudformation.parse(textwrap.dedent(template), "shop.yaml")
    return derive(source, COPY, Place.BESIDE, Answers(**answers), sources=SOURCES, births={name: birth})


def test_exactly_what_says_so_is_put_there() -> None:
    """The point by its name, the login and the name of the database gone, the size no less; each with its reason."""
    found = born()

    assert found.accepted
    given = properties(found)
    assert given["DBSnapshotIdentifier"] == POINT
    assert given["AllocatedStorage"] == "100"
    assert not {"DBName", "MasterUsername", "MasterUserPassword"} & given.keys()
    told = changes(found)
    assert told["It.DBSnapshotIdentifier"] == (None, POINT)
    assert told["It.DBName"] == ("orders", "the recovery point's own")
    assert told["It.MasterUserPassword"][0] == "***"
    assert all(
        "orders-db" in each.why for each in found.edits if each.resource == "It" and each.property != "DeletionPolicy"
    )


def test_what_is_large_enough_stays() -> None:
    """Only a size below the recovery point's is changed; one that nobody can tell is the team's."""
    assert properties(born(TEMPLATE.replace("Default: 20", "Default: 200")))["AllocatedStorage"] == {"Ref": "Size"}
    untold = born(TEMPLATE.replace("{Type: Number, Default: 20}", "{Type: Number}"))
    assert properties(untold)["AllocatedStorage"] == {"Ref": "Size"}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("Engine: postgres", "Engine: mysql", "has Engine mysql"),
        ("Engine: postgres", "Engine: !Ref Kind", ""),
        ("DBName: orders", "DBClusterIdentifier: boards", "has DBClusterIdentifier"),
        ("    Resources:", "    Outputs: {S: {Value: !GetAtt It.Endpoint.Address}}\n    Resources:", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_made_so_is_refused(old: str, new: str, told: str) -> None:
    """Of another engine, or of a cluster; what nobody can tell is let be."""
    template = TEMPLATE.replace(old, new).replace("{Size:", "{Kind: {Type: String, Default: postgres}, Size:")
    assert [each.what for each in born(template).refused] == ([told] if told else []) or told in born(template).refused[
        0
    ].what


@pytest.mark.parametrize(
    ("of", "key", "value", "reached"),
    [
        ("VPCCidrBlock", "VpcId", "!Ref It", True),
        ("VPCCidrBlock", "VpcId", "!GetAtt It.Endpoint.Address", True),
        ("VPCCidrBlock", "VpcId", "!Ref Net", False),
        ("VPCCidrBlock", "Other", "!Ref It", False),
        ("Subnet", "VpcId", "!Ref It", False),
    ],
)
def test_what_is_reached_by_others_alone_needs_one_that_names_it(of: str, key: str, value: str, reached: bool) -> None:
    """Of that type, by that property: else nothing could read its data, and the template is refused."""
    found = born(TEMPLATE + MEMBER.format(of=of, key=key, value=value), OF_MEMBERS)
    told = [each.what for each in found.refused if each.what.startswith("is named by no")]
    assert told == ([] if reached else ["is named by no AWS::EC2::VPCCidrBlock"])


@pytest.mark.parametrize(
    "other",
    [
        "SourceDBInstanceIdentifier: orders-prod",
        'SourceDBInstanceIdentifier: "arn:aws:rds:us-east-1:123456789012:db:orders-prod"',
    ],
)
def test_another_resource_that_names_production_does_not_pass_with_it(other: str) -> None:
    """That one resource is restored from production is no word for any other: asked, or refused."""
    more = f"      Other: {{Type: AWS::RDS::DBInstance, Properties: {{{other}, DBSubnetGroupName: !Ref Subnets}}}}\n"
    found = born(TEMPLATE + more)
    assert [each.resource for each in (*found.asks, *found.refused)][:1] == ["Other"]


def test_what_the_template_says_in_our_place_is_not_believed() -> None:
    """A template that names production as its source, or another point, is made from ours all the same, and told."""
    named = TEMPLATE.replace("DBName: orders", "SourceDBInstanceIdentifier: orders-prod").replace(
        "MasterUsername: orders", "DBSnapshotIdentifier: of-yesteryear"
    )
    found = born(named)
    given = properties(found)
    assert "SourceDBInstanceIdentifier" not in given
    assert given["DBSnapshotIdentifier"] == POINT
    assert changes(found)["It.DBSnapshotIdentifier"] == ("of-yesteryear", POINT)


def test_a_store_that_the_template_has_not_is_told() -> None:
    """A logical id that is left out, or has no properties of its own, is refused and not made empty."""
    assert [each.resource for each in born(name="Gone").refused] == ["Gone"]
    assert [each.what for each in born(leave_out=["It"]).refused] == ["is no resource with properties that can be read"]
