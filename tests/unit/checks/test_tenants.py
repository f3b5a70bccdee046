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
        ("SELECT count(*), max(at)::timestamp::text FROM issues WHERE site = :tenant", "no time zone"),
        ("SELECT count(*), max(at)::date FROM issues WHERE site = :tenant", "no time zone"),
    ],
)
def test_what_cannot_be_read_says_why_and_the_next_is_asked_for(login: Login, sql: str, told: str) -> None:
    """In the same connection."""
    found = ask(login, TenantRows("x", sql), "one", "one")
    assert all(told in each.unread and each.rows is None for each in found), found


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("site = :tenant OR true", "a key of no tenant"),
        (":tenant::text IS NOT NULL", "a key of no tenant"),
        ("site <> :tenant", "a key of no tenant"),
        ("site LIKE :tenant || '%'", "the key '%'"),
        ("site LIKE :tenant", "the key '%'"),
        ("starts_with(site, :tenant)", "an empty key"),
        ("site ~ :tenant", "an empty key"),
        ("site >= :tenant", "key"),
        (":tenant LIKE site || '%'", "only begins like"),
        ("left(site, 2) = left(:tenant, 2)", "only begins like"),
    ],
)
def test_a_statement_that_counts_strangers_tells_of_no_tenant(login: Login, where: str, told: str) -> None:
    """Not of the first that is asked for, nor of the next, nor over another connection to the same copy."""
    made = SqlTenants(lambda _: login, lambda *_: None)
    check = TenantRows("issues", f"SELECT count(*), max(at) FROM issues WHERE {where}")
    copy = mock.Mock(id="copy")
    for _ in range(2):
        with made.opened(copy) as tell:
            found = [tell(check, each) for each in ("one", HOSTILE)]
        assert all(each.rows is None and told in each.unread for each in found), found
        assert all("does not ask for one tenant alone" in each.unread for each in found)


@pytest.mark.parametrize("kind", ["int", "smallint", "bigint", "uuid", "varchar(40)"])
def test_keys_of_every_type_are_proven_to_be_one_tenants(login: Login, kind: str) -> None:
    """What is no value of the type is nobody's key, and keeps no tenant from being asked for."""
    key = "6f6e65aa-0000-4000-8000-000000000001" if kind == "uuid" else "7"
    counted = f"SELECT count(*) FROM (SELECT '{key}'::{kind} AS id FROM issues OFFSET 0) AS typed"
    (found,) = ask(login, TenantRows("x", f"{counted} WHERE id = :tenant"), key)
    assert (found.rows, found.unread) == (3, "")
    (found,) = ask(login, TenantRows("x", f"{counted} WHERE id = :tenant OR true"), key)
    assert found.rows is None and "does not ask for one tenant alone" in found.unread


def test_a_key_of_a_type_that_takes_no_stranger_is_not_measured(login: Login) -> None:
    """Whatever it counts: that it asks for one tenant alone is not proven."""
    counted = "SELECT count(*) FROM (SELECT date '2026-11-01' AS id FROM issues OFFSET 0) AS typed WHERE id"
    (found,) = ask(login, TenantRows("x", f"{counted} = :tenant"), "2026-11-01")
    assert found.rows is None and "compares as text" in found.unread
    (found,) = ask(login, TenantRows("x", f"{counted}::text = :tenant"), "2026-11-01")
    assert found.rows == 3


@pytest.mark.parametrize("wrong", [">=", "<="])
@pytest.mark.parametrize("kind", ["int", "bigint"])
def test_a_number_that_is_only_compared_is_no_tenants(login: Login, kind: str, wrong: str) -> None:
    """In either direction."""
    counted = f"SELECT count(*) FROM (SELECT '7'::{kind} AS id FROM issues OFFSET 0) AS typed"
    (found,) = ask(login, TenantRows("x", f"{counted} WHERE id {wrong} :tenant"), "7")
    assert found.rows is None and "does not ask for one tenant alone" in found.unread


def test_a_statement_is_tried_with_strangers_once_a_copy(login: Login) -> None:
    """However many tenants and connections there are; another copy is proven anew."""
    made = SqlTenants(lambda _: login, lambda *_: None)
    counts = []
    for copy in ("copy", "copy", "other"):
        with mock.patch("dr_orchestrator.checks.tenants._number", return_value=0) as number:
            with made.opened(mock.Mock(id=copy)) as tell:
                assert [tell(CHECK, each).rows for each in ("one", HOSTILE)] == [2, 1]
            counts.append(number.call_count)
    assert counts == [4, 0, 4]


class Tables:
    """A table that loses an item on its first answer."""

    def __init__(self, at: str = START.isoformat()) -> None:
        self.asked: list[dict[str, Any]] = []
        self.at = at

    def call(self, operation: str, **_: Any) -> dict[str, Any]:
        raise AssertionError(operation)

    def pages(self, operation: str, key: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        assert (operation, key) == ("Query", "Items")
        self.asked.append(parameters)
        yield from [{"pk": {"S": "x"}, "at": {"S": self.at}}] * (len(self.asked) > 1)


def test_items_are_found_by_the_partition_key_and_missed_twice() -> None:
    """Consistently, by a value that is bound; a database's check is no table's."""
    tables = Tables()
    with ItemTenants(tables, lambda _: "copy").opened(mock.Mock()) as tell:
        assert tell(TenantItems("x", "pk", "site#:tenant", newest="at"), "one") == Found(mock.ANY, 1, START)
        assert "asked for items" in tell(CHECK, "one").unread
    assert len(tables.asked) == 2 and tables.asked[0]["ConsistentRead"]
    assert tables.asked[0]["ExpressionAttributeValues"] == {":v": {"S": "site#one"}}


@pytest.mark.parametrize("at", ["2026-11-01T00:00:00", "2026-11-01", "20261101T000000"])
def test_an_item_whose_instant_has_no_zone_is_not_measured(at: str) -> None:
    """It is nobody's UTC."""
    with ItemTenants(Tables(at), lambda _: "copy").opened(mock.Mock()) as tell:
        found = tell(TenantItems("x", "pk", newest="at"), "one")
    assert found.rows is None and "no time zone" in found.unread


@pytest.mark.parametrize("at", [START.isoformat(), str(START.timestamp())])
def test_an_item_tells_when_it_was_written_by_a_zone_or_in_seconds(at: str) -> None:
    """As everywhere."""
    with ItemTenants(Tables(at), lambda _: "copy").opened(mock.Mock()) as tell:
        assert tell(TenantItems("x", "pk", newest="at"), "one") == Found(mock.ANY, 1, START)


def test_what_is_not_the_copy_is_asked_nothing_more() -> None:
    """It passes on, and is nobody's missing row."""
    tables = Tables()
    way = ItemTenants(tables, lambda _: "copy").opened(mock.Mock())
    other = mock.patch.object(tables, "pages", side_effect=NotTheCopy("production"))
    with other, way as tell, pytest.raises(NotTheCopy):
        tell(TenantItems("x", "pk"), "one")
