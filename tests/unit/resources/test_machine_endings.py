"""What the end of a machine that was never ready tells: of its image, or of something else."""

from __future__ import annotations

from typing import Any

import pytest

from dr_orchestrator.aws.calls.api import Refused
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.ec2_instance import launching
from dr_orchestrator.resources.ec2_instance.name import NAME
from tests.support.told_aws import ToldAws

COPY = Copy(NAME, "dro-r-web", "us-east-1", "r", "a-drill", "a-service")


def machine(code: str) -> dict[str, Any]:
    reason = {"Code": code, "Message": f"{code}: so it is"}
    return {"InstanceId": "i-9", "State": {"Name": "terminated"}, "StateReason": reason}


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("Server.InternalError", NotMeasured),
        ("Server.InsufficientInstanceCapacity", NotMeasured),
        ("Client.VolumeLimitExceeded", NotMeasured),
        ("Client.UserInitiatedShutdown", NotMeasured),
        ("Client.InvalidSnapshot.NotFound", NotRecoverable),
        ("Client.InstanceInitiatedShutdown", NotRecoverable),
        ("Client.InternalError", NotRecoverable),
    ],
)
def test_what_says_nothing_of_the_image_is_not_measured(code: str, kind: type[Exception]) -> None:
    """A limit, a fault of AWS's, another's hand; what the image itself does or lacks fails the drill."""
    fault = launching.ended(machine(code), "ended")
    assert type(fault) is kind
    assert f"{code}: so it is" in str(fault)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("IdempotentParameterMismatch", "by another request"),
        ("IdempotentInstanceTerminated", "Server.InternalError: so it is"),
    ],
)
def test_a_token_that_was_used_before_is_told_with_why(code: str, words: str) -> None:
    """The machine that it started is looked at: its end is the reason, and not the token."""
    told = ToldAws({"DescribeInstances": {"Reservations": [{"Instances": [machine("Server.InternalError")]}]}})
    refusal = Refused("refused", "", "ec2:RunInstances")
    refusal.code = code
    fault = launching.refused(told.account().api("ec2"), COPY, refusal)
    assert type(fault) is NotMeasured
    assert words in str(fault)
