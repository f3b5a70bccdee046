"""The guard on real clients, against the lab: what was refused was not sent, on any path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.guard import Forbidden, Guard
from tests.support.estate import INSTANCE, REGION, TABLE, Estate
from tests.support.guarded import SERVICES, arn
from tests.support.types import CALLS


@pytest.fixture
def sent(made: Estate) -> Iterator[Callable[[], list[str]]]:
    """The actions that reached the lab since the test began."""
    before = len(made.lab.journal)
    yield lambda: [entry.action for entry in made.lab.journal][before:]


REFUSED: list[tuple[str, str, dict[str, Any]]] = [
    ("rds", "delete_db_instance", {"DBInstanceIdentifier": INSTANCE.id, "SkipFinalSnapshot": True}),
    ("rds", "modify_db_instance", {"DBInstanceIdentifier": INSTANCE.id, "DeletionProtection": False}),
    ("rds", "reboot_db_instance", {"DBInstanceIdentifier": INSTANCE.id}),
    ("dynamodb", "delete_table", {"TableName": TABLE.id}),
    ("dynamodb", "delete_table", {"TableName": arn("dynamodb", f"table/{TABLE.id}")}),
    ("dynamodb", "put_item", {"TableName": TABLE.id, "Item": {"pk": {"S": "x"}}}),
    ("dynamodb", "batch_write_item", {"RequestItems": {TABLE.id: [{"DeleteRequest": {"Key": {"pk": {"S": "x"}}}}]}}),
    ("dynamodb", "execute_statement", {"Statement": f"DELETE FROM \"{TABLE.id}\" WHERE pk = 'session#1'"}),
    ("cloudformation", "delete_stack", {"StackName": "shop-prod"}),
    ("ec2", "terminate_instances", {"InstanceIds": ["i-1"]}),
    ("secretsmanager", "delete_secret", {"SecretId": "prod"}),
    ("sts", "assume_role", {"RoleArn": arn("iam", "role/admin"), "RoleSessionName": "x"}),
    ("s3", "delete_bucket", {"Bucket": "prod"}),
]


@pytest.mark.parametrize(("service", "method", "parameters"), REFUSED, ids=[f"{e[0]}-{e[1]}" for e in REFUSED])
def test_what_is_refused_is_not_sent(
    made: Estate, sent: Callable[[], list[str]], service: str, method: str, parameters: dict[str, Any]
) -> None:
    """The guard sits on the client itself: the call raises, and the lab has heard nothing."""
    client = made.toolkit.account._session.client(service)
    with pytest.raises(Forbidden, match=f"^{service}:"):
        getattr(client, method)(**parameters)
    assert sent() == []


def test_the_other_ways_to_make_a_client_are_guarded_too(made: Estate, sent: Callable[[], list[str]]) -> None:
    """A boto3 resource, a waiter, a paginator and a client of a session's session meet the same guard."""
    session = made.toolkit.account._session
    with pytest.raises(Forbidden):
        session.resource("dynamodb").Table(TABLE.id).delete()
    with pytest.raises(Forbidden):
        session._session.create_client("rds", REGION).delete_db_instance(DBInstanceIdentifier=INSTANCE.id)
    with pytest.raises(Forbidden):
        list(session.client("sns").get_paginator("list_topics").paginate())
    assert sent() == []


@pytest.mark.parametrize(
    ("service", "method", "parameters"),
    [("dynamodb", "delete_table", {"TableName": TABLE.id}), ("rds", "stop_db_instance", {"DBInstanceIdentifier": "x"})],
)
def test_no_link_is_signed_that_could_change_production(
    made: Estate, service: str, method: str, parameters: dict[str, Any]
) -> None:
    """A presigned URL would be a call made by somebody else: it is refused like the call."""
    with pytest.raises(Forbidden):
        made.toolkit.account._session.client(service).generate_presigned_url(method, Params=parameters)


def test_a_read_goes_through(made: Estate, sent: Callable[[], list[str]]) -> None:
    """The guard does not keep a drill from looking at production."""
    made.toolkit.account.api("dynamodb").call("DescribeTable", TableName=TABLE.id)
    assert sent() == ["DescribeTable"]


def test_the_guard_knows_whether_it_talked_to_aws(made: Estate) -> None:
    """One call to another endpoint makes everything simulated; so does naming one."""
    fresh = Guard(CALLS)
    assert not fresh.simulated
    account = Account(REGION, fresh)
    account.caller()
    assert fresh.simulated
    assert account.simulated(SERVICES)
    assert made.toolkit.account.simulated(("rds",))
