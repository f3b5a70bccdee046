"""The lab names each operation as its client does, whatever protocol it is asked in."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import AWSRequest
from botocore.config import Config

from dr_orchestrator.lab import calls, operations
from tests.support.requests_made import ENDPOINT, KEY, environ, requests

pytestmark = pytest.mark.slow

SERVICES = (
    *("s3", "s3control", "backup", "lambda", "rds", "dynamodb", "ec2", "cloudformation", "sts", "kms", "iam", "efs"),
    *(
        "secretsmanager",
        "route53",
        "opensearch",
        "sqs",
        "scheduler",
        "events",
        "elbv2",
        "cloudwatch",
        "dynamodbstreams",
    ),
    *("es", "neptune", "eventbridgev2"),
)
SUPERSEDED = "its request is that of what superseded it, to the letter"
UNSIGNED = "it is sent unsigned, and the lab answers signed calls alone"
SAME = "its request is that of RDS, to the letter, and RDS is what the lab has"
EXCEPTED = {
    ("s3", "GetBucketLifecycle"): SUPERSEDED,
    ("s3", "GetBucketNotification"): SUPERSEDED,
    ("s3", "PutBucketLifecycle"): SUPERSEDED,
    ("s3", "PutBucketNotification"): SUPERSEDED,
    ("sts", "AssumeRoleWithSAML"): UNSIGNED,
    ("sts", "AssumeRoleWithWebIdentity"): UNSIGNED,
}


def wrongly_named(service: str, **client: Any) -> list[tuple[str, str, str]]:
    """The operations that the lab calls otherwise than their client does."""
    wrong = []
    for name, request in requests(service, **client):
        call = calls.read(environ(request))
        found = (call.service, call.action) if call else ("", "")
        if found != (service, name):
            wrong.append((name, *found))
    return wrong


@pytest.mark.parametrize("service", SERVICES)
def test_each_operation_is_named_as_its_client_names_it(service: str) -> None:
    """Every request that botocore makes finds its operation's name back, but for the few that are listed above."""
    wrong = wrongly_named(service, endpoint_url=ENDPOINT)
    if service == "neptune":
        assert {found for _, found, _ in wrong} == {"rds"}, SAME
        assert all(name == action for name, _, action in wrong)
    else:
        assert [each for each in wrong if (service, each[0]) not in EXCEPTED] == []
        assert {name for of, name in EXCEPTED if of == service} == {each[0] for each in wrong}


@pytest.mark.parametrize("style", ["virtual", "path"])
def test_a_bucket_may_stand_in_the_host(style: str) -> None:
    """S3's operations are named in virtual-host style as in path style, keys with slashes and all."""
    wrong = wrongly_named("s3", config={"s3": {"addressing_style": style}})
    assert [each for each in wrong if ("s3", each[0]) not in EXCEPTED] == []


@pytest.mark.parametrize("service", ["backup", "lambda", "s3control", "route53"])
def test_hosts_of_aws_do_not_change_a_name(service: str) -> None:
    """An account before the host, or no endpoint of our own, tells the same."""
    assert wrongly_named(service) == []


def test_what_a_path_names_is_what_a_fault_can_hit() -> None:
    """Bucket and key, vault and recovery point: the parts of the path, decoded, are the call's resources."""
    made = {name: calls.read(environ(request)) for name, request in requests("s3", endpoint_url=ENDPOINT)}
    assert made["GetObject"].params["Bucket"] == "orders"
    assert made["GetObject"].params["Key"] == KEY
    assert {"orders", KEY} <= set(made["GetObject"].resources)
    assert made["CopyObject"].action != made["PutObject"].action
    made = {name: calls.read(environ(request)) for name, request in requests("backup", endpoint_url=ENDPOINT)}
    assert made["DescribeRecoveryPoint"].params["backupVaultName"] == "orders"
    assert made["StartRestoreJob"].params["RecoveryPointArn"] == "orders"
    made = {name: calls.read(environ(request)) for name, request in requests("s3control", endpoint_url=ENDPOINT)}
    assert made["ListJobs"].service == "s3control"


def test_a_link_is_named_like_the_call() -> None:
    """A presigned URL carries its signature in the query, which is not kept."""
    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "config": Config(signature_version="s3v4")}
    client = botocore.session.get_session().create_client("s3", "us-east-1", endpoint_url=ENDPOINT, **keys)
    link = client.generate_presigned_url("get_object", {"Bucket": "orders", "Key": "a/b"})
    call = calls.read(environ(AWSRequest("GET", link).prepare()))
    assert call is not None
    assert (call.service, call.action, call.key) == ("s3", "GetObject", "x")
    assert not [name for name in call.params if name.startswith("X-Amz-")]


def test_what_no_model_has_is_told_as_it_came() -> None:
    """An operation or a service that botocore does not know is named by method and path."""
    made = environ(next(requests("backup", endpoint_url=ENDPOINT))[1])
    call = calls.read({**made, "REQUEST_METHOD": "PATCH", "PATH_INFO": "/none", "REQUEST_URI": "/none"})
    assert call is not None
    assert (call.service, call.action) == ("backup", "PATCH /none")
    call = calls.read({**made, "HTTP_AUTHORIZATION": made["HTTP_AUTHORIZATION"].replace("/backup/", "/nothing/")})
    assert call is not None
    assert call.service == "nothing"
    assert call.action.startswith(f"{made['REQUEST_METHOD']} /")


def test_only_models_that_are_asked_for_are_read() -> None:
    """Calls in the older protocols name themselves: no model but their own service's head is read for them."""
    for cached in (operations._routes, operations._scopes, operations._service):
        cached.cache_clear()
    for name, request in requests("rds", endpoint_url=ENDPOINT):
        assert calls.read(environ(request)).action == name
    assert operations._routes.cache_info().currsize == operations._scopes.cache_info().currsize == 0
    assert operations._service.cache_info().currsize == 1
