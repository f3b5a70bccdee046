"""An extension of the copy, as it was restored, or made in a transaction that is rolled back: the copy stays as it was.

What the restored data has put in the place of the extension's own function is not called.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from dr_orchestrator.checks.deep.engine import Unread
from dr_orchestrator.checks.speech.postgres.probe import IF_IT_MAY, watching

_INSTALLED = "SELECT 1 FROM pg_catalog.pg_extension WHERE extname = %s"
_AVAILABLE = "SELECT 1 FROM pg_catalog.pg_available_extensions WHERE name = %s"
_OWN = """
    SELECT n.nspname FROM pg_catalog.pg_extension e
    JOIN pg_catalog.pg_depend d ON d.refobjid = e.oid AND d.deptype = 'e'
        AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
        AND d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
    JOIN pg_catalog.pg_proc p ON p.oid = d.objid
    JOIN pg_catalog.pg_language l ON l.oid = p.prolang
    JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    WHERE e.extname = %s AND p.proname = %s AND l.lanname = 'c'
        AND (p.probin = e.extname OR p.probin LIKE '%%/' || e.extname)
"""
"""The schema of the extension's own function: in C, of its library."""


def is_installed(connection: Any, name: str) -> bool:
    """Whether the restored database has it."""
    return connection.execute(_INSTALLED, (name,)).fetchone() is not None


def is_available(connection: Any, name: str) -> bool:
    """Whether the copy's server could make it."""
    return connection.execute(_AVAILABLE, (name,)).fetchone() is not None


def function(connection: Any, name: str, called: str) -> sql.Identifier:
    """A function of an extension by its full name; Unread where the restored data has put another in its place."""
    own = connection.execute(_OWN, (name, called)).fetchone()
    if own is None:
        raise Unread(f"the extension {name} has no function {called} of its own library")
    return sql.Identifier(str(own[0]), called)


@contextmanager
def at_hand(connection: Any, name: str) -> Iterator[None]:
    """Within: the extension is there, in one transaction; Unread where it can neither be found nor made."""
    connection.rollback()
    installed = is_installed(connection, name)
    connection.rollback()
    with connection.transaction(force_rollback=True):
        if not installed:
            connection.execute("SET TRANSACTION READ WRITE")  # before anything else is said in it
            _make(connection, name)
        yield


def _make(connection: Any, name: str) -> None:
    """Make it where nothing of the restored data would run by that."""
    if not is_available(connection, name):
        raise Unread(f"the server has no extension {name}")
    for setting in IF_IT_MAY:
        with contextlib.suppress(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute(setting)
    if triggers := watching(connection):
        raise Unread(f"making the extension {name} would run {triggers}")
    try:
        with connection.transaction():
            connection.execute(sql.SQL("CREATE EXTENSION {} SCHEMA public").format(sql.Identifier(name)))
    except psycopg.errors.InsufficientPrivilege:
        raise Unread(f"the extension {name} is not installed, and the login may not make it") from None
