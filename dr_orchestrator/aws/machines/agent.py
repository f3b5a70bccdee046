"""The agent by which Systems Manager reaches a machine: whether it answers, and runs scripts of a shell."""

from __future__ import annotations

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.errors import NotMeasured

CALL = "ssm:DescribeInstanceInformation"
_HINT = "does it run the SSM agent, with AmazonSSMManagedInstanceCore in its profile and a way to Systems Manager?"


def online(account: Account, id: str) -> str:
    """The agent of a machine, in words; NotMeasured where it does not answer, or the machine is none of Linux."""
    asked = [{"Key": "InstanceIds", "Values": [id]}]
    told = account.api("ssm").pages("DescribeInstanceInformation", "InstanceInformationList", Filters=asked)
    found = next((each for each in list(told) if each["InstanceId"] == id), None)
    if found is None:
        raise NotMeasured(f"machine {id} is not known to Systems Manager", _HINT, CALL)
    if found.get("PingStatus") != "Online":
        raise NotMeasured(f"the agent on {id} is {found.get('PingStatus')}", _HINT, CALL)
    if found.get("PlatformType", "Linux") != "Linux":
        raise NotMeasured(f"machine {id} runs {found['PlatformType']}, and copies are read by Linux", call=CALL)
    return f"its agent {found.get('AgentVersion', '')} is online".replace("  ", " ")
