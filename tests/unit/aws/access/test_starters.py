"""Policies of drills that start machines: what wears the run's tag, and the profile that they declare."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator.aws.access.policies import drill_policies
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.domain.drill import Allowed
from dr_orchestrator.resources import TYPES
from tests.support import web, workspace
from tests.support.estate import PROFILE, SUBNET
from tests.support.fakes import FakeClock
from tests.support.iam import reference

MACHINES, VOLUMES = "arn:aws:ec2:us-east-1:*:instance/*", "arn:aws:ec2:us-east-1:*:volume/*"
DOCUMENT = "arn:aws:ssm:us-east-1::document/AWS-RunShellScript"
CARDS = "arn:aws:ec2:us-east-1:*:network-interface/*"
WEARS = {"aws:ResourceTag/dr-drill:run": "false"}


@pytest.fixture
def policies(tmp_path: Path) -> list[dict[str, Any]]:
    """Those of the drill role, for the one drill of the machine."""
    shop = workspace.SHOP.replace("\ndrills:\n", web.DRILLED, 1)
    here = workspace.world(tmp_path, FakeClock(), shop=shop)
    return drill_policies(Scope(TYPES, [here.catalogue.drills["web-snapshot"]], Allowed()))


def statements(policies: list[dict[str, Any]], action: str, effect: str = "Allow") -> list[dict[str, Any]]:
    every = (each for policy in policies for each in policy["Statement"])
    return [each for each in every if each["Effect"] == effect and action in each["Action"]]


def on(policies: list[dict[str, Any]], action: str) -> dict[str, Any]:
    """The condition under which an action is allowed, by what it acts on."""
    return {arn: each.get("Condition", {}) for each in statements(policies, action) for arn in each["Resource"]}


@pytest.mark.parametrize("action", ["ec2:TerminateInstances", "ec2:DeleteVolume", "ec2:DeleteNetworkInterface"])
def test_what_wears_the_runs_tag_ends(policies: list[dict[str, Any]], action: str) -> None:
    """Machine and volumes alike, and nothing else: that is denied besides."""
    allowed = on(policies, action)
    assert {MACHINES, VOLUMES, CARDS} == allowed.keys()
    assert all(each["Null"] == WEARS for each in allowed.values())
    untagged = {"Null": {"aws:ResourceTag/dr-drill:run": "true"}}
    assert any(each.get("Condition") == untagged for each in statements(policies, action, "Deny"))


def test_commands_are_sent_to_what_wears_the_runs_tag(policies: list[dict[str, Any]]) -> None:
    """By one document; to any other machine they are denied, and the document itself is not."""
    allowed = on(policies, "ssm:SendCommand")
    assert allowed[MACHINES]["Null"] == WEARS
    assert allowed[DOCUMENT] == {}
    (denied,) = statements(policies, "ssm:SendCommand", "Deny")
    assert denied["NotResource"] == [DOCUMENT]
    assert denied["Condition"] == {"Null": {"aws:ResourceTag/dr-drill:run": "true"}}


def test_one_role_is_passed_to_ec2(policies: list[dict[str, Any]]) -> None:
    """That of the profile which the drill declares."""
    passed = [each for each in statements(policies, "iam:PassRole") if PROFILE in str(each["Resource"])]
    assert [each["Condition"] for each in passed] == [{"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}]
    assert all(str(each["Resource"]).count("role/") == 1 for each in passed)


def test_a_machine_is_made_with_the_tag(policies: list[dict[str, Any]]) -> None:
    """Machine and volumes have to be asked for with it; what is tagged beside is what that very call makes."""
    made = on(policies, "ec2:RunInstances")
    assert all(made[each]["Null"] == {"aws:RequestTag/dr-drill:run": "false"} for each in (MACHINES, VOLUMES))
    cards = on(policies, "ec2:CreateTags")["arn:aws:ec2:us-east-1:*:network-interface/*"]
    assert cards == {"StringEquals": {"ec2:CreateAction": "RunInstances"}}


def test_a_machine_is_started_on_what_the_drill_declares_alone(tmp_path: Path) -> None:
    """In its subnet and groups, of an image of the account's own that nobody else sees, without a public address."""
    group = "sg-0123456789abcdef0"
    shop = workspace.SHOP.replace("\ndrills:\n", web.DRILLED, 1).replace("[dro-isolated]", f"[{group}]", 1)
    drill = workspace.world(tmp_path, FakeClock(), shop=shop).catalogue.drills["web-snapshot"]
    made = on(drill_policies(Scope(TYPES, [drill], Allowed(frozenset({"123456789012"})))), "ec2:RunInstances")
    place = "arn:aws:ec2:us-east-1:123456789012:"
    assert {each for each in made if ":subnet/" in each} == {f"{place}subnet/{SUBNET}"}
    assert {each for each in made if ":security-group/" in each} == {f"{place}security-group/{group}"}
    own = {"StringEquals": {"ec2:Owner": "123456789012"}}
    assert made["arn:aws:ec2:us-east-1::image/*"] == {**own, "Bool": {"ec2:Public": "false"}}
    assert made["arn:aws:ec2:us-east-1::snapshot/*"] == own
    assert made[f"{place}network-interface/*"] == {"Bool": {"ec2:AssociatePublicIpAddress": "false"}}


def test_a_group_that_is_named_is_known_to_iam_by_no_name(policies: list[dict[str, Any]]) -> None:
    """Any of the account's, then; its owner is whoever calls, where no account is said."""
    made = on(policies, "ec2:RunInstances")
    assert f"arn:aws:ec2:us-east-1:*:subnet/{SUBNET}" in made
    assert "arn:aws:ec2:us-east-1:*:security-group/*" in made
    own = {"StringEquals": {"ec2:Owner": "${aws:PrincipalAccount}"}}
    assert made["arn:aws:ec2:us-east-1::snapshot/*"] == own


def test_no_machine_is_started_in_public_or_tells_its_credentials_without_a_token(
    policies: list[dict[str, Any]],
) -> None:
    """Whatever another policy may allow one day."""
    denied = statements(policies, "ec2:RunInstances", "Deny")
    assert [(each["Resource"], each["Condition"]) for each in denied] == [
        (["arn:aws:ec2:*:*:instance/*"], {"StringNotEquals": {"ec2:MetadataHttpTokens": "required"}}),
        (["arn:aws:ec2:*:*:network-interface/*"], {"Bool": {"ec2:AssociatePublicIpAddress": "true"}}),
    ]


def test_nothing_that_is_there_is_given_a_tag(policies: list[dict[str, Any]]) -> None:
    """Else a production machine could be made to look like the run's, and be ended: only what RunInstances makes."""
    allowed = on(policies, "ec2:CreateTags")
    assert {MACHINES, VOLUMES} < allowed.keys()
    assert all("RunInstances" in each["StringEquals"]["ec2:CreateAction"] for each in allowed.values())
    (denied,) = statements(policies, "ec2:CreateTags", "Deny")
    assert denied["Condition"] == {"StringNotEquals": {"ec2:CreateAction": ["CopyImage", "RunInstances"]}}
    copied = {"arn:aws:ec2:*::image/*", "arn:aws:ec2:*::snapshot/*"}
    made = {f"arn:aws:ec2:*:*:{each}/*" for each in ("instance", "volume", "network-interface")}
    assert set(denied["Resource"]) == made | copied


def test_iam_knows_each_word_of_it(policies: list[dict[str, Any]]) -> None:
    """Actions, resources and conditions."""
    assert [fault for each in policies for fault in reference.faults(each)] == []
