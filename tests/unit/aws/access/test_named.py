"""What CloudFormation makes by name for a replica: held to names with the copy's own, as AWS knows the calls."""

from __future__ import annotations

import fnmatch

from dr_orchestrator.aws.access import named
from dr_orchestrator.aws.access.statements import allow
from dr_orchestrator.aws.template.registry import permissions, type_names
from tests.support.iam.reference import faults

TAKEN = [each for each in permissions(type_names()) if named.is_named(each)]


def test_every_named_call_takes_that_name_and_no_other_resource() -> None:
    """By AWS's own reference: a call that also needs something else would be denied by its name."""
    assert len(TAKEN) > 30
    for action in TAKEN:
        service = action.partition(":")[0]
        on = f"arn:aws:{service}:us-east-1:123456789012:{named.name_of(service)}"
        assert faults({"Statement": [allow("One", [action], [on])]}) == []


def test_what_has_no_name_is_not_held_to_one() -> None:
    """A network, an API and a key have ids of AWS's; tags are set on several types at once; a read may be of others."""
    for action in ("ec2:CreateVpc", "apigateway:POST", "kms:CreateKey", "lambda:TagResource", "lambda:GetFunction"):
        assert not named.is_named(action)
    assert named.name_of("ec2") == ""


def test_a_name_of_productions_that_only_sounds_alike_is_not_held() -> None:
    """A word may end like the beginning of a copy's name; a copy's name goes on with the day of its run."""
    for name in ("hydro-orders", "prod-hydro-alarm", "sandro-2026-jobs", "dro-orders"):
        assert not fnmatch.fnmatchcase(name, named.ALL)
    for name in ("dro-20261120-abc123-orders", "orders-dro-20261120-abc123-shop-jobs.fifo"):
        assert fnmatch.fnmatchcase(name, named.ALL)
