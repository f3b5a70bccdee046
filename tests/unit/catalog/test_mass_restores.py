"""A large-incident drill's file and list promise that each mistake is told by file, line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from dr_orchestrator.catalog import sites as lists
from dr_orchestrator.catalog.load import load
from dr_orchestrator.catalog.mass_restores import Declared, plan_problems, plans
from dr_orchestrator.catalog.rules.mass_restore import Known
from dr_orchestrator.domain.mass_restore.plan import TenantItems, TenantRows
from dr_orchestrator.domain.mass_restore.sites import SiteState
from dr_orchestrator.resources import TYPES
from tests.support import mass_files, workspace

SITES = "site,tier,state,deleted_at,reason\none,1,,,\n"
ROWS = """\
  orders:
    drills: {orders-snapshot: {}}
    needs: [sessions]
    tenant:
      - {name: orders, rows: {sql: "SELECT count(*) FROM orders WHERE site = :tenant", within: 1d}}
teams:"""


def known(home: Path) -> Known:
    drills = workspace.write(home).drills
    return Known(load(drills, TYPES), TYPES)


def told(home: Path, plan: str = mass_files.PLAN, sites: str = SITES) -> list[str]:
    """The mistakes as `dro check` prints them."""
    of = known(home)
    mass_files.put(home / "drills", sites, plan)
    return [str(each) for each in plan_problems(home / "drills", of)]


def declared(home: Path, plan: str = mass_files.PLAN, sites: str = SITES) -> Declared:
    of = known(home)
    mass_files.put(home / "drills", sites, plan)
    return plans(home / "drills", of)["many-sites"]


def test_a_plan_is_read_whole(home: Path) -> None:
    """Its products with what is asked of each tenant, its containers as they are defined, its sites' limits."""
    found = declared(home, mass_files.PLAN.replace("teams:", ROWS))
    sessions, orders = found.plan.products
    assert isinstance(sessions.checks[0], TenantItems) and isinstance(orders.checks[0], TenantRows)
    assert orders.needs == ("sessions",) and orders.service == "shop" and orders.containers[0].definition
    assert str(found.plan.rtos[1]) == "< 6h" or found.plan.rtos[1].value.total_seconds() == 6 * 3600


def test_another_list_is_another_plan(home: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """By its digest, and so is another check."""
    other = tmp_path_factory.mktemp("other")
    assert declared(home).plan.digest != declared(other, sites=SITES + "two,1,,,\n").plan.digest


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("ago: 10m", "ago: 10m, at: 2026-11-01T00:00:00Z", "4:event", "says it twice"),
        (", ago: 10m", "", "4:event", "says not when"),
        ("sessions-pitr: {}", "session-pitr: {}", "9:products.sessions.drills.session-pitr", "there is no drill"),
        (
            "sessions-pitr: {}",
            "shop-replica: {}",
            "9:products.sessions.drills.shop-replica",
            "no tenants can be asked",
        ),
        *(
            (
                *("sessions-pitr: {}", f"sessions-pitr: {{column: {column}, equals: live}}"),
                *("9:products.sessions.drills.sessions-pitr.column", "tells how a site stands, not where"),
            )
            for column in ("tier", "state", "deleted_at", "reason")
        ),
        ("sessions-pitr: {}", "orders-snapshot: {}", "9:products.sessions.drills.orders-snapshot", "is not of what"),
        ("#:tenant", "", "11:products.sessions.tenant[0].items.value", "has no :tenant"),
        ("many-sites\ntitle", "other\ntitle", "1:mass_restore", "is not the name of the file"),
        ("    title: Sessions", "    needs: [sessions]", "8:products.sessions.needs", "needs itself"),
        ("    title: Sessions", "    needs: [more]", "8:products.sessions.needs[0]", "there is no product"),
        ("teams:", "at_once: 0\nteams:", "12:at_once", "is not a whole number from 1"),
        ("lasts: 14d, ", "", "14:safeguards[0]", "is not the last"),
        (
            "{tier: 1, team: Team One}",
            "{tier: 1, team: A}, {tier: 1, team: B}",
            "12:teams[1].tier",
            "an owner already",
        ),
    ],
)
def test_a_mistake_in_the_plan_is_told_by_its_key(home: Path, old: str, new: str, place: str, message: str) -> None:
    """With its line, before anything starts."""
    found = told(home, mass_files.PLAN.replace(old, new))
    assert any(f"many-sites.yaml:{place}:" in each and message in each for each in found), found


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT count(*) FROM orders", "has no :tenant"),
        ("SELECT count(*) FROM orders WHERE site = ':tenant'", "in quotes"),
        ("SELECT count(*) FROM orders -- :tenant", "in a comment"),
        ("SELECT site::tenant FROM orders", "has no :tenant"),
        ("DELETE FROM orders WHERE site = :tenant", "SELECT that changes nothing"),
        ("SELECT 1 WHERE :tenant = 'a'", "names no table"),
        ("SELECT count(*) FROM orders WHERE site = :tenant; SELECT 2", "one statement"),
        ("SELECT count(*) FROM orders WHERE site = $$:tenant$$", "in quotes"),
        ("SELECT count(*) FROM orders WHERE site = $a$ :tenant $a$ OR site = :tenant", "in quotes"),
        ("SELECT count(*) FROM orders WHERE site = E'\\\\' :tenant'", "in quotes"),
        ("SELECT count(*) FROM orders WHERE site = U&':tenant'", "nobody knows how it is read"),
        ("SELECT count(*) FROM orders WHERE site = :tenant FOR UPDATE", "UPDATE changes something"),
        ("SELECT count(*) FROM orders WHERE site = :tenant FOR KEY SHARE", "locks what it reads"),
        ("SELECT setval('s', 1) FROM orders WHERE site = :tenant", "setval is not called"),
        ("SELECT pg_advisory_lock(1) FROM orders WHERE site = :tenant", "pg_advisory_lock is not called"),
    ],
)
def test_a_statement_that_binds_no_tenant_is_refused(home: Path, sql: str, message: str) -> None:
    """Its key is a value, never a part of the text; and it reads, and no more."""
    rows = ROWS.replace("SELECT count(*) FROM orders WHERE site = :tenant", sql)
    found = told(home, mass_files.PLAN.replace("teams:", rows))
    assert any("products.orders.tenant[0].rows.sql" in each and message in each for each in found), found


@pytest.mark.parametrize(
    ("row", "place", "message"),
    [
        ("two,9,,,", "3:tier", "'9' is no tier"),
        ("two,x,,,", "3:tier", "'x' is no tier"),
        (",1,,,", "3:site", "no name"),
        ("two,1,gone,,", "3:state", "'gone' is not a state"),
        ("two,1,soft-deleted,,", "3:deleted_at", "is empty for a deleted site"),
        ("two,1,soft-deleted,yesterday,", "3:deleted_at", "no instant with a time zone"),
        ("two,1", "3", "has 2 columns, the headers are 5"),
        ("two,1,live,2026-11-01T00:00:00Z,", "3:deleted_at", "the site is live"),
        ("two,1,,2026-11-01T00:00:00Z,", "3:deleted_at", "the site is live"),
        pytest.param(f"two,{'9' * 5000},,,", "3:tier", "is no tier", id="tier-of-5000-digits"),
        ("two,1,soft-deleted,0001-01-01T00:00:00+14:00,", "3:deleted_at", "no instant"),
        ("two,1,soft-deleted,9999-12-31T23:00:00Z,", "3:deleted_at", "no time at which a site"),
        ("two,1,,,a\0b", "3:reason", "a character that nobody sees"),
        ("two,1,,,a\x1b[2Jb", "3:reason", "a character that nobody sees"),
        ('two,1,,,"a\nb"', "3:reason", "the end of a line"),
        ('"two\n",1,,,', "3:site", "the end of a line"),
        ('two,1,,,"a\nb"\nsix,9,,,', "5:tier", "'9' is no tier"),
    ],
)
def test_a_row_that_cannot_be_read_is_told_by_line_and_column(home: Path, row: str, place: str, message: str) -> None:
    """All of them at once, before anything starts."""
    found = told(home, sites=f"{SITES}{row}\n")
    assert any(f"many-sites.csv:{place}:" in each and message in each for each in found), found


@pytest.mark.parametrize(
    ("headers", "place", "message"),
    [
        ("site,tier,State", "1:State", "is no column, 'state' is"),
        ("Site,tier,state", "1:Site", "is no column, 'site' is"),
        ("site,tier,status", "1:status", "no drill of the plan places sites by"),
        ("site,tier,status", "1:state", "has no column 'state'"),
        ("site,tier,state,state", "1:state", "stands twice"),
        ("site,tier,state,shard", "1:shard", "no drill of the plan places sites by"),
        ("site,tier,state,", "1", "a column has no header"),
        ("site,tier,st\x1bate", "1:st?ate", "no drill of the plan places sites by"),
    ],
)
def test_headers_that_could_hide_a_hold_are_refused(home: Path, headers: str, place: str, message: str) -> None:
    """A state under another header is nobody's: its site would be restored, whatever it says."""
    row = ",".join(["one", "1", "legal-hold", ""][: headers.count(",") + 1])
    found = told(home, sites=f"{headers}\n{row}\n")
    assert any(f"many-sites.csv:{place}: " in each and message in each for each in found), found


def test_a_column_that_a_drill_places_sites_by_is_read(home: Path) -> None:
    """As the plan names it."""
    placed = mass_files.PLAN.replace("sessions-pitr: {}", "sessions-pitr: {column: shard, equals: a}")
    found = declared(home, placed, "site,tier,state,shard\none,1,,a\n")
    assert [each.more for each in found.sites] == [{"shard": "a"}]


def test_a_list_without_its_columns_or_its_file_is_told(home: Path) -> None:
    """Also a column that only a container is told by."""
    placed = mass_files.PLAN.replace("sessions-pitr: {}", "sessions-pitr: {column: shard, equals: a}")
    assert any("csv:1:shard: has no column 'shard'" in each for each in told(home, placed))
    (home / "drills" / "mass-restores" / "many-sites.csv").unlink()
    of = Known(load(home / "drills", TYPES), TYPES)
    assert any("is not a file" in str(each) for each in plan_problems(home / "drills", of))


def test_a_site_that_stands_twice_counts_once_and_the_more_careful(home: Path) -> None:
    """It is told, and the event goes on."""
    found = declared(home, sites=f"{SITES}one,1,legal-hold,,case\n")
    assert [(each.name, each.state) for each in found.sites] == [("one", SiteState.LEGAL_HOLD)]
    assert [str(each).split(": ")[0] for each in found.notes] == ["drills/mass-restores/many-sites.csv:3:site"]


def test_two_rows_that_tell_of_two_sites_are_refused(tmp_path: Path) -> None:
    """One of them would decide how critical it is, or where it is looked for, and nobody knows which is right."""
    file = tmp_path / "sites.csv"
    for again, column in (("ONE,1,,a", "shard"), ("one,0,,b", "tier"), ("one,1,,b", "")):
        file.write_text(f"site,tier,state,shard\none,1,,b\n{again}\n")
        found = lists.read(file, "sites.csv", (0, 1), ["shard"])
        assert [(each.line, each.key) for each in found.problems] == ([(3, column)] if column else [])
        assert all("stands on line 2 already" in each.message for each in (*found.problems, *found.notes))
        assert len(found.sites) == 1


@pytest.mark.parametrize("states", [",legal-hold", "legal-hold,"])
@pytest.mark.parametrize(
    ("first", "again"), [("One", "one"), ("caf\u00e9", "cafe\u0301"), ("a site", "a  site"), ("stra\u00dfe", "STRASSE")]
)
def test_a_site_that_is_written_otherwise_is_the_same_one(home: Path, first: str, again: str, states: str) -> None:
    """In another case, another form of Unicode or with wider blanks: it is told, and the more careful row counts."""
    one, other = states.split(",")
    found = declared(home, sites=f"site,tier,state\n{first},1,{one}\n{again},1,{other}\n")
    assert [each.state for each in found.sites] == [SiteState.LEGAL_HOLD]
    (note,) = found.notes
    assert f"many-sites.csv:3:site: {again} stands on line 2 already as '{first}'" in str(note)
