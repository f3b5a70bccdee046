"""A machine as EC2 describes it; a copy is found by its token, and proven by that and by the id that EC2 gave it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import Api, NotFound
from dr_orchestrator.aws.copies import TAG, Live
from dr_orchestrator.aws.endpoints import partition
from dr_orchestrator.aws.machines import PART_OF
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import Feed, Sighting, States
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.resources.ec2_instance.name import NAMED

CALL, STATUS = "ec2:DescribeInstances", "ec2:DescribeInstanceStatus"
ENDED = "terminated"
TOKEN = "client-token"  # noqa: S105 - no secret: a name
"""The filter by what a machine was asked for under."""

CARDS = "ec2:DescribeNetworkInterfaces"

STATES = States(
    ready=frozenset({"running"}),
    dead=frozenset({"shutting-down", ENDED, "stopping", "stopped"}),
    progress=frozenset({"pending", "initializing", "impaired", "insufficient-data", "not-applicable", "absent"}),
)
_MOST_ASKED = 100
"""Values that are given in one filter, and ids of one call: EC2 takes as many of each."""


def arn(account: Account, id: str, kind: str = "instance") -> str:
    """The ARN of the machine of that id, or of a volume of one, of an account in its region."""
    owner = account.pinned or account.caller().account
    return f"arn:{partition(account.region)}:ec2:{account.region}:{owner}:{kind}/{id}"


def described(api: Api, id: str) -> Mapping[str, Any] | None:
    """The machine of that id; None where there is none, or where it has ended."""
    return next((each for each in _filtered(api, "instance-id", [id]) if state(each) != ENDED), None)


def copy_of(api: Api, copy: Copy, known: str = "") -> Mapping[str, Any] | None:
    """The machine that a copy is, while it has not ended: of those that were asked for by its name, or are named
    like it, the `known` one, else the run's, else any. One whose name somebody took away is found all the same.
    """
    return next((each for each in _candidates(api, copy, known) if state(each) != ENDED), None)


def ended(api: Api, copy: Copy, known: str = "") -> Mapping[str, Any] | None:
    """The machine that a copy was, as EC2 tells of it for an hour or so; None where it tells no more."""
    return next((each for each in _candidates(api, copy, known) if state(each) == ENDED), None)


def _candidates(api: Api, copy: Copy, known: str) -> list[Mapping[str, Any]]:
    named = _filtered(api, TOKEN, [copy.id])
    named += [each for each in _filtered(api, f"tag:{NAMED}", [copy.id]) if each not in named]
    if copy.id.startswith("i-"):  # no copy is called so, but a ledger that is wrong may say it
        named += _filtered(api, "instance-id", [copy.id])
    ours = [each for each in named if each["InstanceId"] == known]
    if known and not ours:
        ours = _filtered(api, "instance-id", [known])
    return [*ours, *(each for each in named if tags(each).get(TAG) == copy.run), *named]


def _filtered(api: Api, by: str, values: list[str]) -> list[Mapping[str, Any]]:
    found = api.pages("DescribeInstances", "Reservations", Filters=[{"Name": by, "Values": values}])
    return [each for of in found for each in of["Instances"]]


def every(api: Api) -> Iterator[Mapping[str, Any]]:
    """All machines but those that have ended."""
    for of in api.pages("DescribeInstances", "Reservations"):
        yield from (each for each in of["Instances"] if state(each) != ENDED)


def state(machine: Mapping[str, Any]) -> str:
    """Its state, in EC2's words."""
    return str(machine["State"]["Name"])


def tags(of: Mapping[str, Any]) -> dict[str, str]:
    """The tags that a machine, a volume or a network interface wears."""
    return {each["Key"]: each["Value"] for each in of.get("Tags") or of.get("TagSet") or ()}


def name(machine: Mapping[str, Any]) -> str:
    """The name that it wears, else its id."""
    return tags(machine).get(NAMED) or str(machine["InstanceId"])


def profile(machine: Mapping[str, Any]) -> str:
    """The name of its instance profile; empty where it has none."""
    return str((machine.get("IamInstanceProfile") or {}).get("Arn") or "").rpartition("/")[2]


def live(machine: Mapping[str, Any], copy: Copy) -> Live:
    """The machine as it is proven; a source by its id, whatever it is named."""
    called = copy.id if machine["InstanceId"] == copy.id or asked_as(machine) == copy.id else name(machine)
    return Live(called, str(machine["InstanceId"]), tags(machine), created_at=made_at(machine))


GROUP = "aws:autoscaling:groupName"
"""The tag by which EC2 says of which Auto Scaling group a machine is."""


def asked_as(machine: Mapping[str, Any]) -> str:
    """The token that it was asked for under, which is the name of a copy for good; its tags anybody may change."""
    return str(machine.get("ClientToken") or "")


def made_at(machine: Mapping[str, Any]) -> datetime | None:
    """When it was made, at the latest: LaunchTime is its last start, a volume or an interface is attached once."""
    held = [each.get("Ebs") or {} for each in machine.get("BlockDeviceMappings") or ()]
    held += [each.get("Attachment") or {} for each in machine.get("NetworkInterfaces") or ()]
    times = [machine.get("LaunchTime"), *(each.get("AttachTime") for each in held)]
    return min((each for each in times if each), default=None)


def volume_ids(machine: Mapping[str, Any]) -> list[str]:
    """The volumes that it has."""
    held = [each.get("Ebs") or {} for each in machine.get("BlockDeviceMappings") or ()]
    return [str(each["VolumeId"]) for each in held if each.get("VolumeId")]


def volumes(api: Api, copy: Copy) -> list[Mapping[str, Any]]:
    """The volumes that were made with a copy, by the tags that they were made with."""
    asked = [{"Name": f"tag:{PART_OF}", "Values": [copy.id]}, {"Name": f"tag:{TAG}", "Values": [copy.run]}]
    return _volumes(api, asked)


def volumes_of(api: Api, ids: Sequence[str]) -> list[Mapping[str, Any]]:
    """Those of the ids that are there, whatever they wear."""
    return _volumes(api, [{"Name": "volume-id", "Values": list(ids)}])


def _volumes(api: Api, asked: list[dict[str, Any]]) -> list[Mapping[str, Any]]:
    found = api.pages("DescribeVolumes", "Volumes", Filters=asked)
    return [each for each in found if each.get("State") != "deleted"]


def cards(api: Api, copy: Copy) -> list[Mapping[str, Any]]:
    """The network interfaces that were made with a copy, by the tags that they were made with."""
    asked = [{"Name": f"tag:{PART_OF}", "Values": [copy.id]}, {"Name": f"tag:{TAG}", "Values": [copy.run]}]
    return list(api.pages("DescribeNetworkInterfaces", "NetworkInterfaces", Filters=asked))


def cards_of(api: Api, ids: Sequence[str]) -> list[Mapping[str, Any]]:
    """Those of the ids that are there, whatever they wear."""
    asked = [{"Name": "network-interface-id", "Values": list(ids)}]
    return list(api.pages("DescribeNetworkInterfaces", "NetworkInterfaces", Filters=asked))


def _health(api: Api, ids: list[str]) -> dict[str, str]:
    """By id what EC2's two checks of a machine that runs say: `ok` where both do."""
    try:
        found = list(api.pages("DescribeInstanceStatus", "InstanceStatuses", InstanceIds=ids)) if ids else []
    except NotFound:  # one has ended since it was listed: the next look tells it
        return {}
    told = {}
    for each in found:
        words = [str(each[key].get("Status")) for key in ("InstanceStatus", "SystemStatus")]
        told[str(each["InstanceId"])] = next((word for word in words if word != "ok"), "ok")
    return told


def feed(api: Api, toolkit: Toolkit) -> Feed:
    """The states of machines by the tokens of their requests; one that runs is `running` once EC2's checks are ok."""

    def look(wanted: Iterable[str]) -> dict[str, Sighting]:
        names, found = list(wanted), dict[str, Sighting]()
        for start in range(0, len(names), _MOST_ASKED):
            seen = _filtered(api, TOKEN, names[start : start + _MOST_ASKED])
            health = _health(api, [str(each["InstanceId"]) for each in seen if state(each) == "running"])
            for each in sorted(seen, key=lambda each: state(each) != ENDED):  # one that is there outdoes one that was
                told = health.get(str(each["InstanceId"]), "initializing") if state(each) == "running" else state(each)
                found[asked_as(each)] = Sighting("running" if told == "ok" else told, each)
        return found

    return toolkit.watcher.feed((api.endpoint, api.region, toolkit.account.pinned, "ec2:machines"), look)


def going(api: Api, toolkit: Toolkit) -> Feed:
    """Likewise for those that are to end: one that has is absent, though EC2 tells of it for an hour."""

    def look(wanted: Iterable[str]) -> dict[str, Sighting]:
        names, found = list(wanted), dict[str, Sighting]()
        for start in range(0, len(names), _MOST_ASKED):
            for each in _filtered(api, TOKEN, names[start : start + _MOST_ASKED]):
                if state(each) != ENDED:
                    found[asked_as(each)] = Sighting(state(each), each)
        return found

    return toolkit.watcher.feed((api.endpoint, api.region, toolkit.account.pinned, "ec2:machines going"), look)
