"""The plan that SQL Server makes of a text without performing it: how many statements it is, and what each reads.

The right SHOWPLAN lets a login ask for it: a database's owner has it, as RDS's master user is one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree

from dr_orchestrator.checks.speech.sqlserver import one
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.waiting.driven import Driven, EngineError

_DENIED = 262
_GRANT = "let the login see plans: GRANT SHOWPLAN TO its user, in the source"
_SPACE = "{http://schemas.microsoft.com/sqlserver/2004/07/showplan}"
_REMOTE = ("Remote Query", "Remote Scan", "Remote Index Scan", "Remote Index Seek", "External Select")
_SELECTS = ("SELECT", "SELECT WITHOUT QUERY")
"""A SELECT, and one that reads nothing."""


@dataclass(frozen=True)
class Read:
    """A table, or one of its indexes, that a plan reads: the database, schema and name of the table."""

    database: str
    schema: str
    table: str


@dataclass(frozen=True)
class Plan:
    """The statements of a text, by their kinds; what they read, and what of it stands on another server."""

    statements: tuple[str, ...]
    reads: tuple[Read, ...]
    remote: tuple[str, ...]


def of(connection: Driven, text: str) -> Plan:
    """The plan of a text, asked for once on a connection; NotMeasured where it is no SELECT as it is read here.

    So it is where the login may not see the plan.
    """
    if text not in connection.judged:
        one.only_select(text)
        connection.judged[text] = _asked(connection, text)
    found: Plan = connection.judged[text]
    return found


def only_reads(connection: Driven, text: str) -> Plan:
    """Refuse (NotMeasured) a text that is more than one statement, or one that may change anything."""
    found = of(connection, text)
    if len(found.statements) != 1:
        raise NotMeasured(f"a query is one statement, and the server reads {len(found.statements)} in it")
    if found.statements[0] not in _SELECTS:
        raise NotMeasured(f"a query is a SELECT that changes nothing, and the server reads {found.statements[0]}")
    if found.remote:
        raise NotMeasured(f"it asks another server ({found.remote[0]}), whose rows are no copy")
    if one.draws_a_number(text):
        raise NotMeasured("it draws the next number of a sequence, which nothing gives back")
    return found


def _asked(connection: Driven, text: str) -> Plan:
    try:
        connection.execute("SET SHOWPLAN_XML ON")
        rows = connection.execute(text).fetchall()
    except EngineError as error:
        if error.code == _DENIED:
            raise NotMeasured(f"nobody tells what it reads: {error.words}", _GRANT) from error
        raise
    finally:
        if not connection.closed:
            connection.execute("SET SHOWPLAN_XML OFF")
    return parsed(str(value) for row in rows for value in row)


def parsed(texts: Iterable[str]) -> Plan:
    """The plans as the server writes them, one for each batch."""
    statements: list[str] = []
    reads: list[Read] = []
    remote: list[str] = []
    for text in texts:
        root = ElementTree.fromstring(text)  # noqa: S314 - written by the server itself, which names no entity
        tops = root.iterfind(f"{_SPACE}BatchSequence/{_SPACE}Batch/{_SPACE}Statements/*")
        statements += [each.attrib.get("StatementType", each.tag).upper() for each in tops]
        for each in root.iter():
            if each.tag == f"{_SPACE}Object" and "Table" in each.attrib:
                names = (each.attrib.get(key, "") for key in ("Database", "Schema", "Table"))
                reads.append(Read(*map(_plain, names)))
                if server := each.attrib.get("Server"):
                    remote.append(_plain(server))
            elif each.attrib.get("PhysicalOp") in _REMOTE:
                remote.append(each.attrib["PhysicalOp"])
    return Plan(tuple(statements), tuple(dict.fromkeys(reads)), tuple(remote))


def _plain(name: str) -> str:
    """A name without the brackets that the server writes around it."""
    return name[1:-1].replace("]]", "]") if name.startswith("[") else name
