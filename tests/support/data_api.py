"""The Data API before a real PostgreSQL, without a lab: the calls that the program makes, answered as the lab does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import psycopg

from dr_orchestrator.aws.calls.api import Api, Refused
from dr_orchestrator.aws.data_api.calls import DataApi
from dr_orchestrator.domain.service import Login
from dr_orchestrator.resources.aurora_cluster.lab import statements

ARN = "arn:aws:rds:us-east-1:123456789012:cluster:dro-x"


def refusal(code: str, message: str) -> Refused:
    """An error of the Data API, as a call raises it."""
    made = Refused(f"{code}: {message}", call="rds-data:ExecuteStatement")
    made.code = code
    return made


@dataclass
class RdsData:
    """The calls of `rds-data`, answered by the server of a URL; `made` are all of them, `refuses` what the next ones
    of an operation are refused with.
    """

    url: str
    made: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    refuses: dict[str, list[Exception]] = field(default_factory=dict)
    open: dict[str, psycopg.Connection[Any]] = field(default_factory=dict)

    def call(self, operation: str, **given: Any) -> Any:
        """Answer a call."""
        self.made.append((operation, given))
        if waiting := self.refuses.get(operation):
            raise waiting.pop(0)
        if operation == "BeginTransaction":
            try:
                self.open[f"t{len(self.made)}"] = statements.connect(self.url)
            except statements.Refused as told:
                raise refusal(str(told.error_type), str(told.message)) from told
            return {"transactionId": f"t{len(self.made)}"}
        connection = self.open[given["transactionId"]]
        if operation == "RollbackTransaction":
            self.open.pop(given["transactionId"]).close()
            return {"transactionStatus": "Rollback Complete"}
        try:
            return statements.answer(connection, given["sql"], given.get("parameters") or ())
        except psycopg.Error as error:
            told = statements.refused(error)
            raise refusal(str(told.error_type), str(told.message)) from error


def rds_data(login: Login) -> RdsData:
    """The calls behind such a login, for a test to look at."""
    return cast(RdsData, cast(Any, login.statements)._api)


def by_statements(url: str) -> Login:
    """The login to a database that is asked by statements alone."""
    said = DataApi(cast(Api, RdsData(url)), ARN, "prod/orders", "orders")
    return Login(ARN, 0, "orders", "", "", engine="postgres", statements=said)
