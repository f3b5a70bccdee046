"""What follows from the declarations of types: whose a copy is, what a sweep calls, how a type is spoken of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dr_orchestrator.domain.copy import Place
from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.resource_type import (
    By,
    Calls,
    Content,
    CopyType,
    Effect,
    HeldType,
    Naming,
    OwnFailover,
    Quota,
    ResourceType,
    Types,
    Write,
    beside_the_source,
    where_the_drill_says,
)
from dr_orchestrator.domain.resource_type.calls import GRANTS
from dr_orchestrator.domain.secondary import Secondary
from dr_orchestrator.domain.service import Resource

TABLE = CopyType("table", "table", "Tables", "tables", "table/{id}", 100)
STACK = CopyType("environment", "environment", "Environments", "stacks", "stack/{id}/*", 100)


def declared(made: CopyType, *parts: CopyType, **more: Any) -> ResourceType:
    """A type that reads, restores and lists itself."""
    service = made.service
    kinds = {Kind.SNAPSHOT_RESTORE: Calls(frozenset({f"{service}:Describe"}), frozenset({f"{service}:Restore"}))}
    restore = Write(f"{service}:Restore", By(made.name, "Name"), Effect.RESTORE)
    listing = Calls(frozenset({f"{service}:List"}), only_when={f"{service}:List": "there are any"})
    naming = Naming("[a-z]+", "small letters")
    return ResourceType(made, naming, Content.ITEMS, kinds, (restore,), listing, (service,), parts, **more)


STACKS, TABLES = declared(STACK, TABLE), declared(TABLE)
TYPES = Types([STACKS, TABLES])


def test_a_copy_is_of_the_type_that_is_named_like_it_before_one_that_makes_it_too() -> None:
    """A table is taken down as a table, although environments hold such; a part alone by the type that makes it."""
    assert TYPES.making("table") is TABLES
    assert TYPES.making("environment") is STACKS
    assert Types([STACKS]).making("table") is STACKS


def test_a_sweep_lists_every_type_and_changes_none() -> None:
    """Its inventories need the listings of all types and to know whose account it is; no write, no drill's reads."""
    assert TYPES.sweep.reads == {"sts:GetCallerIdentity", "stacks:List", "tables:List"}
    assert TYPES.sweep.writes == frozenset()
    assert set(TYPES.sweep.only_when) == {"stacks:List", "tables:List"}


def test_each_service_whose_endpoint_decides_is_named_once() -> None:
    """The one that tells who calls comes first, whatever is drilled."""
    assert Types([TABLES, STACKS, declared(CopyType("index", "", "", "tables", "", 9))]).services == (
        *("sts", "tables", "stacks"),
    )
    assert Types[ResourceType]([]).services == ("sts",)


@pytest.mark.parametrize(
    ("of", "article"),
    [
        (TABLES, "a table"),
        (STACKS, "an environment"),
        (declared(CopyType("rds-instance", "", "", "rds", "", 9), vowel=True), "an rds-instance"),
    ],
)
def test_a_type_is_spoken_of_as_its_name_sounds(of: ResourceType, article: str) -> None:
    """Mistakes in drill files are told in sentences; a name that is spelt out may sound otherwise than it begins."""
    assert of.article == article


def test_a_policy_names_copies_by_their_arn() -> None:
    """The pattern of a type with a name in it, whatever surrounds the name."""
    assert STACK.arn_of("dro-x") == "stack/dro-x/*"


def test_a_rule_of_the_guard_is_told_in_words() -> None:
    """The list of what a drill may change says by which parameter a call is held to copies."""
    assert str(By("table", "TableName")) == "TableName is a copy of type table"
    parts = By("table", "RequestItems", each=True)
    assert str(parts) == "each key of RequestItems is a copy of type table, a part of a stack"


def test_each_rule_by_which_a_target_is_found_has_words_of_its_own() -> None:
    """By a way into what is given, alone or in a place; by a place; of lists; of what a copy holds; in any region."""
    told = {
        By("control", "Entries", way="Arn"): "each Arn of Entries is a copy of type control",
        By("name", "Batch", at="Zone", way="Changes.Name"): (
            "each Changes.Name of Batch, in Zone, is a copy of type name"
        ),
        By("bucket", "Key", at="Bucket"): "Key, in Bucket, is what a copy is made of: bucket",
        By("pool", "Groups", arn="a", each=True, key="Arn", held=True): (
            "Arn of each of Groups is what a copy holds: pool"
        ),
        By("table", "Names", listed=True): "each of Names is a copy of type table",
        By("control", "Arn", anywhere=True): "Arn, called in any region, is a copy of type control",
    }
    assert {rule: str(rule) for rule in told} == told


def test_a_way_into_what_is_given_names_each_that_stands_there() -> None:
    """Through lists, by its ARN or its name; what is missing names nothing, which no copy is."""
    controls = By("control", "Entries", way="Arn", anywhere=True)
    given = {"Entries": [{"Arn": "arn:aws:x::1:control/c-1"}, {"Arn": "c-2"}]}
    found = [(each.name, each.parts, each.anywhere) for each in controls.targets(given)]
    assert found == [("arn:aws:x::1:control/c-1", ("c-1",), True), ("c-2", ("c-2",), True)]
    for nothing in ({}, {"Entries": []}, {"Entries": [{}]}, {"Entries": "text"}):
        assert [(each.name, each.parts) for each in controls.targets(nothing)] == [("", ("",))]


def test_a_way_in_a_place_names_as_the_dns_takes_names() -> None:
    """In any case, with a dot at the end or without; without its place it names nothing."""
    names = By("name", "Batch", at="Zone", way="Changes.Name")
    given = {"Zone": "Z1", "Batch": {"Changes": [{"Name": "Shop.Example.com."}, {"Name": None}]}}
    found = [(each.name, each.parts) for each in names.targets(given)]
    assert found == [("Z1/shop.example.com", ("Z1", "shop.example.com")), ("", ("Z1", ""))]
    assert [each.name for each in names.targets({**given, "Zone": ""})] == ["", ""]


def test_a_quota_is_told_as_what_is_in_use() -> None:
    """Whoever is refused learns how full it is."""
    assert str(Quota("instances", 39, 40)) == "39 of 40 instances in use"


def test_a_copy_stands_beside_its_source_unless_its_type_says_otherwise() -> None:
    """In its region, and in its account where one is declared."""
    resource = Resource("db", "table", "orders", "eu-west-2", account="222222222222")
    assert TABLES.place(resource) == beside_the_source(resource) == Place("222222222222", "eu-west-2")


def test_a_copy_stands_where_its_drill_says_else_beside_its_source() -> None:
    """The account is the resource's own where the drill names another region alone."""
    resource = Resource("db", "table", "orders", "eu-west-2", account="222222222222")
    assert where_the_drill_says(resource) == beside_the_source(resource)
    away = replace(resource, to=Destination("eu-central-1"))
    assert where_the_drill_says(away) == Place("222222222222", "eu-central-1")
    other = Destination("eu-central-1", "333333333333")
    assert where_the_drill_says(replace(resource, to=other)) == Place("333333333333", "eu-central-1")
    assert (str(away.to), str(other)) == ("eu-central-1", "eu-central-1 of account 333333333333")


def test_what_a_copy_holds_is_told_apart_from_the_copy() -> None:
    """In words, by the ARNs that one of its name may have, and by what IAM calls its operations."""
    assert str(By("bucket", "Bucket", held=True)) == "Bucket is what a copy holds: bucket"
    assert (
        str(By("stack", "ChangeSetName", within="(?P<name>.+)-make"))
        == "a part of ChangeSetName is a copy of type stack"
    )
    found = HeldType("bucket", "bucket", "Buckets", "s3", "{id}", 63, "AWS::S3::Bucket", also=("{id}/*",))
    assert found.arns_of("dro-1") == ("dro-1", "dro-1/*")
    copy = CopyType("table", "table", "Tables", "dynamodb", "table/{id}", 255, "AWS::DynamoDB::Table")
    assert copy.arns_of("dro-1") == ("table/dro-1",)


def test_calls_that_iam_knows_by_other_names_are_told_by_all_types() -> None:
    """Those of every type beside those that each run makes."""
    known = Types([TABLES, declared(STACK, grants={"stacks:Describe": ("stacks:Look",)})]).grants
    assert known == {**GRANTS, "stacks:Describe": ("stacks:Look",)}


def test_a_failover_is_given_its_target_alone_where_the_drill_names_none() -> None:
    """All that it is given is known beforehand, and who is to serve only where the drill says so."""
    over = OwnFailover("clusters:Failover", "Cluster", {"Force": True}, "Writer")
    assert over.parameters("orders") == {"Cluster": "orders", "Force": True}
    assert over.parameters("orders", "reader-2") == {"Cluster": "orders", "Force": True, "Writer": "reader-2"}


def test_the_other_region_of_a_database_is_told_as_a_place() -> None:
    """With its key and its group: what stands there is put there as any copy that stands elsewhere."""
    other = Secondary("eu-central-1", "key-1", "group-1")
    assert other.to == Destination("eu-central-1", key="key-1", parameter_group="group-1")
