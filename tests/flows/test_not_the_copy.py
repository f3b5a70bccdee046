"""What AWS names as the copy's address is no copy until it is proven: production is asked nothing, and never probed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import psycopg
import pytest
from botocore.client import BaseClient

from dr_orchestrator.checks import apart
from dr_orchestrator.checks.speech import postgres
from dr_orchestrator.domain.run import Role, Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from tests.support.catalogues import catalogue
from tests.support.real_shop import CLUSTER, DRILLS, INSTANCE, RealShop, real_shop
from tests.support.shop import run

pytestmark = pytest.mark.slow
Places = dict[tuple[type, bool], dict[str, Any]]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealShop]:
    with real_shop(tmp_path_factory.mktemp("real")) as made:
        yield made


@pytest.fixture(params=[INSTANCE, CLUSTER])
def source(request: pytest.FixtureRequest, shop: RealShop) -> Iterator[str]:
    """What is drilled."""
    yield str(request.param)
    shop.lab.faults.clear()


def probed(found: Run) -> list[str]:
    return [step.detail for step in found.steps if step.role is Role.PROBE]


@contextmanager
def lying(source: str, swapped: bool = False) -> Iterator[None]:
    """Within: AWS names production's address for the copy; where swapped, the copy's for production, too."""
    call, seen = BaseClient._make_api_call, Places()

    def altered(client: BaseClient, operation: str, given: dict[str, Any]) -> Any:
        answer = call(client, operation, given)
        for each in [*answer.get("DBInstances", []), *answer.get("DBClusters", [])]:
            if each.get("Endpoint") and source in _name(each):
                kind, copied = type(each["Endpoint"]), _name(each).startswith("dro-")
                seen.setdefault((kind, copied), _place(each))
                if (told := seen.get((kind, not copied))) and (swapped or copied):
                    each.update(told)
        return answer

    with mock.patch.object(BaseClient, "_make_api_call", altered):
        yield


def _name(found: dict[str, Any]) -> str:
    return str(found.get("DBClusterIdentifier") or found["DBInstanceIdentifier"])


def _place(found: dict[str, Any]) -> dict[str, Any]:
    """Where something stands: of an instance a place of its own, of a cluster a host and a port."""
    names = ("Endpoint",) if isinstance(found["Endpoint"], dict) else ("Endpoint", "ReaderEndpoint", "Port")
    return {name: found[name] for name in names if name in found}


def refused(shop: RealShop, source: str, told: str) -> Run:
    """A drill that fails of what stands at its copy's address, and leaves production as it was."""
    before = catalogue(shop.url(source))
    found = run(shop.here, DRILLS[source])
    assert found.closing is not None
    assert (found.closing.verdict, found.closing.cleanup) == (Verdict.FAILED, Cleanup.CLEAN)
    assert told in found.closing.reasons[0]
    assert (found.checks, probed(found)) == ((), [])
    assert catalogue(shop.url(source)) == before
    return found


@pytest.mark.campaign(1)
def test_a_copy_that_stands_apart_is_read_and_reaches_nothing(shop: RealShop, source: str) -> None:
    """The lab's network between databases: where the machine plays it the copy has tried, else it is told why not."""
    found = run(shop.here, DRILLS[source])
    assert found.closing is not None
    assert found.closing.verdict.green, found.closing.reasons
    (told,) = probed(found)
    plane: Any = shop.lab.world.databases
    if plane._networked:
        assert told.endswith("failed: Network is unreachable")
    else:
        assert told == "not probed: permission denied to create subscription"


@pytest.mark.campaign(1)
def test_a_copy_that_leaks_reaches_production_and_fails(shop: RealShop, source: str) -> None:
    """Its groups let nothing out, and its network does all the same: nobody but the probe sees it."""
    plane: Any = shop.lab.world.databases
    shop.lab.faults.add({"kind": "leaks"})
    found = run(shop.here, DRILLS[source])
    assert found.closing is not None
    assert found.closing.verdict.green is not plane._networked
    assert ("the copy reached production" in " ".join(found.closing.reasons)) is plane._networked
    with psycopg.connect(shop.url(source)) as connection:
        assert connection.execute("SELECT count(*) FROM pg_subscription").fetchone() == (0,)


@pytest.mark.campaign(1)
def test_productions_address_is_not_even_connected_to(shop: RealShop, source: str) -> None:
    """The answer names it for the copy: FAILED, and production's log knows nothing of us."""
    before = shop.said_of_us(source)
    with lying(source):
        refused(shop, source, "where production is: 127.0.0.1:")
    assert shop.said_of_us(source) == before


def test_swapped_addresses_are_told_by_the_server(shop: RealShop, source: str) -> None:
    """The names differ then: production is asked when it started, and nothing else."""
    before = shop.said_of_us(source)
    shop.clock.sleep(apart.SKEW.total_seconds() + 60)
    with lying(source, swapped=True):
        refused(shop, source, "and the copy was asked for ")
    said = [each for each in shop.said_of_us(source)[len(before) :] if "connection" not in each]
    assert set(said) == {"BEGIN", "ROLLBACK", postgres._STARTED}
