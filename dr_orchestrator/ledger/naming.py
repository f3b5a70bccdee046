"""Finds the run or the exercise that a name means: an id, the beginning of one, or `latest`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Select, Table, func, select

from dr_orchestrator.errors import UsageError

LATEST = "latest"
_NAMED = 10  # how many ids a message lists
_COMPARED = 1000  # how many of the newest ids a mistyped one is compared with


def find(connection: Connection, table: Table, name: str, listing: str) -> str:
    """The id that a name means; UsageError, naming the `listing`, where it means none or several."""
    # By the number, not by the time: a lab's clock runs ahead of the next lab's.
    ids = select(table.c.id).order_by(table.c.number.desc())
    if name == LATEST:
        matches = _ids(connection, ids.limit(1))
    else:
        matches = _ids(connection, ids.where(table.c.id == name)) or _ids(connection, _beginning(ids, table, name))
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise UsageError(f"'{name}' begins the ids of several: {_listed(matches)}", "write more of it")
    near = difflib.get_close_matches(name, _ids(connection, ids.limit(_COMPARED)), n=3)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    raise UsageError(f"there is no {table.name} '{name}'", f"{hint}`{listing}` lists them")


def _beginning(ids: Select[tuple[str]], table: Table, start: str) -> Select[tuple[str]]:
    # Not LIKE: it ignores case in SQLite, and % and _ are letters like others in an id.
    return ids.where(func.substr(table.c.id, 1, len(start)) == start).limit(_NAMED + 1)


def _ids(connection: Connection, query: Select[Any]) -> list[str]:
    return list(connection.scalars(query))


def _listed(ids: Iterable[str]) -> str:
    shown = list(ids)
    return ", ".join(shown[:_NAMED]) + (" and more" if len(shown) > _NAMED else "")
