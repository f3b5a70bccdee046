"""Statements to one cluster by the Data API, and the meaning of its errors: the database's own, or of the way to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from dr_orchestrator.aws.calls.api import Api, NotFound, Refused
from dr_orchestrator.aws.data_api import values
from dr_orchestrator.domain.statements import Rows, StatementRefused, Value
from dr_orchestrator.errors import NotMeasured, Transient

LONGEST_S = 45.0
"""Seconds after which the Data API ends a statement, whatever the database would do."""

_CODE = re.compile(r"\s*;?\s*SQLState:\s*(?P<code>[0-9A-Z]{5})\s*$")
_PLACE = re.compile(r";?\s*Position: \d+")
_LED = re.compile(r"^(?:[A-Z]+|ERROR \d+ \(\w+\)): ")
_REFUSED = re.compile(r"(password|SCRAM|PAM) authentication failed|is not permitted to log in", re.IGNORECASE)
_OF_LOGIN = ("28P01", "28000")
"""How PostgreSQL says that it lets a login not in."""

_IN_PASSING = frozenset({"DatabaseResumingException", "DatabaseUnavailableException"})
"""A cluster of Serverless v2 that had paused, or one whose writer is not there: asked again, it answers."""

_OF_DATABASE = frozenset({"DatabaseErrorException", "BadRequestException"})
_UNREADABLE = {
    "UnsupportedResultException": "the Data API cannot tell a value of such a type",
    "HttpEndpointNotEnabledException": "the cluster has no Data API: its HTTP endpoint is not enabled",
    "SecretsErrorException": "the Data API could not read the secret",
    "ForbiddenException": "the caller may not use the Data API of the cluster",
}
_ONE = "give one SELECT that changes, locks and reaches nothing"
_ALLOW = "allow rds-data:ExecuteStatement on the cluster and secretsmanager:GetSecretValue on the secret for the caller"


class NotEnabled(NotMeasured):
    """The cluster answers no statements, for its HTTP endpoint is not enabled, or not yet."""


class DataApi:
    """Statements to the cluster of that ARN, as the login that a secret (name or ARN) holds; Statements.

    `api` is that of `rds-data`: the one that reads where the cluster is production's. `refused` tells why a statement
    is not to be said there.
    """

    def __init__(
        self,
        api: Api,
        cluster: str,
        secret: str,
        database: str,
        refused: Callable[[str, Sequence[Value]], str] = lambda *_: "",
    ) -> None:
        self._api, self._database, self._refused = api, database, refused
        self._way = {"resourceArn": cluster, "secretArn": secret}

    def begin(self) -> str:
        """Begin a transaction, and log in by that; its id."""
        return str(self._call("BeginTransaction", database=self._database)["transactionId"])

    def say(self, statement: str, said: Sequence[Value], transaction: str) -> Rows:
        """Say one statement within a transaction; NotMeasured where it is not to be said there."""
        if why := self._refused(statement, said):
            raise NotMeasured(f"the source is not asked that: {why}", _ONE, "rds-data:ExecuteStatement")
        more = {"parameters": values.given(said)} if said else {}
        answer = self._call(
            "ExecuteStatement",
            database=self._database,
            sql=statement,
            transactionId=transaction,
            includeResultMetadata=True,
            **more,
        )
        return values.rows(answer)

    def undo(self, transaction: str) -> None:
        """Undo a transaction; one that has ended already is none."""
        try:
            self._call("RollbackTransaction", transactionId=transaction)
        except (NotFound, StatementRefused):
            return

    def _call(self, operation: str, **given: Any) -> Any:
        try:
            return self._api.call(operation, **self._way, **given)
        except NotFound as gone:
            if "TransactionNotFound" not in gone.message:
                raise
            raise StatementRefused(gone.message, "25P01") from gone
        except Refused as refused:
            raise _meant(refused) from refused


def _meant(refused: Refused) -> Exception:
    """The meaning of an error of the Data API: a word of the database, or why it could not be asked."""
    told, call = refused.message.partition(f"{refused.code}: ")[2] or refused.message, refused.call
    if refused.code == "StatementTimeoutException":
        return StatementRefused(f"the Data API ended the statement after {LONGEST_S:.0f} s", "57014", cut=True)
    if refused.code in _IN_PASSING:
        return Transient(f"the database is not there yet: {told}", "it is asked again", call)
    if refused.code == "InvalidSecretException":
        return StatementRefused(f"the Data API does not take the secret: {told}", login=True)
    if refused.code in _OF_DATABASE:
        found = _CODE.search(told)
        code = found["code"] if found else ""
        message = _LED.sub("", _PLACE.sub("", _CODE.sub("", told)).strip())
        login = code in _OF_LOGIN or (not code and bool(_REFUSED.search(told)))
        return StatementRefused(message, code, login=login)
    if refused.code in _UNREADABLE:
        kind = NotEnabled if refused.code.startswith("HttpEndpoint") else NotMeasured
        hint = _ALLOW if refused.code in ("ForbiddenException", "SecretsErrorException") else refused.hint
        return kind(f"{_UNREADABLE[refused.code]}: {told}", hint, call)
    return refused
