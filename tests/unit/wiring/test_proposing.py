"""For any estate: drafts are drill files once their gaps are filled, a second look proposes nothing, and what is new
comes beside what was there.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dr_orchestrator import settings as setting
from dr_orchestrator.catalog import load
from dr_orchestrator.catalog.drafting import entries
from dr_orchestrator.catalog.drafting.described import described
from dr_orchestrator.catalog.load import policy_alone
from dr_orchestrator.domain.discovery.directory import Directory
from dr_orchestrator.domain.discovery.found import Found
from dr_orchestrator.domain.discovery.placing import Placed, place, whole
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.tag_keys import TagKeys
from dr_orchestrator.resources import TYPES
from dr_orchestrator.settings import Pace, Settings
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.discovery.proposing import Proposal, Proposing
from dr_orchestrator.wiring.discovery.writing import write
from tests.support import gaps
from tests.support.fakes import FakeClock
from tests.support.workspace import TIERS

NO_ISOLATION = "\n".join(line for line in TIERS.splitlines() if not line.startswith("isolation"))
RESTORES = {Kind.SNAPSHOT_RESTORE, Kind.PITR_RESTORE}
KINDS = {of.name: sorted(RESTORES & set(of.kinds)) for of in TYPES if of.worn or "database" in of.keys}
NAMES = st.from_regex(r"[a-z][a-z0-9]{2,8}(-[a-z0-9]{1,8}){0,4}", fullmatch=True).filter(lambda each: len(each) < 60)
WORDS = st.sampled_from(
    ["Checkout", "checkout", "顧客", "Größe", "tiers", "42", "true", "GAP: a", "a: b # c", "'", '"\\']
)
VALUES = WORDS | st.text(st.characters(codec="utf-8"), max_size=20)
TAGS = st.dictionaries(st.sampled_from(["service", "app", "owner", "tier", "contact", "Name"]), VALUES, max_size=4)


@st.composite
def resources(draw: st.DrawFn) -> tuple[Found, frozenset[Kind]]:
    """One of any type that a drill file declares without a template, and the drills that its backups allow."""
    of = draw(st.sampled_from(sorted(KINDS)))
    name = draw(NAMES)
    login = draw(st.sampled_from([{}, {"name": "orders"}, {"name": "or-ders #1", "secret": "managed"}]))
    kinds = frozenset(draw(st.lists(st.sampled_from(KINDS[of]), max_size=2)))
    return Found(of, name, "us-east-1", f"arn:{name}", draw(TAGS), known={"database": login}), kinds


ESTATES = st.lists(resources(), min_size=1, max_size=9, unique_by=lambda each: each[0].key)


def proposed(home: Path, estate: Sequence[tuple[Found, frozenset[Kind]]], account: str = "") -> list[Proposal]:
    """What is proposed to the workspace for what its files do not declare."""
    made = setting.load({"DRO_HOME": str(home)})
    here = App(Settings(made.home, made.database_url, Pace(), made.bundled), FakeClock())
    here.__dict__["catalogue"] = policy_alone(made.drills, TYPES)
    files = described(made.drills)
    known = {(each.type, each.id, each.region) for file in files for each in file.resources}
    placed = place([found for found, _ in estate], TagKeys(), Directory(), rest="rest")
    kinds = {found.key: each for found, each in estate}
    proposing = Proposing(here, files, Directory(), lambda found: (kinds[found.key], "no point"), account)
    wanted: list[Placed] = [each for each in whole(placed) if each.found.key not in known]
    proposals = list(proposing.proposals(wanted, {}))
    assert proposing.remarks == []
    return proposals


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(ESTATES, ESTATES, st.booleans())
def test_any_estate(
    estate: list[tuple[Found, frozenset[Kind]]], more: list[tuple[Found, frozenset[Kind]]], isolated: bool
) -> None:
    """With whatever tags, and whether or not the policy says where copies are put."""
    home = Path(tempfile.mkdtemp())
    try:
        (home / "drills").mkdir()
        (home / "drills" / "tiers.yaml").write_text(TIERS if isolated else NO_ISOLATION)
        first = proposed(home, estate)
        write(first)
        assert proposed(home, estate) == []
        number = gaps.fill(home / "drills")
        assert number == sum(each.gaps for each in first)
        catalogue = load(home / "drills", TYPES)
        assert len(catalogue.drills) == sum(len(kinds) for _, kinds in estate)
        before = {each.name: each.read_text() for each in (home / "drills").glob("*.yaml")}
        known = {found.key for found, _ in estate}
        both = [*estate, *(each for each in more if each[0].key not in known)]
        write(proposed(home, both))
        for name, text in before.items():
            rest = iter((home / "drills" / name).read_text())
            assert all(each in rest for each in text)
        gaps.fill(home / "drills")
        assert len([one for each in load(home / "drills", TYPES).services.values() for one in each.resources]) == len(
            both
        )
        assert proposed(home, both) == []
    finally:
        shutil.rmtree(home)


def test_services_of_one_file_are_proposed_together(tmp_path: Path) -> None:
    """One that a file names and one that it is called by; or two whose new file would be the same: none is lost."""

    def of(service: str) -> tuple[Found, frozenset[Kind]]:
        name = f"{service}-data"
        return Found("dynamodb-table", name, "us-east-1", f"arn:{name}", {"service": service}), frozenset()

    (tmp_path / "drills").mkdir()
    (tmp_path / "drills" / "tiers.yaml").write_text(TIERS)
    (tmp_path / "drills" / "payments.yaml").write_text("service: billing\n")
    made = proposed(tmp_path, [of(each) for each in ("payments", "billing", "tiers", "tiers-service")])
    assert {each.file: each.resources for each in made} == {
        "drills/payments.yaml": ("billing-data", "payments-data"),
        "drills/tiers-service.yaml": ("tiers-data", "tiers-service-data"),
    }
    write(made)
    assert proposed(tmp_path, [of(each) for each in ("payments", "billing", "tiers", "tiers-service")]) == []


def test_a_draft_names_the_account_where_several_are_allowed(tmp_path: Path) -> None:
    """As a text, of whatever digits it is."""
    (tmp_path / "drills").mkdir()
    (tmp_path / "drills" / "tiers.yaml").write_text(TIERS)
    table = Found("dynamodb-table", "orders", "us-east-1", "arn:orders", {"service": "shop"})
    (made,) = proposed(tmp_path, [(table, frozenset())], "012345678901")
    write([made])
    (one,) = described(tmp_path / "drills")
    assert [(each.id, each.account) for each in one.resources] == [("orders", "012345678901")]


def test_no_value_of_a_parameter_is_in_a_draft() -> None:
    """It may be a secret that nobody marked as one."""
    stack = Found("cloudformation-stack", "shop", "us-east-1", "arn:shop", {}, known={"parameters": {"P": "hunter2"}})
    of = next(each for each in TYPES if each.name == stack.type)
    entry = entries.resource(of, entries.Wish(stack, "shop", frozenset({Kind.REPLICA_REBUILD})), isolation=True)
    assert "P" in entry.body["rebuild"]["parameters"]
    assert "hunter2" not in str(entry)
