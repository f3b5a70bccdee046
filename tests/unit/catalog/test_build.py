"""Legal files become the domain's Catalogue, with digests that follow the meaning and not the writing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from dr_orchestrator.domain.cost import Rates
from dr_orchestrator.domain.drill import (
    CanaryItem,
    HttpAnswer,
    ItemsAtLeast,
    NewestRow,
    Pick,
    Query,
    RestoredItem,
    RestoredRow,
    Selection,
)
from dr_orchestrator.domain.objective import Disruption, Limit, Operator
from dr_orchestrator.domain.replica import Answers, Place
from dr_orchestrator.domain.service import Canary, Isolation, Rebuild
from tests.support.drill_files import CLOUD, SHOP, TEMPLATE, TIERS, changed, write
from tests.support.types import load


def test_what_is_written_arrives(tmp_path: Path) -> None:
    """Service, resource, template and store arrive as declared, with the default isolation filled in."""
    catalogue = load(write(tmp_path))
    drill = catalogue.drills["cloud-replica"]
    assert drill.stores == {"Settings": catalogue.services["cloud"].resources["settings"]}
    assert drill.resource.rebuild == Rebuild(
        TEMPLATE, "cloud.template.yaml.txt", {"Name": "{copy}"}, {"Settings": "settings"}
    )
    assert drill.checks == (ItemsAtLeast("items", 1, "Settings"), HttpAnswer("answers", "{Url}health"))
    assert drill.file == "drills/cloud.yaml"
    assert catalogue.drills["shop-pitr"].resource.isolation == Isolation("sealed", ("sealed",))
    assert drill.resource.isolation is None
    assert catalogue.at_once == 4
    assert (catalogue.rates, catalogue.headroom, catalogue.budget) == (Rates(), 2, None)


def test_rates_and_limits_arrive(tmp_path: Path) -> None:
    """Money is exact, to the last digit that was written; a rate that is not there is none, not zero."""
    more = (
        "limits: {at_once: 3, headroom: 0, budget: 50.10}\n"
        "costs: {currency: EUR, instance_hour: {db.m6g.large: 0.159}, table_gib: 0, object_reads: 0.0004}\n"
    )
    catalogue = load(write(tmp_path, {"tiers.yaml": more + TIERS}))

    assert (catalogue.at_once, catalogue.headroom, catalogue.budget) == (3, 0, Decimal("50.10"))
    assert catalogue.rates == Rates(
        "EUR", {"db.m6g.large": Decimal("0.159")}, None, Decimal(0), None, None, Decimal("0.0004")
    )


def test_promises_come_from_the_tier_the_service_or_the_fallback(tmp_path: Path) -> None:
    """Each drill is held to one objective that names its source and the policy's revision; `none` is no target."""
    own = "objectives: {application: none, region: {rto: '<= 1h', rpo: none}}\nresources:\n"
    fallback = (
        "  shop-late: &drill\n    kind: snapshot-restore\n    resource: shop-db\n    disruption: region\n"
        "    checks: [{name: n, query: {sql: SELECT 1 FROM t, equals: 1}}]\n"
        "  shop-fallback:\n    kind: snapshot-restore\n    resource: shop-db\n    disruption: region\n"
        "    path: fallback\n    objective: {rto: '< 9h', rpo: none, reason: last resort}\n"
        "    checks: [{name: n, query: {sql: SELECT 1 FROM t, equals: ''}}]\n"
    )
    drills = load(write(tmp_path, {"shop.yaml": changed(SHOP, "resources:\n", own) + fallback})).drills
    told = {
        name: (str(o.rto), str(o.rpo), o.source, o.revision)
        for name, o in ((d.name, d.objective) for d in drills.values())
    }
    assert told == {
        "cloud-replica": ("< 6 h", "< 1 h", "tier 1", "r1"),
        "shop-pitr": ("None", "None", "shop, application", "r1"),
        "shop-late": ("<= 1 h", "None", "shop, region", "r1"),
        "shop-fallback": ("< 9 h", "None", "shop-fallback (fallback)", "r1"),
    }
    own_objectives = drills["shop-pitr"].service.objectives
    assert own_objectives[Disruption.REGION].rto == Limit(timedelta(hours=1), Operator.AT_MOST)


@pytest.mark.parametrize(
    ("written", "selection"),
    [
        ("latest", Selection()),
        ("oldest", Selection(Pick.OLDEST)),
        ("{oldest: true}", Selection(Pick.OLDEST)),
        ("random", Selection(Pick.RANDOM)),
        ("{random: 3}", Selection(Pick.RANDOM, runs=3)),
        ("{before: 2026-11-20T09:00:00Z}", Selection(Pick.BEFORE, datetime(2026, 11, 20, 9, tzinfo=UTC))),
        ("{ago: 20m}", Selection(Pick.AT, ago=timedelta(minutes=20))),
        ("{at: 2026-11-20T10:00:00+01:00}", Selection(Pick.AT, at=datetime(2026, 11, 20, 9, tzinfo=UTC))),
    ],
)
def test_selections(tmp_path: Path, written: str, selection: Selection) -> None:
    """The recovery point is picked by each word that may be written, or is an instant in UTC or before the start."""
    shop = changed(SHOP, "    kind:", f"    selection: {written}\n    kind:")
    assert load(write(tmp_path, {"shop.yaml": shop})).drills["shop-pitr"].selection == selection


def test_heartbeats_arrive(tmp_path: Path) -> None:
    """Where `dro canary` writes, and what `restored-state` reads there, are kept as declared."""
    shop = changed(SHOP, "    database:", "    canary: {table: ops.beat, column: at, interval: 30s}\n    database:")
    shop += "      - {name: r, restored-state: {table: ops.beat, column: at}, mandatory: false}\n"
    shop += "      - {name: z, newest-row: {table: t, column: c, timezone: Europe/Berlin}}\n"
    cloud = changed(
        CLOUD, "    id: cloud-settings\n", "    id: cloud-settings\n    canary: {key: {pk: 1}, attribute: at}\n"
    )
    cloud += "      - {name: r, restored-state: {table: Settings, key: {pk: 1}, attribute: at}}\n"
    found = load(write(tmp_path, {"shop.yaml": shop, "cloud.yaml": cloud}))
    drill = found.drills["shop-pitr"]
    assert drill.resource.canary == Canary(timedelta(seconds=30), "ops.beat", "at")
    assert drill.checks[1:] == (
        RestoredRow("r", "ops.beat", "at", mandatory=False),
        NewestRow("z", "t", "c", timezone="Europe/Berlin"),
    )
    assert found.services["cloud"].resources["settings"].canary == Canary(
        timedelta(minutes=1), key={"pk": "1"}, attribute="at"
    )
    assert found.drills["cloud-replica"].checks[2] == RestoredItem("r", {"pk": "1"}, "at", "Settings")


def test_every_claim_arrives(tmp_path: Path) -> None:
    """Each kind of check keeps every word that was written for it, numbers in their written form."""
    shop = changed(
        SHOP,
        "      - {name: orders, rows-at-least: {table: orders, minimum: 1}}\n",
        "      - {name: a, newest-row: {table: s.t, column: at, canary: true, interval: 30s, within: 2h}}\n"
        "      - {name: b, query: {sql: SELECT 1, equals: 007}, mandatory: false}\n",
    )
    cloud = CLOUD + "      - {name: c, canary-item: {table: Settings, key: {pk: 1, sk: x}, attribute: at}}\n"
    drills = load(write(tmp_path, {"shop.yaml": shop, "cloud.yaml": cloud})).drills
    assert drills["shop-pitr"].checks == (
        NewestRow("a", "s.t", "at", True, timedelta(seconds=30), timedelta(hours=2)),
        Query("b", "SELECT 1", "007", mandatory=False),
    )
    assert drills["cloud-replica"].checks[2] == CanaryItem("c", {"pk": "1", "sk": "x"}, "at", "Settings")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("shop.yaml", "service: shop\n", "# a comment\nservice:   'shop'\n"),
        ("shop.yaml", "resources:\n", "contacts: []\nresources:\n"),
        ("tiers.yaml", '"< 6h"', '"<  360m"'),
    ],
)
def test_a_digest_is_blind_to_writing(tmp_path: Path, name: str, old: str, new: str) -> None:
    """Comments, quotes, defaults written out and other words for one duration change no digest."""
    before = load(write(tmp_path))
    after = load(write(tmp_path, {name: changed({"shop.yaml": SHOP, "tiers.yaml": TIERS}[name], old, new)}))
    assert after.revision == before.revision
    assert {d.name: d.digest for d in after.drills.values()} == {d.name: d.digest for d in before.drills.values()}


@pytest.mark.parametrize(
    ("name", "old", "new", "touched"),
    [
        ("shop.yaml", "minimum: 1", "minimum: 2", {"shop-pitr"}),
        ("shop.yaml", "shop-prod", "shop-prod2", {"shop-pitr"}),
        ("shop.yaml", "title: The shop", "title: A shop", set()),
        ("cloud.template.yaml.txt", "Queue:", "Queue2:", {"cloud-replica"}),
        ("tiers.yaml", '"< 6h"', '"<= 6h"', {"shop-pitr", "cloud-replica"}),
        ("tiers.yaml", "revision: r1", "revision: r2", {"shop-pitr", "cloud-replica"}),
        ("tiers.yaml", "subnet_group: sealed", "subnet_group: other", {"shop-pitr"}),
    ],
)
def test_a_digest_follows_the_definition(tmp_path: Path, name: str, old: str, new: str, touched: set[str]) -> None:
    """What decides how a drill runs or is judged changes its digest, and only its; any change changes the revision."""
    legal = {"shop.yaml": SHOP, "tiers.yaml": TIERS, "cloud.template.yaml.txt": TEMPLATE}
    before = load(write(tmp_path))
    after = load(write(tmp_path, {name: changed(legal[name], old, new)}))
    assert {name for name in before.drills if before.drills[name].digest != after.drills[name].digest} == touched
    assert after.revision != before.revision
    assert all(len(drill.digest) == 16 for drill in after.drills.values())


STORES = "stores: {Settings: settings}"
ANSWERS = f"""{STORES}
      leave_out: [Queue.KmsMasterKeyId]
      allow: {{Queue: nobody reads it}}
      imports: {{"network-Vpc": vpc-0123abcd}}
      shares: [sg-0123abcd]"""


def test_the_owners_word_on_a_replica_arrives(tmp_path: Path) -> None:
    """What is left out, allowed, imported and shared, where a replica stands, and the boundary of its roles."""
    tiers = TIERS + "replica: {boundary: held-by-us}\n"
    catalogue = load(write(tmp_path, {"cloud.yaml": changed(CLOUD, STORES, ANSWERS), "tiers.yaml": tiers}))
    rebuild = catalogue.drills["cloud-replica"].resource.rebuild
    assert rebuild is not None
    assert (rebuild.place, rebuild.boundary) == (Place.BESIDE, "held-by-us")
    assert rebuild.answers == Answers(
        ("Queue.KmsMasterKeyId",),
        {"Queue": "nobody reads it"},
        {"network-Vpc": "vpc-0123abcd"},
        shares=("sg-0123abcd",),
    )
    assert rebuild.word("dro-1").parameters == rebuild.given("dro-1") == {"Name": "dro-1"}


@pytest.mark.parametrize(
    ("cloud", "tiers", "same"),
    [
        (STORES + "\n      place: beside\n      leave_out: []", "", True),
        (STORES, "replica: {boundary: dro-boundary}\n", True),
        (STORES, "replica: {boundary: held-by-us}\n", False),
        *((f"{STORES}\n      {line.strip()}", "", False) for line in ANSWERS.splitlines()[1:]),
    ],
)
def test_the_owners_word_is_part_of_the_definition(tmp_path: Path, cloud: str, tiers: str, same: bool) -> None:
    """A run is not resumed, and nothing counts as drilled, under another word; what is the default says nothing."""
    before = load(write(tmp_path)).drills["cloud-replica"].digest
    files: dict[str, str | bytes | None] = {"cloud.yaml": changed(CLOUD, STORES, cloud), "tiers.yaml": TIERS + tiers}
    assert (load(write(tmp_path, files)).drills["cloud-replica"].digest == before) is same
