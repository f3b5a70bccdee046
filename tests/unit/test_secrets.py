"""Secrets: what other programs say of a failure is told and kept without the passwords and tokens in it."""

from __future__ import annotations

from datetime import timedelta
from unittest import mock

import botocore.exceptions as boto
import httpx
import pytest
from botocore.exceptions import ClientError

from dr_orchestrator import prefect_runner
from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls import api
from dr_orchestrator.aws.guard import Guard
from dr_orchestrator.checks import http, result
from dr_orchestrator.checks.http import HttpChecks
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import HttpAnswer
from dr_orchestrator.errors import NotMeasured, UsageError, without_secrets
from dr_orchestrator.runner.ending import error_text
from dr_orchestrator.wiring import publishing
from tests.support.fakes import FakeClock
from tests.support.rehearsal import Drill
from tests.support.types import CALLS

SECRET = "s3cretpw"
URL = f"http://bob:{SECRET}@127.0.0.1:9"
CHECK = HttpAnswer("up", "{Url}/health", timeout=timedelta(seconds=1))
STACK = Copy("cloudformation-stack", "dro-x", "us-east-1", "x", "d", "s")


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (f'to the endpoint URL: "{URL}/"', 'to the endpoint URL: "http://127.0.0.1:9/"'),
        (f"{URL}/a, then https://amy@x.example/b", "http://127.0.0.1:9/a, then https://x.example/b"),
        (f"http://bob:{SECRET}@more@h/x", "http://h/x"),
        (f"http://bob:{SECRET}/more@h/x", "http://h/x"),
        (f"Invalid endpoint: bob:{SECRET}@h", "Invalid endpoint: h"),
        ("http://h:80/a?to=b@c and //h/d@e", "http://h:80/a?to=b@c and //h/d@e"),
        ("postgresql://dro:***@h/db and sqlite://***@h", "postgresql://dro:***@h/db and sqlite://***@h"),
        (f"'POST\nx-amz-security-token:{SECRET}\n'", "'POST\nx-amz-security-token:***\n'"),
        ("host;x-amz-date;x-amz-security-token\nabc", "host;x-amz-date;x-amz-security-token\nabc"),
        (f'{{"X-Amz-Security-Token": "{SECRET}"}}', '{"X-Amz-Security-Token": "***"}'),
        (
            f"/?X-Amz-Credential={SECRET}%2Fus-east-1&X-Amz-Date=1&X-Amz-Signature={SECRET}",
            "/?X-Amz-Credential=***&X-Amz-Date=1&X-Amz-Signature=***",
        ),
        (
            f"Credential={SECRET}/x, SignedHeaders=host, Signature={SECRET}",
            "Credential=***, SignedHeaders=host, Signature=***",
        ),
        ("no AWS credentials: none; arn:aws:iam::1:user/a@b", "no AWS credentials: none; arn:aws:iam::1:user/a@b"),
    ],
)
def test_only_the_secrets_go(text: str, clean: str) -> None:
    """Logins in URLs, tokens and signatures of requests; hosts, ports, ARNs and what is masked already stay."""
    assert without_secrets(text) == clean


def test_no_error_that_a_user_meets_holds_one() -> None:
    """Message, hint and what `str` gives; so whoever takes over a foreign error's text cannot forget it."""
    error = NotMeasured(f"no answer: {URL}", f"is {URL} right?", f"call {URL}")
    assert SECRET not in f"{error.message} {error.hint} {error}"
    assert error.message == "call http://127.0.0.1:9: no answer: http://127.0.0.1:9"


@pytest.mark.parametrize(
    "error",
    [
        boto.EndpointConnectionError(endpoint_url=URL),
        boto.SSLError(endpoint_url=URL, error="bad"),
        boto.CredentialRetrievalError(provider="sso", error_msg=f"{URL} said no"),
        boto.InvalidProxiesConfigError(),
    ],
)
def test_an_endpoint_with_a_login_is_told_without(error: boto.BotoCoreError) -> None:
    """Of what botocore says on our side of the wire."""
    fault = api._from_botocore(error, "rds:DescribeDBInstances", "http://127.0.0.1:9")
    assert SECRET not in fault.message + fault.hint


def test_a_refused_signature_is_told_without_the_token() -> None:
    """AWS answers with the canonical request, in which the session's token stands."""
    message = f"should have been 'GET\n/\n\nhost:x\nx-amz-security-token:{SECRET}\n\nhost;x-amz-security-token\nabc'"
    answer = {"Error": {"Code": "SignatureDoesNotMatch", "Message": message}}
    refused = api._from_aws(ClientError(answer, "x"), "sts:GetCallerIdentity", {})  # type: ignore[arg-type]
    assert SECRET not in refused.message
    assert "host:x" in refused.message


def test_what_a_call_was_given_is_told_without_its_password() -> None:
    """A refusal names the parameters, by which it is found; not the one that nobody may read."""
    given = {"DBInstanceIdentifier": "dro-x", "MasterUserPassword": SECRET, "SecretString": SECRET}
    for code in ("InvalidParameterValue", "DBInstanceNotFound"):
        answer = {"Error": {"Code": code, "Message": "no"}}
        refused = api._from_aws(ClientError(answer, "x"), "rds:ModifyDBInstance", given)  # type: ignore[arg-type]
        assert "DBInstanceIdentifier=dro-x" in refused.hint
        assert SECRET not in refused.message + refused.hint


@pytest.mark.parametrize("endpoint", [f"bob:{SECRET}@127.0.0.1", f"http://bob:{SECRET}@[::1"])
def test_a_wrong_endpoint_is_told_without_its_login(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No client is made of it, and the message says why, without the password."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    with pytest.raises(UsageError, match="no AWS client") as refused:
        Account("us-east-1", Guard(CALLS)).api("sts")
    assert SECRET not in refused.value.message


def test_an_endpoint_is_shown_without_its_login(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is in the ledger, in every report and in hints."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", URL)
    assert Account("us-east-1", Guard(CALLS)).api("sts").endpoint == "http://127.0.0.1:9"


def test_prefects_address_is_shown_without_its_login() -> None:
    """In what is said before a flow, and when its server goes away."""
    with (
        mock.patch("prefect.settings.get_current_settings") as known,
        mock.patch("prefect.client.orchestration.get_client") as client,
    ):
        known.return_value.api.url = f"{URL}/api"
        client.return_value.api_healthcheck.return_value = None
        assert prefect_runner._reached() == "http://127.0.0.1:9/api"


def test_why_a_report_was_not_written_holds_none() -> None:
    """It is kept, and told again at the end of the command."""
    assert publishing.published("a-run", mock.Mock(side_effect=ValueError(f"at {URL}"))) == {}
    assert publishing.why_not("a-run") == "at http://127.0.0.1:9"


def test_a_refusal_of_prefects_is_told_without_the_login() -> None:
    """httpx names the whole URL that answered 401 or 404."""
    error = RuntimeError(f"Client error '401 Unauthorized' for url '{URL}/api/health'\nsee https://x.example")
    gone = prefect_runner._gone("http://127.0.0.1:9/api", error)
    assert SECRET not in gone.message
    assert "url 'http://127.0.0.1:9/api/health'" in gone.message


def test_a_defect_keeps_no_secret_in_the_record() -> None:
    """Neither in the step that it ended nor in the reasons of the verdict."""
    drill = Drill(failing={"restore": RuntimeError(f"broke at {URL}")})
    with pytest.raises(RuntimeError):
        drill.run()
    steps = " ".join(step.detail for step in drill.ledger.steps.values())
    assert "broke at http://127.0.0.1:9" in steps
    assert SECRET not in steps + " ".join(drill.reasons) + error_text(RuntimeError(URL))


def test_a_check_keeps_no_secret_in_its_result() -> None:
    """Of an address that does not answer, and of a check that crashes."""
    with mock.patch.object(http, "_ask", side_effect=httpx.ConnectError(f"no way to {URL}")):
        unanswered = HttpChecks(lambda _: {"Url": "http://h"}).perform(CHECK, STACK)
    crash = mock.Mock(side_effect=RuntimeError(f"at {URL}"))
    crashed = result.timed(CHECK, "", FakeClock(), crash)
    assert (unanswered.observed, crashed.observed) == (
        "no answer: no way to http://127.0.0.1:9",
        "the check crashed: RuntimeError: at http://127.0.0.1:9",
    )
