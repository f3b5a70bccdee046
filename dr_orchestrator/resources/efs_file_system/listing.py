"""The file systems of a region, and how many more there may be."""

from __future__ import annotations

from collections.abc import Iterator

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.copies import PREFIX, TAG
from dr_orchestrator.domain.copy import LiveObject
from dr_orchestrator.domain.resource_type import Quota
from dr_orchestrator.resources.efs_file_system import file_system
from dr_orchestrator.resources.efs_file_system.name import NAME

_SERVICE, _FILE_SYSTEMS = "elasticfilesystem", "L-848C634D"
"""The codes by which Service Quotas knows the file systems of an account in a region."""


def listed(account: Account) -> Iterator[LiveObject]:
    """Every file system: a copy by the token that it was asked under, any other by its id."""
    api = account.api("efs")
    for each in api.pages("DescribeFileSystems", "FileSystems"):
        if file_system.state(each) == file_system.GONE:
            continue
        id, called = str(each["FileSystemId"]), file_system.called(each)
        name = called if called.startswith(PREFIX) else id
        going = file_system.state(each) == "deleting"
        yield LiveObject(NAME, api.region, name, id, file_system.tags(each).get(TAG), going)


def quota(account: Account) -> Quota:
    """The file systems of the region."""
    used = sum(1 for _ in account.api("efs").pages("DescribeFileSystems", "FileSystems"))
    told = account.api("service-quotas").call("GetServiceQuota", ServiceCode=_SERVICE, QuotaCode=_FILE_SYSTEMS)
    return Quota("file systems", used, int(told["Quota"]["Value"]))
