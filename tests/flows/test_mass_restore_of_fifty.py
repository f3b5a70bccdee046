"""Fifty sites of three products on a lab of real databases: each item has the right verdict, and nothing is left."""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import pytest
import yaml

from dr_orchestrator import prefect_runner, wiring
from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.domain.mass_restore.items import ItemVerdict
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.lab import Lab
from dr_orchestrator.settings import CHECKOUT, Pace, Settings
from dr_orchestrator.wiring.lab import serve
from dr_orchestrator.wiring.mass_restores.publishing import shown
from tests.support import examples

pytestmark = pytest.mark.slow
PRODUCTS = ("jira", "confluence", "bitbucket")
_MADE = 40 * 60.0
"""Lab seconds after which the event lies behind the making of the company, in which nobody's heart beats."""


def workspace(home: Path) -> None:
    """The sample company's three databases that hold the sites, and its drill of fifty; one site has no rows at all."""
    (home / "drills" / "mass-restores").mkdir(parents=True)
    (home / "flows").symlink_to(CHECKOUT / "flows")
    for name in ("tiers", *PRODUCTS):
        shutil.copy(CHECKOUT / "drills" / f"{name}.yaml", home / "drills")
    estate = yaml.safe_load((CHECKOUT / "estate.yaml").read_text())["rds-instance"]
    own = {"rds-instance": {f"{each}-prod": estate[f"{each}-prod"] for each in PRODUCTS}}
    (home / "estate.yaml").write_text(yaml.safe_dump(own))
    source, target = CHECKOUT / "drills" / "mass-restores", home / "drills" / "mass-restores"
    plan = (source / "fifty-sites.yaml").read_text().replace("at_once: 2", "at_once: 3")
    (target / "fifty-sites.yaml").write_text(plan)
    (target / "fifty-sites.csv").write_text((source / "fifty-sites.csv").read_text().replace("site-50,", "site-lost,"))


@contextmanager
def started(at: Path) -> Iterator[tuple[Lab, wiring.App]]:
    """Within: a lab of that company."""
    home, pace = at / "company", Pace(240.0, time.time())
    workspace(home)
    clock = PacedClock(pace)
    with ExitStack() as undo:
        lab = undo.enter_context(serve(clock, estate=home / "estate.yaml", state=at, postgres=True))
        undo.enter_context(mock.patch.dict(os.environ, {**lab.environment(), "DRO_HOME": str(home)}))
        undo.enter_context(mock.patch("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None)))
        settings = Settings(home, f"sqlite:///{home / 'ledger.db'}", pace, bundled=False)
        clock.sleep(_MADE)
        yield lab, undo.enter_context(wiring.using(wiring.App(settings, clock)))


def test_fifty_sites_of_three_products(tmp_path: Path) -> None:
    """One without rows failed, one held, two deleted, one container that cannot be restored: each is told apart."""
    with started(tmp_path) as (lab, here):
        before = examples.standing(lab)
        lab.faults.add({"kind": "access-denied", "action": "RestoreDBInstanceToPointInTime", "resource": "bitbucket*"})

        id = prefect_runner.run_mass_restore("fifty-sites", True, None, "", False)

        drills = here.ledger.mass_restores
        items, told = drills.items(id), shown(here, id)
        found = Counter((each.product, each.verdict, each.rule) for each in items)
        alone = {(name, ItemVerdict.LEFT_ALONE, Rule.SITE_HELD): 1 for name in PRODUCTS}
        alone |= {(name, ItemVerdict.LEFT_ALONE, Rule.SITE_DELETED): 2 for name in PRODUCTS}
        back = {(name, ItemVerdict.PASSED, None): 46 for name in PRODUCTS[:2]}
        back |= {(name, ItemVerdict.FAILED, Rule.TENANT_MISSING): 1 for name in PRODUCTS[:2]}
        reasons = {each.reason for each in items if each.rule is Rule.CONTAINER_LOST}
        assert found == {**alone, **back, ("bitbucket", ItemVerdict.INCONCLUSIVE, Rule.CONTAINER_LOST): 47}, reasons
        assert {each.proven for each in items if each.rule is Rule.SITE_DELETED} == {True, None}
        assert [(each["site"], each["proven_in"]) for each in told["left_alone"]] == [
            ("site-13", 0),
            ("site-27", 2),
            ("site-41", 2),
        ]
        assert told["site_verdicts"] == {"FAILED": 1, "PARTIAL": 46, "LEFT ALONE": 3}
        assert all(
            each.rta and each.net and each.rta >= each.net for each in items if each.verdict is ItemVerdict.PASSED
        )
        assert drills.named(id).verdict is Verdict.FAILED
        assert [each["settled"] == each["items"] for each in told["waves"]] == [True, True]
        assert examples.standing(lab) == before
