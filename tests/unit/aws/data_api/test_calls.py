"""Statements as calls to AWS: what is given, what comes back, and which error means what."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast

import boto3
import pytest
from botocore.stub import Stubber

from dr_orchestrator.aws.calls.api import Api, Denied
from dr_orchestrator.aws.data_api import values
from dr_orchestrator.aws.data_api.calls import DataApi, NotEnabled
from dr_orchestrator.domain.inquiries import refused
from dr_orchestrator.domain.statements import StatementRefused
from dr_orchestrator.errors import NotMeasured, Transient

ARN = "arn:aws:rds:us-east-1:123456789012:cluster:dro-x"
SAY = {"resourceArn": ARN, "secretArn": "prod/orders", "database": "orders", "includeResultMetadata": True}


@pytest.fixture
def aws() -> Stubber:
    """The client of the service, which answers what it is told to."""
    client = boto3.client("rds-data", region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s")
    return Stubber(client)


def api(aws: Stubber) -> DataApi:
    return DataApi(Api(cast(Any, aws.client)), ARN, "prod/orders", "orders")


def test_a_statement_is_said_in_a_transaction_with_its_values(aws: Stubber) -> None:
    """Begun with cluster, secret and database; values go by name and by what they are; the rows come back typed."""
    aws.add_response(
        "begin_transaction",
        {"transactionId": "t1"},
        {"resourceArn": ARN, "secretArn": "prod/orders", "database": "orders"},
    )
    given = [
        {"name": "p1", "value": {"stringValue": "x"}},
        {"name": "p2", "value": {"longValue": 7}},
        {"name": "p3", "value": {"booleanValue": True}},
        {"name": "p4", "value": {"isNull": True}},
        {"name": "p5", "value": {"doubleValue": 0.5}},
    ]
    answer = {
        "columnMetadata": [{"typeName": "timestamptz"}, {"typeName": "numeric"}],
        "records": [[{"stringValue": "2026-11-20 08:00:00.5"}, {"stringValue": "1.10"}]],
    }
    asked = {**SAY, "sql": "SELECT 1", "transactionId": "t1", "parameters": given}
    aws.add_response("execute_statement", answer, asked)
    aws.add_response(
        "rollback_transaction", {}, {"resourceArn": ARN, "secretArn": "prod/orders", "transactionId": "t1"}
    )
    with aws:
        said = api(aws)
        transaction = said.begin()
        rows = said.say("SELECT 1", ("x", 7, True, None, 0.5), transaction)
        said.undo(transaction)
    assert rows.fetchall() == [(datetime(2026, 11, 20, 8, 0, 0, 500000, UTC), Decimal("1.10"))]
    aws.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("int8", {"longValue": 7}, 7),
        ("bool", {"booleanValue": False}, False),
        ("float8", {"doubleValue": 0.5}, 0.5),
        ("text", {"stringValue": "1.10"}, "1.10"),
        ("text", {"isNull": True}, None),
        ("date", {"stringValue": "2026-11-20"}, date(2026, 11, 20)),
        ("timestamp", {"stringValue": "2026-11-20 08:00:00"}, datetime.fromisoformat("2026-11-20T08:00")),
        ("timestamptz", {"stringValue": "2026-11-20 09:00:00+01:00"}, datetime(2026, 11, 20, 8, tzinfo=UTC)),
        ("timestamptz", {"stringValue": "infinity"}, "infinity"),
        ("numeric", {"doubleValue": 1.5}, Decimal("1.5")),
        ("jsonb", {"stringValue": '[{"a": 1}]'}, [{"a": 1}]),
        ("bytea", {"blobValue": b"x"}, b"x"),
        ("_text", {"arrayValue": {"stringValues": ["a", "b"]}}, ["a", "b"]),
        ("_numeric", {"arrayValue": {"arrayValues": [{"stringValues": ["1.5"]}]}}, [[Decimal("1.5")]]),
    ],
)
def test_a_value_is_read_by_its_type(kind: str, field: dict[str, Any], value: object) -> None:
    """The text of an instant is one in UTC, whether it says so or not; what Python has no value for stays text."""
    answer = {"columnMetadata": [{"typeName": kind}], "records": [[field]]}
    assert values.rows(answer).fetchone() == (value,)


def test_a_value_in_no_known_form_is_no_answer() -> None:
    """A field that none of the documented forms has could mean anything."""
    with pytest.raises(NotMeasured, match="a value of type int8 is told in no form that is known"):
        values.rows({"columnMetadata": [{"typeName": "int8"}], "records": [[{}]]})


def fault(aws: Stubber, code: str, message: str, status: int = 400) -> Exception:
    aws.add_client_error("execute_statement", code, message, status)
    with aws, pytest.raises(Exception) as told:
        api(aws).say("SELECT 1", (), "t1")
    return told.value


@pytest.mark.parametrize(
    ("code", "message", "sqlstate", "told"),
    [
        (
            "DatabaseErrorException",
            'ERROR: relation "x" does not exist; Position: 15; SQLState: 42P01',
            "42P01",
            'relation "x" does not exist',
        ),
        ("BadRequestException", "ERROR: syntax error\n  Position: 1; SQLState: 42601", "42601", "syntax error"),
        ("DatabaseErrorException", "Multistatements aren't supported", "", "Multistatements aren't supported"),
        ("StatementTimeoutException", "Request timed out", "57014", "the Data API ended the statement after 45 s"),
    ],
)
def test_a_word_of_the_database_keeps_its_code(aws: Stubber, code: str, message: str, sqlstate: str, told: str) -> None:
    """As the server said it: the checks know each by its SQLSTATE, and a time that was over by that, too."""
    found = fault(aws, code, message)
    assert isinstance(found, StatementRefused)
    assert (found.sqlstate, found.message, found.login) == (sqlstate, told, False)
    assert found.cut is (code == "StatementTimeoutException")


@pytest.mark.parametrize(
    "message",
    [
        'FATAL: password authentication failed for user "orders"; SQLState: 28P01',
        'FATAL: password authentication failed for user "orders"',
    ],
)
@pytest.mark.parametrize("code", ["DatabaseErrorException", "BadRequestException"])
def test_a_refused_login_is_known_as_one(aws: Stubber, code: str, message: str) -> None:
    """By its code, or by PostgreSQL's words where it has none."""
    found = fault(aws, code, message)
    assert isinstance(found, StatementRefused)
    assert found.login


@pytest.mark.parametrize(
    ("code", "status", "kind", "told", "hint"),
    [
        ("DatabaseResumingException", 400, Transient, "the database is not there yet", "asked again"),
        ("DatabaseUnavailableException", 504, Transient, "DatabaseUnavailable", "try again"),
        ("HttpEndpointNotEnabledException", 400, NotEnabled, "its HTTP endpoint is not enabled", ""),
        ("UnsupportedResultException", 400, NotMeasured, "cannot tell a value of such a type", ""),
        ("SecretsErrorException", 400, NotMeasured, "could not read the secret", "secretsmanager:GetSecretValue"),
        ("ForbiddenException", 403, NotMeasured, "may not use the Data API", "rds-data:ExecuteStatement"),
        ("AccessDeniedException", 403, Denied, "AccessDenied", "allow rds-data:ExecuteStatement"),
    ],
)
def test_what_keeps_a_statement_from_the_database_names_the_call(
    aws: Stubber, code: str, status: int, kind: type[NotMeasured], told: str, hint: str
) -> None:
    """Asked again where it passes, else told with the call and the right that is needed; never a failed drill."""
    found = fault(aws, code, "of AWS's own", status)
    assert type(found) is kind
    assert isinstance(found, NotMeasured)
    assert found.message.startswith("rds-data:ExecuteStatement: ")
    assert told in found.message
    assert hint in found.hint


def test_a_secret_that_is_not_taken_is_a_refused_login(aws: Stubber) -> None:
    """Whatever AWS has against it: one of the copy's own may open it."""
    found = fault(aws, "InvalidSecretException", "of AWS's own")
    assert isinstance(found, StatementRefused)
    assert found.login


def test_a_source_is_not_asked_what_does_more_than_read(aws: Stubber) -> None:
    """No call is made: the check that would have said it is told what may be."""
    said = DataApi(Api(cast(Any, aws.client)), ARN, "prod/orders", "orders", refused)
    with aws, pytest.raises(NotMeasured, match="the source is not asked that: it locks what it reads"):
        said.say("SELECT * FROM orders FOR SHARE", (), "t1")


def test_a_transaction_that_has_ended_is_undone_already(aws: Stubber) -> None:
    """AWS forgets one after three minutes of silence: there is nothing to undo then."""
    aws.add_client_error("rollback_transaction", "TransactionNotFoundException", "Transaction t1 is not found", 404)
    with aws:
        api(aws).undo("t1")
