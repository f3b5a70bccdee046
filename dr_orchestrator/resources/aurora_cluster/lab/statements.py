"""The Data API as AWS does it: statements to the server behind a cluster, by a secret, each an exchange of its own.

moto knows one operation of it, and says no statement to anybody.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast
from uuid import uuid4

import psycopg
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.rds.exceptions import DBClusterNotFoundError, RDSClientError
from moto.rds.models import rds_backends
from moto.rds.responses import RDSResponse
from moto.rdsdata import urls
from moto.rdsdata.responses import RDSDataServiceResponse
from moto.secretsmanager.models import secretsmanager_backends
from psycopg import postgres
from psycopg.types.string import StrDumper

from dr_orchestrator.lab.cloud.databases.clusters.models.cluster import Cluster
from dr_orchestrator.lab.cloud.databases.clusters.rules import durations
from dr_orchestrator.lab.cloud.world import world

LARGEST = 1024 * 1024
"""Bytes that an answer may have."""

_KNOWN = frozenset(
    {"bool", "bytea", "date", "cidr", "numeric", "float8", "inet", "int4", "int2", "int8", "jsonb", "json", "float4"}
    | {"text", "bpchar", "varchar", "name", "time", "timestamp", "timestamptz", "uuid"}
)
"""The types of PostgreSQL whose values it tells."""

_NAMED = re.compile(r"(?<!:):(p\d+)\b")
_NO_TRANSACTION = "Transaction {} is not found"


class Refused(JsonRESTError):
    """An error of the Data API."""

    def __init__(self, kind: str, message: str, code: int = 400) -> None:
        self.code = code
        super().__init__(kind, message)


@dataclass
class _Open:
    """The transactions that are under way, and the clusters that they are of."""

    found: dict[str, tuple[str, psycopg.Connection[Any]]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


_open = _Open()


def _enable(self: RDSResponse) -> ActionResult:
    """EnableHttpEndpoint: told at once, and answered a moment later."""
    arn = str(self.params["ResourceArn"])
    cluster = next((each for each in self.backend.clusters.values() if each.db_cluster_arn == arn), None)
    if not isinstance(cluster, Cluster):
        raise DBClusterNotFoundError(arn)
    if cluster.status != "available":
        raise RDSClientError("InvalidResourceStateFault", f"The cluster is in {cluster.status} state.")
    if cluster.asked_by_statements is None:
        cluster.asked_by_statements = world().now() + timedelta(seconds=durations.ENABLE_ENDPOINT)
    return ActionResult({"ResourceArn": arn, "HttpEndpointEnabled": True})


def _begin(self: RDSDataServiceResponse) -> str:
    cluster = _cluster(self)
    transaction, connection = uuid4().hex, _connected(self, cluster)
    with _open.lock:
        _open.found[transaction] = (cluster.db_cluster_arn, connection)
    return json.dumps({"transactionId": transaction})


def _execute(self: RDSDataServiceResponse) -> str:
    cluster, given = _cluster(self), json.loads(self.body)
    transaction = str(given.get("transactionId") or "")
    connection = _of(transaction, cluster) if transaction else _connected(self, cluster)
    try:
        told = answer(connection, str(given["sql"]), given.get("parameters") or ())
    except psycopg.Error as error:
        if not transaction:
            connection.close()
        raise refused(error) from error
    if not transaction:
        connection.commit()
        connection.close()
    text = json.dumps(told)
    if len(text) > LARGEST:
        raise Refused("DatabaseErrorException", "Database returned more than the allowed response size limit")
    return text


def _end(self: RDSDataServiceResponse, act: Callable[[psycopg.Connection[Any]], None]) -> str:
    cluster, transaction = _cluster(self), str(json.loads(self.body)["transactionId"])
    connection = _of(transaction, cluster)
    with _open.lock:
        _open.found.pop(transaction, None)
    act(connection)
    connection.close()
    return json.dumps({"transactionStatus": "Done"})


def _rollback(self: RDSDataServiceResponse) -> str:
    return _end(self, lambda connection: connection.rollback())


def _commit(self: RDSDataServiceResponse) -> str:
    return _end(self, lambda connection: connection.commit())


def _cluster(self: RDSDataServiceResponse) -> Cluster:
    """The cluster that is asked, if it can be."""
    arn = str(json.loads(self.body)["resourceArn"])
    there = rds_backends[self.current_account][self.region].clusters.values()
    cluster = next((each for each in there if each.db_cluster_arn == arn), None)
    if not isinstance(cluster, Cluster):
        raise Refused("DatabaseNotFoundException", f"DB cluster {arn} is not found", 404)
    since = cluster.asked_by_statements
    if since is None or world().now() < since:
        raise Refused("HttpEndpointNotEnabledException", f"HttpEndpoint is not enabled for cluster {arn}")
    if cluster.database is None or not cluster.answers or not cluster.database.serving:
        raise Refused("DatabaseUnavailableException", "The writer instance is not available", 504)
    return cluster


def _of(transaction: str, cluster: Cluster) -> psycopg.Connection[Any]:
    with _open.lock:
        of, connection = _open.found.get(transaction, ("", None))
    if connection is None or of != cluster.db_cluster_arn:
        raise Refused("TransactionNotFoundException", _NO_TRANSACTION.format(transaction), 404)
    return connection


def _connected(self: RDSDataServiceResponse, cluster: Cluster) -> psycopg.Connection[Any]:
    """A connection to the server, as the login that the current version of the secret holds."""
    given = json.loads(self.body)
    secret = secretsmanager_backends[self.current_account][self.region].secrets.get(str(given["secretArn"]))
    if secret is None:
        raise Refused("BadRequestException", "Secrets Manager can't find the specified secret.")
    try:
        held = json.loads(str(secret.versions[str(secret.default_version_id)]["secret_string"]))
        user, password = str(held["username"]), str(held["password"])
    except (KeyError, ValueError):
        raise Refused("InvalidSecretException", "The secret has no username and password") from None
    host, port = cast(Any, cluster.database).address
    named = {"host": host, "port": port, "user": user, "password": password}
    return connect(dbname=str(given.get("database") or user), **named)


def connect(url: str = "", **named: Any) -> psycopg.Connection[Any]:
    """A connection to a server; Refused, as the Data API tells it, where that lets nobody in or is not there."""
    try:
        made = psycopg.connect(url, application_name="rds-data", connect_timeout=10, **named)
    except psycopg.OperationalError as error:
        told = str(error).partition("FATAL:")[2].strip()
        if not told:
            raise Refused("DatabaseUnavailableException", "The writer instance is not available", 504) from error
        code = "; SQLState: 28P01" if "authentication failed" in told else ""
        raise Refused("DatabaseErrorException", f"FATAL: {told.splitlines()[0]}{code}") from error
    made.adapters.register_dumper(str, StrDumper)  # what is given as a string is text to the server
    return made


def answer(connection: psycopg.Connection[Any], text: str, given: Any) -> dict[str, Any]:
    """The answer of a server to a statement with its parameters, in the words of the Data API."""
    if given:
        text = _NAMED.sub(r"%(\1)s", text.replace("%", "%%"))
    values = {each["name"]: _value(each["value"]) for each in given}
    cursor = connection.execute(text, values or None, prepare=True)
    if cursor.description is None:
        return {"numberOfRecordsUpdated": max(0, cursor.rowcount), "generatedFields": []}
    kinds = [_kind(column.type_code) for column in cursor.description]
    if strange := [kind for kind in kinds if kind.removeprefix("_") not in _KNOWN]:
        raise Refused("UnsupportedResultException", f"The result contains the unsupported data type {strange[0]}")
    columns = [{"name": each.name, "typeName": kind} for each, kind in zip(cursor.description, kinds, strict=True)]
    records = [[_field(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in cursor.fetchall()]
    return {"numberOfRecordsUpdated": 0, "records": records, "columnMetadata": columns}


def _kind(code: int) -> str:
    known = postgres.types.get(code)
    if known is None:
        return str(code)
    return f"_{known.name}" if code == known.array_oid else known.name


def _value(told: Mapping[str, Any]) -> Any:
    return None if told.get("isNull") else next(iter(told.values()))


def _field(value: Any, kind: str) -> dict[str, Any]:
    if value is None:
        return {"isNull": True}
    if kind in ("json", "jsonb"):
        return {"stringValue": json.dumps(value)}
    if isinstance(value, list):
        return {"arrayValue": {"stringValues": [str(each) for each in value]}}
    for of, key in ((bool, "booleanValue"), (int, "longValue"), (float, "doubleValue")):
        if isinstance(value, of):
            return {key: value}
    if kind in ("timestamptz", "timestamp"):
        return {"stringValue": value.replace(tzinfo=None).isoformat(" ")}
    return {"stringValue": str(value)}


def refused(error: psycopg.Error) -> Refused:
    """An error of the server, in the one line that the Data API tells of it."""
    if error.sqlstate is None:
        return Refused("DatabaseUnavailableException", "The connection was lost", 504)
    if error.sqlstate == "42601" and "multiple commands" in str(error):
        return Refused("DatabaseErrorException", "Multistatements aren't supported")
    place = f"; Position: {error.diag.statement_position}" if error.diag.statement_position else ""
    return Refused("DatabaseErrorException", f"ERROR: {error.diag.message_primary}{place}; SQLState: {error.sqlstate}")


class _Paths(dict[str, Any]):
    """The paths of the service: a patch is one of a set."""

    __hash__ = object.__hash__  # type: ignore[assignment]


_ASKED = ("Execute", "BeginTransaction", "RollbackTransaction", "CommitTransaction")
PATCHES = (
    (RDSResponse, "enable_http_endpoint", _enable),
    (RDSDataServiceResponse, "begin_transaction", _begin),
    (RDSDataServiceResponse, "execute_statement", _execute),
    (RDSDataServiceResponse, "rollback_transaction", _rollback),
    (RDSDataServiceResponse, "commit_transaction", _commit),
    (urls, "url_paths", _Paths({f"{{0}}/{each}$": RDSDataServiceResponse.dispatch for each in _ASKED})),
)
