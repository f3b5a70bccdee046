"""How the settings of each type are read, where AWS tells what no lab has, and what a template may make anew."""

from __future__ import annotations

from typing import Any

import pytest

from dr_orchestrator.aws.parity.reading import Live
from dr_orchestrator.domain.parity import Facts, Standing, compare
from dr_orchestrator.domain.resource_type import ResourceType
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.s3_bucket.settings import SHUT
from tests.support.told_aws import ToldAws

KEY = "arn:aws:kms:us-east-1:1:key/1"
ENCRYPTED = [of for of in TYPES if any(each.name == "encryption" for each in of.settings)]


def rules(told: dict[str, Any]) -> dict[str, Any]:
    return {"ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": told}]}}


def database(of: str, **told: Any) -> dict[str, Any]:
    return {"Describe" + of + "s": {of + "s": [{of + "Identifier": "x", "Engine": "postgres", **told}]}}


def volume(**told: Any) -> dict[str, Any]:
    about = {"VolumeId": "vol-1", "Size": 1, "VolumeType": "gp3", "AvailabilityZone": "us-east-1a", "State": "in-use"}
    return {"DescribeVolumes": {"Volumes": [{**about, **told}]}}


def machine(**told: Any) -> dict[str, Any]:
    about = {"InstanceId": "i-1", "State": {"Name": "running"}}
    return {"DescribeInstances": {"Reservations": [{"Instances": [about]}]}, **volume(**told)}


def table(key: str, manager: str) -> dict[str, Any]:
    about = {"TableName": "x", "SSEDescription": {"KMSMasterKeyArn": key}}
    return {"DescribeTable": {"Table": about}, "DescribeKey": {"KeyMetadata": {"KeyManager": manager}}}


def file_system(**told: Any) -> dict[str, Any]:
    about = {"FileSystemId": "fs-1", "CreationToken": "x", "LifeCycleState": "available", "PerformanceMode": "maxIO"}
    return {"DescribeFileSystems": {"FileSystems": [{**about, **told}]}}


KEYS: dict[str, list[dict[str, Any]]] = {
    "rds-instance": [
        database("DBInstance", StorageEncrypted=True, KmsKeyId=KEY),
        database("DBInstance"),
        database("DBInstance", StorageEncrypted=True),
    ],
    "aurora-cluster": [
        database("DBCluster", StorageEncrypted=True, KmsKeyId=KEY),
        database("DBCluster"),
        database("DBCluster", StorageEncrypted=True),
    ],
    "multi-az-cluster": [
        database("DBCluster", StorageEncrypted=True, KmsKeyId=KEY, DBClusterInstanceClass="db.m6gd.large"),
        database("DBCluster", DBClusterInstanceClass="db.m6gd.large"),
        database("DBCluster", StorageEncrypted=True, DBClusterInstanceClass="db.m6gd.large"),
    ],
    "dynamodb-table": [
        table(KEY, "CUSTOMER"),
        {"DescribeTable": {"Table": {"TableName": "x"}}},
        table(KEY, "AWS"),
    ],
    "s3-bucket": [
        {"GetBucketEncryption": rules({"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY})},
        {"GetBucketEncryption": rules({"SSEAlgorithm": "AES256"})},
        {"GetBucketEncryption": rules({"SSEAlgorithm": "aws:kms"})},
        {"GetBucketEncryption": rules({"SSEAlgorithm": "aws:kms:dsse"})},
        {},
    ],
    "ebs-volume": [volume(Encrypted=True, KmsKeyId=KEY), volume(), volume(Encrypted=True)],
    "efs-file-system": [file_system(Encrypted=True, KmsKeyId=KEY), file_system(), file_system(Encrypted=True)],
    "ec2-instance": [machine(Encrypted=True, KmsKeyId=KEY), machine(), machine(Encrypted=True)],
}
"""What AWS tells of each type: first with a key that somebody named, then without one."""


def told(of: Any, setting: str, answers: dict[str, Any]) -> Facts:
    """The facts of the look that tells of a setting."""
    (look,) = (each for each in of.looks() if setting in each.settings)
    facts: Facts = look.read(Live(ToldAws(answers).account(), "x"))
    return facts


@pytest.mark.parametrize("of", [*ENCRYPTED], ids=lambda of: of.name)
def test_what_is_encrypted_with_nobodys_key_is_not_as_what_is_with_ones_own(of: ResourceType) -> None:
    """Not in what a template made either: that may have another key, and not none."""
    with_key, *without = (told(of, "encryption", each) for each in KEYS[of.name])
    assert with_key["encryption"] == KEY
    for each in without:
        (found,) = (
            one
            for one in compare(of.settings, "x", with_key, each, {}, from_template=True).differences
            if one.setting == "encryption"
        )
        assert found.standing is Standing.DIFFERS
        assert not compare(of.settings, "x", each, each, {}, from_template=True).differences


@pytest.mark.parametrize(
    ("type_name", "setting", "became"),
    [("dynamodb-table", "point-in-time-recovery", "off"), ("s3-bucket", "inventory", "none")],
)
def test_what_is_edited_out_of_a_template_is_the_drills_doing(type_name: str, setting: str, became: str) -> None:
    """A restored copy lacks it for good: nobody edited that."""
    sides = {setting: "as production has it"}, {setting: became}
    (edited,) = compare(TYPES[type_name].settings, "x", *sides, {}, from_template=True).differences
    (restored,) = compare(TYPES[type_name].settings, "x", *sides, {}).differences
    assert (edited.standing, restored.standing) == (Standing.BY_DRILL, Standing.DIFFERS)


def rule(**said: Any) -> dict[str, Any]:
    return {"Rules": [{"Status": "Enabled", "Filter": {"Prefix": ""}, **said}]}


EXPIRES = {"Expiration": {"Days": 30}}
HEARD = {"Events": ["s3:ObjectCreated:*"], "LambdaFunctionArn": "arn:1"}
PITR = {"PointInTimeRecoveryStatus": "ENABLED", "RecoveryPeriodInDays": 35}
INDEX = {"IndexName": "by-day", "KeySchema": [{"AttributeName": "day"}]}


def recovery(**told: Any) -> dict[str, Any]:
    return {"ContinuousBackupsDescription": {"PointInTimeRecoveryDescription": {**PITR, **told}}}


def indexed(*beside: str) -> dict[str, Any]:
    index = {**INDEX, "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": [*beside]}}
    return {"Table": {"TableName": "x", "GlobalSecondaryIndexes": [index]}}


ENDS = ("prefix", "a/"), ("Suffix", ".png")


def keys(*of: tuple[str, str]) -> dict[str, Any]:
    return {"Filter": {"Key": {"FilterRules": [{"Name": name, "Value": value} for name, value in of]}}}


def hears(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"LambdaFunctionConfigurations": [{**HEARD, **each} for each in changes]}


def shut(*of: str) -> dict[str, Any]:
    return {"PublicAccessBlockConfiguration": dict.fromkeys(of, True)}


@pytest.mark.parametrize(
    ("type_name", "setting", "one", "other", "same"),
    [
        ("s3-bucket", "lifecycle", rule(ID="of-S3", **EXPIRES), rule(ID="of-S3-too", **EXPIRES), True),
        ("s3-bucket", "lifecycle", rule(**EXPIRES), rule(Expiration={"Days": 3}), False),
        ("s3-bucket", "notifications", hears({}), hears({"LambdaFunctionArn": "arn:2", "Id": "another"}), True),
        ("s3-bucket", "notifications", hears({}), hears({"Events": ["s3:ObjectRemoved:*"]}), False),
        ("s3-bucket", "notifications", hears({}), hears(keys(("Prefix", "a/"))), False),
        ("s3-bucket", "notifications", hears({}), hears({}, {}), False),
        ("s3-bucket", "notifications", hears({}), hears(keys()), True),
        ("s3-bucket", "notifications", hears(keys(*ENDS)), hears(keys(*reversed(ENDS))), True),
        ("s3-bucket", "public-access", shut(*SHUT), shut("IgnorePublicAcls", "RestrictPublicBuckets"), True),
        ("s3-bucket", "public-access", shut(*SHUT), shut("BlockPublicAcls", "BlockPublicPolicy"), False),
        ("s3-bucket", "public-access", shut(*SHUT), shut("IgnorePublicAcls"), False),
        ("dynamodb-table", "point-in-time-recovery", recovery(), recovery(RecoveryPeriodInDays=1), False),
        ("dynamodb-table", "indexes", indexed("b", "a"), indexed("a", "b"), True),
        ("dynamodb-table", "indexes", indexed("a", "b"), indexed("a"), False),
    ],
)
def test_settings_are_the_same_where_they_say_the_same(
    type_name: str, setting: str, one: dict[str, Any], other: dict[str, Any], same: bool
) -> None:
    """Whatever ids AWS made up, in whatever order, and whoever hears; not where less is said, or of less.

    Two words alone shut a bucket to whoever is let in already.
    """
    asked = {
        "lifecycle": "GetBucketLifecycleConfiguration",
        "notifications": "GetBucketNotificationConfiguration",
        "public-access": "GetPublicAccessBlock",
        "point-in-time-recovery": "DescribeContinuousBackups",
        "indexes": "DescribeTable",
    }[setting]
    first, second = (told(TYPES[type_name], setting, {asked: each})[setting] for each in (one, other))
    assert (first == second) is same
