"""A copy whose blocks are damaged: what lay on a bad disk, or came back wrong from a backup."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from tests.support.postgres_server import Server

BLOCK = 8192


@contextmanager
def damaged(server: Server, url: str, relation: str, block: int = 0, at: int = 200) -> Iterator[None]:
    """Within: so many bytes into a block of a relation there is garbage; the server was not running meanwhile."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        (path,) = connection.execute("SELECT pg_relation_filepath(%s)", (relation,)).fetchone() or ("",)
    file = server.data / path
    server.stop()
    before = file.read_bytes()
    place = block * BLOCK + at
    file.write_bytes(before[:place] + b"\xde\xad\xbe\xef" * 64 + before[place + 256 :])
    server.start()
    try:
        yield
    finally:
        server.stop()
        file.write_bytes(before)
        server.start()
