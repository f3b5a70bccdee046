"""`to` of a drill, and the region in which its points lie: known to its resource alone, each mistake at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.domain.service import Isolation
from dr_orchestrator.domain.vault import Vault
from tests.support.drill_files import SHOP, TIERS, changed, only, problems, write
from tests.support.types import load

SNAPSHOT = changed(SHOP, "kind: pitr-restore", "kind: snapshot-restore")
ROLE = "arn:aws:iam::123456789012:role/dr-restore"
FAR = "arn:aws:backup:eu-central-1:222222222222:backup-vault:far-away"
TO = "to: {region: eu-central-1, kms_key: alias/dr-drills}"


CLUSTERS = changed(SNAPSHOT, "type: rds-instance", "type: aurora-cluster")


def said(text: str, of: str = SNAPSHOT) -> str:
    return changed(of, "    disruption: application\n", f"    disruption: application\n    {text}\n")


def test_its_drill_alone_knows_where_a_copy_is_to_stand(tmp_path: Path) -> None:
    """The resource of the service, which other drills restore, stays where it is."""
    found = load(write(tmp_path, {"shop.yaml": said(TO)}))
    drill = found.drills["shop-pitr"]
    assert drill.resource.to == Destination("eu-central-1", key="alias/dr-drills")
    assert found.services[drill.service.name].resources[drill.resource.name].to is None


def test_it_is_put_where_the_drill_says(tmp_path: Path) -> None:
    """The network of another region may have other names."""
    put = "isolation: {subnet_group: away, security_groups: [sg-away]}"
    drill = load(write(tmp_path, {"shop.yaml": said(TO.replace("}", f", {put}}}"))})).drills["shop-pitr"]
    assert drill.resource.isolation == Isolation("away", ("sg-away",))


def test_what_lies_there_is_restored_there(tmp_path: Path) -> None:
    """A region in place of a vault is where the copy stands, too."""
    drill = load(write(tmp_path, {"shop.yaml": said("recovery_points: {region: eu-central-1}")})).drills["shop-pitr"]
    assert drill.vault is None
    assert drill.resource.to == Destination("eu-central-1", standing=True)


def test_the_place_is_part_of_the_digest_and_its_absence_is_not(tmp_path: Path) -> None:
    """A drill that restores elsewhere, or from elsewhere, is another drill."""
    texts = (SNAPSHOT, said(TO), said(TO.replace("central", "west")), said("recovery_points: {region: eu-central-1}"))
    digests = [load(write(tmp_path, {"shop.yaml": text})).drills["shop-pitr"].digest for text in texts]
    assert len(set(digests)) == 4


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        (said(TO, SHOP), "to", "the copy of a pitr-restore stands beside its source"),
        (said(TO.replace("eu-central-1", "us-east-1")), "to.region", "that is where the source is"),
        (said("to: {region: nowhere}"), "to.region", "is not an AWS region"),
        (
            said(TO.replace("alias/dr-drills", "arn:aws:kms:us-east-1:123456789012:key/x")),
            "to.kms_key",
            "the key is of us-east-1",
        ),
        (said(TO.replace("}", ", shared_key: alias/x}")), "to.shared_key", "nothing is shared"),
        (said(TO.replace("}", ', account: "222222222222"}')), "to.account", "no role reaches account 222222222222"),
        (said("recovery_points: {region: us-east-1}"), "recovery_points.region", "that is where the source is"),
        (
            said(f"recovery_points: {{region: eu-central-1}}\n    {TO}"),
            "to.kms_key",
            "nothing is copied where the points lie there already",
        ),
        (
            said("recovery_points: {region: eu-west-1}\n    to: {region: eu-central-1}"),
            "to.region",
            "the points lie in eu-west-1",
        ),
        (
            said(f'recovery_points: {{region: eu-central-1, vault: nightly, role: "{ROLE}"}}\n    {TO}'),
            "to.kms_key",
            "under the key that their points have in the vault",
        ),
        (
            changed(
                said("recovery_points: {region: eu-central-1}", CLUSTERS), "{name: shop", "{via: data-api, name: shop"
            ),
            "recovery_points",
            "the Data API takes a secret of the region in which the copy stands",
        ),
        (said(f'recovery_points: {{region: eu-west-1, role: "{ROLE}"}}'), "recovery_points", "and none is named"),
        (
            said(f'recovery_points: {{region: eu-west-1, vault: "{FAR}", role: "{ROLE}"}}'),
            "recovery_points",
            "the vault is in eu-central-1, and not in eu-west-1",
        ),
    ],
)
def test_each_mistake_is_told_at_its_key(tmp_path: Path, text: str, key: str, message: str) -> None:
    """What could never work, before anything is asked of AWS."""
    problem = only(tmp_path, {"shop.yaml": text})
    assert problem.key == f"drills.shop-pitr.{key}"
    assert message in problem.message


def test_a_shared_key_is_named_by_its_arn(tmp_path: Path) -> None:
    """The role of the other account is given the key by its ARN: an alias there would leave it without."""
    there = TO.replace("}", ', account: "222222222222", shared_key: alias/x}')
    told = {each.key: each.message for each in problems(write(tmp_path, {"shop.yaml": said(there)}))}
    assert "can name a key by its ARN alone" in told["drills.shop-pitr.to.shared_key"]


TABLES = """\
service: carts
title: Carts
tier: 1
owner: Team Shop
dr_champion: Ada
runbook: {url: https://wiki.example.com/carts, reviewed: 2026-10-06}
resources:
  carts: {type: dynamodb-table, id: carts-prod, region: us-east-1}
drills:
  carts-away:
    kind: snapshot-restore
    resource: carts
    disruption: application
    checks: [{name: carts are there, items-at-least: {minimum: 1}}]
"""
VAULT = f'recovery_points: {{region: eu-central-1, vault: nightly, role: "{ROLE}"}}'


def test_a_vault_of_another_region_says_where_a_table_is_restored(tmp_path: Path) -> None:
    """The vault is known to the drill, its region to the resource; a key of that region may be named."""
    text = said(f"{VAULT}\n    {TO}", TABLES)
    drill = load(write(tmp_path, {"carts.yaml": text})).drills["carts-away"]
    assert drill.vault == Vault("nightly", ROLE)
    assert drill.resource.to == Destination("eu-central-1", key="alias/dr-drills", standing=True)


@pytest.mark.parametrize("of", ["rds-instance", "aurora-cluster"])
def test_it_may_be_a_database(tmp_path: Path, of: str) -> None:
    """Its isolation and its groups are those of the place."""
    there = "to: {region: eu-central-1, parameter_group: tuned, isolation: {subnet_group: a, security_groups: [b]}}"
    text = changed(said(f"{VAULT}\n    {there}"), "type: rds-instance", f"type: {of}")
    drill = load(write(tmp_path, {"shop.yaml": text})).drills["shop-pitr"]
    assert drill.vault == Vault("nightly", ROLE)
    assert drill.resource.to == Destination("eu-central-1", parameter_group="tuned", standing=True)


@pytest.mark.parametrize("kind", ["snapshot-restore", "pitr-restore"])
def test_a_table_may_be_restored_elsewhere_of_a_backup_and_of_an_instant(tmp_path: Path, kind: str) -> None:
    """AWS does both by one call."""
    text = changed(said(TO, TABLES), "kind: snapshot-restore", f"kind: {kind}")
    assert load(write(tmp_path, {"carts.yaml": text})).drills["carts-away"].resource.to is not None


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        (
            said("recovery_points: {region: eu-central-1}", TABLES),
            "recovery_points.region",
            "no snapshot-restore takes copies of dynamodb-tables that lie in another region",
        ),
        (
            changed(said(VAULT, TABLES), "kind: snapshot-restore", "kind: pitr-restore"),
            "recovery_points.region",
            "no pitr-restore takes copies of dynamodb-tables that lie in a vault of another region",
        ),
        (said(VAULT.replace("eu-central-1", "us-east-1"), TABLES), "recovery_points.region", "where the source is"),
        (
            said(TO.replace("}", ", isolation: {subnet_group: a, security_groups: [b]}}"), TABLES),
            "to.isolation",
            "copies of dynamodb-tables have none",
        ),
        (
            said(f"{VAULT.replace('region: eu-central-1, ', '')}\n    {TO}", TABLES),
            "to",
            "AWS Backup restores only where a vault is",
        ),
    ],
)
def test_each_mistake_of_a_tables_place_is_told(tmp_path: Path, text: str, key: str, message: str) -> None:
    """What AWS does not do with tables, or would do without what is said."""
    told = {each.key: each.message for each in problems(write(tmp_path, {"carts.yaml": text}))}
    assert message in told[f"drills.carts-away.{key}"]


@pytest.mark.parametrize(
    ("text", "key", "message", "fix"),
    [
        (said(VAULT.replace(f', role: "{ROLE}"', ""), TABLES), "recovery_points.role", "'role' is missing", "add it"),
        (
            changed(said(VAULT, TABLES), "region: us-east-1}", 'region: us-east-1, account: "999999999999"}'),
            "recovery_points.role",
            "the role is of account 123456789012, and the resource of 999999999999",
            "AWS Backup restores there",
        ),
        (
            said(f'recovery_points: {{vault: "{FAR}", role: "{ROLE}"}}\n    to: {{region: eu-central-1}}', TABLES),
            "recovery_points",
            "the vault is in eu-central-1, and it is not said that the points are taken there",
            "add `region: eu-central-1`",
        ),
        (
            said(f'recovery_points: {{vault: "{FAR}", role: "{ROLE}"}}', TABLES),
            "recovery_points.vault",
            "AWS Backup restores only where a vault is",
            "name one in us-east-1, or add `region: eu-central-1`",
        ),
        (
            said(f'recovery_points: {{vault: "{FAR}", role: "{ROLE}"}}\n    to: {{region: eu-central-1}}'),
            "recovery_points",
            "the vault is in eu-central-1, and it is not said that the points are taken there",
            "add `region: eu-central-1`",
        ),
        (
            changed(said(VAULT), "kind: snapshot-restore", "kind: pitr-restore"),
            "recovery_points.region",
            "no pitr-restore takes copies of rds-instances that lie in a vault of another region",
            "remove it, or drill by one of: snapshot-restore, or remove `vault` and `role`",
        ),
        (
            said("recovery_points: {region: eu-central-1}", TABLES),
            "recovery_points.region",
            "no snapshot-restore takes copies of dynamodb-tables that lie in another region",
            "remove it, or name the vault of AWS Backup in which they lie",
        ),
        (said("to: {region: cn-north-1}", TABLES), "to.region", "of another partition", "partition of us-east-1"),
        (
            said("recovery_points: {region: us-gov-west-1}"),
            "recovery_points.region",
            "us-gov-west-1 is of another partition of AWS than us-east-1",
            "name a region of the partition of us-east-1",
        ),
    ],
)
def test_each_mistake_is_told_once_and_with_the_way_out(
    tmp_path: Path, text: str, key: str, message: str, fix: str
) -> None:
    """What the guard would refuse only after the disruption, in true words, and what is to be done about it."""
    told = [
        (each.message, each.fix)
        for each in problems(write(tmp_path, {"shop.yaml": text}))
        if each.key == f"drills.{'carts-away' if text.startswith('service: carts') else 'shop-pitr'}.{key}"
    ]
    assert len(told) == 1
    assert message in told[0][0]
    assert fix in told[0][1]


OTHER = "222222222222"
THERE = f'to: {{region: eu-central-1, account: "{OTHER}"}}'


def of_account(vault: str, role: str = f"arn:aws:iam::{OTHER}:role/dr-restore") -> str:
    """A vault and its role, with a copy that is to stand in another account."""
    return said(f'recovery_points: {{vault: "{vault}", role: "{role}"}}\n    {THERE}', TABLES)


def reached(folder: Path, text: str) -> Path:
    """The workspace with that service, and a role by which the other account is reached."""
    roles = [f"arn:aws:iam::{each}:role/dro" for each in ("123456789012", OTHER)]
    said = f"roles: {{source: '{roles[0]}', drill: '{roles[0]}-drill', elsewhere: ['{roles[1]}']}}\n"
    return write(folder, {"tiers.yaml": TIERS + said, "carts.yaml": text})


@pytest.mark.parametrize("vault", ["far-away", FAR])
def test_the_vault_of_the_account_in_which_a_copy_is_to_stand_is_its_own(tmp_path: Path, vault: str) -> None:
    """By its name or its ARN: AWS Backup restores there, as in any account, from what that owns."""
    drill = load(reached(tmp_path, of_account(vault))).drills["carts-away"]
    assert drill.vault == Vault("far-away", f"arn:aws:iam::{OTHER}:role/dr-restore")
    assert drill.resource.to == Destination("eu-central-1", OTHER, standing=True)


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        (of_account("nightly", ROLE), "recovery_points.role", "the copy is to stand in 222222222222"),
        (of_account(FAR.replace("central", "west")), "recovery_points.vault", "the vault is in eu-west-1"),
        (
            changed(of_account("nightly"), "kind: snapshot-restore", "kind: pitr-restore"),
            "kind",
            "not restored from a vault by pitr-restore",
        ),
    ],
)
def test_each_mistake_of_such_a_vault_is_told(tmp_path: Path, text: str, key: str, message: str) -> None:
    """AWS Backup restores where the vault is, by a role of the account."""
    told = {each.key: each.message for each in problems(reached(tmp_path, text))}
    assert message in told[f"drills.carts-away.{key}"]


def test_no_table_is_brought_into_another_account(tmp_path: Path) -> None:
    """No call of AWS does it: a replica's goes by export and import."""
    text = said(TO.replace("}", ', account: "222222222222"}'), TABLES)
    told = {(each.key, each.message) for each in problems(write(tmp_path, {"carts.yaml": text}))}
    assert ("drills.carts-away.to.account", "no drill brings dynamodb-tables into another account") in told


ZONES = changed(SNAPSHOT, "type: rds-instance", "type: multi-az-cluster")
OF_ZONES = f'recovery_points: {{vault: nightly, role: "{ROLE}"}}'
SHARED = OF_ZONES.replace("nightly", FAR.replace("eu-central-1", "us-east-1"))


def test_a_multi_az_cluster_is_restored_from_a_vault_beside_its_source(tmp_path: Path) -> None:
    """In its own account and region AWS Backup restores one."""
    assert problems(write(tmp_path, {"shop.yaml": said(OF_ZONES, ZONES)})) == ()


@pytest.mark.parametrize(
    ("text", "key", "fix"),
    [
        ("to: {region: eu-central-1}", "to", "remove it"),
        (THERE, "to", "remove it"),
        ("recovery_points: {region: eu-central-1}", "recovery_points.region", "remove it"),
        (OF_ZONES.replace("}", ", region: eu-central-1}"), "recovery_points.region", "remove it"),
        (SHARED, "recovery_points.vault", "name one of the resource's account"),
    ],
)
def test_a_multi_az_cluster_is_brought_nowhere_for_aws_copies_no_backup_of_one(
    tmp_path: Path, text: str, key: str, fix: str
) -> None:
    """Neither RDS its snapshots nor AWS Backup its points: the check tells, and no call after the disruption."""
    (told,) = problems(write(tmp_path, {"shop.yaml": said(text, ZONES)}))
    assert told.key == f"drills.shop-pitr.{key}"
    assert "AWS copies no backup of a multi-AZ DB cluster" in told.message
    assert told.fix == fix


OBJECTS = changed(TABLES, "type: dynamodb-table", "type: s3-bucket")


@pytest.mark.parametrize("key", ["alias/dr-drills", ""])
def test_a_bucket_is_restored_where_a_vault_elsewhere_is(tmp_path: Path, key: str) -> None:
    """In another region, under a key of that or under none."""
    text = said(f"{VAULT}\n    {TO}" if key else VAULT, OBJECTS)
    drill = load(write(tmp_path, {"carts.yaml": text})).drills["carts-away"]
    assert drill.vault == Vault("nightly", ROLE)
    assert drill.resource.to == Destination("eu-central-1", key=key, standing=True)


@pytest.mark.parametrize("region", ["eu-central-1", "us-east-1"])
def test_a_bucket_is_restored_in_the_account_of_the_vault(tmp_path: Path, region: str) -> None:
    """In another region, or in that of the source."""
    text = changed(of_account("nightly"), "type: dynamodb-table", "type: s3-bucket")
    drill = load(reached(tmp_path, text.replace("eu-central-1", region))).drills["carts-away"]
    assert drill.resource.to == Destination(region, OTHER, standing=True)


@pytest.mark.parametrize(
    ("text", "key", "message", "fix"),
    [
        (
            said(TO, OBJECTS),
            "kind",
            "s3-buckets cannot be drilled by snapshot-restore but out of a vault of AWS Backup",
            "one of: pitr-restore, or add `recovery_points: {vault: …, role: …}`",
        ),
        (
            changed(said(TO, OBJECTS), "kind: snapshot-restore", "kind: pitr-restore"),
            "to",
            "the copy of a pitr-restore stands beside its source",
            "remove it, or drill by one of: snapshot-restore out of a vault",
        ),
        (
            said(TO.replace("}", f', account: "{OTHER}"}}'), OBJECTS),
            "to.account",
            "no drill brings s3-buckets into another account",
            "remove it, or take what a vault of AWS Backup has there: `recovery_points`",
        ),
        (
            said(f"{VAULT}\n    {TO.replace('}', ', reader: i-0bbbbbbbbbbbbbbbb}')}", OBJECTS),
            "to.reader",
            "no s3-bucket has a `reader`",
            "remove it",
        ),
    ],
)
def test_each_mistake_of_a_buckets_place_is_told(tmp_path: Path, text: str, key: str, message: str, fix: str) -> None:
    """No drill brings one anywhere: the way out is the vault there."""
    told = {(each.key, each.message, each.fix) for each in problems(write(tmp_path, {"carts.yaml": text}))}
    assert (f"drills.carts-away.{key}", message, fix) in told


LOST, REGIONS = "disruption: application", "disruption: region"
BESIDE = f'to: {{region: us-east-1, account: "{OTHER}"}}'
FROM_VAULT = ("dynamodb-table", "s3-bucket", "efs-file-system", "ebs-volume", "ec2-instance")


def beside_of(type: str) -> str:
    """One out of a vault of another account, in the region of its source."""
    return of_account("nightly").replace("eu-central-1", "us-east-1").replace("dynamodb-table", type)


@pytest.mark.parametrize(
    "text",
    [
        said(BESIDE),
        said(BESIDE, CLUSTERS),
        said(OF_ZONES, ZONES),
        said(OF_ZONES, OBJECTS),
        *map(beside_of, FROM_VAULT),
    ],
)
def test_nothing_that_stands_in_the_lost_region_proves_anything_of_its_loss(tmp_path: Path, text: str) -> None:
    """Beside its source, in another account, or out of a vault there: each is refused at its line, of every type."""
    lost = changed(text, LOST, REGIONS)
    (told,) = [each for each in problems(reached(tmp_path, lost)) if each.key.endswith(".disruption")]
    assert told.file == "drills/carts.yaml"
    assert told.line == lost[: lost.index(REGIONS)].count("\n") + 1
    assert told.message == "us-east-1 counts as lost, and the copy stands in it: that proves nothing of its loss"
    assert told.fix.startswith("write `disruption: infrastructure`, or `application`")


@pytest.mark.parametrize("text", [said(TO, CLUSTERS), said(TO, TABLES), said(VAULT, TABLES), said(VAULT, OBJECTS)])
def test_what_stands_in_another_region_is_drilled_for_the_loss_of_its_own(tmp_path: Path, text: str) -> None:
    """Brought there, or out of a vault there."""
    told = problems(reached(tmp_path, changed(text, LOST, REGIONS)))
    assert not [each for each in told if each.key.endswith(".disruption")]


@pytest.mark.parametrize("of", [SNAPSHOT, CLUSTERS, TABLES, OBJECTS])
def test_the_key_of_a_copy_is_of_the_account_in_which_that_stands(tmp_path: Path, of: str) -> None:
    """Whoever loses the source's account would lose the copy with its key."""
    key = "arn:aws:kms:eu-central-1:123456789012:key/x"
    text = said(THERE.replace("}", f", kms_key: '{key}'}}"), of)
    message = f"the key is of account 123456789012, and what stands in {OTHER} is encrypted with one of {OTHER}"
    told = {each.message for each in problems(reached(tmp_path, text)) if each.key.endswith(".to.kms_key")}
    assert message in told
    own = text.replace("eu-central-1:123456789012", f"eu-central-1:{OTHER}")
    assert not [each for each in problems(reached(tmp_path, own)) if "the key is of" in each.message]
