"""Health checks of Route 53 that follow routing controls, which moto makes of no control: and how many there may be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from moto.core.responses import ActionResult
from moto.route53.models import HealthCheck, route53_backends
from moto.route53.responses import Route53

from dr_orchestrator.lab.calls import ApiCall
from dr_orchestrator.lab.cloud.world import ACCOUNT, world
from dr_orchestrator.lab.twin import Answer
from dr_orchestrator.resources.cloudformation_stack.lab import controls

FOLLOWS_S = 8.0
"""Lab seconds until the name servers have seen that a routing control was switched."""

MOST = 200
"""As many as AWS gives a new account."""

_TYPE, _FOLLOWED = "RECOVERY_CONTROL", "follows"


def _checks() -> dict[str, Any]:
    return dict(route53_backends[ACCOUNT]["aws"].health_checks)


def state() -> dict[str, Any]:
    """Every health check that there is."""
    return {each.id: {"reference": each.caller_reference} for each in _checks().values()}


def passes(id: str) -> bool:
    """Whether the name servers take a health check for healthy now; none, and one that follows no control, always."""
    followed = getattr(_checks().get(id), _FOLLOWED, "")
    late = timedelta(seconds=0 if world().hurried else FOLLOWS_S)
    return not followed or controls.healthy(followed, world().now() - late)


def _create(self: Any) -> Any:
    """moto forgets the control, and makes a second one of the same reference; AWS tells of the first."""
    reference, config = self._get_param("CallerReference"), self._get_param("HealthCheckConfig")
    known = next((each for each in _checks().values() if each.caller_reference == reference), None)
    if known is not None:
        return ActionResult({"HealthCheck": known})
    before = _checks()
    answer = _create_by_moto(self)
    for id in _checks().keys() - before.keys():
        setattr(_checks()[id], _FOLLOWED, str(config.get("RoutingControlArn") or ""))
    return answer


def _config(self: Any) -> dict[str, Any]:
    if self.type_ == _TYPE:
        return {"Type": _TYPE, "RoutingControlArn": getattr(self, _FOLLOWED, "")}
    told: dict[str, Any] = _config_by_moto(self)
    return told


def answers(call: ApiCall) -> Answer | None:
    """The answers that moto lacks: how many health checks there are, and may be."""
    if call.service != "route53" or call.action not in ("GetHealthCheckCount", "GetAccountLimit"):
        return None
    count = len(_checks())
    if call.action == "GetHealthCheckCount":
        return _xml(call.action, f"<HealthCheckCount>{count}</HealthCheckCount>")
    limit = f"<Limit><Type>{call.params['Type']}</Type><Value>{MOST}</Value></Limit>"
    return _xml(call.action, f"{limit}<Count>{count}</Count>")


def _xml(action: str, inner: str) -> Answer:
    name = f"{action}Response"
    text = f'<{name} xmlns="https://route53.amazonaws.com/doc/2013-04-01/">{inner}</{name}>'
    return 200, [("Content-Type", "text/xml")], text.encode()


_create_by_moto = Route53.create_health_check
_config_by_moto: Any = HealthCheck.health_check_config.fget  # type: ignore[attr-defined]

PATCHES = (
    (Route53, "create_health_check", _create),
    (HealthCheck, "health_check_config", property(_config)),
)
