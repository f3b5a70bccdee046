"""The plans of AWS Backup in a region: which of them would take a drill's copies while these stand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from dr_orchestrator.aws.backup import locks
from dr_orchestrator.aws.backup.selections import Copied, Taken, taken
from dr_orchestrator.aws.calls.api import Api, Denied, NotFound, Throttled, lacks_right
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.preflight import Doubt
from dr_orchestrator.errors import NotMeasured, Transient

MOST = 100
"""Selections that are read, at most: each is a call."""

HINT = (
    "leave copies of drills out of that plan: by a condition StringNotLike, aws:ResourceTag/dr-drill:run, *, or by "
    "NotResources"
)
_WHATEVER_WAS_SAID = ("Aurora", "Neptune", "DocumentDB")
"""Types that are looked after only where the region is told so, even by a plan that names them.

docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html
"""
_OUTLIVES = "what it takes outlives the copy, is charged, and holds production's data"


@dataclass(frozen=True)
class _Plan:
    id: str
    name: str
    selections: tuple[Mapping[str, Any], ...]
    unread: str = ""
    """Why not all of its selections are known."""


class Kept(NotMeasured):
    """A plan would put what it takes of a copy where nobody can delete it."""


class Plans:
    """The plans of an account's region, as they are when they are first asked for; each thing is asked for once.

    So is what gave no answer, or may not be asked for.
    """

    def __init__(self, api: Api, now: Callable[[], datetime]) -> None:
        self._api, self._now, self._lock = api, now, threading.Lock()
        self._read: tuple[list[_Plan], bool] | None = None
        self._rules: dict[str, Sequence[Mapping[str, Any]]] = {}
        self._vaults: dict[str, Mapping[str, Any] | str] = {}
        self._opted: Mapping[str, bool] | None = None
        self._unasked: Denied | None = None
        self._failed: NotMeasured | None = None

    def look(self, copies: Sequence[Copied]) -> str:
        """That no plan takes the copies; Doubt where one does, or may, Kept where nobody could delete what it takes."""
        with self._lock:
            if self._failed is not None:
                raise self._failed
            try:
                plans, whole = self._all()
                taking = [self._taking(plan, each) for plan in plans for each in self._takes(plan, copies)]
            except NotMeasured as fault:
                if _stays(fault):
                    self._failed = fault
                raise
            told = [each for each in taking if each is not None]
        if kept := [words for words, stays in told if stays]:
            raise Kept(f"{'; '.join(kept)}: nobody could delete it, and {_OUTLIVES}", HINT)
        words = [words for words, _ in told]
        words += [
            f"whom plan {plan.name} of AWS Backup takes is not known ({plan.unread})" for plan in plans if plan.unread
        ]
        words += [] if whole else [f"there are more selections of plans than the {MOST} that were read"]
        if words:
            raise Doubt(f"{'; '.join(words)}: {_OUTLIVES}; {HINT}")
        return (
            f"none of {counted(len(plans), 'plan')} of AWS Backup takes a copy" if plans else "AWS Backup has no plan"
        )

    def _all(self) -> tuple[list[_Plan], bool]:
        """The plans with their selections, and whether these are all of them."""
        if self._read is None:
            listed = [*self._api.pages("ListBackupPlans", "BackupPlansList")]
            unread: dict[str, str] = {}
            named = [(str(each["BackupPlanId"]), each) for plan in listed for each in self._selections(plan, unread)]
            asked = list(islice(named, MOST))
            found: dict[str, list[Mapping[str, Any]]] = {str(plan["BackupPlanId"]): [] for plan in listed}
            for plan, each in asked:
                found[plan] += self._selection(plan, str(each["SelectionId"]), unread)
            names = {str(plan["BackupPlanId"]): str(plan.get("BackupPlanName")) for plan in listed}
            plans = [_Plan(id, names[id], tuple(chosen), unread.get(id, "")) for id, chosen in found.items()]
            self._read = plans, len(asked) == len(named)
        return self._read

    def _selections(self, plan: Mapping[str, Any], unread: dict[str, str]) -> Iterator[Mapping[str, Any]]:
        try:
            given = {"BackupPlanId": plan["BackupPlanId"]}
            for each in self._api.pages("ListBackupSelections", "BackupSelectionsList", **given):
                yield {**each, **given}
        except NotFound:  # deleted meanwhile
            return
        except Denied as denied:
            unread[str(plan["BackupPlanId"])] = _lacking(denied)

    def _selection(self, plan: str, id: str, unread: dict[str, str]) -> list[Mapping[str, Any]]:
        try:
            told = self._api.call("GetBackupSelection", BackupPlanId=plan, SelectionId=id)
        except NotFound:
            return []
        except Denied as denied:
            unread[plan] = _lacking(denied)
            return []
        return [told.get("BackupSelection") or {}]

    def _takes(self, plan: _Plan, copies: Sequence[Copied]) -> list[tuple[Copied, bool]]:
        """The copies that a plan takes, each with whether it surely does."""
        found = []
        for copied in copies:
            takes = [each for each in (taken(selection, copied) for selection in plan.selections) if each]
            looked = [(each.surely, self._is_looked_after(each, copied)) for each in takes]
            looked = [each for each in looked if each[1] is not False]
            found += [(copied, any(surely and cared for surely, cared in looked))] if looked else []
        return found

    def _is_looked_after(self, takes: Taken, copied: Copied) -> bool | None:
        """Whether AWS Backup looks after its type here, None where that may not be asked for; of most that is assigned
        by its type it does, whatever was said.
        """
        if takes.named and copied.type not in _WHATEVER_WAS_SAID:
            return True
        if self._opted is None and self._unasked is None:
            try:
                self._opted = self._api.call("DescribeRegionSettings").get("ResourceTypeOptInPreference") or {}
            except Denied as denied:
                _lacking(denied)
                self._unasked = denied
        return None if self._opted is None else self._opted.get(copied.type, True)

    def _taking(self, plan: _Plan, takes: tuple[Copied, bool]) -> tuple[str, bool] | None:
        """That a plan takes a copy, in words, and whether that surely stays where nobody can delete it.

        None where the plan is no more.
        """
        copied, surely = takes
        how = "takes" if surely else "may take, as far as can be told before,"
        try:
            rules = self._rules_of(plan)
        except NotFound:
            return None
        except Denied as denied:
            return (
                f"plan {plan.name} of AWS Backup {how} {copied.called}, and where to is not known ({_lacking(denied)})",
                False,
            )
        places = [self._place(rule) for rule in rules]
        where = ", and ".join(dict.fromkeys(words for words, _ in places))
        told = f"plan {plan.name} of AWS Backup {how} {copied.called}" + (f" into {where}" if where else "")
        return told, surely and any(stays for _, stays in places)

    def _rules_of(self, plan: _Plan) -> Sequence[Mapping[str, Any]]:
        if plan.id not in self._rules:
            told = self._api.call("GetBackupPlan", BackupPlanId=plan.id).get("BackupPlan") or {}
            self._rules[plan.id] = told.get("Rules") or ()
        return self._rules[plan.id]

    def _place(self, rule: Mapping[str, Any]) -> tuple[str, bool]:
        """Where a rule puts what it takes, in words, and whether it stays there."""
        name = str(rule["TargetBackupVaultName"])
        days = int((rule.get("Lifecycle") or {}).get("DeleteAfterDays") or 0)
        kept = f"for {counted(days, 'day')}" if days > 0 else "for ever"
        vault = self._described(name)
        why, holds = f"whose lock is not known ({vault})", False
        if not isinstance(vault, str):
            lock = locks.of(vault, self._now())
            why, holds = lock.why, lock.holds
        told = f"vault {name}, {why}, where it is kept {kept}"
        if not isinstance(vault, str) and (refused := _refuses(vault, days)):
            return f"vault {name}, whose lock takes none that is kept {kept} ({refused})", False
        gapped = str(rule.get("TargetLogicallyAirGappedBackupVaultArn") or "")
        further = [gapped, *(str(each.get("DestinationBackupVaultArn")) for each in rule.get("CopyActions") or ())]
        beyond = ", ".join(filter(None, further))
        return told + (f", and copied to {beyond}" if beyond else ""), holds or bool(gapped)

    def _described(self, name: str) -> Mapping[str, Any] | str:
        """A vault as it is; why that is not known, where nobody may ask: so AWS answers of one that is not there."""
        if name not in self._vaults:
            try:
                self._vaults[name] = self._api.call("DescribeBackupVault", BackupVaultName=name)
            except NotFound:  # a job of that rule fails
                self._vaults[name] = {}
            except Denied as denied:
                self._vaults[name] = _lacking(denied)
        return self._vaults[name]


def _lacking(denied: Denied) -> str:
    """The right that lacks, in words; raised again where it is the credentials that are not good."""
    if not lacks_right(denied):
        raise denied
    return denied.message


def _stays(fault: NotMeasured) -> bool:
    """Whether asking again for the next run would cost as much, and tell no more."""
    if isinstance(fault, Transient):
        return not fault.answered and not isinstance(fault, Throttled)
    return isinstance(fault, Denied) and lacks_right(fault)


def _refuses(vault: Mapping[str, Any], days: int) -> str:
    """Why the lock of a vault takes nothing that is kept for so many days: then the job fails, and nothing is left."""
    least, most = int(vault.get("MinRetentionDays") or 0), int(vault.get("MaxRetentionDays") or 0)
    if not vault.get("Locked"):
        return ""
    if 0 < days < least:
        return f"at least {counted(least, 'day')}"
    return f"at most {counted(most, 'day')}" if most and (days <= 0 or days > most) else ""
