"""PostgreSQL servers that follow another, as read replicas do, or one that itself follows."""

from __future__ import annotations

import tempfile
from pathlib import Path

import psycopg

from dr_orchestrator.lab.postgres.cluster import ADMIN, Cluster
from dr_orchestrator.lab.programs import HOST, Programs

_KEPT = {"archive_mode": "off", "wal_keep_size": "256MB"}
"""A server that follows keeps what it took on for a while: others may follow it."""


def lead(source: Cluster) -> None:
    """Have a server write its pages whole from now on: else no backup can be taken off those that follow it."""
    with source.connect() as connection:
        connection.execute("ALTER SYSTEM SET full_page_writes = on")
        connection.execute("SELECT pg_reload_conf()")
        while connection.execute("SHOW full_page_writes").fetchone() != ("on",):
            connection.execute("SELECT pg_sleep(0.01)")
        connection.execute("CHECKPOINT")


def begin(server: Cluster, source: Cluster, programs: Programs) -> None:
    """Have a server, whose folder holds a backup, follow another; returns once it answers.

    It is reached by those that follow it through a socket of its own, too: one that is apart has no other way.
    """
    way = Path(tempfile.mkdtemp(prefix="dro-way-"))  # the name of a socket may have 107 bytes
    way.chmod(0o755)
    programs.own(way)
    server.way = way
    host = str(source.way) if source.way and server.apart else HOST
    leads = f"host={host} port={source.port} user={ADMIN} password={source.password} application_name=replica"
    server.configure({**_KEPT, "primary_conninfo": leads, "unix_socket_directories": str(way)}, "standby.signal")
    server.start()


def end(server: Cluster) -> None:
    """Have it take on what it has heard, and serve by itself."""
    with server.connect() as connection:
        connection.execute("SELECT pg_promote()")
    server.wait_promoted()


def deafen(server: Cluster) -> None:
    """Have it hear nothing more of what it follows, though it goes on serving what it has."""
    with server.connect() as connection:
        connection.execute("ALTER SYSTEM RESET primary_conninfo")
        connection.execute("SELECT pg_reload_conf()")
        while connection.execute("SELECT 1 FROM pg_stat_wal_receiver").fetchone():
            connection.execute("SELECT pg_sleep(0.01)")


def replayed(server: Cluster) -> float | None:
    """The newest commit (Unix seconds) that it has taken on; None where there was none yet, or it does not answer."""
    try:
        with server.connect() as connection:
            row = connection.execute("SELECT extract(epoch FROM pg_last_xact_replay_timestamp())").fetchone()
    except psycopg.OperationalError:
        return None
    return float(row[0]) if row and row[0] is not None else None
