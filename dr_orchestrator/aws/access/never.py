"""The denials that hold whatever another policy may allow one day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from dr_orchestrator.aws.access import controls, making, mounts, sources
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.aws.access.statements import COPIES, Statement, deny
from dr_orchestrator.aws.access.tagged import TAGGED, WEARS, WITH_TAG, bounded, is_made, is_own, operations
from dr_orchestrator.domain.resource_type import CopyType, Effect, Write

_MACHINE = "{machine}"
_LENDS, _ADDED = "ec2:ModifySnapshotAttribute", "ec2:Add"


def never(scope: Scope) -> Iterator[Statement]:
    """The denials that hold whatever another policy may allow one day.

    Where IAM may not see the tags of a copy, a denial of what wears none would hit the copy, too: its name protects.
    """
    found = (write for each in scope.types for write in each.writes)
    made = (write for write in found if is_made(scope, write))
    writes = [write for write in made if not (write.among or write.stated) and write.effect is not Effect.PUBLISH]
    changed = [write for write in writes if write.effect in WITH_TAG]
    moved = [write for write in changed if any(_MACHINE in part for _, part, _ in write.outside)]
    sent = [write for write in changed if write not in moved and any(each == "ssm" for each, _, _ in write.outside)]
    yield from _never_moved(scope, moved, sent)
    touched = [write for write in changed if write not in moved and write not in sent]
    worn = [write for write in touched if not write.bare]
    named = [scope.types.targets[name] for name in dict.fromkeys(write.target.type for write in touched)]
    copies = list(dict.fromkeys(arn for copy in named for arn in scope.anywhere(copy, _called(scope, copy))))
    seen = operations(scope, (each for each in worn if scope.sees_tags(scope.types.targets[each.target.type])))
    own: dict[str, list[str]] = {}
    for call, arns, _ in scope.on_production():
        own[call] = sorted({*own.get(call, ()), *arns})
    others = [each for each in seen if each not in {*own, *mounts.exempt(scope)}]
    yield deny("NeverTouchTheUntagged", others, {"Resource": ["*"], "Condition": {"Null": {WEARS: "true"}}})
    yield from mounts.never_elsewhere(scope, seen)
    others = [each for each in operations(scope, touched) if each not in own]
    yield deny("NeverTouchByAnotherName", others, {"NotResource": copies})
    yield from _never_over(scope, own, touched)
    if any(drill.resource.rebuild is not None for drill in scope.drills):
        imports = operations(scope, (write for write in writes if write.brings))
        kinds = sorted(each.made.cloudformation for each in scope.types if each.imported.all)
        other = {"ForAnyValue:StringNotEquals": {"cloudformation:ImportResourceTypes": kinds}}
        yield deny("NeverImportAnythingElse", imports, {"Resource": ["*"], "Condition": other})
    hidden = [write for write in writes if not scope.sees_tags(scope.types.targets[write.target.type])]
    tags = operations(scope, (write for write in hidden if write.effect is Effect.TAG))
    yield deny("NeverTagWithoutTheRun", tags, {"Resource": ["*"], "Condition": TAGGED})
    yield from making.never_tagged(scope, writes)
    yield from sources.never(scope)
    yield from controls.never(scope)
    yield from _never_otherwise(scope, writes)
    yield from _never_lent(scope, writes)


def _never_over(scope: Scope, own: Mapping[str, list[str]], touched: Sequence[Write]) -> Iterator[Statement]:
    """The denials of what fails production over (`own`: the ARNs by calls): of all but that, and copies of a run."""
    for number, (call, arns) in enumerate(own.items(), 1):
        asked = [by.type for write in touched if write.operation == call for by in (write.target, write.within) if by]
        over = {scope.types.targets[name] for name in asked}
        alike = sorted({arn for copy in over for arn in scope.anywhere(copy, _called(scope, copy))})
        yield deny(f"NeverFailAnythingElseOver{number}", [call], {"NotResource": [*alike, *arns]})
        untagged = {"Resource": alike, "Condition": {"Null": {WEARS: "true"}}}
        yield deny(f"NeverFailTheUntaggedOver{number}", [call] if alike else [], untagged)


def _never_otherwise(scope: Scope, writes: Iterable[Write]) -> Iterator[Statement]:
    """The denials of what a call may never make; what a stack makes is its template's own."""
    found = {
        (write.operation, part): condition
        for write in writes
        if scope.drilled(scope.types.targets[write.target.type])
        for part, condition in write.never.items()
    }
    rebuilt = any(drill.resource.rebuild is not None for drill in scope.drills)
    called = {"Null": {"aws:CalledVia": "true"}} if rebuilt else {}
    for number, ((operation, part), condition) in enumerate(found.items(), 1):
        service, name = operation.split(":")
        under = {**bounded(scope, condition), **called}
        on = [f"arn:{scope.partition}:{service}:*:*:{part}"]
        yield deny(f"Never{name}Otherwise{number}", [operation], {"Resource": on, "Condition": under})


def _never_lent(scope: Scope, writes: Iterable[Write]) -> Iterator[Statement]:
    """The denials of sharing with an account in which no copy stands, and with a group: in public. Only of snapshots of
    EBS does IAM see with whom.
    """
    shared = (write for write in writes if write.lends and write.operation == _LENDS)
    drilled = any(scope.drilled(scope.types.targets[write.target.type]) for write in shared)
    if not (accounts := scope.elsewhere()) or not drilled:
        return
    others = {"StringNotEquals": {f"{_ADDED}/userId": accounts}}
    yield deny("NeverShareWithAnother", [_LENDS], {"Resource": ["*"], "Condition": others})
    group = {"Null": {f"{_ADDED}/group": "false"}}
    yield deny("NeverShareWithAGroup", [_LENDS], {"Resource": ["*"], "Condition": group})


def _documents(scope: Scope, writes: Iterable[Write]) -> list[str]:
    return scope.arns("ssm", *(part for write in writes for service, part, _ in write.outside if service == "ssm"))


def _never_moved(scope: Scope, moved: Sequence[Write], sent: Sequence[Write]) -> Iterator[Statement]:
    """The denials of what acts on a copy and on a machine at once, which wears no run's tag; and of what is `sent` to
    a copy itself: to one that wears its run's tag, and to those machines.
    """
    lend = [of for of in scope.types if any(write in moved for write in of.writes)]
    machines = [arn for of in lend for each in scope.used(of) for arn in scope.arns("ec2", f"instance/{each}")]
    drilled = any(scope.drilled(scope.types.targets[each.target.type]) for each in sent)
    commands = operations(scope, sent) if drilled else []
    beside = [*machines, *_documents(scope, [*moved, *sent])]
    untagged = {"NotResource": beside, "Condition": {"Null": {WEARS: "true"}}}
    yield deny("NeverCommandTheUntagged", commands, untagged)
    if not machines:
        return
    own = [write for write in moved if is_own(scope, write)]  # what is but read there is no matter of such a call
    named = [scope.types.targets[name] for name in dict.fromkeys(write.target.type for write in own)]
    copies = list(dict.fromkeys(arn for copy in named for arn in scope.anywhere(copy, COPIES)))
    untagged = {"Resource": copies, "Condition": {"Null": {WEARS: "true"}}}
    yield deny("NeverMoveTheUntagged", operations(scope, own), untagged)
    used = [write for write in moved if not {*operations(scope, [write])} <= {*commands}]
    others = {"NotResource": [*copies, *machines, *_documents(scope, used)]}
    yield deny("NeverUseAnotherMachine", operations(scope, used), others)


def _called(scope: Scope, copy: CopyType) -> str:
    """How something is called that is not denied to be touched: CloudFormation, too, acts by this role, on whatever a
    template names after the copy in whichever way.
    """
    return f"*{COPIES}" if copy.name in scope.types.held else COPIES
