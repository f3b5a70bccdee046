"""Looks at a customer's stack: every aspect by itself, so that what cannot be asked hides nothing of the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dr_orchestrator.aws.customer import changes, policies, stack
from dr_orchestrator.aws.customer.asking import Asking
from dr_orchestrator.domain.customer.history import REACH, History
from dr_orchestrator.domain.customer.looking import Known, Look, Unread
from dr_orchestrator.domain.customer_stack import Aspect
from dr_orchestrator.errors import DrillFault, NotMeasured, Stopped

__all__ = ["REACH", "look", "whose"]


def look(asking: Asking) -> Look:
    """Look at it; nothing is changed, and nothing but a stop is raised."""
    at = asking.clock.now()
    if wrong := _stranger(asking):
        return Look(at, dict.fromkeys(Aspect, Unread(wrong)))
    detection = stack.Detection(asking)

    def begin() -> Known:
        detection.begin()
        return Known({})

    begun = _seen(begin)
    described = _seen(lambda: Known(stack.described(asking)))
    template = _seen(lambda: Known(stack.template(asking)))
    live = _seen(lambda: Known(policies.live(asking)))
    drift = begun if isinstance(begun, Unread) else _seen(detection.result)
    told: list[History] = []

    def read() -> Known:
        told.append(changes.history(asking, _names(asking, described, live)))
        return Known(told[0].document)

    history = _seen(read)
    within = stack.within(described.document) if isinstance(described, Known) else ""
    aspects = {
        Aspect.STACK: described,
        Aspect.DRIFT: _lacking(drift, within),
        Aspect.TEMPLATE: _lacking(template, within),
        Aspect.POLICIES: _lacking(live, within),
        Aspect.HISTORY: history,
    }
    return Look(at, aspects, told[0] if told else None)


def whose(asking: Asking) -> str:
    """The caller who looks there; NotMeasured where the role cannot be taken on, or is of another account."""
    caller = asking.patiently(asking.home.caller)
    wanted = asking.stack.account
    if caller.account != wanted:
        told = f"{caller.arn} is of account {caller.account}, and the stack is in {wanted}"
        raise NotMeasured(told, "name a role of that account", "sts:GetCallerIdentity")
    return str(caller.arn)


def _stranger(asking: Asking) -> str:
    try:
        whose(asking)
    except Stopped:
        raise
    except DrillFault as fault:
        return fault.message
    return ""


def _names(asking: Asking, described: Known | Unread, live: Known | Unread) -> list[tuple[str, bool]]:
    """The names under which CloudTrail may know something of it: as it is, and as it was recorded."""
    name, baseline = asking.stack.stack, asking.stack.baseline
    ids = {name}
    parts: dict[str, bool] = {}
    known: list[tuple[Any, Any]] = []
    if isinstance(described, Known) or isinstance(live, Known):
        known.append((getattr(described, "document", {}), getattr(live, "document", {})))
    if baseline is not None:
        known.append((baseline.documents[Aspect.STACK], baseline.documents[Aspect.POLICIES]))
    for of_stack, of_parts in known:
        if itself := of_stack.get(name):
            ids.add(itself["id"])
        parts |= dict(policies.names(of_parts))
    if not parts and isinstance(live, Unread):
        raise NotMeasured(f"its roles and rules are not known: {live.why}")
    return [*((each, False) for each in sorted(ids)), *sorted(parts.items())]


def _lacking(seen: Known | Unread, within: str) -> Known | Unread:
    return replace(seen, lacks=within) if isinstance(seen, Known) else seen


def _seen(read: Callable[[], Known]) -> Known | Unread:
    try:
        return read()
    except Stopped:
        raise
    except DrillFault as fault:
        return Unread(fault.message)
