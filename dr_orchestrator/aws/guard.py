"""The guard on every AWS client: what is not a known read goes through only where its target is a copy of this run.

It sits on botocore's own events, so that no code path of the program goes round it, and it knows each operation by
name: one that nobody listed is refused, whatever it does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from dr_orchestrator.aws.calls.answers import UNHEARD, refusal_in
from dr_orchestrator.aws.copies import beginning
from dr_orchestrator.aws.endpoints import is_call, named_by
from dr_orchestrator.aws.once import Once
from dr_orchestrator.domain import inquiries
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.resource_type import CallTable, Effect, Inquiry, Target, Write
from dr_orchestrator.domain.resource_type.target import found_at
from dr_orchestrator.errors import DrillFault

_DEFECT = "this is a defect: please report"
_STRANGER = "is not a copy of this run"
HEARTBEAT = "the heartbeat that is declared"
"""The one write of `dro canary`."""

_GLOBAL = "-global"
"""How botocore ends the region of a service that has none, Route 53's: aws-global."""

_AGAIN = "dro-guard"
_NAMED = "dro-guard-named"
_ONE = "dro-guard-once"


class Forbidden(DrillFault):
    """A call that could have changed something which is not a copy of this run; it was not sent."""


class Guard:
    """Refuses every call that could change production; as it is made, every call but a known read.

    `calls` are those that are known. `copies` asks the ledger for what this run has written down that it makes;
    `may_restore` tells whether the run is to restore from what is named: its source, or a recovery point that it chose.
    `driven` raises where another process drives the run by now; it is told whether the call makes something. `places`
    are what the workspace declares for what drills leave there meanwhile, `accounts` the others in which copies of the
    run stand, `used` the places in which the run left something: there it may be deleted, too. `asked` are the sources
    that a check reads by statements, in transactions that are told to read alone. `roles` are those that the drill
    declares for services of AWS that act for it, `lent` the machines that it declares to read its copies. `once` is the
    one call by which it may change production, where all words for that were given.
    """

    def __init__(
        self,
        calls: CallTable,
        copies: Callable[[], Iterable[Copy]] = lambda: (),
        sources: frozenset[str] = frozenset(),
        may_restore: Callable[[str], bool] = lambda _: False,
        driven: Callable[[bool], None] = lambda _: None,
        places: frozenset[str] = frozenset(),
        accounts: Callable[[], Collection[str]] = lambda: (),
        asked: frozenset[str] = frozenset(),
        used: Callable[[], Collection[str]] = tuple,
        roles: frozenset[str] = frozenset(),
        lent: frozenset[str] = frozenset(),
        once: Once | None = None,
    ) -> None:
        self.calls, self._declared, self._accounts = calls, places, accounts
        self._copies, self._may_restore, self._driven = copies, may_restore, driven
        self._vouched: dict[tuple[str, str], Copy] = {}
        self._asked, self._used, self._roles, self._machines = asked, used, roles, lent
        self._reading: set[str] = set()  # transactions that were told to be read-only
        self._sources = frozenset(map(str.lower, sources))  # RDS takes a name in any case
        self._once = once
        self._places: dict[str, bool] = {}  # where calls went, and whether that is AWS's own

    def vouch(self, held: Copy) -> None:
        """Take what a copy holds for a copy, too, while the ledger holds its owner: whoever says so has proven it.

        It is nothing that a drill makes by itself, or lists: a bucket that has to be emptied, say; or a copy under the
        id that AWS gave it, whose `parent` is that copy.
        """
        self._vouched[held.key] = held

    def watch(self, session: Any) -> None:
        """Put the guard on every client that the botocore session will make."""
        session.register("before-parameter-build.*.*", self._before_parameters, unique_id="dro-guard")
        session.get_component("event_emitter").register_last("request-created.*.*", self._before_try, "dro-guard-try")
        session.register("before-send.*.*", self._before_send, unique_id="dro-guard-host")
        session.register("response-received.*.*", self._after_try, unique_id="dro-guard-answer")

    def check(self, service: str, operation: str, parameters: Mapping[str, Any], region: str = "") -> None:
        """Raise Forbidden unless the call is a known read, or all its targets are copies of this run.

        A copy is one only under its type and in its region; `region` is where the call would go.
        """
        if operation in self.calls.reads_of(service):
            return
        if self._once is not None and self._once.is_it(service, operation, parameters, region):
            self._once.raise_unless_left()
            return
        call = f"{service}:{operation}"
        inquiry = self.calls.inquiries.get(call)
        if inquiry is not None and self._only_asks(inquiry, call, parameters, region):
            return
        writes = self.calls.writes.get((service, operation))
        if writes is None:
            raise Forbidden("not a call that a drill makes; it was not sent", _DEFECT, call)
        refusals = [self._refusal(write, parameters, region) for write in writes]
        if all(refusals):  # several types may be changed by one operation: one of them has to fit, whole
            message, hint = next((each for each in refusals if not each[0].endswith(_STRANGER)), refusals[0])
            raise Forbidden(f"{message}; the call was not sent", hint, call)

    def _only_asks(self, inquiry: Inquiry, call: str, parameters: Mapping[str, Any], region: str) -> bool:
        """Whether a call says a statement to a source that can only read there, or belongs to one."""
        targets = list(inquiry.target.targets(parameters))
        if not all(each.name in self._asked and each.region in ("", region) for each in targets):
            return False
        transaction = str(parameters.get(inquiry.transaction) or "")
        if call == inquiry.say and transaction and parameters.get(inquiry.statement) == inquiry.opening:
            self._reading.add(transaction)
        if call != inquiry.say:
            return call == inquiry.begin or bool(transaction)
        if transaction not in self._reading:
            return False
        values = [value for each in parameters.get("parameters") or () for value in each.get("value", {}).values()]
        if why := inquiries.refused(str(parameters.get(inquiry.statement) or ""), values):
            raise Forbidden(f"a source is not sent that: {why}; the call was not sent", _DEFECT, call)
        return True

    def _refusal(self, write: Write, parameters: Mapping[str, Any], region: str) -> tuple[str, ...]:
        """Why a call is not such a write to copies of this run, and what to do; empty where it is one."""
        targets = [*write.target.targets(parameters), *(write.within.targets(parameters) if write.within else ())]
        for target in (*targets, *self.calls.brought(write, parameters)):
            if not self._is_copy(target, region, named=write.named):
                hint = "nothing was changed; only copies in the ledger of this run may be"
                where = f" in {region}" if region else ""
                return f"'{target.name}'{where} {_STRANGER}", hint
        if write.origin and not self._may_restore(origin := _origin(write, parameters)):
            hint = "a run restores its own source, from the recovery point that it chose"
            return f"'{origin}' is not what this run restores from", hint
        if lacking := sorted(name for name in write.needs if not parameters.get(name)):
            return f"no drill leaves {', '.join(lacking)} out", _DEFECT
        if write.acts_as and (role := str(parameters.get(write.acts_as, ""))) not in self._roles:
            return f"'{role}' is no role that the drill declares", "nothing was changed"
        if write.uses and (strangers := self._strangers(parameters.get(write.uses))):
            told = f"'{', '.join(sorted(strangers))}' is no {write.used_as} that the drill declares"
            return told, "nothing was changed"
        return self._otherwise(write, parameters)

    def _strangers(self, given: Any) -> set[str]:
        """The machines, or subnets, in a parameter that the drill does not declare, or that somebody drills."""
        return {each for each in _named(given) if each not in self._machines or each.lower() in self._sources}

    def _otherwise(self, write: Write, parameters: Mapping[str, Any]) -> tuple[str, ...]:
        """Why a call is not as drills make it, and what to do; empty where it is."""
        for place in (str(parameters.get(each, "")) for each in (write.among, write.into) if each):
            left = write.effect is Effect.DELETE and place in self._used()
            if place not in self._declared and not left:
                return f"'{place}' is no place that the workspace declares for drills", "nothing was changed"
        if write.lends and (strangers := _lent(write, parameters) - set(self._accounts())):
            told = f"no copy of this run stands in {', '.join(sorted(map(str, strangers)))}"
            return f"{told}: nothing is shared with that", "nothing was changed"
        for name in write.found.keys() & parameters.keys():
            at = re.fullmatch(write.found[name], str(parameters[name]))
            named = {target.name for target in write.target.targets(parameters)}
            if at is None or at["place"] not in self._declared or at["name"] not in named:
                told = "in no place that the workspace declares for drills, or not the copy's own"
                return f"{name} '{parameters[name]}' is {told}", "nothing was changed"
        if strange := sorted(parameters.keys() - write.accepts):
            return f"no drill gives it {', '.join(strange)}", _DEFECT
        if other := [name for name, values in write.only.items() if parameters.get(name) not in values]:
            given = ", ".join(f"{name} {parameters.get(name, 'left to its default')}" for name in other)
            return f"no drill gives it {given}", _DEFECT
        return _strange(write, parameters)

    def _is_copy(self, target: Target, region: str, *, named: bool) -> bool:
        if not target.name or (target.region not in ("", region) and not target.anywhere):
            return False
        everywhere = region.endswith(_GLOBAL) or (target.anywhere and not target.region)
        where = target.region or region
        if self._sources.intersection(each.lower() for each in (target.name, *target.parts)):
            return False
        copies = list(self._copies())
        held = self._vouched.get((target.type, target.name))
        if held is not None and any(held.parent == copy.id and held.place == copy.place for copy in copies):
            copies.append(held)
        return any(
            (copy.type, copy.id) == (target.type, target.name)
            and (copy.region == where or everywhere)
            and (bool(copy.parent) or not target.member)
            and (not named or _carries_run(copy, copy.parent if copy is held else copy.id))
            for copy in copies
        )

    def _before_parameters(self, params: Mapping[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        region = str(context.get("client_region") or "")  # none is told where a link is signed: then no write
        service = model.service_model.service_name
        self.check(service, model.name, params, region)
        context[_NAMED] = (service, named_by(model, params))
        if model.name not in self.calls.reads_of(service):
            context[_AGAIN] = _Again(partial(self._check_try, service, model.name, dict(params), region))
            context[_ONE] = self._once is not None and self._once.is_it(service, model.name, params, region)

    def _check_try(self, service: str, operation: str, parameters: Mapping[str, Any], region: str) -> None:
        """Check a try again that throttling, or a machine that slept, held back: the ledger may have changed
        meanwhile, and the run may have another driver.
        """
        self.check(service, operation, parameters, region)
        effects = {write.effect for write in self.calls.writes.get((service, operation), ())}
        self._driven(bool(effects - {Effect.DELETE}))
        if self._once is not None and self._once.is_it(service, operation, parameters, region):
            self._once.send()

    def _before_try(self, request: Any, **_: Any) -> None:
        """Check each try of a call that changes something, as late as can be."""
        if (check := request.context.get(_AGAIN)) is not None:
            check()
        place, (service, named) = _place(request), request.context.get(_NAMED, ("", {}))
        self._places[place] = self._places.get(place, True) and is_call(request.url, service, named)

    def _before_send(self, request: Any, **_: Any) -> None:
        self._places.setdefault(_place(request), False)  # nobody has seen it asked for

    def _after_try(self, parsed_response: dict[str, Any] | None, context: dict[str, Any], **_: Any) -> None:
        """Note what became of a try of a call that changes something: only a refusal says that nothing did."""
        if _AGAIN not in context:
            return
        refusal = refusal_in(parsed_response)
        if parsed_response is None or refusal is None:
            context[UNHEARD] = True
            return
        if context.get(UNHEARD):
            parsed_response.setdefault("ResponseMetadata", {})[UNHEARD] = True
        elif refusal and context.get(_ONE) and self._once is not None:
            self._once.refuse(refusal)

    def inherit(self) -> None:
        """Take what was begun until now as begun by another process: it is no leave for this one."""
        if self._once is not None:
            self._once.inherit()

    @property
    def sent(self) -> float | None:
        """When the one change of production went out last, by the drill's own clock; None where none did."""
        return self._once.sent_at if self._once is not None else None

    @property
    def simulated(self) -> bool:
        """Whether any call went to an endpoint that is not AWS's own."""
        return not all(self._places.values())


class _Again:
    """The check of each try of a call. botocore copies all that it knows of a call, to sign a link of another region
    with it: this goes along as it is.
    """

    def __init__(self, check: Callable[[], None]) -> None:
        self._check = check

    def __call__(self) -> None:
        self._check()

    def __deepcopy__(self, _memo: object) -> _Again:
        return self


class OneWriteGuard(Guard):
    """The guard of a command that writes outside of copies: beside reads it lets one write through; no drill has it.

    `operation` is the call of it, `is_it` tells whether its parameters are what was asked for, `called` says what that
    is.
    """

    def __init__(
        self,
        calls: CallTable,
        operation: str = "",
        is_it: Callable[[Mapping[str, Any]], bool] = lambda _: False,
        called: str = HEARTBEAT,
    ) -> None:
        super().__init__(calls)
        self._operation, self._is_it, self._called = operation, is_it, called

    def check(self, service: str, operation: str, parameters: Mapping[str, Any], region: str = "") -> None:
        """Raise Forbidden unless the call is a known read, or the one write that was asked for."""
        call = f"{service}:{operation}"
        if call != self._operation:
            super().check(service, operation, parameters, region)
        elif not self._is_it(parameters):
            raise Forbidden(f"not {self._called}; the call was not sent", _DEFECT, call)


def _carries_run(copy: Copy, id: str) -> bool:
    """Whether what stands behind the place in an id begins as the names of the run's copies do."""
    return id.rpartition("/")[2].startswith(f"{beginning(copy)}-")


def _origin(write: Write, parameters: Mapping[str, Any]) -> str:
    """The name of what a call restores from, also where that is named by its ARN."""
    given = parameters.get(write.origin, "")
    named = str(given.get(write.origin_in, "") if isinstance(given, Mapping) else given)
    found = re.fullmatch(write.origin_arn, named) if write.origin_arn else None
    return found["name"] if found else named


def _named(given: Any) -> set[str]:
    """The names in a parameter that holds one, or several, or a mapping of such; an empty one where it holds none."""
    given = list(given.values()) if isinstance(given, Mapping) else given
    return {str(each) for each in given or ("",)} if isinstance(given, list | tuple) or not given else {str(given)}


def _lent(write: Write, parameters: Mapping[str, Any]) -> set[str]:
    """The accounts that the target of a call is shared with, or handed to."""
    given = parameters.get(write.lends) or "nobody"
    return {given} if isinstance(given, str) else set(given)


def _strange(write: Write, parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """Why a call is given somewhere what no drill gives it there, and what to do; empty where nothing is."""
    for name, keys in write.holds.items():
        given = parameters.get(name, {})
        if unknown := sorted(given.keys() - keys if isinstance(given, Mapping) else [str(given)]):
            return f"no drill gives it {name} {', '.join(unknown)}", _DEFECT
    for way, values in write.every.items():
        if strange := [str(each) for each in found_at(parameters, way.split(".")) if each not in values]:
            return f"no drill gives it {way} {', '.join(strange)}", _DEFECT
    if lacking := [way for way in write.whole if None in found_at(parameters, way.split("."))]:
        return f"no drill leaves {', '.join(lacking)} out", _DEFECT
    return ()


def _place(request: Any) -> str:
    parts = urlsplit(request.url)
    return f"{parts.scheme}://{parts.netloc}"
