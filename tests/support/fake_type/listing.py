"""The streams of a region with the consumers of copies, and how many more shards there may be."""

from __future__ import annotations

from collections.abc import Iterator

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.copies import PREFIX
from dr_orchestrator.domain.copy import LiveObject
from dr_orchestrator.domain.resource_type import Quota
from tests.support.fake_type import stream
from tests.support.fake_type.name import CONSUMER, NAME


def listed(account: Account) -> Iterator[LiveObject]:
    """Every stream; those named like copies are described, with their consumers."""
    api = account.api("kinesis")
    for name in stream.names(api):
        if not name.startswith(PREFIX):
            yield LiveObject(NAME, api.region, name)
        elif live := stream.describe(api, name):
            run = stream.tags(api, name).get("dr-drill:run")
            going = live["StreamStatus"] == "DELETING"
            yield LiveObject(NAME, api.region, name, stream.identity(live).unique_id, run, going)
            for each in api.pages("ListStreamConsumers", "Consumers", StreamARN=live["StreamARN"]):
                unique = stream.identity_of_consumer(each).unique_id
                yield LiveObject(CONSUMER, api.region, each["ConsumerName"], unique, run, going)


def quota(account: Account) -> Quota:
    """The open shards of the region."""
    limits = account.api("kinesis").call("DescribeLimits")
    return Quota("shards", limits["OpenShardCount"], limits["ShardLimit"])
