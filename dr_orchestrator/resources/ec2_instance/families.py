"""The families of machines by which AWS counts vCPU: each has a quota of its own in a region."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.domain.resource_type import Quota
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.ec2_instance import machine
from dr_orchestrator.resources.ec2_instance.name import STANDARD


@dataclass(frozen=True)
class Family:
    """Those that a quota counts: how their types begin, before the generation, and the code that Service Quotas has."""

    quota: str
    code: str
    letters: str


# Service Quotas, "Running On-Demand … instances" of Amazon EC2, in vCPU
FAMILIES = (
    Family("vCPU of F machines", "L-74FC7D96", r"f"),
    Family("vCPU of G and VT machines", "L-DB2E81BA", r"g|gr|vt"),
    Family("vCPU of P machines", "L-417A185B", r"p"),
    Family("vCPU of X machines", "L-7295265B", r"x"),
    Family("vCPU of Inf machines", "L-1945791B", r"inf"),
    Family("vCPU of Trn machines", "L-2C3B7624", r"trn"),
    Family("vCPU of DL machines", "L-6E869C2A", r"dl"),
    Family("vCPU of HPC machines", "L-F7808C92", r"hpc"),
    Family("vCPU of high memory machines", "L-43DA4232", r"u"),
    Family(STANDARD, "L-1216C47A", r"[acdhimrtz]|im|is"),
)
_STANDARD = FAMILIES[-1]
_MAC = "mac"


def family_of(kind: str) -> Family | None:
    """The family of a type of machine, `m7g.large` say; None of a Mac, which is a host of its own."""
    letters = re.match(r"[a-z]*", kind.partition(".")[0])
    begins = letters[0] if letters else ""
    if begins == _MAC:
        return None
    return next((each for each in FAMILIES[:-1] if re.fullmatch(each.letters, begins)), _STANDARD)


def quota(account: Account, family: Family) -> Quota:
    """The vCPU of the region's machines of a family that run, those of the spot market apart."""
    api = account.api("ec2")
    running = [each for each in machine.every(api) if machine.state(each) in ("pending", "running")]
    counted = [each for each in running if each.get("InstanceLifecycle") != "spot"]
    used = sum(_vcpus(each) for each in counted if family_of(str(each["InstanceType"])) == family)
    told = account.api("service-quotas").call("GetServiceQuota", ServiceCode="ec2", QuotaCode=family.code)
    return Quota(family.quota, used, int(told["Quota"]["Value"]))


def takes(account: Account, resource: Resource) -> Mapping[str, int]:
    """How many vCPU a copy of a machine takes, by the quota that counts them; NotRecoverable where it is not there."""
    api = account.api("ec2")
    if (source := machine.described(api, resource.id)) is None:
        raise NotRecoverable(f"no machine {resource.id}", call=machine.CALL)
    kind = str(source["InstanceType"])
    family = family_of(kind)
    return {family.quota: vcpus(api, kind)} if family else {}


def vcpus(api: Api, kind: str) -> int:
    """How many vCPU a type of machine has, unless it is asked for with fewer."""
    told = next(iter(api.pages("DescribeInstanceTypes", "InstanceTypes", InstanceTypes=[kind])), None)
    if told is None:
        raise NotMeasured(f"EC2 tells nothing of {kind}", call="ec2:DescribeInstanceTypes")
    return int(told["VCpuInfo"]["DefaultVCpus"])


def _vcpus(found: Mapping[str, Any]) -> int:
    """At least one, where EC2 does not tell."""
    cores = found.get("CpuOptions") or {}
    return max(1, int(cores.get("CoreCount") or 1) * int(cores.get("ThreadsPerCore") or 1))
