"""What must hold of a drill that comes back in another region, each broken once."""

from __future__ import annotations

from pathlib import Path

import pytest

from dr_orchestrator.catalog.load import load
from dr_orchestrator.domain.leading import Controls
from dr_orchestrator.errors import Problem
from dr_orchestrator.resources import TYPES
from tests.support import controls, there, workspace
from tests.support.there import AWAY, DOMAIN, DRILL
from tests.support.types import problems

TIERS = there.tiers("Z0123456789ABCDEF")
SHOP = f"{there.SHOP.rstrip()}{there.DRILLS}"


def write(home: Path, shop: str = SHOP, tiers: str = TIERS, template: str = there.ANSWERS) -> Path:
    workspace.write(home, shop=shop, tiers=tiers, template=template)
    return home / "drills"


def told(home: Path, shop: str = SHOP, tiers: str = TIERS, template: str = there.ANSWERS) -> list[Problem]:
    return list(problems(write(home, shop, tiers, template)))


def test_a_whole_one_is_no_mistake(tmp_path: Path) -> None:
    """As the docs write it."""
    assert told(tmp_path) == []


def test_its_resource_is_the_one_that_comes_back(tmp_path: Path) -> None:
    """There, from what lies there; the region that counts as lost is told beside its name."""
    drill = load(write(tmp_path), TYPES).drills[DRILL]
    assert (drill.resource.region, drill.stores["Config"].region) == (AWAY, AWAY)
    assert drill.leading is not None
    assert (drill.leading.lost, drill.leading.domain) == ("us-east-1", DOMAIN)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("disruption: region", "disruption: infrastructure", "says nothing of the disruption 'infrastructure'"),
        ("stores: {Config: sessions-there}, ", "", "nothing says from what 'Config' comes back in eu-central-1"),
        ("{Config: sessions-there}", "{Config: sessions}", "'sessions' is not in the region and account"),
        ("{Config: sessions-there}", "{Config: sessions-there, Other: orders-db}", "has no 'Other'"),
        (f"there: {{region: {AWAY}", "there: {region: us-east-1", "that is the region that counts as lost"),
        ("output: HealthUrl", "output: Nothing", "the template has no output 'Nothing'"),
        ("output: HealthUrl", "output: Elsewhere", "the output 'Elsewhere'"),
        ("output: HealthUrl", "output: Queued", "the host of 'Queued' is one of AWS's own"),
        ("output: HealthUrl", "output: HealthUrl, record: A", "'HealthUrl' is a name, and no A record leads to that"),
        ("output: HealthUrl", "output: Numbered", "'Numbered' is an address, and no CNAME record leads to that"),
        ('url: "{HealthUrl}"', 'url: "{Queued}"', "no mandatory http-answer asks at 'HealthUrl'"),
        ("contains: ok}", "contains: ok}, mandatory: false", "no mandatory http-answer asks at 'HealthUrl'"),
        ("ttl: 60s", "ttl: 2h", "leads nobody anywhere in time"),
        (f"    there: {there.THERE}\n", "", "nothing says in which region it comes back"),
        ("kind: region-failover", "kind: replica-rebuild", "comes back where its resource says"),
        ("ttl: 60s", "record: MX", "'MX' is not a type of record"),
    ],
)
def test_what_must_hold_of_it(tmp_path: Path, old: str, new: str, message: str) -> None:
    """Told before anything is started."""
    assert old in SHOP
    template = f"{there.ANSWERS}  Elsewhere: {{Value: https://shop.example.com/}}\n"
    template += "  Queued: {Value: !GetAtt Queue.QueueUrl}\n  Numbered: {Value: !Ref Number}\n"
    template = template.replace("Outputs:", "  Number: {Type: AWS::EC2::EIP}\nOutputs:", 1)
    head, drill, tail = SHOP.rpartition(f"  {DRILL}:")
    found = list(told(tmp_path, head + drill + tail.replace(old, new, 1), template=template))
    assert [each for each in found if message in each.message], found


@pytest.mark.parametrize(
    ("tiers", "message"),
    [
        (workspace.TIERS, "no zone is declared in which a drill may have a name"),
        (f"{TIERS}allowed: {{regions: [us-east-1]}}\n", f"{AWAY} is not among those that tiers.yaml allows"),
        (TIERS.replace(DOMAIN, "Drills."), "is not the name of a zone"),
        (TIERS.replace("Z0123456789ABCDEF", "zone"), "is not the id of a hosted zone"),
    ],
)
def test_what_must_hold_of_the_policy(tmp_path: Path, tiers: str, message: str) -> None:
    """A zone of the drills' own, and the region, are tiers.yaml's word."""
    assert [each for each in told(tmp_path, tiers=tiers) if message in each.message]


def test_an_account_of_its_own_is_not_offered_yet(tmp_path: Path) -> None:
    """What is not built is refused by name."""
    own = (
        'replica: {place: drill-account, account: "222222222222"}\n'
        'roles: {elsewhere: ["arn:aws:iam::222222222222:role/dro"]}\n'
    )
    assert [each for each in told(tmp_path, tiers=f"{TIERS}{own}") if "not offered yet" in each.message]


def test_the_lost_side_is_known_where_it_is_compared(tmp_path: Path) -> None:
    """Of the stores that a check compares, and of no others: nothing else of the lost region is read."""
    drill = load(write(tmp_path), TYPES).drills[DRILL]
    assert {name: (each.id, each.region) for name, each in drill.lost.items()} == {
        "Config": ("sessions-prod", "us-east-1")
    }
    without = SHOP.replace(", same-in-both: {store: Config}", ', http-answer: {url: "{HealthUrl}/"}')
    assert load(write(tmp_path / "without", without), TYPES).drills[DRILL].lost == {}


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ("{store: Sessions}", "the resource's `rebuild.stores` has no 'Sessions'"),
        ("{store: Config, read: true}", "dynamodb-tables are read whole in any case"),
        ("{store: Config, tolerance: 5}", "a dynamodb-table has no rows"),
        ("{}", "'store' is missing"),
    ],
)
def test_what_must_hold_of_a_comparison(tmp_path: Path, new: str, message: str) -> None:
    """Its store is one that comes back, and it claims of that what can be told."""
    found = told(tmp_path, SHOP.replace("same-in-both: {store: Config}", f"same-in-both: {new}"))
    assert [each for each in found if message in each.message], found


def test_one_region_is_compared_with_nothing(tmp_path: Path) -> None:
    """A drill of any other kind has one region alone."""
    claim = "      - {name: same, same-in-both: {store: Config}}\n"
    found = told(tmp_path, workspace.SHOP + claim)
    assert [each for each in found if "has one region: nothing stands in two" in each.message], found


OF = "arn:aws:route53-recovery-control::123456789012"
CLUSTER, PANEL = f"{OF}:cluster/0a1b-2c3d", f"{OF}:controlpanel/0123456789abcdef"
CELL = {
    region: f"https://0a1b2c3d.route53-recovery-cluster.{region}.amazonaws.com/v1"
    for region in ("us-east-1", "us-west-2", "eu-west-1")
}
SWITCHED = f"{there.SHOP.rstrip()}{controls.DRILLS}"


def test_routing_controls_that_are_declared_switch_a_name(tmp_path: Path) -> None:
    """Of the drills that say so: another leads its name by records."""
    tiers = f"{TIERS}{controls.policy_of(CLUSTER, PANEL, CELL)}"
    assert told(tmp_path, SWITCHED, tiers) == []
    leading = load(tmp_path / "drills", TYPES).drills[DRILL].leading
    assert leading is not None
    assert leading.controls == Controls(CLUSTER, PANEL, tuple(sorted(CELL.items())))
    other = load(write(tmp_path / "other", SHOP, tiers), TYPES).drills[DRILL].leading
    assert other is not None
    assert other.controls is None


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ("", "no control panel is declared in which a drill may have routing controls"),
        (controls.policy_of(CLUSTER, CLUSTER, CELL), "is not the ARN of a control panel of ARC"),
        (controls.policy_of(PANEL, PANEL, CELL), "is not the ARN of a cluster of ARC"),
        (controls.policy_of(CLUSTER, PANEL, {**CELL, "us-west-2": "https://example.com/v1"}), "is not an endpoint"),
        (controls.policy_of(CLUSTER, PANEL, {**CELL, "us-west-2": CELL["eu-west-1"]}), "is no endpoint of us-west-2"),
    ],
)
def test_what_must_hold_of_routing_controls(tmp_path: Path, policy: str, message: str) -> None:
    """Panel, cluster and endpoints are tiers.yaml's word; a key is sent to no other host."""
    found = told(tmp_path, SWITCHED, f"{TIERS}{policy}")
    assert [each for each in found if message in each.message], found


def test_an_endpoint_may_be_of_both_protocols(tmp_path: Path) -> None:
    """A cluster that answers IPv6, too, has its endpoints under another domain of AWS's."""
    both = {region: url.replace("amazonaws.com", "api.aws") for region, url in CELL.items()}
    assert told(tmp_path, SWITCHED, f"{TIERS}{controls.policy_of(CLUSTER, PANEL, both)}") == []
    wrong = {**both, "us-west-2": both["eu-west-1"]}
    found = told(tmp_path / "wrong", SWITCHED, f"{TIERS}{controls.policy_of(CLUSTER, PANEL, wrong)}")
    assert [each for each in found if "is no endpoint of us-west-2" in each.message], found


def test_what_switches_a_name_is_one_of_two(tmp_path: Path) -> None:
    """And nothing else."""
    found = told(tmp_path, SWITCHED.replace("by: routing-control", "by: hand"))
    assert [each for each in found if "'hand' is not what switches a name" in each.message], found
