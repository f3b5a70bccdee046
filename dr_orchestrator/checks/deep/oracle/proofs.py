"""The proofs that Oracle has of itself: ANALYZE … VALIDATE STRUCTURE, corrupt blocks it met, indexes, checksums."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from dr_orchestrator.checks.deep import driven
from dr_orchestrator.checks.deep.engine import Fact, Inventory, Relation
from dr_orchestrator.checks.deep.oracle.tables import DAMAGED, Whole, listed
from dr_orchestrator.checks.speech.oracle import READ_ONLY
from dr_orchestrator.checks.speech.oracle.stored import OWN
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.proof import CHECK_TABLE, CHECKSUMS
from dr_orchestrator.waiting.driven import EngineError

_FAULTS = (1498, 1499, *DAMAGED)
"""A block is not as it should be; a table and one of its indexes do not hold the same rows."""

_CORRUPT = "SELECT file#, block#, blocks, corruption_type FROM SYS.V_$DATABASE_BLOCK_CORRUPTION"
_UNUSABLE = f"""
    SELECT owner || '.' || index_name FROM SYS.ALL_INDEXES WHERE status = 'UNUSABLE' AND owner NOT IN ({OWN})
    UNION ALL
    SELECT index_owner || '.' || index_name || ', partition ' || partition_name FROM SYS.ALL_IND_PARTITIONS
    WHERE status = 'UNUSABLE' AND index_owner NOT IN ({OWN})
"""  # noqa: S608
_CHECKSUM = "SELECT UPPER(value) FROM SYS.V_$PARAMETER WHERE name = 'db_block_checksum'"
_NUMBERS = f"""
    SELECT sequence_owner || '.' || sequence_name, last_number FROM SYS.ALL_SEQUENCES
    WHERE sequence_owner NOT IN ({OWN}) AND increment_by > 0 AND cycle_flag = 'N'
"""  # noqa: S608
_KEPT = ("TYPICAL", "FULL", "TRUE")


def proofs(connection: Any, left_s: Callable[[], float]) -> Iterator[Fact]:
    """Ask for one thing after the other; what is refused is told, and the next is asked."""
    tables = list(listed(connection))

    def look(table: Relation, seconds: float) -> list[str]:
        return _faults_of(connection, table, seconds)

    try:
        yield driven.each(CHECK_TABLE, "ANALYZE … VALIDATE STRUCTURE", list[Relation](tables), left_s, look)
    finally:
        if not connection.closed:
            connection.undo()
            connection.execute(READ_ONLY)  # ANALYZE ends a transaction, as all DDL does
    yield from driven.asked("corrupt blocks", lambda: _corrupt(connection))
    yield from driven.asked("indexes", lambda: _indexes(connection, any_table=bool(tables)))
    yield from driven.asked(CHECKSUMS, lambda: _checksums(connection))


def inventory(connection: Any) -> Inventory:
    """List the last numbers, as they are kept on disk; there are no extensions."""
    rows = connection.execute(_NUMBERS).fetchall()
    return Inventory({}, {str(name): int(last) for name, last in rows})


def _faults_of(connection: Any, table: Relation, seconds: float) -> list[str]:
    """The faults of a table and its indexes; nobody is kept from writing to it meanwhile."""
    if not isinstance(table, Whole):
        return []
    connection.undo()
    connection.bound(seconds)
    name = f"{connection.quote(table.schema)}.{connection.quote(table.table)}"
    try:
        connection.execute(f"ANALYZE TABLE {name} VALIDATE STRUCTURE CASCADE ONLINE")
    except EngineError as error:
        if error.code not in _FAULTS:
            raise
        return [f"{table.name}: {error.words}"]
    return []


def _corrupt(connection: Any) -> Fact:
    rows = connection.execute(_CORRUPT).fetchall()
    wrong = tuple(
        f"{counted(blocks, 'block')} from {block} of file {file}: {str(how).lower()}"
        for file, block, blocks, how in rows
    )
    return Fact("corrupt blocks", "no block was met corrupt", wrong, of_data=False)


def _indexes(connection: Any, *, any_table: bool) -> Fact:
    rows = connection.execute(_UNUSABLE).fetchall()
    return Fact(
        "indexes", "no index is unusable", tuple(f"index {name} is unusable" for (name,) in rows), of_data=any_table
    )


def _checksums(connection: Any) -> Fact:
    row = connection.execute(_CHECKSUM).fetchone()
    if row is None or row[0] not in _KEPT:
        return Fact(CHECKSUMS, "the server keeps no checksums", asked=False)
    told = f"the server holds each block that it reads against its checksum ({str(row[0]).lower()})"
    return Fact(CHECKSUMS, told, of_data=False)
