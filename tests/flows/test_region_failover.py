"""An environment comes back in another region from what lies there, and a name of the drill's own leads to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.aws.access.permissions import calls_of
from dr_orchestrator.domain import planes
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.leading import STAND_IN, RecordType, Way
from dr_orchestrator.domain.led import ways
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import Phase, Run
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.reporting.export import run_json
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.cloudformation_stack import naming
from dr_orchestrator.runner import RunContext
from dr_orchestrator.runner.session import Session
from dr_orchestrator.wiring.building import build_components, plan_copy, read_only
from dr_orchestrator.wiring.planning.plan import plan
from dr_orchestrator.wiring.planning.preflight import PreflightChecks
from tests.support import there
from tests.support.estate import Estate
from tests.support.passing import passing
from tests.support.shop import run
from tests.support.there import AWAY, DOMAIN, DRILL

LEAD = "lead the name there"


@pytest.fixture(scope="module")
def zone(shop: Estate) -> str:
    return there.prepared(shop)


@pytest.fixture
def here(shop: Estate, zone: str, home: Path) -> Iterator[wiring.App]:
    with there.world(shop, home, zone) as made:
        yield made


def test_it_calls_what_its_kind_declares(here: wiring.App) -> None:
    """From first look to teardown: nothing undeclared, and of its name's calls each."""
    with passing() as called:
        run(here, DRILL)
    declared = calls_of(TYPES, here.drill(DRILL))
    assert called <= declared.all, called - declared.all
    assert naming.CALLS.all <= called
    assert not naming.CALLS.all & declared.only_when.keys()


def changes(shop: Estate, heard: int) -> list[Any]:
    return [each for each in shop.lab.journal[heard:] if each.action == "ChangeResourceRecordSets"]


def ends(found: Run) -> tuple[Verdict, Cleanup]:
    assert found.closing is not None
    return found.closing.verdict, found.closing.cleanup


def test_it_comes_back_there_and_the_name_leads_to_it(shop: Estate, here: wiring.App, zone: str) -> None:
    """Environment and stores stand in the other region alone; the name leads there, and back; all of it is gone."""
    before, heard = shop.inventory(), len(shop.lab.journal)
    found = run(here, DRILL)
    assert ends(found) == (Verdict.PASSED_WITH_FINDINGS, Cleanup.CLEAN)
    assert {row.copy.region for row in found.copies} == {AWAY}
    assert {row.state for row in found.copies} == {CopyState.DELETED}
    assert [row.copy.type for row in found.copies if not row.copy.parent] == [
        *("drill-name", "cloudformation-stack", "dynamodb-table")
    ]
    assert shop.inventory() == before
    assert there.records(shop, zone) == {}
    assert len(changes(shop, heard)) == len(("made", "there", "back", "deleted"))


def test_the_switch_is_timed_and_counts(here: wiring.App) -> None:
    """The way there, and the answers kept from before, are in the RTA; the name itself and the way back not."""
    found = run(here, DRILL)
    steps = {each.name: each for each in found.steps}
    led = ways(found.checks)
    assert set(led) == {Way.THERE, Way.BACK}
    assert (led[Way.THERE].to, led[Way.BACK].to) == ("localhost", STAND_IN[RecordType.CNAME])
    assert timedelta(seconds=20) <= led[Way.THERE].every < timedelta(seconds=30), "servers after 20 s, INSYNC after 25"
    assert steps[f"{LEAD}: outwait the answers of before"].duration >= timedelta(seconds=60)  # type: ignore[operator]
    assert steps["make the drill's name"].phase is Phase.PREPARE
    assert steps["lead the name back"].phase is Phase.TEARDOWN
    assert found.closing is not None
    built, verified, rta = steps["create environment"], steps["verify"], found.closing.measures.rta
    assert rta is not None
    assert abs(rta - (verified.offset + (verified.duration or timedelta()) - built.offset)) < timedelta(seconds=1)
    assert built.offset < steps[LEAD].offset < verified.offset


def test_control_planes_of_the_lost_region_are_a_finding(here: wiring.App) -> None:
    """us-east-1 has those of Route 53 and IAM: a drill of its loss asks them, and says for what, by name."""
    found = run(here, DRILL)
    (told,) = (each for each in found.checks if each.name == planes.CHECK)
    needs = told.figures["control_planes"]["needs"]
    assert needs == [
        "route53:ChangeResourceRecordSets: the drill's name is led there by it",
        "IAM makes Role (AWS::IAM::Role)",
    ]
    assert (told.mandatory, told.outcome) == (False, Outcome.FAILED)
    assert found.closing is not None
    (finding,) = (each for each in found.closing.findings if each.rule is Rule.CONTROL_PLANE)
    assert finding.severity is Severity.HIGH
    assert finding.detail == told.observed
    assert not [each for each in found.closing.findings if each.rule is Rule.OPTIONAL_CHECK]


def test_the_report_tells_both_ways(here: wiring.App) -> None:
    """Where the name led, and after how long, stands in the run's JSON and in its pages."""
    found = run(here, DRILL)
    told = run_json(found)
    assert "each name server of the zone leads there" in str(told["checks"])
    page = (here.settings.home / "reports" / "generated" / found.header.id).with_suffix(".html")
    pages = [page] if page.exists() else list((here.settings.home / "reports").rglob("*.html"))
    assert any("The name, as its name servers told it" in each.read_text() for each in pages)


def test_a_plan_looks_and_makes_nothing(shop: Estate, here: wiring.App) -> None:
    """The zone, the name and the region are looked at; nothing is changed."""
    heard = len(shop.lab.journal)
    made = plan(here, DRILL)
    assert made.blockers == []
    looks = {each.name: each.words for each in made.preflight.looks}
    assert looks["region"] == f"{AWAY}, opt-in-not-required"
    assert looks["zone of the drills"].startswith(DOMAIN)
    assert changes(shop, heard) == []


def refused(shop: Estate, here: wiring.App, why: str) -> None:
    heard = len(shop.lab.journal)
    found = run(here, DRILL)
    assert found.closing is not None
    assert found.closing.verdict in (Verdict.FAILED, Verdict.INCONCLUSIVE)
    assert why in found.closing.reasons[0]
    assert found.copies == ()
    assert changes(shop, heard) == []
    assert not [each for each in shop.lab.journal[heard:] if each.action.startswith(("Create", "Restore", "Execute"))]


@pytest.mark.usefixtures("zone")
def test_a_zone_that_is_not_the_drills_is_told_before_anything_starts(shop: Estate, home: Path) -> None:
    """Without the tag it may be production's: nobody's record goes there."""
    strange = there.prepared(shop, tagged=False, domain="shop.example.com")
    with there.world(shop, home, strange, domain="shop.example.com") as here:
        refused(shop, here, "does not wear the tag dr-drill:zone")


def test_a_zone_of_another_name_is_told_before_anything_starts(shop: Estate, home: Path, zone: str) -> None:
    """The id and the name that are declared have to be one zone's."""
    with there.world(shop, home, zone, domain="other.example.com") as here:
        refused(shop, here, f"hosted zone {zone} is {DOMAIN}, and tiers.yaml says other.example.com")


@pytest.mark.usefixtures("zone")
def test_a_zone_that_is_not_there_is_told_before_anything_starts(shop: Estate, home: Path) -> None:
    """An id of no zone: nothing is made for it."""
    with there.world(shop, home, "Z0000000000000000000A") as here:
        refused(shop, here, "Z0000000000000000000A")


def test_a_region_that_is_not_enabled_is_told_before_anything_starts(shop: Estate, zone: str, home: Path) -> None:
    """It is asked from where production is: an account answers no call in a region that it has not enabled."""
    far = "ap-east-1"
    drills, written = (each.replace(AWAY, far) for each in (there.DRILLS, there.SHOP))
    with there.world(shop, home, zone, drills=drills, written=written) as here:
        heard = len(shop.lab.journal)
        found = run(here, DRILL)
        assert found.closing is not None
        assert f"region {far} is not enabled: not-opted-in" in found.closing.reasons[0]
        assert (found.copies, changes(shop, heard)) == ((), [])


def test_a_name_that_never_leads_there_fails_and_is_taken_down(shop: Estate, here: wiring.App, zone: str) -> None:
    """What the name servers tell is believed, and not what was asked for: nobody would be served there."""
    before = shop.inventory()
    shop.lab.faults.add({"kind": "stale-names", "service": "route53", "after": 12})
    found = run(here, DRILL)
    assert ends(found) == (Verdict.FAILED, Cleanup.CLEAN)
    assert found.closing is not None
    assert "0 of 1 name servers lead there" in found.closing.reasons[0]
    assert there.records(shop, zone) == {}
    assert shop.inventory() == before


def test_another_ones_record_under_the_name_is_never_deleted(
    shop: Estate, here: wiring.App, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What does not say that it is of the run stays, and with it the name: told as a leftover."""
    strange: list[dict[str, Any]] = []

    def intrude(session: Session, name: str = "verify") -> None:
        found = shop.client("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
        mine = next(each for each in found if each.get("SetIdentifier"))
        strange[:] = [{**mine, "SetIdentifier": "somebody else's", "Weight": 7}]
        batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": strange[0]}]}
        shop.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)
        verify(session, name)

    verify = Session.verify
    monkeypatch.setattr(Session, "verify", intrude)
    found = run(here, DRILL)
    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.LEFTOVERS
    assert "somebody else's" in "; ".join(found.closing.cleanup_reasons)
    assert "somebody else's" in there.records(shop, zone)
    assert list(there.records(shop, zone)) == ["somebody else's"], "what is the run's own is gone"
    there.emptied(shop, zone)


def test_a_promise_of_none_is_shown_and_never_counted(shop: Estate, zone: str, home: Path) -> None:
    """Whoever promises nothing for the loss of a region sees the figures, and nothing of theirs is met or missed."""
    none = there.SHOP.replace("\nresources:", "\nobjectives: {region: none}\nresources:")
    with there.world(shop, home, zone, written=none) as here:
        found = run(here, DRILL)
    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.CLEAN
    assert found.closing.measures.rta is not None
    assert (found.header.objective.rto, found.header.objective.rpo) == (None, None)
    assert found.closing.reasons == ("no target: shop, region promises neither RTO nor RPO",)
    assert found.closing.verdict is Verdict.INCONCLUSIVE


def test_a_run_that_went_on_asks_nothing_where_production_is(here: wiring.App) -> None:
    """The disruption was before: what an earlier process has looked at there, a later one does not ask again."""
    drill = here.drill(DRILL)
    copy, account = plan_copy(here, drill, drill.resource, "plan"), read_only(here, AWAY)
    components = build_components(here, drill, copy, account, RunContext("plan", here.clock))
    around: Any = SimpleNamespace(caller=SimpleNamespace(account="", arn=""))
    looks = {
        begun: {
            each.name
            for each in PreflightChecks(here, drill, copy, account, components, around, begun=begun)._questions()
        }
        for begun in (False, True)
    }
    assert {"region", "zone of the drills", "its name servers", "name of the drill"} <= looks[False] - looks[True]


def test_nothing_that_the_recovery_needs_is_asked_where_production_is(here: wiring.App) -> None:
    """From the disruption to the verification no call goes to the region that counts as lost."""
    with there.asked_where_production_is() as asked:
        found = run(here, DRILL)
    assert ends(found) == (Verdict.PASSED_WITH_FINDINGS, Cleanup.CLEAN)
    assert asked == []
