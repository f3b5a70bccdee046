"""Asking for tenants promises that a way which fails to open, or breaks, loses no tenant that another way reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.checks.tenants import ItemTenants
from dr_orchestrator.domain.mass_restore.items import Found, Item, ItemVerdict
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import Role
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
