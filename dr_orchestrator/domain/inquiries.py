"""The statements that a source may be sent, of PostgreSQL: those of the checks, and one SELECT of the team's own each.

The transaction that they are said in can only read; what reaches out of a transaction is refused here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from dr_orchestrator.domain.sql_words import POSTGRES, Unread, Word, words
from dr_orchestrator.domain.statements import READ_ONLY

SETTINGS = ("statement_timeout", "lock_timeout")
"""The settings of a transaction besides."""

_SET = "SELECT pg_catalog.set_config(:p1, :p2, true)"
_OF_CHECKS = frozenset(
    {
        *(READ_ONLY, "SET LOCAL search_path = pg_catalog, pg_temp"),
        "SELECT pg_catalog.set_config('statement_timeout', :p1, true)",
    }
)
_PART = re.compile(r"(?:SAVEPOINT|ROLLBACK TO SAVEPOINT|RELEASE SAVEPOINT) dro_\d+")
_PLANNED = "EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) "
_READS = ("SELECT", "WITH", "VALUES", "TABLE")
_CHANGES = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE", "INTO"})
_LOCKS = frozenset({"UPDATE", "SHARE", "NO", "KEY"})
_OWN = frozenset(
    {
        *("pg_catalog", "pg_is_in_recovery", "pg_postmaster_start_time", "pg_typeof", "pg_size_pretty"),
        *("pg_relation_size", "pg_table_size", "pg_indexes_size", "pg_total_relation_size", "pg_database_size"),
        *("pg_sequence_last_value", "pg_sequence_parameters", "pg_table_is_visible", "pg_has_role"),
        *("pg_get_serial_sequence", "pg_get_expr", "pg_get_viewdef", "pg_get_constraintdef", "pg_get_indexdef"),
        *("pg_collation_actual_version", "pg_database_collation_actual_version", "pg_column_size"),
    }
)
"""Functions of the server's own that read and no more; of all others called `pg_` none is called."""

_REACHES = re.compile(
    r"(?:set_config|setval|nextval|dblink\w*|lo_\w+|loread|lowrite|aws_\w+|rds_\w+|\w+_fdw_\w+|query_to_xml\w*"
    r"|cursor_to_xml\w*|table_to_xml\w*|schema_to_xml\w*|database_to_xml\w*|txid_current|xid_current|gin_\w+|brin_\w+"
    r"|ts_stat|ts_rewrite|crosstab\w*|connectby|xpath_table|bt_index_parent_check|autoprewarm_\w+|aurora_\w*reset\w*"
    r"|dbms_\w+|utl_\w+|apg_plan_mgmt|cron|pgactive|pglogical)"
)
"""Functions that change what no transaction holds, lock, perform a text, or speak to a server; schemas of such."""

_OF_ONE = re.compile(
    r"pg_(?:(?:try_)?advisory_\w+|backup_\w+|buffercache_\w+|cancel_\w+|clear_\w+|copy_\w+|create_\w+|drop_\w+|export_\w+"
    r"|import_\w+|log_\w+|logical_\w+|ls_\w+|notify|prewarm|promote|read_\w+|reload_\w+|replication_origin_(?!status)\w+"
    r"|replication_slot_\w+|restore_\w+|rotate_\w+|sleep\w*|start_\w+|stat_(?:clear|file|force|reset)\w*|stop_\w+|switch_\w+"
    r"|sync_\w+|terminate_\w+|wal_replay_\w+)"
)
"""Those of the server's own with such consequences, which are never called as if they were a part of a value."""


def refused(text: str, values: Sequence[object] = ()) -> str:
    """Why a source is not sent such a statement with those values; empty where it is."""
    if text == _SET:
        return "" if values and values[0] in SETTINGS else "it sets what no check sets"
    if text in _OF_CHECKS or _PART.fullmatch(text):
        return ""
    try:
        found = words(text.removeprefix(_PLANNED), POSTGRES)
    except Unread as unread:
        return f"nobody knows how it is read: {unread}"
    return _otherwise(found)


def _otherwise(found: list[Word]) -> str:
    """Why a statement is none that reads alone; empty where it is."""
    while found and (found[-1].text, found[-1].quoted) == (";", False):
        found.pop()
    plain = ["" if each.quoted else each.text for each in found]
    if ";" in plain:
        return "it is more than one statement"
    if next((each for each in plain if each != "("), "") not in _READS:
        return "it is no SELECT"
    if changing := _CHANGES.intersection(plain):
        return f"{min(changing)} changes something"
    if any(word == "FOR" and after in _LOCKS for word, after in pairwise(plain)):
        return "it locks what it reads"
    reaching = [*filter(_reaches, _called(found)), *filter(_reaches_by_a_dot, _parts(found))]
    return f"{reaching[0]} is not called in a source" if reaching else ""


def _called(found: Sequence[Word]) -> Iterator[str]:
    """The functions that are called, and the schemas that they are called in."""
    for number, word in enumerate(found):
        if word.text == "(" and not word.quoted and number:
            yield found[number - 1].text.lower()
            if number > 2 and found[number - 2].text == ".":
                yield found[number - 3].text.lower()


def _parts(found: Sequence[Word]) -> Iterator[str]:
    """The names of parts of something: a function of one value is called so, too, `(pid).pg_terminate_backend`."""
    for before, word in pairwise(found):
        if before.text == "." and not before.quoted:
            yield word.text.lower()


def _reaches(name: str) -> bool:
    return (name.startswith("pg_") and name not in _OWN) or bool(_REACHES.fullmatch(name))


def _reaches_by_a_dot(name: str) -> bool:
    return bool(_REACHES.fullmatch(name) or _OF_ONE.fullmatch(name))
