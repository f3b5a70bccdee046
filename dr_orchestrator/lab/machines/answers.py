"""The answers of Systems Manager and Service Quotas about machines that moto gives otherwise, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.servicequotas.models import ServiceQuotasBackend
from moto.ssm.responses import SimpleSystemManagerResponse

from dr_orchestrator.lab.machines import keys

_QUOTAS = {
    ("ebs", "L-7A658B76"): ("Storage for gp3 volumes", 50.0),
    ("elasticfilesystem", "L-848C634D"): ("File systems per account", 1000.0),
    ("ec2", "L-1216C47A"): ("Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", 64.0),
}
"""Names and values by service and code: TiB, file systems, and vCPUs."""


_PAGE = 1_000


def page(self: Any, key: str, found: Sequence[Any]) -> ActionResult:
    """A page of a listing: moto tells all at once, however few are asked for."""
    after, most = int(self._get_param("NextToken") or 0), int(self._get_param("MaxResults") or _PAGE)
    told: dict[str, Any] = {key: list(found[after : after + most])}
    if after + most < len(found):
        told["NextToken"] = str(after + most)
    return ActionResult(told)


def _machines(self: Any) -> ActionResult:
    """Every machine of the lab that may speak to Systems Manager has an agent, which answers while it runs."""
    wanted = {value for each in self._get_param("Filters", []) for value in each.get("Values", [])}
    reservations = ec2_backends[self.current_account][self.region].all_reservations()
    found = [one for each in reservations for one in each.instances if not wanted or one.id in wanted]
    told = [
        {
            "InstanceId": each.id,
            "PingStatus": "Online" if each._state.name == "running" else "ConnectionLost",
            "AgentVersion": "3.3.1611.0",
            "PlatformType": each.__dict__.get("platform_type", "Linux"),
            "ResourceType": "EC2Instance",
        }
        for each in found
        if not each.__dict__.get("without_agent")
    ]
    return ActionResult({"InstanceInformationList": told})


def _quota(self: Any, service_code: str, quota_code: str) -> dict[str, Any]:
    """moto knows those of networks alone."""
    if (service_code, quota_code) not in _QUOTAS:
        return _quota_of_moto(self, service_code, quota_code)
    name, value = _QUOTAS[service_code, quota_code]
    return {"ServiceCode": service_code, "QuotaCode": quota_code, "QuotaName": name, "Value": value}


_quota_of_moto = ServiceQuotasBackend.get_service_quota

PATCHES = (
    (SimpleSystemManagerResponse, "describe_instance_information", _machines),
    (ServiceQuotasBackend, "get_service_quota", _quota),
    *keys.PATCHES,
)
