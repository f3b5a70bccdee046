"""The proofs that MySQL and MariaDB have of themselves: page checksums, and CHECK TABLE."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pymysql

from dr_orchestrator.checks.deep.engine import Fact, Inventory
from dr_orchestrator.checks.deep.mysql.asking import CUT, bound, is_gone, words
from dr_orchestrator.checks.deep.mysql.tables import Whole, listed
from dr_orchestrator.checks.speech.mysql.stored import SYSTEM
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.proof import CHECK_TABLE, CHECKSUMS

_ALGORITHM = "SELECT @@innodb_checksum_algorithm"
_NEXT = f"""
    SELECT concat(table_schema, '.', table_name), auto_increment FROM information_schema.tables
    WHERE auto_increment IS NOT NULL AND table_schema NOT IN {SYSTEM!r}
"""  # noqa: S608
_SOUND = ("status", "note", "info")
_UNSUPPORTED = "doesn't support check"


def proofs(connection: Any, left_s: Callable[[], float]) -> Iterator[Fact]:
    """Ask for one thing after the other; what is refused is told, and the next is asked.

    A setting is no proof by itself: it is told of the pages that were read before.
    """
    yield _checked(connection, left_s)
    yield _checksums(connection)


def inventory(connection: Any) -> Inventory:
    """List the next numbers; there are no extensions."""
    rows = connection.execute(_NEXT).fetchall()
    return Inventory({}, {str(name): int(number) for name, number in rows})


def _checksums(connection: Any) -> Fact:
    engine = connection.speech.engine
    if CHECKSUMS not in engine.askable:
        return Fact(CHECKSUMS, f"{engine.name} keeps them where nobody can ask for them", asked=False)
    try:
        (algorithm,) = connection.execute(_ALGORITHM).fetchone()
    except pymysql.Error as error:
        if is_gone(error):
            raise
        return Fact(CHECKSUMS, words(error), asked=False)
    if str(algorithm).endswith("none"):
        return Fact(CHECKSUMS, "the server keeps no checksums", asked=False)
    return Fact(
        CHECKSUMS, f"the server holds each page that it reads against its checksum ({algorithm})", of_data=False
    )


def _checked(connection: Any, left_s: Callable[[], float]) -> Fact:
    """The structure of each table and of its indexes, and that they hold the same rows."""
    tables, wrong, unsupported = listed(connection), list[str](), 0
    for done, table in enumerate(tables):
        if (seconds := left_s()) <= 0:
            left = f"the time was over after {done} of {counted(len(tables), 'table')}"
            return Fact(CHECK_TABLE, left, tuple(wrong), asked=False)
        try:
            found, known = _faults(connection, table, seconds)
        except pymysql.Error as error:
            if is_gone(error):
                raise
            late = f"{table.name} was not checked within {seconds:.0f} s"
            told = late if error.args[0] in CUT else f"{table.name}: {words(error)}"
            return Fact(CHECK_TABLE, told, tuple(wrong), asked=False)
        wrong += found
        unsupported += not known
    more = f", {unsupported} whose engine has none" if unsupported else ""
    told = f"CHECK TABLE found {counted(len(tables) - unsupported, 'table')} sound{more}"
    asked = unsupported < len(tables) or not tables
    return Fact(CHECK_TABLE, told, tuple(wrong), asked=asked, of_data=bool(tables))


def _faults(connection: Any, table: Whole, seconds: float) -> tuple[list[str], bool]:
    """The faults of a table, and whether its engine can tell any."""
    bound(connection, seconds)
    name = f"{connection.quote(table.schema)}.{connection.quote(table.table)}"
    rows = connection.execute(f"CHECK TABLE {name} EXTENDED").fetchall()
    if any(_UNSUPPORTED in str(text) for *_, text in rows):
        return [], False
    faults = [f"{table.name}: {text}" for _, _, kind, text in rows if str(kind).lower() not in _SOUND]
    bad = [f"{table.name}: {text}" for _, _, kind, text in rows if kind == "status" and str(text) != "OK"]
    return faults or bad, True
