"""Tenants promise that a key is bound and never pasted, and that one that cannot be read costs no other anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator.checks.tenants import ItemTenants, SqlTenants
from dr_orchestrator.domain.mass_restore.items import Found
from dr_orchestrator.domain.mass_restore.plan import TenantItems, TenantRows
from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import LoginRefused, NotTheCopy, Transient
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


KEYS = [
    "Acme",
    "acme",
    "007",
    "7",
    "caf\u00e9",
    "cafe\u0301",
    "o'brien",
    'say "hi"',
    "50%",
    "50x",
    "a_b",
    "axb",
    "%s",
    ":tenant",
    "back\\slash",
    "$1",
    "NULL",
]
"""Keys that are told apart by case, by zeros in front, by form of Unicode, or by what a pattern would read in them."""


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_itself_to_the_letter(login: Login, key: str) -> None:
    """Its own row alone counts; where that is lost none does, though all that look like it are there, and NULL."""
    import psycopg

    with psycopg.connect(**login.parameters) as connection:
        for each in (*KEYS, None):
            connection.execute("INSERT INTO issues VALUES (%s, 'a', 'k', %s)", (each, START))
    assert [(each.rows, each.unread) for each in ask(login, CHECK, key)] == [(1, "")]
    with psycopg.connect(**login.parameters) as connection:
        connection.execute("DELETE FROM issues WHERE site = %s", (key,))
    assert [(each.rows, each.unread) for each in ask(login, CHECK, key)] == [(0, "")]


@pytest.mark.parametrize("where", ["coalesce(site, :tenant) = :tenant", "site = :tenant OR site IS NULL"])
def test_rows_of_nobody_are_no_tenants(login: Login, where: str) -> None:
    """A statement that counts rows whose key is NULL does not ask for one tenant alone."""
    import psycopg

    with psycopg.connect(**login.parameters) as connection:
        connection.execute("INSERT INTO issues VALUES (NULL, 'a', 'k', %s)", (START,))
    (found,) = ask(login, TenantRows("x", f"SELECT count(*) FROM issues WHERE {where}"), "one")
    assert found.rows is None and "does not ask for one tenant alone" in found.unread


@pytest.mark.parametrize("kind", ["int", "bigint", "numeric"])
@pytest.mark.parametrize(
    ("key", "own"), [("007", "7"), ("-07", "-7"), ("00", "0"), ("+7", "7"), ("-0", "0"), ("7.0", "7")]
)
def test_a_key_that_the_database_reads_as_another_is_not_measured(login: Login, kind: str, key: str, own: str) -> None:
    """Where keys are numbers one that is written otherwise is another tenant's: never green by the rows of that."""
    counted = f"SELECT count(*) FROM (SELECT '{own}'::{kind} AS id FROM issues OFFSET 0) AS typed WHERE id = :tenant"
    (found,) = ask(login, TenantRows("x", counted), key)
    assert found.rows is None, found
    if key not in ("+7", "7.0"):
        assert f"for the database {key} is a number, and not written so" in found.unread, found
    for each in ask(login, TenantRows("x", counted), key, own)[1:]:
        assert (each.rows, each.unread) == (3, "")


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


def end_connections(login: Login) -> None:
    """Let the server end every connection of the drill's, as one that restarts does."""
    import psycopg

    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dr-orchestrator'"
    with psycopg.connect(**login.parameters) as other:
        other.execute(ended)


@pytest.mark.parametrize("answered", [0, 1])
def test_a_connection_that_breaks_tells_nothing_of_a_tenant(login: Login, answered: int) -> None:
    """Before its first answer or in the middle: it is broken, by what it says, and another one is asked anew."""
    made = SqlTenants(lambda _: login, lambda *_: None)
    with pytest.raises(Transient, match=r"terminat|closed"), made.opened(mock.Mock(id="copy")) as tell:
        assert [tell(CHECK, "one").rows for _ in range(answered)] == [2] * answered
        end_connections(login)
        tell(CHECK, "one")
    with made.opened(mock.Mock(id="copy")) as tell:
        assert tell(CHECK, "one").rows == 2


def test_a_copy_that_cannot_be_reached_may_be_later(login: Login) -> None:
    """One that does not let the login in will not do so later."""
    away = replace(login, port=1)
    with pytest.raises(Transient), SqlTenants(lambda _: away, lambda *_: None).opened(mock.Mock(id="copy")):
        pass
    other = replace(login, password="another")
    with pytest.raises(LoginRefused), SqlTenants(lambda _: other, lambda *_: None).opened(mock.Mock(id="copy")):
        pass


def test_a_proof_that_the_connection_broke_under_may_succeed_later(login: Login) -> None:
    """While it was proven to lead to the copy; what the proof itself refuses is no matter of time."""

    def broken(_copy: Any, connection: Any) -> None:
        end_connections(login)
        connection.execute("SELECT 1")

    with pytest.raises(Transient), SqlTenants(lambda _: login, broken).opened(mock.Mock(id="copy")):
        pass
    refused = mock.Mock(side_effect=NotTheCopy("production"))
    with pytest.raises(NotTheCopy), SqlTenants(lambda _: login, refused).opened(mock.Mock(id="copy")):
        pass


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


@pytest.mark.parametrize("key", [*KEYS, "a:tenant"])
def test_a_tables_key_is_bound_to_the_letter(key: str) -> None:
    """In its place, once; never in an expression."""
    tables = Tables()
    with ItemTenants(tables, lambda _: "copy").opened(mock.Mock()) as tell:
        tell(TenantItems("x", "pk", "site#:tenant"), key)
    assert tables.asked[0]["ExpressionAttributeValues"] == {":v": {"S": f"site#{key}"}}
    assert tables.asked[0]["KeyConditionExpression"] == "#k = :v"


def test_what_is_not_the_copy_is_asked_nothing_more() -> None:
    """It passes on, and is nobody's missing row."""
    tables = Tables()
    way = ItemTenants(tables, lambda _: "copy").opened(mock.Mock())
    other = mock.patch.object(tables, "pages", side_effect=NotTheCopy("production"))
    with other, way as tell, pytest.raises(NotTheCopy):
        tell(TenantItems("x", "pk"), "one")


def test_a_table_that_does_not_answer_for_the_moment_tells_nothing_of_a_tenant() -> None:
    """It is asked for again."""
    tables = Tables()
    away = mock.patch.object(tables, "pages", side_effect=Transient("throttled"))
    with away, ItemTenants(tables, lambda _: "copy").opened(mock.Mock()) as tell, pytest.raises(Transient):
        tell(TenantItems("x", "pk"), "one")
