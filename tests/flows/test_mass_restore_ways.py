"""Asking for tenants promises that a way which fails to open, or breaks, loses no tenant that another way reaches."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from sqlalchemy.engine import make_url

from dr_orchestrator import wiring
from dr_orchestrator.checks.tenants import ItemTenants, SqlTenants
from dr_orchestrator.domain.mass_restore.items import Found, Item, ItemVerdict
from dr_orchestrator.domain.mass_restore.plan import TenantRows
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import Role
from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import DroError, NotMeasured, Transient
from tests.support import mass_files
from tests.support.estate import Estate
from tests.support.mass_drills import opened, run

NAMES = [f"s{each}" for each in range(30)]
WAY = ItemTenants.opened


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    """A workspace with thirty sites, all of which the table holds."""
    with opened(shop, home, *NAMES) as made:
        mass_files.put(made.settings.drills, "site,tier,state\n" + "".join(f"{each},1,live\n" for each in NAMES))
        yield made


def settled(here: wiring.App, open_way: Callable[..., Any]) -> tuple[list[Item], str]:
    """The items of a drill whose ways into the copy open like that, and what its step tells."""
    with mock.patch.object(ItemTenants, "opened", open_way):
        id = run()
    (container,) = here.ledger.mass_restores.containers(id)
    steps = here.ledger.queries.run(container.run).steps
    return here.ledger.mass_restores.items(id), next(each.detail for each in steps if each.role is Role.ASK_TENANTS)


@pytest.mark.parametrize("fault", [NotMeasured("login refused once"), Transient("reset")])
def test_one_way_that_does_not_open_loses_nothing(here: wiring.App, fault: DroError) -> None:
    """It claims nothing before it is open; others ask for all, and so does its next try."""
    calls = list[int]()

    def once(self: ItemTenants, copy: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise fault
        return WAY(self, copy)

    items, told = settled(here, once)
    assert {each.verdict for each in items} == {ItemVerdict.PASSED}
    assert told == "30 of 30 tenants asked for, 30 passed"


def test_where_no_way_opens_each_tenant_says_why(here: wiring.App) -> None:
    """Inconclusive for what was wrong with the way, and not for a container that was restored well."""
    items, told = settled(here, mock.Mock(side_effect=NotMeasured("login refused")))
    assert {(each.verdict, each.rule, each.reason) for each in items} == {
        (ItemVerdict.INCONCLUSIVE, Rule.TENANT_UNREAD, "login refused")
    }
    assert told == "0 of 30 tenants asked for, 0 passed: login refused"


def test_a_way_that_breaks_is_opened_anew(here: wiring.App) -> None:
    """What it held is asked for again; whether it says so, or answers nothing any more."""
    opens = list[int]()

    @contextmanager
    def breaks(self: ItemTenants, copy: Any) -> Iterator[Any]:
        opens.append(1)
        way, asked = len(opens), list[int]()
        with WAY(self, copy) as tell:

            def told(check: Any, tenant: str) -> Found:
                asked.append(1)
                if way == 1 and len(asked) > 1:
                    raise Transient("reset")
                if way <= 6 and len(asked) > 1:
                    return Found(check, unread="the connection is closed")
                return tell(check, tenant)

            yield told

    items, told = settled(here, breaks)
    assert {each.verdict for each in items} == {ItemVerdict.PASSED}, [each.reason for each in items]
    assert len(opens) > 6 and told == "30 of 30 tenants asked for, 30 passed"


def test_ways_that_break_before_they_answer_anything_are_opened_anew(here: wiring.App) -> None:
    """A few times: no tenant is judged by a way that told nothing."""
    opens = list[int]()

    @contextmanager
    def breaks(self: ItemTenants, copy: Any) -> Iterator[Any]:
        opens.append(1)
        way = len(opens)
        with WAY(self, copy) as tell:
            yield mock.Mock(side_effect=Transient("reset")) if way <= 8 else tell

    items, told = settled(here, breaks)
    assert {each.verdict for each in items} == {ItemVerdict.PASSED}, [each.reason for each in items]
    assert told == "30 of 30 tenants asked for, 30 passed"


@pytest.mark.parametrize("poison", [{"s7"}, {"s0", "s1", "s10", "s11", "s12", "s13"}])
def test_a_tenant_that_breaks_every_way_costs_no_other_anything(here: wiring.App, poison: set[str]) -> None:
    """It is inconclusive after a few tries, for what broke; the ways that it takes are bounded."""
    opens = list[int]()

    @contextmanager
    def breaks(self: ItemTenants, copy: Any) -> Iterator[Any]:
        opens.append(1)
        broken = list[str]()
        with WAY(self, copy) as tell:

            def told(check: Any, tenant: str) -> Found:
                broken.extend({tenant} & poison)
                if broken:
                    raise Transient("the server closed the connection")
                return tell(check, tenant)

            yield told

    items, told = settled(here, breaks)
    unread = [each for each in items if each.site in poison]
    assert {(each.verdict, each.rule) for each in unread} == {(ItemVerdict.INCONCLUSIVE, Rule.TENANT_UNREAD)}
    assert all("the server closed the connection" in each.reason for each in unread)
    assert {each.verdict for each in items if each.site not in poison} == {ItemVerdict.PASSED}
    assert len(opens) <= 5 * len(poison) + 8, len(opens)
    assert f", {30 - len(poison)} passed" in told


def test_where_the_copy_stays_gone_what_it_told_before_counts(here: wiring.App) -> None:
    """And the rest is inconclusive, never missing: nothing of it was read; the tries are bounded."""
    opens, asked, one_by_one = list[int](), list[str](), threading.Lock()

    @contextmanager
    def dies(self: ItemTenants, copy: Any) -> Iterator[Any]:
        opens.append(1)
        if len(asked) >= 10:
            raise Transient("connection refused")
        with WAY(self, copy) as tell:

            def told(check: Any, tenant: str) -> Found:
                with one_by_one:
                    if len(asked) >= 10:
                        raise Transient("the server closed the connection")
                    asked.append(tenant)
                return tell(check, tenant)

            yield told

    items, told = settled(here, dies)
    found = {each.site: (each.verdict, each.rule) for each in items}
    lost = (ItemVerdict.INCONCLUSIVE, Rule.TENANT_UNREAD)
    assert found == {each: (ItemVerdict.PASSED, None) if each in asked else lost for each in NAMES}
    assert told == "10 of 30 tenants asked for, 10 passed: connection refused"
    assert len(opens) <= 4 * 7


@pytest.mark.slow
def test_a_server_that_ends_its_connections_in_the_middle_loses_no_tenant(here: wiring.App, postgres_url: str) -> None:
    """A real one, which ends all connections again and again: each tenant is read over another in the end."""
    import psycopg

    url, asked = make_url(postgres_url), list[int]()
    login = Login(url.host or "", url.port or 5432, url.database or "", url.username or "", url.password or "")
    with psycopg.connect(**login.parameters) as connection:
        connection.execute("CREATE TABLE rows_of (site text, at timestamptz)")
        connection.execute(
            "INSERT INTO rows_of SELECT 's' || n, now() - interval '99 years' FROM generate_series(0, 29) n"
        )
    check, made = TenantRows("rows", "SELECT count(*) FROM rows_of WHERE site = :tenant"), SqlTenants
    tenants = made(lambda _: login, lambda *_: None)
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dr-orchestrator'"

    @contextmanager
    def opened_there(_self: ItemTenants, copy: Any) -> Iterator[Any]:
        with tenants.opened(copy) as tell:

            def told(_check: Any, tenant: str) -> Found:
                asked.append(1)
                if len(asked) in (1, 9, 17):
                    with psycopg.connect(**login.parameters) as other:
                        other.execute(ended)
                return tell(check, tenant)

            yield told

    items, told = settled(here, opened_there)
    assert {each.verdict for each in items} == {ItemVerdict.PASSED}, [each.reason for each in items]
    assert told == "30 of 30 tenants asked for, 30 passed" and len(asked) > 30
