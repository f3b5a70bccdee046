"""The data plane of a cluster of ARC: five endpoints in five regions, any of which can switch its routing controls."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import Api, NotFound, Refused
from dr_orchestrator.aws.endpoints import is_call
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.leading import Controls
from dr_orchestrator.errors import NotMeasured, NotRecoverable, Transient

SERVICE = "route53-recovery-cluster"
GIVEN_UP_S, AGAIN_S = 600.0, 10.0
"""Drill seconds after which no endpoint is asked any more, and between two rounds: AWS promises three of the five."""

CONFLICTS = 3
"""How often in a row a change has to be refused at the end before that is believed: one may be another change's."""

MOST_OUT = 3
"""Endpoints that may not all say at one time that they cannot: AWS promises three of the five."""

_UNAVAILABLE, _FAILED, _CONFLICT = "EndpointTemporarilyUnavailable", "InternalServer", "Conflict"
_RULE = re.compile("safety ?rule|assertion|gating", re.IGNORECASE)
_STATES = {True: "On", False: "Off"}
_by_chance = random.SystemRandom()


class Cluster:
    """The endpoints of the cluster: each is asked in turn, in an order of chance, until one answers.

    While the `lost` region counts as lost its endpoint is not asked; before and after that it comes last.
    """

    def __init__(
        self,
        toolkit: Toolkit,
        controls: Controls,
        lost: str,
        shuffle: Callable[[list[tuple[str, str]]], None] = _by_chance.shuffle,
    ) -> None:
        self._toolkit, self._controls, self._lost, self._shuffle = toolkit, controls, lost, shuffle

    def in_order(self, *, is_lost: bool) -> Sequence[tuple[str, str]]:
        """Region and URL of each, in the order in which they are asked this time."""
        others = [each for each in self._controls.endpoints if each[0] != self._lost]
        self._shuffle(others)
        return others + [each for each in self._controls.endpoints if each[0] == self._lost and not is_lost]

    def turn(self, states: Mapping[str, bool], *, is_lost: bool) -> str:
        """Switch routing controls, by ARN, all in one change; the words on which endpoint took it, and which did not.

        It is asked for until it is given up, whatever is answered. NotRecoverable where the cluster refuses it still,
        or its endpoints say that they cannot; NotMeasured where too few of them say anything.
        """
        entries = [{"RoutingControlArn": arn, "RoutingControlState": _STATES[on]} for arn, on in states.items()]
        clock, conflicts = self._toolkit.clock, 0
        began = clock.monotonic()
        while True:
            try:
                region, _, passed = self._ask(
                    "UpdateRoutingControlStates", is_lost=is_lost, UpdateRoutingControlStateEntries=entries
                )
            except Refused as refused:
                conflicts += 1
                if not refused.code.startswith(_CONFLICT):
                    raise
                if clock.monotonic() - began > GIVEN_UP_S:
                    raise _refusal(refused, believed=conflicts >= CONFLICTS) from refused
            except (_NobodyTook, _NobodyAnswered):
                conflicts = 0
                if clock.monotonic() - began > GIVEN_UP_S:
                    raise
            else:
                return f"the endpoint in {region} switched it" + (f"; before it {passed}" if passed else "")
            self._toolkit.context.raise_if_stopped()
            clock.sleep(AGAIN_S)

    def are(self, states: Mapping[str, bool], *, is_lost: bool) -> bool:
        """Whether routing controls are in these states; NotMeasured, or NotRecoverable, where no endpoint tells."""
        return all(self._state(arn, is_lost=is_lost) == _STATES[on] for arn, on in states.items())

    def silent(self) -> Mapping[str, str]:
        """The endpoints that do not answer now, or know nothing of the panel, by region, with why: each is asked."""
        found = {}
        for region, url in self.in_order(is_lost=False):
            try:
                self._api(region, url).call("ListRoutingControls", ControlPanelArn=self._controls.panel, MaxResults=1)
            except (Transient, NotFound, Refused) as fault:
                if not _passes(fault):
                    raise
                found[region] = fault.message
        return found

    def _state(self, arn: str, *, is_lost: bool) -> str:
        _, told, _ = self._ask("GetRoutingControlState", is_lost=is_lost, RoutingControlArn=arn)
        return str(told["RoutingControlState"])

    def _ask(self, operation: str, *, is_lost: bool, **given: Any) -> tuple[str, Mapping[str, Any], str]:
        """The first answer of an endpoint: its region, the answer, and the words on those that were asked before."""
        passed: list[str] = []
        theirs = 0  # how many say themselves that they cannot; of the others nobody knows
        for region, url in self.in_order(is_lost=is_lost):
            try:
                told = self._api(region, url).call(operation, **given)
            except (Transient, NotFound, Refused) as fault:
                if not _passes(fault):
                    raise
                theirs += _says_so(fault)
                passed.append(f"{region} {'did not' if _says_so(fault) else 'gave no answer'}: {fault.message}")
                continue
            return region, told, "; ".join(passed)
        message = f"none of {len(passed)} endpoints of the cluster did what was asked: {'; '.join(passed)}"
        call = f"{SERVICE}:{operation}"
        if theirs and theirs >= min(len(passed), MOST_OUT):
            raise _NobodyTook(message, "the endpoints answer, and cannot", call)
        raise _NobodyAnswered(message, "let HTTPS to the endpoints of the cluster out", call)

    def _api(self, region: str, url: str) -> Api:
        return at(self._toolkit.account, region, url)


class _NobodyTook(NotRecoverable):
    """Endpoints said themselves that they could not: each of them, or more than may at one time."""


class _NobodyAnswered(NotMeasured):
    """Too few endpoints said anything of their own: nothing tells whether that is theirs or ours."""


def at(account: Account, region: str, url: str) -> Api:
    """An endpoint of a cluster; NotMeasured where it is AWS's own, and the account is a simulated one, or the reverse.

    So no rehearsal in a lab sends anything to AWS.
    """
    if is_call(url, SERVICE, {}) is not account.api("route53").is_real:
        told = f"the endpoint in {region}, {url}, is not of the AWS that Route 53 is asked at"
        raise NotMeasured(told, "see `drill_controls` in tiers.yaml")
    return account.api_at(SERVICE, url, region)


def told_by(cluster: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Region and URL of the endpoints as the control plane tells of a cluster."""
    for each in cluster.get("ClusterEndpoints") or ():
        yield str(each["Region"]), str(each["Endpoint"]).rstrip("/")


def _refusal(refused: Refused, *, believed: bool) -> NotRecoverable | NotMeasured:
    """The end of a change that the cluster refuses; a safety rule is blamed where it is named alone."""
    told = f"the cluster refuses to switch its routing controls: {refused.message}"
    if not believed:
        return NotMeasured(told, "most tries before that came to no endpoint", refused.call)
    by_rule = _RULE.search(f"{refused.message} {_response(refused).get('resourceType', '')}")
    hint = "a safety rule: a drill never overrides one" if by_rule else "its own words are all that is known of why"
    return NotRecoverable(told, hint, refused.call)


def _passes(fault: Transient | NotFound | Refused) -> bool:
    """Whether another endpoint may do what this one did not: it may not even know yet what another does."""
    return isinstance(fault, Transient | NotFound) or fault.code.startswith(_UNAVAILABLE)


def _says_so(fault: Transient | NotFound | Refused) -> bool:
    """Whether an endpoint itself said that it cannot, by an error that AWS's model has of it: what stands before it,
    and one that is asked too often, say nothing of it.
    """
    code = str(_response(fault).get("Error", {}).get("Code", ""))
    return isinstance(fault, NotFound) or code.startswith((_UNAVAILABLE, _FAILED))


def _response(fault: Exception) -> Mapping[str, Any]:
    cause = fault.__cause__
    return cause.response if isinstance(cause, ClientError) else {}
