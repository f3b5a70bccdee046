"""Answers: what is not as AWS's own model says is no answer, is asked for again, and told by its field."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.session import Session

from dr_orchestrator.aws.calls.answers import Strange, named, refuse_unreadable, said, told, unreadable
from dr_orchestrator.aws.calls.api import TRIES, Api
from dr_orchestrator.aws.calls.parsing import Parsers
from dr_orchestrator.errors import Transient

MODELS = {name: Session().get_service_model(name) for name in ("rds", "dynamodb", "sts", "s3", "ec2")}
CALL = "dynamodb:DescribeTable"
AT = datetime(2026, 11, 20, tzinfo=UTC)
TABLE = {"TableName": "orders", "ItemCount": 3, "CreationDateTime": AT, "DeletionProtectionEnabled": True}


def shape(service: str, operation: str) -> Any:
    return MODELS[service].operation_model(operation).output_shape


def table(**changed: Any) -> Any:
    return told({"Table": {**TABLE, **changed}}, shape("dynamodb", "DescribeTable"), CALL)["Table"]


def test_what_a_model_allows_is_left_as_it_is() -> None:
    """An answer equals what botocore made of it, its metadata and what no model knows included."""
    answer = {"Table": TABLE, "ResponseMetadata": {"HTTPStatusCode": 200}}
    assert told(answer, shape("dynamodb", "DescribeTable"), CALL) == answer
    items = {"Items": [{"pk": {"S": "a"}, "n": {"N": "1"}, "list": {"L": [{"BOOL": True}]}}], "Count": 1}
    assert told(items, shape("dynamodb", "Scan"), CALL) == items


@pytest.mark.parametrize(
    "changed",
    [
        {"TableName": 7},
        {"ItemCount": "three"},
        {"ItemCount": True},
        {"CreationDateTime": "yesterday"},
        {"CreationDateTime": datetime(1970, 1, 1, tzinfo=UTC)},
        {"DeletionProtectionEnabled": "maybe"},
        {"KeySchema": {"AttributeName": "pk"}},
        {"KeySchema": [None]},
        {"RestoreSummary": "restored"},
        {"TableArn": "not as it was"},
        {"TableStatus": "☃ not as it was"},
        {"TableId": "not as it was"},
    ],
    ids=lambda changed: str(changed)[:40],
)
def test_a_field_of_another_kind_is_told_with_its_call(changed: dict[str, Any]) -> None:
    """Which field, in which call; whoever waits asks again."""
    with pytest.raises(Strange) as fault:
        table(**changed)
    assert fault.value.call == CALL
    assert f"Table.{next(iter(changed))}" in fault.value.message
    assert isinstance(fault.value, Transient)


@pytest.mark.parametrize("garbled", ["☃ not as it was", "3YWPUJRO5ZC83OTRFBYBX9VVFF", "db-3YWP UJRO"])
def test_an_id_that_aws_cannot_have_made_is_no_answer(garbled: str) -> None:
    """A copy that was written down by it would never be known again, and stay; an empty one is as good as missing."""

    def made(identifier: str) -> Any:
        answer = {"DBInstance": {"DbiResourceId": identifier}}
        operation = "RestoreDBInstanceFromDBSnapshot"
        return told(answer, shape("rds", operation), f"rds:{operation}")["DBInstance"]

    with pytest.raises(Strange, match=r"DBInstance\.DbiResourceId in its answer is no DbiResourceId"):
        made(garbled)
    assert made("db-3YWPUJRO5ZC83OTRFBYBX9VVFF")["DbiResourceId"] == "db-3YWPUJRO5ZC83OTRFBYBX9VVFF"
    with pytest.raises(Strange, match="no DbiResourceId in DBInstance"):
        _ = made("")["DbiResourceId"]


PUBLIC = "<R><DBInstances><DBInstance><PubliclyAccessible>{}</PubliclyAccessible></DBInstance></DBInstances></R>"


@pytest.mark.parametrize("told_as", ["☃ not as it was", "", "1", "yes"])
def test_a_boolean_that_is_neither_true_nor_false_is_no_answer(told_as: str) -> None:
    """botocore takes every text but `true` for false: a database that may be open to all would be told as shut."""
    made, output = Parsers().create_parser("query"), shape("rds", "DescribeDBInstances")

    def public(text: str) -> Any:
        body = PUBLIC.format(text).replace("R>", "DescribeDBInstancesResult>")
        answer = f"<DescribeDBInstancesResponse>{body}</DescribeDBInstancesResponse>".encode()
        parsed = made.parse({"body": answer, "status_code": 200, "headers": {}}, output)
        return told(parsed, output, "rds:DescribeDBInstances")["DBInstances"][0]["PubliclyAccessible"]

    with pytest.raises(Strange, match="PubliclyAccessible in its answer is no boolean"):
        public(told_as)
    assert (public("true"), public("false")) == (True, False)


def test_a_security_group_that_aws_cannot_have_made_is_no_answer() -> None:
    """AWS would refuse to restore into it, and the drill would fail of that."""
    groups, call = shape("ec2", "DescribeSecurityGroups"), "ec2:DescribeSecurityGroups"
    good = {"SecurityGroups": [{"GroupId": "sg-0a1b2c3d4e5f60718"}]}
    assert told(good, groups, call) == good
    with pytest.raises(Strange, match=r"SecurityGroups\.GroupId in its answer is no GroupId"):
        told({"SecurityGroups": [{"GroupId": "☃ not as it was"}]}, groups, call)


@pytest.mark.parametrize("operation", ["ListObjects", "ListObjectsV2", "ListObjectVersions"])
def test_a_listing_that_does_not_say_how_its_keys_are_written_is_no_answer(operation: str) -> None:
    """botocore would leave them encoded: an object `a b` would be told as `a%20b`, and `a b` as missing."""
    listed, call = shape("s3", operation), f"s3:{operation}"
    assert told({"EncodingType": "url"}, listed, call) == {"EncodingType": "url"}
    for answer in ({}, {"EncodingType": "☃"}):
        with pytest.raises(Strange, match="how its keys are written"):
            told(answer, listed, call)


def test_a_field_that_is_not_there_is_told_with_its_call() -> None:
    """What is looked for by its name was always told by AWS; what may be missing is asked for as such."""
    with pytest.raises(Strange, match=rf"{CALL}: its answer has no TableStatus in Table"):
        _ = table()["TableStatus"]
    assert table().get("TableStatus") is None


@pytest.mark.parametrize(
    "told_of", [[], [{"DBInstanceIdentifier": "orders-prod"}], [{}]], ids=["none", "another", "no name"]
)
def test_who_asks_by_a_name_is_told_of_nothing_else(told_of: list[dict[str, Any]]) -> None:
    """Production in place of the copy is no answer; letters are AWS's to choose."""
    answer = told({"DBInstances": told_of}, shape("rds", "DescribeDBInstances"), "rds:DescribeDBInstances")
    with pytest.raises(Strange):
        named(answer["DBInstances"], "DBInstanceIdentifier", "dro-copy", "rds:DescribeDBInstances")
    ours = told(
        {"DBInstances": [*told_of[1:], {"DBInstanceIdentifier": "DRO-copy"}]}, shape("rds", "DescribeDBInstances"), "x"
    )
    assert named(ours["DBInstances"], "DBInstanceIdentifier", "dro-copy", "x") == {"DBInstanceIdentifier": "DRO-copy"}


JSON = ("dynamodb", "DescribeTable", b'{"Table": {}}')
XML = ("rds", "DescribeDBInstances", b"<?xml ?><DescribeDBInstancesResponse/>")
PAGE = b"<!DOCTYPE html><html><body>Sign in</body></html>"


@pytest.mark.parametrize(
    ("spoken", "body"),
    [
        *((JSON, body) for body in (PAGE, b'{"Table": {', b"[]", b"7", b"\xff\xfe")),
        *((XML, body) for body in (PAGE, b"{}", b"gateway", b"<?xml ?><DescribeDBInst")),
    ],
)
def test_a_body_in_another_form_is_no_answer(spoken: tuple[str, str, bytes], body: bytes) -> None:
    """botocore would take it for an empty one; where the server itself failed, that is botocore's to repeat."""
    service, operation, good = spoken
    model = MODELS[service].operation_model(operation)
    with pytest.raises(Strange, match=f"{service}:{operation}: its answer is in no form that AWS has"):
        refuse_unreadable(model, {"body": body, "status_code": 200})
    refuse_unreadable(model, {"body": body, "status_code": 503})
    refuse_unreadable(model, {"body": good, "status_code": 200})


@pytest.mark.parametrize("error", [{}, {"Error": None}, {"Error": "x"}, {"Error": {"Code": None}}])
def test_an_error_without_a_name_has_none(error: dict[str, Any]) -> None:
    """Whatever is in the place of the code, nothing breaks that reads it."""
    assert said(error) == ("", "")


def test_a_defect_of_ours_is_no_answer_of_awss() -> None:
    """An exception that our own code raised on the way is told as what it is, and hidden by nothing."""
    try:
        said(None)  # type: ignore[arg-type]
    except Exception as error:
        assert unreadable(error, CALL) is None
    try:
        int("x")
    except ValueError as error:
        found = unreadable(error, CALL)
        assert found is not None
        assert "its answer cannot be read" in found.message


class Broken:
    """A client whose answers cannot be read for some times."""

    def __init__(self, times: int) -> None:
        self.left, self.asked = times, 0

    class meta:  # noqa: N801
        endpoint_url, region_name, service_model = "https://x", "us-east-1", MODELS["sts"]

    def get_caller_identity(self) -> dict[str, Any]:
        self.asked += 1
        self.left -= 1
        return {"Account": 7} if self.left >= 0 else {"Account": "123456789012"}


def test_an_answer_that_is_none_is_asked_for_again_some_times() -> None:
    """As botocore repeats what broke on its way; then whoever called decides how long to wait."""
    client = Broken(TRIES - 1)
    assert Api(client).call("GetCallerIdentity") == {"Account": "123456789012"}
    assert client.asked == TRIES
    client = Broken(TRIES)
    with pytest.raises(Strange, match="sts:GetCallerIdentity: Account in its answer is no string"):
        Api(client).call("GetCallerIdentity")
    assert client.asked == TRIES
