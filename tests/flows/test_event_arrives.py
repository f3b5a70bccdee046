"""An event as a customer's rule would deliver it goes onto the replica's own bus, and is seen to arrive there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from moto.events.models import events_backends

from dr_orchestrator import wiring
from dr_orchestrator.aws.guard import Forbidden
from dr_orchestrator.cli import main
from dr_orchestrator.domain.run import CheckResult, Run
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.errors import Exit
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.runner.session import Session
from dr_orchestrator.wiring import App
from tests.support import workspace
from tests.support.estate import REGION, TEMPLATE, Estate
from tests.support.shop import GREEN, fresh, run

PARTS = """
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: !Sub "${EnvironmentName}-incoming"}}
  Arrived: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Sub "/shop/${EnvironmentName}"}}
  Incoming:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      EventPattern: {source: [acme.incidents]}
      Targets: [{Id: kept, Arn: !GetAtt Arrived.Arn}]
Outputs:"""
WITH_A_BUS = TEMPLATE.replace("\nOutputs:", PARTS, 1)
CLAIM = '{bus: Bus, log_group: Arrived, source: SOURCE, detail_type: incident, detail: {id: "42"}, within: 1m}'
NAME = "an event of acme arrives"


def shop_with(source: str = "acme.incidents", bus: str = "Bus") -> str:
    claim = CLAIM.replace("SOURCE", source).replace("bus: Bus", f"bus: {bus}")
    return f"{workspace.SHOP}      - {{name: {NAME}, event-arrives: {claim}}}\n"


@pytest.fixture
def world(shop: Estate, home: Path, request: pytest.FixtureRequest) -> Iterator[App]:
    source, target = getattr(request, "param", ("acme.incidents", "{"))
    template = WITH_A_BUS.replace("{Id: kept", f"{target}Id: kept")
    made = workspace.world(home, shop.clock, shop=shop_with(source), template=template)
    with wiring.using(made):
        yield made
    shop.lab.faults.clear()


def drilled(shop: Estate, here: App) -> tuple[Run, CheckResult]:
    fresh(shop)
    found = run(here, "shop-replica")
    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.CLEAN, found.closing.cleanup_reasons
    told = {each.name: each for each in found.checks}
    assert NAME in told, found.closing.reasons
    return found, told[NAME]


def test_it_is_sent_to_the_copys_bus_alone_and_its_time_is_measured(shop: Estate, world: App) -> None:
    """One event, to the ARN of the replica's bus; it is found in the replica's log group, and the drill is green."""
    before = len(shop.calls("PutEvents"))
    found, check = drilled(shop, world)
    assert found.closing is not None
    assert check.outcome is Outcome.PASSED, check.observed
    assert found.closing.verdict in GREEN, found.closing.reasons
    (sent,) = shop.calls("PutEvents")[before:]
    (entry,) = sent["Entries"]
    assert entry["EventBusName"] == (
        f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/dro-{found.header.id}-shop-prod-incoming"
    )
    assert (entry["Source"], entry["DetailType"]) == ("acme.incidents", "incident")
    detail = json.loads(entry["Detail"])
    assert re.fullmatch(r"dro-[0-9a-f]{16}", detail.pop("dro-token"))
    assert detail == {"id": "42"}
    assert 0 <= check.figures["arrived_after_s"] < 60
    assert list(events_backends[ACCOUNT][REGION].event_buses) == ["default"]


DETAIL_ALONE = """{InputTransformer: {InputPathsMap: {it: $.detail}, InputTemplate: '{"got": <it>}'}, """
NOTHING_OF_IT = """{InputTransformer: {InputPathsMap: {it: $.detail.id}, InputTemplate: '{"got": "<it>"}'}, """


@pytest.mark.parametrize("world", [("acme.incidents", DETAIL_ALONE)], indirect=True)
def test_an_event_is_known_by_its_detail_where_the_rule_delivers_that_alone(shop: Estate, world: App) -> None:
    """Its id is not in what arrives; the token is."""
    _, check = drilled(shop, world)
    assert check.outcome is Outcome.PASSED, check.observed


@pytest.mark.parametrize("world", [("acme.incidents", NOTHING_OF_IT)], indirect=True)
def test_a_rule_that_delivers_something_else_is_named_by_the_failure(shop: Estate, world: App) -> None:
    """Nobody looks for a broken bus where the template says that the event is written anew."""
    _, check = drilled(shop, world)
    assert check.outcome is Outcome.FAILED
    assert check.observed.endswith(
        "; Incoming (InputTransformer) delivers it in another form, in which it cannot be known again"
    )


@pytest.mark.parametrize("world", [("acme.other", "{")], indirect=True)
def test_what_does_not_arrive_fails_the_drill(shop: Estate, world: App) -> None:
    """An event that no rule of the replica takes is waited for, and then the drill has failed."""
    found, check = drilled(shop, world)
    assert found.closing is not None
    assert check.outcome is Outcome.FAILED
    assert check.figures["arrived_after_s"] is None
    assert "in another form" not in check.observed
    assert found.closing.verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("service", "action"), [("events", "PutEvents"), ("events", "DescribeEventBus"), ("logs", "FilterLogEvents")]
)
def test_what_may_not_be_asked_is_inconclusive(shop: Estate, world: App, service: str, action: str) -> None:
    """A right that is missing says nothing of the replica."""
    shop.lab.faults.add({"kind": "access-denied", "service": service, "action": action})
    _, check = drilled(shop, world)
    assert check.outcome is Outcome.INCONCLUSIVE
    assert f"{service}:{action}" in check.observed


def entries(*buses: str) -> list[dict[str, Any]]:
    return [{"Source": "a", "DetailType": "b", "Detail": "{}", "EventBusName": each} for each in buses]


def test_no_other_bus_is_ever_sent_anything(shop: Estate, world: App) -> None:
    """Once the replica's bus is known, the guard still refuses production's, a customer's, the default one, and a list
    with one of them in it; before the check it refuses the replica's own, too."""
    shop.client("events").create_event_bus(Name="shop-prod-incoming")
    refused: list[str] = []
    verify = Session.verify

    def tried(session: Session) -> None:
        own = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{session.copy.id}-incoming"
        api = session.environment._toolkit.account.api("events")  # type: ignore[attr-defined]
        with pytest.raises(Forbidden):
            api.call("PutEvents", Entries=entries(own))
        verify(session)
        strangers = (
            own.replace(f"{session.copy.id}-incoming", "shop-prod-incoming"),
            own.replace(ACCOUNT, "444455556666"),
            own.replace(f"{session.copy.id}-incoming", "default"),
            own.replace(REGION, "eu-west-1"),
            f"{session.copy.id}-incoming",
            "",
        )
        for each in strangers:
            for given in (entries(each), entries(own, each)):
                with pytest.raises(Forbidden):
                    api.call("PutEvents", Entries=given)
                refused.append(each)
        for odd in ([], [{"Source": "a", "DetailType": "b", "Detail": "{}"}]):
            with pytest.raises(Forbidden):
                api.call("PutEvents", Entries=odd)

    before = len(shop.calls("PutEvents"))
    with mock.patch.object(Session, "verify", tried):
        drilled(shop, world)
    assert len(refused) == 12
    assert len(shop.calls("PutEvents")) == before + 1
    shop.client("events").delete_event_bus(Name="shop-prod-incoming")


@pytest.mark.parametrize(
    ("shop_file", "told"),
    [
        (shop_with(bus="Nothing"), "'Nothing' is no AWS::Events::EventBus of the template"),
        (shop_with(source="aws.ec2"), "'aws.ec2' is a source of AWS's own"),
        (shop_with(bus="Arrived"), "'Arrived' is no AWS::Events::EventBus of the template"),
        (
            workspace.SHOP.replace(
                "  shop-replica:",
                f"      - {{name: {NAME}, event-arrives: {CLAIM.replace('SOURCE', 'a')}}}\n  shop-replica:",
            ),
            "a pitr-restore makes no bus of its own",
        ),
    ],
)
def test_check_names_what_is_no_bus_of_the_replica(
    home: Path, capsys: pytest.CaptureFixture[str], shop_file: str, told: str
) -> None:
    """By file and line, before anything is made."""
    from tests.support.fakes import FakeClock

    with wiring.using(workspace.world(home, FakeClock(), shop=shop_file, template=WITH_A_BUS)):
        assert main.run(["check"]) == Exit.USAGE
    assert told in capsys.readouterr().err
