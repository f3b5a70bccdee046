"""The word of a program on what it made: outputs, recovery points, and addresses that may be production's."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar, cast
from unittest import mock

import pytest

from dr_orchestrator.checks import apart
from dr_orchestrator.domain.copy import Copy, LiveObject
from dr_orchestrator.domain.run import Observation
from dr_orchestrator.domain.service import Builder, Resource
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.built_environment import hosts, inventory, outlets, outputs, program
from dr_orchestrator.resources.built_environment.environment import TAKEN, BuiltEnvironment
from dr_orchestrator.resources.built_environment.outlets import Production
from dr_orchestrator.resources.built_environment.outputs import Point
from dr_orchestrator.resources.built_environment.stores import OfStore
from dr_orchestrator.resources.drillable import Parts
from tests.support.estate import INSTANCE

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
COPY = Copy("built-environment", "dro-20261120-abc123-shop-prod", "eu-west-1", "20261120-abc123", "d", "s")
TOLD = ("a1b2.lambda-url.eu-west-1.on.aws", "d111.cloudfront.net")
PRODUCTION = Production(
    [("orders-prod.c1.eu-west-1.rds.amazonaws.com", 5432)], ["orders-prod", "a"], "111111111111", lambda: TOLD
)
NAMES = {
    "orders-prod.c1.eu-west-1.rds.amazonaws.com": {"10.0.0.9"},
    "alias.eu-west-1.amazonaws.com": {"10.0.0.9"},
    "10.0.0.9": {"10.0.0.9"},
    "127.0.0.1": {"127.0.0.1"},
}


def read(tmp_path: Path, told: Any, secrets: tuple[str, ...] = ()) -> outputs.Told:
    file = tmp_path / "outputs.json"
    file.write_text(told if isinstance(told, str) else json.dumps(told))
    return outputs.read(file, ["database", "carts"], secrets)


def test_outputs_are_read_as_texts_or_as_terraform_writes_them(tmp_path: Path) -> None:
    """Texts and numbers; no list, nothing that is sensitive, and nothing that holds a secret of ours."""
    told = {
        "url": "https://x.on.aws",
        "port": {"value": 5432, "type": "number", "sensitive": False},
        "password": {"value": "hush", "type": "string", "sensitive": True},
        "list": {"value": ["a"], "type": ["list", "string"], "sensitive": False},
        "yes": True,
        "echo": "the token tok123",
    }
    assert read(tmp_path, told, ("tok123",)).outputs == {"url": "https://x.on.aws", "port": "5432"}
    assert outputs.read(tmp_path / "none.json", [], []) == outputs.Told()


def test_recovery_points_are_instants_with_a_zone_and_may_have_an_id(tmp_path: Path) -> None:
    """Plain, with an id, or as an output of Terraform's; in UTC, and the same when they are read from the ledger."""
    points = {"database": {"at": "2026-11-20T11:00:00+02:00", "id": "rds:orders 1"}, "carts": "2026-11-20T09:00:00Z"}
    for told in (points, {"value": points, "type": "object", "sensitive": False}):
        found = read(tmp_path, {"recovery_points": told})
        assert found.points == {"database": Point(AT, "rds:orders 1"), "carts": Point(AT)}
        assert found.outputs == {}
    assert [outputs.point(str(each)) for each in found.points.values()] == list(found.points.values())


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("{", "DRO_OUTPUTS is no JSON"),
        ([1], "DRO_OUTPUTS is no object of JSON"),
        ("[" * 10**6, "bytes, 262,144 are read"),
        ({"recovery_points": ["2026-11-20T09:00:00Z"]}, "is no object of JSON"),
        ({"recovery_points": {"database": "2026-11-20T09:00:00"}}, "of 'database' is no instant with a zone"),
        ({"recovery_points": {"database": "yesterday"}}, "of 'database' is no instant with a zone: yesterday"),
        ({"recovery_points": {"database": 1763629200}}, "of 'database' is no instant with a zone"),
        ({"recovery_points": {"other": "2026-11-20T09:00:00Z"}}, "the stores that are declared are: database, carts"),
    ],
)
def test_what_is_no_word_is_told(tmp_path: Path, told: Any, words: str) -> None:
    """By what is wrong with it: no recovery point is guessed."""
    with pytest.raises(NotMeasured) as fault:
        read(tmp_path, told)
    assert words in fault.value.message


def test_a_store_of_which_nothing_is_told_has_no_recovery_point() -> None:
    """It is NotMeasured, with the line to write; of one that is told, it is the program's own word."""
    store = OfStore("database", INSTANCE, "./up.sh", dict)
    with pytest.raises(NotMeasured, match=r"\./up\.sh told no recovery point of 'database'") as fault:
        store.choose()
    assert '{"recovery_points": {"database": "INSTANT"}}' in fault.value.hint
    point = OfStore("database", INSTANCE, "./up.sh", lambda: {"database": Point(AT, "rds:orders-1")}).choose()
    assert (point.id, point.data_time, point.store) == ("rds:orders-1", AT, "orders-db")


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("orders-prod.c1.eu-west-1.rds.amazonaws.com", "names orders-prod"),
        ("postgres://u:p@ORDERS-PROD.c1.eu-west-1.rds.amazonaws.com:5432/x", "names orders-prod"),
        ("alias.eu-west-1.amazonaws.com:5432", "is where production is"),
        ("10.0.0.9", "is where production is"),
        ("https://x1.execute-api.eu-west-1.amazonaws.com/prod", "AWS tells of nothing that is new in the account"),
        ("shop-1.eu-west-1.elb.amazonaws.com", "AWS tells of nothing that is new in the account"),
        ("shop-0a.elb.eu-west-1.amazonaws.com:443", "AWS tells of nothing that is new in the account"),
        ("d112.cloudfront.net", "AWS tells of nothing that is new in the account"),
        ("https://c3d4.lambda-url.eu-west-1.on.aws/", "AWS tells of nothing that is new in the account"),
        ("https://shop.example.com/health", "neither AWS gave nor bears the copy's name"),
        ("https://shop.example.com.", "neither AWS gave nor bears the copy's name"),
        ("https://x.on.aws.example.com", "neither AWS gave nor bears the copy's name"),
        ("8.8.8.8", "neither AWS gave nor bears the copy's name"),
        ("http://[2600:1f18::1]:443/health", "is 2600:1f18::1, a name"),
        ("2600:1f18::1", "is 2600:1f18::1, a name"),
        ("[2600:1f18::1]:443", "is 2600:1f18::1, a name"),
        ("https://läden.example/health", "is läden.example, a name"),
        ("läden.example", "is läden.example, a name"),
        ("https://shop\u3002example/", "is shop.example, a name"),
        ("http://134744072/health", "is 134744072, a name"),
        ("http://shop:8080/health", "is shop, a name"),
        ("https://sqs.eu-west-1.amazonaws.com/111111111111/jobs", "names account 111111111111"),
        ("arn:aws:rds:eu-west-1:111111111111:db:x", "names account 111111111111"),
        ("arn:aws:rds:eu-west-1:222222222222:db:orders-prod", "names orders-prod"),
    ],
)
def test_an_output_that_may_be_productions_is_told_apart(value: str, why: str) -> None:
    """By its names, by the addresses that they have, and by whose they could be: then nothing is asked there."""
    with mock.patch.object(apart, "resolved", lambda host, _port: NAMES.get(host, set())):
        found = outlets.foreign({"It": value, "Other": "https://a1b2.on.aws"}, COPY, PRODUCTION)
    assert list(found) == ["It"]
    assert why in found["It"]
    assert outlets.apart({"It": value, "Other": "x"}, found) == {"Other": "x"}


@pytest.mark.parametrize(
    "value",
    [
        "https://a1b2.lambda-url.eu-west-1.on.aws/a/orders-prod",
        f"https://{COPY.id}.drills.example.com/",
        "d111.cloudfront.net",
        "10.20.0.1:5432",
        "http://127.0.0.1:4566/health",
        "http://[::1]:4566/health",
        "[fd00::7]:5432",
        "s3://orders-drill/exports",
        "5432",
        "arn:aws:rds:eu-west-1:222222222222:db:mine",
        "orders-prod",
        "v1.2.3",
        "",
    ],
)
def test_an_output_that_cannot_be_productions_is_asked(value: str) -> None:
    """AWS gave its name, it bears the copy's, or it lies in a private network; and no address reaches nobody."""
    with mock.patch.object(apart, "resolved", lambda host, _port: NAMES.get(host, set())):
        assert outlets.foreign({"It": value}, COPY, PRODUCTION) == {}


def test_a_name_that_nobody_can_be_asked_about_is_not_believed() -> None:
    """With why; other names are not asked about."""

    def denied() -> tuple[str, ...]:
        raise NotMeasured("not authorized to perform elasticloadbalancing:DescribeLoadBalancers")

    value = {"It": "https://shop-1.eu-west-1.elb.amazonaws.com/", "Other": "https://a1b2.on.aws"}
    found = outlets.foreign(value, COPY, Production(told=denied))
    assert list(found) == ["It"]
    assert "nobody tells whose that is: not authorized" in found["It"]


class Told:
    """An account's services, as they tell of all that is there."""

    ANSWERS: ClassVar = {
        ("lambda", "GetFunctionUrlConfig"): {"FunctionUrl": "https://a1b2.lambda-url.eu-west-1.on.aws/"},
        ("cloudfront", "GetDistribution"): {"Distribution": {"DomainName": "d111.cloudfront.net"}},
    }

    region = "eu-west-1"

    def __init__(self, service: str = "") -> None:
        self.service = service

    def api(self, service: str) -> Told:
        return Told(service)

    def call(self, operation: str, **_: str) -> Any:
        return self.ANSWERS[self.service, operation]

    def pages(self, operation: str, key: str) -> list[dict[str, str]]:
        assert (self.service, operation, key) == ("elbv2", "DescribeLoadBalancers", "LoadBalancers")
        lead = "arn:aws:elasticloadbalancing:eu-west-1:222222222222:loadbalancer/app"
        return [
            {"LoadBalancerArn": f"{lead}/{name}/1", "DNSName": f"{name}-1.eu-west-1.ELB.amazonaws.com"}
            for name in ("mine", "theirs")
        ]


def test_the_names_of_what_is_new_are_those_that_aws_tells_of_it() -> None:
    """Of an API by its id, of all else by AWS's own word; of what was there before no one asks."""
    account, own = cast(Any, Told()), "arn:aws:{}"
    assert hosts.of(account, [own.format("apigateway:eu-west-1::/apis/x1"), own.format("sqs:eu-west-1:2:jobs")]) == {
        "x1.execute-api.eu-west-1.amazonaws.com",
        "x1.execute-api.eu-west-1.api.aws",
    }
    assert hosts.of(account, [own.format("apigateway:eu-west-1::/apis/x1/stages/prod")]) == frozenset()
    assert hosts.of(account, [own.format("lambda:eu-west-1:222222222222:function:f")]) == {TOLD[0]}
    assert hosts.of(account, [own.format("cloudfront::222222222222:distribution/E1")]) == {TOLD[1]}
    assert hosts.of(account, [own.format("lambda:us-east-1:222222222222:function:f"), "rds-instance x"]) == frozenset()
    mine = own.format("elasticloadbalancing:eu-west-1:222222222222:loadbalancer/app/mine/1")
    host = "mine-1.eu-west-1.elb.amazonaws.com"
    assert hosts.of(account, [mine]) == {host, f"dualstack.{host}"}


def test_a_program_that_may_not_be_run_is_told_with_the_mend(tmp_path: Path) -> None:
    """A file that is there is not called missing: what it lacks is the right to be run."""
    (tmp_path / "up.sh").write_text("#!/bin/sh\n")
    (tmp_path / "up.sh").chmod(0o644)
    with pytest.raises(NotMeasured, match="not executable: ") as told:
        program.look(Builder(("./up.sh",), ("sh",)), tmp_path)
    assert str(told.value).endswith("./up.sh")
    assert told.value.hint == "chmod +x ./up.sh"


def test_what_an_earlier_attempt_told_is_not_what_this_one_restored() -> None:
    """A process that died when its program had told something leaves nothing to the next one, which may tell less."""
    moments = datetime(2026, 11, 20, 9, 0, tzinfo=UTC), timedelta()
    seen: list[Observation] = []

    def noted(*told: tuple[str, str]) -> None:
        seen.extend(Observation(f"{COPY.id}{name}", state, *moments) for name, state in told)

    tools: Any = SimpleNamespace(observed=lambda: seen)
    tools.at = lambda _: tools
    built = BuiltEnvironment(Resource("env", "built-environment", "shop-prod", "us-east-1"), tools, {}, COPY.place)
    noted(("", TAKEN), ("", "program 1 on a, started 1"), (".Url", "https://a"), (".Old", "x"))
    noted(("/orders", "2026-11-20T08:00:00+00:00"))
    assert (built.outputs(COPY), set(built.points(COPY))) == ({"Url": "https://a", "Old": "x"}, {"orders"})
    noted(("", "program 2 on a, started 2"), (".Url", "https://b"))
    assert (built.outputs(COPY), built.points(COPY)) == ({"Url": "https://b"}, {})


def test_an_object_is_seen_whatever_else_is_called_so() -> None:
    """A table without a tag beside a queue with one: told once where the tag tells it, and never left out."""
    arns = [
        f"arn:aws:{each}"
        for each in ("sqs:eu-west-1:111111111111:orders", "dynamodb:eu-west-1:111111111111:table/carts/index/orders")
    ]
    arns.append("arn:aws:dynamodb:eu-west-1:111111111111:table/worn")
    account = mock.Mock()
    account.api.return_value.pages.return_value = [{"ResourceARN": arn} for arn in arns]
    tables = [LiveObject("dynamodb-table", "eu-west-1", name) for name in ("orders", "worn")]
    parts = Parts(listed={"AWS::DynamoDB::Table": lambda: tables}, called=lambda each: [f"dynamodb:table/{each.id}"])
    assert inventory.taken(account, parts) == {*arns, "dynamodb-table orders"}
