"""The plan that Oracle makes of a text without performing it: what kind of statement it is, and what it reads.

EXPLAIN PLAN writes into a table of the session alone, and what it wrote is undone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from dr_orchestrator.domain.sql_words import ORACLE, Unread, words
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.waiting.driven import Driven

_EXPLAIN = "EXPLAIN PLAN SET STATEMENT_ID = 'dro' INTO SYS.PLAN_TABLE$ FOR "
_STEPS = """
    SELECT id, parent_id, operation, options, object_owner, object_name, object_type, filter_predicates
    FROM SYS.PLAN_TABLE$ WHERE statement_id = 'dro' ORDER BY id
"""
_OWN = (("WITH", "FUNCTION"), ("WITH", "PROCEDURE"))
"""The beginnings of functions that a statement declares for itself, wherever in it a WITH may stand."""

_READS = frozenset(
    {
        *(
            "DBMS_CRYPTO",
            "DBMS_LOB",
            "DBMS_METADATA",
            "DBMS_RANDOM",
            "DBMS_ROWID",
            "DBMS_UTILITY",
            "UTL_ENCODE",
            "UTL_I18N",
        ),
        *("UTL_MATCH", "UTL_RAW"),
    }
)
_ACTS = re.compile(r"(?:DBMS|UTL)_\w+|RDSADMIN\w*|(?:HTTP|DB|X?DB)URITYPE|URIFACTORY")
"""The server's own packages of which functions act, or speak to others, whatever transaction calls them; but for those
that only reckon.
"""

_NEVER = "NULL IS NOT NULL"
"""The condition of a step that the server knows to be never performed, nor what is below it."""


@dataclass(frozen=True)
class Step:
    """One step of a plan; `never` is whether it is not performed."""

    operation: str
    options: str
    owner: str
    name: str
    kind: str
    never: bool


def of(connection: Driven, text: str) -> tuple[Step, ...]:
    """The plan of a text, asked for once on a connection; in a transaction of its own, for it writes."""
    if text not in connection.judged:
        _makes_nothing(text)
        connection.undo()
        try:
            connection.execute(_EXPLAIN + text)
            connection.judged[text] = tuple(steps(connection.execute(_STEPS).fetchall()))
        finally:
            if not connection.closed:
                connection.undo()
                connection.execute("SET TRANSACTION READ ONLY")
    found: tuple[Step, ...] = connection.judged[text]
    return found


def only_reads(connection: Driven, text: str) -> tuple[Step, ...]:
    """Refuse (NotMeasured) a text that the server does not read as a SELECT, or that changes something all the same."""
    found = of(connection, text)
    if not found or found[0].operation != "SELECT STATEMENT":
        read = found[0].operation.lower() if found else "nothing"
        raise NotMeasured(f"a query is a SELECT that changes nothing, and the server reads: {read}")
    if any(step.operation == "SEQUENCE" for step in found):
        raise NotMeasured("it draws the next number of a sequence, which nothing gives back")
    if any(step.operation == "FOR UPDATE" for step in found):
        raise NotMeasured("it locks what it reads (FOR UPDATE), and a query changes nothing")
    return found


def _makes_nothing(text: str) -> None:
    """Refuse a text that brings a function of its own, calls one that acts, or asks another server: that is done
    unplanned, or for the plan already, whatever the transaction is told.
    """
    try:
        told = words(text, ORACLE)
    except Unread as unread:
        raise NotMeasured(f"a query is one SELECT, and this text is not read: {unread}") from unread
    found = ["" if each.quoted else each.text for each in told]
    if "PRAGMA" in found or any(pair in _OWN for pair in pairwise(found)):
        raise NotMeasured("it brings a function of its own (WITH FUNCTION), and nobody tells what that would do")
    if "@" in found:
        raise NotMeasured("it asks another server by a database link, whose rows are no copy")
    for name, after in pairwise([*(each.text.upper() for each in told), ""]):
        if after in (".", "(") and _ACTS.fullmatch(name) and name not in _READS:
            raise NotMeasured(f"it calls {name}, which may act on more than the session")


def steps(rows: Iterable[tuple[Any, ...]]) -> Iterable[Step]:
    """The steps of the rows of a plan, in their order: each comes after the one that it is below."""
    never: set[int] = set()
    for number, parent, *told, condition in rows:
        below = parent is not None and int(parent) in never
        if below or str(condition or "").strip() == _NEVER:
            never.add(int(number))
        operation, options, owner, name, kind = (str(each or "") for each in told)
        yield Step(operation, options, owner, name, kind, int(number) in never)
