"""Failures asked for by hand: rules that the lab applies to the calls and the resources that they name."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from dr_orchestrator.errors import LabError

CALL_KINDS = (
    *("access-denied", "expired-token", "old-token", "throttle", "server-error", "reset", "lost-response", "hang"),
    "error",
)
"""Kinds that a call meets when it arrives.

With lost-response it takes effect all the same, and only its answer is lost; old-token refuses access keys that were
first used more than `seconds` ago.
"""
FATE_KINDS = ("stuck", "ends-as", "flaps")
"""Kinds that decide how what a call creates (or deletes) ends; flaps goes to `status` and back before it stays."""
STATE_KINDS = (
    "no-snapshot",
    "pitr-off",
    "not-found",
    "leaks",
    "asynchronous",
    "same-zone",
    "not-offered",
    "no-global",
    "stale-names",
    "deaf",
    "backed-up",
)
"""Kinds under which a resource looks otherwise than it is: at `times` looks, or for as long as the rule stands.

A copy that leaks is restored where it gets out, though its security groups let nothing out. An asynchronous one
acknowledges what its standby does not have; a failover in the same zone leaves the primary where it is; a class that is
not offered is to be had in no region, a version of no-global in no global database; stale names go on leading where
they led, whatever their zone says; a deaf replica replicates nothing. What is backed up was taken by the newest plan of
AWS Backup while it stood: its ARN is the resource.
"""


@dataclass
class Rule:
    """One failure: what it hits (shell patterns), what happens, how often (`times`, 0 is always), after how many.

    Service and action are named as in boto3, in every protocol: `s3`, `ListObjectsV2`. A resource is any name, id or
    ARN that the call gives, a bucket or a key too. `share` is how many of those calls it hits, drawn by `seed` so that
    a lab behaves alike from run to run.
    """

    kind: str
    service: str = "*"
    action: str = "*"
    resource: str = "*"
    times: int = 0
    after: int = 0
    code: str = "InternalFailure"
    message: str = "asked for by a fault rule of the lab"
    http: int = 400
    status: str = ""
    seconds: float = 30.0
    share: float = 1.0
    seed: int = 0
    id: int = 0
    seen: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        if self.kind not in (*CALL_KINDS, *FATE_KINDS, *STATE_KINDS):
            raise LabError(
                f"no such kind of fault: {self.kind}", "one of " + ", ".join(CALL_KINDS + FATE_KINDS + STATE_KINDS)
            )
        if self.kind in ("ends-as", "flaps") and not self.status:
            raise LabError(f"a fault of kind {self.kind} needs a status", 'for example "incompatible-restore"')

    def hits(self, service: str, action: str, resources: Iterable[str]) -> bool:
        """Whether a call is one that this rule is about."""
        named = any(fnmatchcase(name, self.resource) for name in resources) or self.resource == "*"
        return fnmatchcase(service, self.service) and fnmatchcase(action, self.action) and named

    def counts(self) -> bool:
        """Count a hit; whether the failure happens this time."""
        self.seen += 1
        due = self.after < self.seen and (not self.times or self.seen <= self.after + self.times)
        drawn = self.share >= 1 or random.Random(f"{self.seed} {self.seen}").random() < self.share  # noqa: S311
        return due and drawn


class Faults:
    """The rules in force; the first that applies wins."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._ids = itertools.count(1)
        self._lock = threading.Lock()

    def add(self, rule: Mapping[str, Any]) -> int:
        """Put a rule in force; returns its id."""
        try:
            made = Rule(**{**rule, "id": next(self._ids)})
        except TypeError as wrong:
            raise LabError(
                f"not a fault rule: {wrong}", "its keys are those of dr_orchestrator.lab.faults.Rule"
            ) from wrong
        with self._lock:
            self._rules.append(made)
        return made.id

    def remove(self, rule: int) -> None:
        """Take a rule out of force."""
        with self._lock:
            self._rules = [each for each in self._rules if each.id != rule]

    def clear(self) -> None:
        """Take all rules out of force."""
        with self._lock:
            self._rules = []

    def listed(self) -> list[dict[str, Any]]:
        """The rules in force, with how often each was met."""
        with self._lock:
            return [asdict(rule) for rule in self._rules]

    def for_call(self, service: str, action: str, resources: Iterable[str]) -> Rule | None:
        """The failure that a call meets on arrival."""
        return self._first(CALL_KINDS, service, action, tuple(resources))

    def fate(self, service: str, action: str, resource: str) -> str:
        """How what a call makes ends: "stuck", a status, "flaps:" and a status, or empty where it ends well."""
        rule = self._first(FATE_KINDS, service, action, (resource,))
        if rule is None:
            return ""
        return f"{rule.kind}:{rule.status}" if rule.kind == "flaps" else rule.status or rule.kind

    def pretends(self, kind: str, service: str, resource: str) -> bool:
        """Whether a resource is to look otherwise than it is; counted only by a rule that is for some looks."""
        with self._lock:
            hit = (rule for rule in self._rules if rule.kind == kind and rule.hits(service, "*", (resource,)))
            return any(not rule.times or rule.counts() for rule in hit)

    def _first(self, kinds: tuple[str, ...], service: str, action: str, resources: tuple[str, ...]) -> Rule | None:
        with self._lock:
            hit = (rule for rule in self._rules if rule.kind in kinds and rule.hits(service, action, resources))
            return next((rule for rule in hit if rule.counts()), None)
