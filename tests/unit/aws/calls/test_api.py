"""Calls: every way that AWS, the network or the settings can say no has a meaning for the drill, and names the call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import botocore.exceptions as boto
import pytest
from botocore.exceptions import ClientError
from botocore.session import Session

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.answers import Strange
from dr_orchestrator.aws.calls.api import Api, Denied, Expired, NotFound, Refused, Throttled
from dr_orchestrator.aws.guard import Guard
from dr_orchestrator.errors import DrillFault, Exit, NotMeasured, Transient, UsageError
from tests.support.types import CALLS

FOREIGN = "us-east-1"
ASKED = {"DBInstanceIdentifier": "orders-prod", "Tags": [1], "Long": "x" * 300}


class Client:
    """A client each of whose calls raises, as botocore's would."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    class meta:  # noqa: N801
        endpoint_url = "https://rds.us-east-1.amazonaws.com"
        region_name = FOREIGN

        service_model = Session().get_service_model("rds")

    def describe_db_instances(self, **_: Any) -> dict[str, Any]:
        raise self._error

    def get_paginator(self, _operation: str) -> Client:
        return self

    def paginate(self, **_: Any) -> Iterator[dict[str, Any]]:
        yield {"DBInstances": [{"DBInstanceIdentifier": "orders-prod"}]}
        raise self._error


def aws(code: str, message: str = "told", status: int = 400) -> ClientError:
    answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "DescribeDBInstances")  # type: ignore[arg-type]


ERRORS: list[tuple[Exception, type[DrillFault]]] = [
    *((aws(code, status=403), Denied) for code in ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")),
    *((aws(code, status=403), Denied) for code in ("InvalidClientTokenId", "UnrecognizedClientException")),
    *((aws(code, status=403), Expired) for code in ("ExpiredToken", "ExpiredTokenException", "RequestExpired")),
    *((aws(code, status=403), Denied) for code in ("SignatureDoesNotMatch", "InvalidSignatureException")),
    *((aws(code), Denied) for code in ("AuthFailure", "MissingAuthenticationToken", "KMSKeyNotAccessibleFault")),
    *((aws(code), Throttled) for code in ("Throttling", "ThrottlingException", "RequestLimitExceeded")),
    *((aws(code), Throttled) for code in ("EC2ThrottledException", "ProvisionedThroughputExceededException")),
    (aws("Strange", status=500), Transient),
    (aws("503", status=503), Transient),
    (aws("NotImplemented", status=501), NotMeasured),
    (aws("InternalFailure", status=500), Transient),
    *((aws(code, status=404), NotFound) for code in ("DBInstanceNotFound", "DBSubnetGroupNotFoundFault")),
    *((aws(code), NotFound) for code in ("ResourceNotFoundException", "TableNotFoundException")),
    (aws("ValidationError", "Stack with id dro-x does not exist"), NotFound),
    (aws("ValidationError", "1 validation error detected"), Refused),
    (aws("ValidationError", ""), Strange),
    (aws("InvalidParameterValue", "this does not exist"), Refused),
    *((aws(code), Refused) for code in ("InstanceQuotaExceeded", "DBInstanceAlreadyExists", "InvalidDBInstanceState")),
    *((aws(code), Strange) for code in ("", "400", "☃ not as it was")),
    (ClientError({"Error": {}}, "x"), Strange),  # type: ignore[typeddict-item]
    (boto.NoCredentialsError(), Denied),
    (boto.PartialCredentialsError(provider="env", cred_var="secret"), Denied),
    (boto.CredentialRetrievalError(provider="sso", error_msg="gone"), Denied),
    (boto.TokenRetrievalError(provider="sso", error_msg="expired"), Denied),
    (boto.UnauthorizedSSOTokenError(), Denied),
    (boto.EndpointConnectionError(endpoint_url="https://x"), Transient),
    (boto.ConnectTimeoutError(endpoint_url="https://x"), Transient),
    (boto.ReadTimeoutError(endpoint_url="https://x"), Transient),
    (boto.ConnectionClosedError(endpoint_url="https://x"), Transient),
    (boto.SSLError(endpoint_url="https://x", error="bad"), Transient),
]


@pytest.mark.parametrize(("error", "meaning"), ERRORS, ids=[f"{n}-{type(e[0]).__name__}" for n, e in enumerate(ERRORS)])
@pytest.mark.parametrize("listed", [False, True], ids=["call", "pages"])
def test_every_refusal_has_its_meaning(error: Exception, meaning: type[DrillFault], listed: bool) -> None:
    """Denied and unreachable are INCONCLUSIVE, missing and refused FAILED; the message names service:Operation."""
    api = Api(Client(error))
    with pytest.raises(DrillFault) as told:
        list(api.pages("DescribeDBInstances", "DBInstances", **ASKED)) if listed else api.call(
            "DescribeDBInstances", **ASKED
        )
    assert type(told.value) is meaning
    assert told.value.message.startswith("rds:DescribeDBInstances: ")
    assert told.value.hint
    assert told.value.__cause__ is error
    expected = Exit.INCONCLUSIVE if issubclass(meaning, NotMeasured) else Exit.FAILED
    assert told.value.exit_code is expected


@pytest.mark.parametrize(
    "error",
    [
        boto.ParamValidationError(report="unknown parameter"),
        boto.UnknownEndpointError(service_name="x", region_name="y"),
    ],
)
def test_a_mistake_on_our_side_is_not_waited_for(error: Exception) -> None:
    """A call that can never be sent is inconclusive at once: only what may pass by itself is Transient."""
    with pytest.raises(NotMeasured) as told:
        Api(Client(error)).call("DescribeDBInstances")
    assert not isinstance(told.value, Transient)
    assert type(error).__name__ in told.value.message


@pytest.mark.parametrize("error", [aws("ExpiredToken", status=403), boto.UnauthorizedSSOTokenError()])
def test_a_login_that_ended_is_told_with_what_to_do(error: Exception) -> None:
    """In the message itself, which is what the ledger and the reports keep: log in again, then sweep or resume."""
    with pytest.raises(Denied) as told:
        Api(Client(error)).call("DescribeDBInstances")
    assert "log in again; `dro sweep`" in told.value.message
    assert "`dro resume RUN`" in told.value.message


SCP = "arn:aws:organizations::123456789012:policy/o-exampleorg/service_control_policy/p-example"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            "with an explicit deny in a service control policy",
            "; a service control policy denies it; it is the organisation's: only who administers AWS Organizations",
        ),
        (
            f"with an explicit deny in a service control policy: {SCP}.",
            f"; a service control policy ({SCP}) denies it; it is the organisation's",
        ),
        (
            "because no service control policy allows the rds:DescribeDBInstances action",
            "; no service control policy allows it; it is the organisation's",
        ),
        ("with an explicit deny in a resource control policy", "; a resource control policy denies it; it is the org"),
        ("because no permissions boundary allows the rds:X action", "; no permissions boundary allows it; it bounds"),
        ("because no session policy allows the rds:X action", "; no session policy allows it; it came with the login"),
        ("with an explicit deny in a VPC endpoint policy", "; a VPC endpoint policy denies it; it is of the network"),
        ("because no resource-based policy allows the X action", "; no resource-based policy allows it; it is the res"),
        ("because no identity-based policy allows the X action", "; no identity-based policy allows it; it is the c"),
        ("because no role trust policy allows the sts:AssumeRole action", "; no role trust policy allows it; it says"),
    ],
)
def test_a_denial_tells_which_policy_it_is_of_and_who_can_change_that(words: str, told: str) -> None:
    """AWS's own words stay, the call is named, and what the ledger keeps says whom to ask."""
    said = f"User: arn:aws:sts::123456789012:assumed-role/dro-drill/x is not authorized to perform: rds:X {words}"
    with pytest.raises(Denied) as denied:
        Api(Client(aws("AccessDenied", said, status=403))).call("DescribeDBInstances")
    assert denied.value.message.startswith(f"rds:DescribeDBInstances: AccessDenied: {said}{told}")


def test_a_denial_that_names_no_policy_says_no_more_than_aws() -> None:
    """Nothing is guessed of whose policy it was."""
    with pytest.raises(Denied) as denied:
        Api(Client(aws("AccessDenied", "you may not", status=403))).call("DescribeDBInstances")
    assert denied.value.message == "rds:DescribeDBInstances: AccessDenied: you may not"


@pytest.mark.parametrize("message", ["☃ not as it was", "", "1 validation error detected"])
def test_a_general_refusal_to_tell_of_a_stack_says_nothing_of_it(message: str) -> None:
    """CloudFormation says by the sentence alone that a stack is gone: without it the drill has learned nothing."""

    class Stacks(Client):
        class meta(Client.meta):  # noqa: N801
            service_model = Session().get_service_model("cloudformation")

        def describe_stacks(self, **_: Any) -> dict[str, Any]:
            raise self._error

    with pytest.raises(Strange, match="its answer does not say what is wrong: ValidationError"):
        Api(Stacks(aws("ValidationError", message))).call("DescribeStacks", StackName="dro-x")


def test_what_was_asked_is_told_without_bulk() -> None:
    """The hint names the short text parameters, and no template or list."""
    with pytest.raises(NotFound) as told:
        Api(Client(aws("DBInstanceNotFound"))).call("DescribeDBInstances", **ASKED)
    assert "asked: DBInstanceIdentifier=orders-prod" in told.value.hint
    assert "xxx" not in told.value.hint
    assert "Tags" not in told.value.hint


def test_a_refusal_keeps_its_code() -> None:
    """A restorer can tell 'exists already' from any other refusal."""
    with pytest.raises(Refused) as told:
        Api(Client(aws("DBInstanceAlreadyExists"))).call("DescribeDBInstances")
    assert told.value.code == "DBInstanceAlreadyExists"


@pytest.mark.parametrize(
    "setting",
    [
        {"AWS_ENDPOINT_URL": "not a url"},
        {"AWS_ENDPOINT_URL": "localhost:5000"},
        {"AWS_ENDPOINT_URL": "http://[::1"},
        {"AWS_PROFILE": "no-such-profile"},
    ],
)
def test_a_wrong_setting_is_the_users_to_mend(setting: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A malformed endpoint or a missing profile is a usage error with a hint, never a traceback."""
    for name, value in setting.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(UsageError) as told:
        Account("us-east-1", Guard(CALLS)).api("sts")
    assert "no AWS client for" in told.value.message
    assert next(iter(setting)) in told.value.hint
