"""A customer's account in the lab: a stack that a service depends on, and the hand that changes it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import boto3
from moto.cloudformation.models import cloudformation_backends
from moto.events.models import events_backends
from moto.iam.models import iam_backends

from dr_orchestrator.domain.customer.looking import Look
from dr_orchestrator.domain.customer_stack import Aspect, Baseline, CustomerStack
from dr_orchestrator.lab import Lab
from dr_orchestrator.wiring import App
from dr_orchestrator.wiring.customers.reaching import Reached
from dr_orchestrator.wiring.lab import serve
from tests.support import workspace
from tests.support.fakes import RunningClock

CUSTOMER = "444455556666"
REGION = "eu-west-1"
STACK = "acme-hook"
READER = f"arn:aws:iam::{CUSTOMER}:role/vendor-looks"
OWNER = f"arn:aws:iam::{CUSTOMER}:role/acme-admin"
ROLE, RULE = "acme-forwarder", "acme-incidents"
VENDOR = "arn:aws:events:us-east-1:123456789012:event-bus/shop-prod"
DECLARED = f"""
customer_stacks:
  acme:
    account: "{CUSTOMER}"
    region: {REGION}
    stack: {STACK}
    role: {READER}
drills:"""
TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Parameters: {Vendor: {Type: String}, Managed: {Type: String}}
Resources:
  Forwarder:
    Type: AWS::IAM::Role
    Properties:
      RoleName: acme-forwarder
      ManagedPolicyArns: [!Ref Managed]
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {Service: events.amazonaws.com}, Action: "sts:AssumeRole"}]
      Policies:
        - PolicyName: forward
          PolicyDocument:
            Version: "2012-10-17"
            Statement: [{Effect: Allow, Action: "events:PutEvents", Resource: !Ref Vendor}]
  Incidents:
    Type: AWS::Events::Rule
    Properties:
      Name: acme-incidents
      State: ENABLED
      EventPattern: {source: [acme.incidents]}
      Targets: [{Id: vendor, Arn: !Ref Vendor, RoleArn: !GetAtt Forwarder.Arn}]
"""


def allows(action: str) -> str:
    """The text of a policy that allows one action."""
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trusts(account: str) -> str:
    """The text of a trust policy for all of another account."""
    statement = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@dataclass
class Acme:
    """The customer, in a lab: with a stack, and all rights to change it."""

    lab: Lab
    clock: RunningClock
    home: Path
    managed: str = ""
    clients: dict[tuple[str, str], Any] = field(default_factory=dict)

    def client(self, service: str, region: str = REGION, role: str = OWNER) -> Any:
        """A client of the customer's own."""
        if (service, role) not in self.clients:
            sts = boto3.client("sts", region_name=region, endpoint_url=self.lab.endpoint)
            got = sts.assume_role(RoleArn=role, RoleSessionName="ada")["Credentials"]
            self.clients[service, role] = boto3.client(
                service,
                region_name=region,
                endpoint_url=self.lab.endpoint,
                aws_access_key_id=got["AccessKeyId"],
                aws_secret_access_key=got["SecretAccessKey"],
                aws_session_token=got["SessionToken"],
            )
        return self.clients[service, role]

    def make(self) -> None:
        """Make the stack, long enough ago for CloudTrail to tell of it."""
        iam = self.client("iam")
        for name in ("vendor-looks", "acme-admin"):
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusts("123456789012"))
        made = iam.create_policy(PolicyName="acme-common", PolicyDocument=allows("logs:PutLogEvents"))
        self.managed = made["Policy"]["Arn"]
        self.make_stack()

    def make_stack(self) -> None:
        """Make the stack of its template."""
        self.client("cloudformation").create_stack(
            StackName=STACK,
            TemplateBody=TEMPLATE,
            Parameters=[
                {"ParameterKey": "Vendor", "ParameterValue": VENDOR},
                {"ParameterKey": "Managed", "ParameterValue": self.managed},
            ],
        )
        self.wait(1800)

    def remove(self) -> None:
        """Make the account empty again: others share its lab."""
        for backends, name in ((iam_backends, "aws"), (events_backends, REGION), (cloudformation_backends, REGION)):
            backends[CUSTOMER][name].reset()

    def wait(self, seconds: float) -> None:
        """Let lab time go by."""
        self.clock.sleep(seconds)
        self.lab.settle()

    # What somebody does to it.

    def widen_trust(self) -> None:
        self.client("iam").update_assume_role_policy(RoleName=ROLE, PolicyDocument=trusts("999988887777"))

    def change_inline_policy(self) -> None:
        self.client("iam").put_role_policy(RoleName=ROLE, PolicyName="forward", PolicyDocument=allows("*"))

    def change_default_version(self) -> None:
        self.client("iam").create_policy_version(
            PolicyArn=self.managed, PolicyDocument=allows("s3:*"), SetAsDefault=True
        )

    def attach_a_policy(self) -> None:
        iam = self.client("iam")
        made = iam.create_policy(PolicyName="acme-all", PolicyDocument=allows("*"))
        iam.attach_role_policy(RoleName=ROLE, PolicyArn=made["Policy"]["Arn"])

    def bound(self) -> None:
        self.client("iam").put_role_permissions_boundary(RoleName=ROLE, PermissionsBoundary=self.managed)

    def disable_rule(self) -> None:
        self.client("events").disable_rule(Name=RULE)

    def change_target(self) -> None:
        elsewhere = {"Id": "vendor", "Arn": VENDOR.replace("shop-prod", "mallory")}
        self.client("events").put_targets(Rule=RULE, Targets=[elsewhere])

    def change_pattern(self) -> None:
        self.client("events").put_rule(Name=RULE, EventPattern='{"source": ["acme.nothing"]}', State="ENABLED")

    def delete_rule(self) -> None:
        events = self.client("events")
        events.remove_targets(Rule=RULE, Ids=["vendor"])
        events.delete_rule(Name=RULE)

    def delete_role(self) -> None:
        iam = self.client("iam")
        iam.delete_role_policy(RoleName=ROLE, PolicyName="forward")
        iam.detach_role_policy(RoleName=ROLE, PolicyArn=self.managed)
        iam.delete_role(RoleName=ROLE)

    def update_template(self) -> None:
        """Give the stack one resource more."""
        more = TEMPLATE + "  Extra: {Type: AWS::SQS::Queue}\n"
        cloud = self.client("cloudformation")
        values = {"Vendor": VENDOR, "Managed": self.managed}
        kept = [{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()]
        made = cloud.create_change_set(
            StackName=STACK,
            ChangeSetName="more",
            TemplateBody=more,
            Parameters=kept,
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        self.wait(60)
        cloud.execute_change_set(ChangeSetName=made["Id"])
        self.wait(600)

    def delete_stack(self) -> None:
        self.client("cloudformation").delete_stack(StackName=STACK)
        self.wait(1800)


@contextmanager
def acme(home: Path, **declared: str) -> Iterator[tuple[Acme, App]]:
    """Within: a lab with the customer's account, and a workspace whose service depends on the stack there."""
    clock = RunningClock()
    with serve(clock) as lab, mock.patch.dict(os.environ, lab.environment()):
        made = Acme(lab, clock, home)
        made.make()
        shop = declared.pop("shop", workspace.SHOP).replace("\ndrills:", DECLARED, 1)
        yield made, workspace.world(home / "workspace", clock, shop=shop, **declared)


def stack_of(here: App) -> CustomerStack:
    """The customer's stack as the workspace declares it."""
    (found,) = here.catalogue.services["shop"].customer_stacks
    return found


def looked(here: App, stack: CustomerStack) -> Look:
    """A look at it."""
    return Reached(here, stack).look()


def recorded(here: App, stack: CustomerStack, look: Look | None = None, age: timedelta = timedelta()) -> CustomerStack:
    """The stack with a baseline of how it is now."""
    seen = look or looked(here, stack)
    assert not seen.unread, seen.unread
    return with_baseline(stack, seen.at - age, seen.documents)


def with_baseline(stack: CustomerStack, at: datetime, documents: dict[Aspect, Any]) -> CustomerStack:
    """The stack with these documents as its baseline."""
    return replace(stack, baseline=Baseline(at, documents, "of-a-test"))
