"""The probe of a copy's endpoint: a query that is answered by a database out of recovery, and nothing less."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any
from unittest import mock

import psycopg
import pytest

from dr_orchestrator.checks.speech import postgres as connections
from dr_orchestrator.checks.sql import SqlChecks
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import NotMeasured, NotRecoverable

COPY = Copy("rds-instance", "dro-x", "us-east-1", "x", "d", "s")
LOGIN = Login("copy.example.com", 5432, "shop", "reader", "secret")


def answers(connect: Any) -> bool:
    with mock.patch.object(connections, "connect", connect):
        return SqlChecks(lambda _: LOGIN).answers(COPY)


@pytest.mark.parametrize("out_of_recovery", [True, False])
def test_a_database_that_still_recovers_does_not_answer_yet(out_of_recovery: bool) -> None:
    """The connection is read-only, to the copy's host, and waits for a few seconds only."""
    connection = mock.Mock(speech=None)
    connection.execute.return_value.fetchone.return_value = (out_of_recovery,)
    connect = mock.Mock(return_value=nullcontext(connection))
    assert answers(connect) is out_of_recovery
    given = connect.call_args.kwargs
    assert (given["host"], given["hostaddr"], given["connect_timeout"]) == (LOGIN.host, "", 3)
    assert "default_transaction_read_only=on" in given["options"]
    assert "pg_is_in_recovery()" in connection.execute.call_args.args[0]


def test_an_endpoint_that_refuses_does_not_answer() -> None:
    """Whatever keeps the query from its answer; the checks will tell what."""
    assert not answers(mock.Mock(side_effect=psycopg.OperationalError("connection refused")))


@pytest.mark.parametrize("error", [NotMeasured("no endpoint"), NotRecoverable("no such secret")])
def test_a_login_that_cannot_be_found_is_no_answer(error: Exception) -> None:
    """The recovery is not failed by the probe."""

    def login(_: Copy) -> Login:
        raise error

    assert not SqlChecks(login).answers(COPY)
