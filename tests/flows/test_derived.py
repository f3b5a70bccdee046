"""A replica is made from a derived template: a hostile one cannot change production, a real one passes as it is."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.aws.template import boundary, given
from dr_orchestrator.aws.template.derive import derive
from dr_orchestrator.domain.replica import BOUNDARY, Derived, Made
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.reporting.export import run_json
from dr_orchestrator.runner.context import RunContext
from dr_orchestrator.runner.session import Session
from dr_orchestrator.wiring import opening
from tests.support import workspace
from tests.support.dying import die, killed_in, resumed
from tests.support.estate import REGION, Estate
from tests.support.estate import estate as lab_of
from tests.support.shop import beat, ended, run

ACCOUNT = "123456789012"
BUCKET, QUEUE, ROLE = "shop-prod-assets", "shop-prod-jobs", "shop-prod-worker"
TRUST = '{Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}'
REAL = f"""
  Jobs:
    Type: AWS::SQS::Queue
    DeletionPolicy: Retain
    Properties: {{QueueName: {QUEUE}}}
  Worker:
    Type: AWS::IAM::Role
    Properties:
      RoleName: {ROLE}
      AssumeRolePolicyDocument: {TRUST}
      Policies:
        - PolicyName: all
          PolicyDocument: {{Statement: [{{Effect: Allow, Action: "*", Resource: "*"}}]}}
Outputs:"""
"""What real templates have: names of production's own, what is to stay, and a role that may do all."""


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """The estate with a queue, a role, a bucket and an event bus of production, and the boundary of replicas."""
    with lab_of(tmp_path_factory.mktemp("lab")) as made:
        made.client("sqs").create_queue(QueueName=QUEUE)
        iam = made.client("iam")
        iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument="{}")
        iam.create_policy(PolicyName=BOUNDARY, PolicyDocument=json.dumps(boundary.policy()))
        made.client("s3").create_bucket(Bucket=BUCKET)
        made.client("events").create_event_bus(Name="shop-prod")
        beat(made)
        yield made


def production(shop: Estate) -> dict[str, Any]:
    """All that a template could change of production, as AWS tells it."""
    iam, sqs, s3, events = (shop.client(each) for each in ("iam", "sqs", "s3", "events"))
    roles = [each["RoleName"] for each in iam.list_roles()["Roles"]]
    policies = {each: iam.list_role_policies(RoleName=each)["PolicyNames"] for each in roles}
    with pytest.raises(s3.exceptions.ClientError, match="NoSuchBucketPolicy"):
        s3.get_bucket_policy(Bucket=BUCKET)
    buses = [each["Name"] for each in events.list_event_buses()["EventBuses"]]
    rules = {bus: [each["Name"] for each in events.list_rules(EventBusName=bus)["Rules"]] for bus in buses}
    buckets = [each["Name"] for each in s3.list_buckets()["Buckets"]]
    return {"queues": sqs.list_queues().get("QueueUrls"), "roles": policies, "rules": rules, "buckets": buckets} | (
        shop.inventory()
    )


def drilled(shop: Estate, home: Path, template: str, shop_file: str = workspace.SHOP) -> Run:
    there = mock.patch.dict(os.environ, {"DRO_HOME": str(home)})
    with there, wiring.using(workspace.world(home, shop.clock, template=template, shop=shop_file)) as here:
        return run(here, "shop-replica")


def with_more(resource: str) -> str:
    return workspace.TEMPLATE.replace("Outputs:", f"  P: {{Type: {resource}}}\nOutputs:")


@pytest.mark.parametrize(
    ("resource", "told"),
    [
        (
            f"AWS::S3::BucketPolicy, Properties: {{Bucket: {BUCKET}, PolicyDocument: {{Statement: []}}}}",
            f"P would change '{BUCKET}'",
        ),
        (
            f"AWS::IAM::Policy, Properties: {{PolicyName: x, PolicyDocument: {{Statement: []}}, Roles: [{ROLE}]}}",
            f"P would change '{ROLE}'",
        ),
        (
            "AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Action: "
            '"sts:AssumeRole", Principal: {AWS: "arn:aws:iam::999999999999:root"}}]}}',
            "P lets in account 999999999999",
        ),
        (
            "AWS::Events::Rule, Properties: {EventBusName: shop-prod, EventPattern: {source: [x]}}",
            "P adds to 'shop-prod'",
        ),
        (
            "AWS::Lambda::Function, Properties: {Runtime: python3.12, Handler: i.h, Code: {ZipFile: x}, Role: "
            f"'arn:aws:iam::{ACCOUNT}:role/{ROLE}'}}",
            f"P acts with the rights of arn:aws:iam::{ACCOUNT}:role/{ROLE}",
        ),
        (
            "AWS::Lambda::EventSourceMapping, Properties: {FunctionName: x, EventSourceArn: "
            f"'arn:aws:sqs:{REGION}:{ACCOUNT}:{QUEUE}'}}",
            "P would change",
        ),
    ],
    ids=["a bucket's policy", "a role's rights", "another account", "a bus", "a role", "a queue's messages"],
)
def test_a_hostile_template_is_refused_before_anything_is_made(
    shop: Estate, home: Path, resource: str, told: str
) -> None:
    """What changes production, acts with its rights or lets others in ends the run: FAILED, with file and line."""
    before = production(shop)

    found = drilled(shop, home, with_more(resource))

    assert found.closing is not None
    assert (found.closing.verdict, found.closing.cleanup) == (Verdict.FAILED, Cleanup.CLEAN)
    assert told in found.closing.reasons[0]
    assert "infrastructure/shop.template.yaml:" in found.closing.reasons[0]
    assert (found.copies, found.template) == ((), None)
    assert shop.calls("CreateChangeSet") == []
    assert production(shop) == before


def test_a_real_template_is_drilled_as_it_is(shop: Estate, home: Path) -> None:
    """With production's names, what is to stay and a role that may do all: PASSED, CLEAN, and production untouched."""
    before, seen = production(shop), dict[str, Any]()
    verify = Session.verify

    def look(session: Session) -> None:
        iam = shop.client("iam")
        for each in iam.list_roles()["Roles"]:
            bound = iam.get_role(RoleName=each["RoleName"])["Role"].get("PermissionsBoundary", {})
            seen[each["RoleName"]] = bound.get("PermissionsBoundaryArn")
        verify(session)

    with mock.patch.object(Session, "verify", look):
        found = drilled(shop, home, workspace.TEMPLATE.replace("Outputs:", REAL.strip("\n")))

    assert found.closing is not None
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), found.closing.reasons
    assert production(shop) == before
    held = f"arn:aws:iam::{ACCOUNT}:policy/{BOUNDARY}"
    copy = f"dro-{found.header.id}-shop-prod"
    assert seen.pop(ROLE) is None
    assert seen == {f"{copy}-{ROLE}": held}
    told = {(each["resource"], each["property"]): each["becomes"] for each in run_json(found)["template"]["edits"]}
    assert told[("Jobs", "DeletionPolicy")] == "Delete"
    assert told[("Jobs", "QueueName")] == f"{copy}-{QUEUE}"
    assert len(shop.calls("CreateChangeSet")) == 1
    assert (home / "drills" / "infrastructure" / "shop.template.yaml").read_text().count("Retain") == 1
    (page,) = (home / "reports" / "generated").glob("*.html")
    assert "What the replica had otherwise" in page.read_text()


def test_without_the_boundary_no_role_is_made(shop: Estate, home: Path) -> None:
    """A boundary that does not exist is told with what to do, before anything is made; a wide one holds nothing."""
    arn = f"arn:aws:iam::{ACCOUNT}:policy/{BOUNDARY}"
    shop.client("iam").delete_policy(PolicyArn=arn)
    template = workspace.TEMPLATE.replace("Outputs:", REAL.strip("\n"))
    missing = drilled(shop, home / "one", template)
    wide = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    shop.client("iam").create_policy(PolicyName=BOUNDARY, PolicyDocument=json.dumps(wide))
    opened = drilled(shop, home / "two", template)

    for found, told in (
        (missing, f"{arn}, which has to hold the replica's roles, does not"),
        (opened, "it holds"),
    ):
        assert found.closing is not None
        assert found.closing.verdict is Verdict.INCONCLUSIVE
        assert told in found.closing.reasons[0]
        assert found.copies == ()
    assert shop.calls("CreateChangeSet") == []


def test_the_owners_word_is_kept_with_the_run(shop: Estate, home: Path) -> None:
    """What is left out is told as not exercised, what was allowed with its reason: in ledger, JSON and report."""
    pager = "AWS::SNS::Subscription, Properties: {Protocol: email, Endpoint: on-call@example.com, TopicArn: !Ref T}"
    template = with_more(pager).replace("Outputs:", "  T: {Type: AWS::SNS::Topic}\nOutputs:")
    words = "      leave_out: [P]\n      allow: {T: nobody listens to it}\n"
    stores = "      stores: {Config: {resource: sessions, fill: items}}\n"
    answered = workspace.SHOP.replace(stores, stores + words)
    asked = drilled(shop, home / "one", template)
    found = drilled(shop, home / "two", template, answered)

    assert asked.closing is not None
    assert "leave_out: [P], or allow: {P:" in asked.closing.reasons[0]
    assert found.closing is not None
    assert ended(found)[0] is Verdict.PASSED
    told = run_json(found)["template"]
    assert told["left_out"] == [{"resource": "P", "property": "", "why": "its owner left it out"}]
    assert told["allowed"] == [{"name": "T", "reason": "nobody listens to it"}]
    assert found.template is not None
    assert (told["digest"], told["derived_digest"]) == (found.template.digest, found.template.derived_digest)
    (page,) = (home / "two" / "reports" / "generated").glob("*.md")
    assert "not exercised: P (its owner left it out)" in page.read_text()
    assert "nobody listens to it" in page.read_text()


def otherwise(*given: Any, **more: Any) -> Derived:
    """What another release would derive."""
    found = derive(*given, **more)
    return replace(found, template={**found.template, "Description": "of another release"})


@pytest.mark.parametrize("same", [True, False], ids=["by the same release", "by another"])
def test_a_resumed_run_goes_on_with_its_own_template(
    shop: Estate, home: Path, monkeypatch: pytest.MonkeyPatch, same: bool
) -> None:
    """A process dies before it asks for the stack: the next one makes what was written, or nothing."""
    monkeypatch.setattr(opening, "_last_seen", lambda *_: shop.clock.now())
    write = RunContext.derived

    def write_and_die(context: RunContext, made: Made) -> None:
        write(context, made)
        die()

    with wiring.using(workspace.world(home, shop.clock)) as here:
        dead = killed_in(here, "shop-replica", mock.patch.object(RunContext, "derived", write_and_die))
        assert dead.template is not None
        if not same:
            monkeypatch.setattr(given, "derive", otherwise)
        found = resumed(here, dead)

    assert found.closing is not None
    assert found.template == dead.template
    assert found.closing.cleanup is Cleanup.CLEAN
    assert found.closing.verdict is (Verdict.PASSED if same else Verdict.INCONCLUSIVE)
    assert len(shop.calls("CreateChangeSet")) == (1 if same else 0)
    assert same or f"is not the one that run {dead.header.id} began with" in found.closing.reasons[0]
