"""The shop's other region: a replica of its table, the drills' own zone, and the drill that brings it back there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from moto.dynamodb.models import dynamodb_backends

from dr_orchestrator import wiring
from dr_orchestrator.aws.guard import Guard
from dr_orchestrator.aws.template import boundary
from dr_orchestrator.domain.leading import ZONE_TAG
from dr_orchestrator.domain.replica import BOUNDARY
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.runner.session import Session
from dr_orchestrator.wiring import opening, sweeping
from tests.support import workspace
from tests.support.estate import REGION, TABLE, TEMPLATE, Estate
from tests.support.fakes import FakeClock
from tests.support.real_shop import RealShop
from tests.support.shop import fresh

AWAY, DOMAIN, DRILL = "eu-central-1", "drills.example.com", "shop-region"
HEALTH = """  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
  Health:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handle
      Role: !GetAtt Role.Arn
      Environment: {Variables: {TABLE: !Ref Config}}
      Code: {ZipFile: "def handle(event, context): ..."}
  Address: {Type: AWS::Lambda::Url, Properties: {AuthType: NONE, TargetFunctionArn: !GetAtt Health.Arn}}
Outputs:"""
"""What answers for the environment, in the place of a template's line `Outputs:`."""

ANSWERS = f"""{TEMPLATE.rstrip()}
  HealthUrl: {{Value: !GetAtt Address.FunctionUrl}}
""".replace("Outputs:", HEALTH)
SHOP = workspace.SHOP.replace(
    "  environment:\n",
    f"  sessions-there: {{type: dynamodb-table, id: {TABLE.id}, region: {AWAY}}}\n  environment:\n",
)
THERE = f"{{region: {AWAY}, stores: {{Config: sessions-there}}, output: HealthUrl, ttl: 60s}}"
DRILLS = f"""
  {DRILL}:
    kind: region-failover
    resource: environment
    disruption: region
    there: {THERE}
    accept: {{point-in-time-recovery: the runbook switches it on}}
    checks:
      - {{name: heartbeat, canary-item: {{table: Config, key: {{pk: canary}}, attribute: at, interval: 3m}}}}
      - {{name: sessions are there, items-at-least: {{table: Config, minimum: 50}}}}
      - {{name: it answers, http-answer: {{url: "{{HealthUrl}}", contains: ok}}}}
      - {{name: both regions hold the same, same-in-both: {{store: Config}}}}
"""


def prepared(shop: Estate, *, tagged: bool = True, domain: str = DOMAIN) -> str:
    """Make what a team prepares, once: the table's replica there, and the zone of the drills; return the zone's id."""
    dynamodb = shop.client("dynamodb", AWAY)
    if TABLE.id not in dynamodb.list_tables()["TableNames"]:
        _replica(shop)
        shop.client("iam").create_policy(PolicyName=BOUNDARY, PolicyDocument=json.dumps(boundary.policy()))
    return zone_of_drills(shop, tagged=tagged, domain=domain)


def zone_of_drills(shop: Estate | RealShop, *, tagged: bool = True, domain: str = DOMAIN) -> str:
    """Make the zone in which drills have names; return its id."""
    route53 = shop.client("route53")
    zone = route53.create_hosted_zone(Name=domain, CallerReference=f"{domain}-{shop.clock.now()}")["HostedZone"]["Id"]
    name = str(zone.rpartition("/")[2])
    if tagged:
        tags = [{"Key": ZONE_TAG, "Value": "yes"}]
        route53.change_tags_for_resource(ResourceType="hostedzone", ResourceId=name, AddTags=tags)
    return name


def _replica(shop: Estate) -> None:
    dynamodb = shop.client("dynamodb", AWAY)
    dynamodb.create_table(
        TableName=TABLE.id,
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    shop.clock.sleep(60)
    dynamodb.update_continuous_backups(
        TableName=TABLE.id, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    shop.clock.sleep(60)
    table = dynamodb_backends[ACCOUNT][AWAY].get_table(TABLE.id)
    for number in range(60):
        table.put_item({"pk": {"S": f"session#{number}"}})
        shop.clock.sleep(60)


def beat(shop: Estate) -> None:
    """A heartbeat of just now, replicated, that the continuous backup has caught up with."""
    fresh(shop)
    canary = {"pk": {"S": "canary"}, "at": {"S": shop.clock.now().isoformat()}}
    for region in (REGION, AWAY):
        shop.client("dynamodb", region).put_item(TableName=TABLE.id, Item=canary)
    shop.clock.sleep(301)


def tiers(zone: str, domain: str = DOMAIN) -> str:
    """The policy of the shop, with a zone for drills."""
    return f"{workspace.TIERS.rstrip()}\ndrill_zone: {{id: {zone}, domain: {domain}}}\n"


def declared(home: Path) -> wiring.App:
    """The drill as it is declared, of an environment that AWS publishes the calls of."""
    api = "  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: answers, ProtocolType: HTTP}}\nOutputs:"
    template = f"{TEMPLATE.rstrip()}\n  Answers: {{Value: !GetAtt Api.ApiEndpoint}}\n".replace("Outputs:", api, 1)
    drills = DRILLS.replace("output: HealthUrl", "output: Answers").replace("{HealthUrl}", "{Answers}")
    written = f"{SHOP.rstrip()}{drills}"
    return workspace.world(home, FakeClock(), shop=written, template=template, tiers=tiers("Z0123456789ABCDEF"))


@contextmanager
def world(
    shop: Estate,
    home: Path,
    zone: str,
    drills: str = DRILLS,
    written: str = SHOP,
    domain: str = DOMAIN,
    policy: str = "",
) -> Iterator[wiring.App]:
    """Within: the shop's drills can be run, that of the other region among them; `policy` is more of tiers.yaml."""
    beat(shop)
    text = f"{tiers(zone, domain)}{policy}"
    made = workspace.world(home, shop.clock, shop=f"{written.rstrip()}{drills}", template=ANSWERS, tiers=text)
    seen = mock.patch.object(opening, "_last_seen", lambda *_: shop.clock.now())
    with seen, wiring.using(made) as here:
        yield here
    shop.lab.faults.clear()


@contextmanager
def asked_where_production_is(said: Callable[[], Sequence[str]] = tuple) -> Iterator[list[str]]:
    """Within: every call to the lost region from a run's disruption to the end of its verification, once it is over.

    `said` is all that else was asked there so far.
    """
    found, calls, begun = list[str](), list[str](), list[tuple[int, int]]()
    check, name_it, verify = Guard.check, Session.name_it, Session.verify

    def heard(guard: Guard, service: str, operation: str, parameters: Any, region: str = "") -> None:
        if region == REGION:
            calls.append(f"{service}:{operation}")
        check(guard, service, operation, parameters, region)

    def named(*given: Any) -> None:
        name_it(*given)
        begun.append((len(calls), len(said())))

    def verified(*given: Any) -> None:
        verify(*given)
        ((since, spoken),) = begun
        found.extend((*calls[since:], *said()[spoken:]))

    with (
        mock.patch.object(Guard, "check", heard),
        mock.patch.object(Session, "name_it", named),
        mock.patch.object(Session, "verify", verified),
    ):
        yield found
    assert begun, "no run began"


def records(shop: Estate | RealShop, zone: str) -> dict[str, int]:
    """The records of names in a zone, but its own: what each is called, and its weight."""
    listed = shop.client("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    own = [each for each in listed if each["Type"] not in ("NS", "SOA")]
    return {each["SetIdentifier"]: each.get("Weight", 0) for each in own}


def emptied(shop: Estate, zone: str) -> None:
    """Somebody clears a zone of all names, by hand."""
    route53 = shop.client("route53")
    listed = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    own = [each for each in listed if each["Type"] not in ("NS", "SOA")]
    batch = {"Changes": [{"Action": "DELETE", "ResourceRecordSet": each} for each in own]}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)


def swept_anew(here: wiring.App) -> None:
    """A sweep by another process, which reads the drill files as they are now."""
    sweeping.sweep(replace(here))
