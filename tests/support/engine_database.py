"""A database of a real server, and the words in which its engine is told the same as any other."""

from __future__ import annotations

from dataclasses import dataclass, replace

import psycopg

from dr_orchestrator.domain.service import Login
from tests.support.data_api import by_statements
from tests.support.mariadb_server import login_to, said


@dataclass(frozen=True)
class Real:
    """A database, and the words in which its engine is told the same."""

    url: str
    login: Login
    instant: str
    long: str
    numbered: str

    @property
    def locked_out(self) -> Login:
        """The same with a password that is wrong."""
        if self.login.statements is not None:
            return by_statements(self.url.replace(login_to(self.url).password, "hunter2"))
        return replace(self.login, password="hunter2")

    @property
    def away(self) -> Login:
        """The same where nobody listens."""
        if self.login.statements is not None:
            return by_statements(self.url.replace(f":{login_to(self.url).port}", ":1"))
        return replace(self.login, port=1)

    def say(self, *statements: str) -> list[tuple[object, ...]]:
        """Each in a transaction of its own, by a client that is none of ours; the rows of the last."""
        if self.login.engine != "postgres":
            return said(self.url, *statements)
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []

    def estate(self) -> None:
        """Orders, each a second after the one before it, with a text that is kept elsewhere; and a table of nobody."""
        self.say(
            f"CREATE TABLE orders (id {self.numbered} PRIMARY KEY, note varchar(40), body {self.long}, "
            f"at {self.instant} NOT NULL)",
            "CREATE INDEX by_note ON orders (note)",
            "CREATE TABLE nobody (id int PRIMARY KEY)",
            *(
                "INSERT INTO orders (note, body, at) VALUES "
                + ", ".join(f"('note {n}', repeat('x', 20000), '2026-11-20 08:00:{n:02}')" for n in range(s, s + 10))
                for s in (0, 10, 20)
            ),
        )
