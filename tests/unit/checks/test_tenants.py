"""Tenants promise that a key is bound and never pasted, and that one that cannot be read costs no other anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator.checks.tenants import ItemTenants, SqlTenants
from dr_orchestrator.domain.mass_restore.items import Found
from dr_orchestrator.domain.mass_restore.plan import TenantItems, TenantRows
from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import NotTheCopy
from tests.support.ledger_samples import START

pytestmark = pytest.mark.slow
HOSTILE = "x'; DROP TABLE issues; --"
SQL = "SELECT count(*), max(at) FROM issues WHERE site = :tenant AND note LIKE '%' AND kind::text <> :tenant"
CHECK = TenantRows("issues", SQL)


@pytest.fixture
def login(postgres_url: str) -> Login:
    """A database with the rows of two sites, one of which has a hostile name."""
    import psycopg
    from sqlalchemy.engine import make_url

    url = make_url(postgres_url)
    with psycopg.connect(postgres_url.replace("postgresql+psycopg", "postgresql")) as connection:
        connection.execute("CREATE TABLE issues (site text, note text, kind text, at timestamptz)")
        for site in ("one", "one", HOSTILE):
            connection.execute("INSERT INTO issues VALUES (%s, 'a', 'k', %s)", (site, START))
    return Login(url.host or "127.0.0.1", url.port or 5432, url.database or "", url.username or "", url.password or "")


def ask(login: Login, check: TenantRows, *of: str) -> list[Found]:
    made = SqlTenants(lambda _: login, lambda *_: None)
    with made.opened(mock.Mock(id="copy")) as tell:
        return [tell(check, each) for each in of]


def test_each_tenant_is_counted_by_a_key_that_is_bound(login: Login) -> None:
    """Whatever the key is: a hostile one is a name like another, and nothing is dropped."""
    found = ask(login, CHECK, "one", HOSTILE, "none")
    assert [(each.rows, each.newest, each.unread) for each in found] == [
        (2, START, ""),
        (1, START, ""),
        (0, None, ""),
    ]


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT count(*) FROM nowhere WHERE site = :tenant", "does not exist"),
        ("SELECT site FROM issues WHERE site = :tenant", "not one row"),
        ("SELECT length(:tenant)", "reads no table"),
        ("SELECT count(*), max(at)::timestamp FROM issues WHERE site = :tenant", "no time zone"),
    ],
)
def test_what_cannot_be_read_says_why_and_the_next_is_asked_for(login: Login, sql: str, told: str) -> None:
    """In the same connection."""
    found = ask(login, TenantRows("x", sql), "one", "one")
    assert all(told in each.unread and each.rows is None for each in found), found


class Tables:
    """A table that loses an item on its first answer."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def call(self, operation: str, **_: Any) -> dict[str, Any]:
        raise AssertionError(operation)

    def pages(self, operation: str, key: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        assert (operation, key) == ("Query", "Items")
        self.asked.append(parameters)
        yield from [{"pk": {"S": "x"}, "at": {"S": START.isoformat()}}] * (len(self.asked) > 1)


def test_items_are_found_by_the_partition_key_and_missed_twice() -> None:
    """Consistently, by a value that is bound; a database's check is no table's."""
    tables = Tables()
    with ItemTenants(tables, lambda _: "copy").opened(mock.Mock()) as tell:
        assert tell(TenantItems("x", "pk", "site#:tenant", newest="at"), "one") == Found(mock.ANY, 1, START)
        assert "asked for items" in tell(CHECK, "one").unread
    assert len(tables.asked) == 2 and tables.asked[0]["ConsistentRead"]
    assert tables.asked[0]["ExpressionAttributeValues"] == {":v": {"S": "site#one"}}


def test_what_is_not_the_copy_is_asked_nothing_more() -> None:
    """It passes on, and is nobody's missing row."""
    tables = Tables()
    way = ItemTenants(tables, lambda _: "copy").opened(mock.Mock())
    other = mock.patch.object(tables, "pages", side_effect=NotTheCopy("production"))
    with other, way as tell, pytest.raises(NotTheCopy):
        tell(TenantItems("x", "pk"), "one")
