"""CloudFormation: create an environment anew under drill names, fill its stores, take it down whole."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from dr_orchestrator.aws.access import nameless
from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.preflight import assets, boundary, place
from dr_orchestrator.aws.template.given import Given
from dr_orchestrator.aws.template.imports import HINT
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import Feed
from dr_orchestrator.documents import addresses
from dr_orchestrator.documents.addresses import Outline
from dr_orchestrator.domain import replica
from dr_orchestrator.domain.copy import Copy, CopyState, Identity, Place
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.evidence import Asked, Ready, Seen
from dr_orchestrator.domain.ports import Member
from dr_orchestrator.domain.preflight import NotApplicable, PreflightCheck
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.replica import Birth
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.cloudformation_stack import births, finding, outlets
from dr_orchestrator.resources.cloudformation_stack.change_sets import ADD, ChangeSets
from dr_orchestrator.resources.cloudformation_stack.importing import Imports
from dr_orchestrator.resources.cloudformation_stack.making import Making
from dr_orchestrator.resources.cloudformation_stack.publishing import Publishing
from dr_orchestrator.resources.cloudformation_stack.shelving import Shelving
from dr_orchestrator.resources.cloudformation_stack.stack import IMPORTED, IMPORTING, REVIEW, STATES, describe, feed
from dr_orchestrator.resources.cloudformation_stack.stacks import Stacks
from dr_orchestrator.resources.cloudformation_stack.teardown.destroying import Destroying
from dr_orchestrator.resources.cloudformation_stack.teardown.parts import Part
from dr_orchestrator.resources.drillable import Parts
from dr_orchestrator.resources.piece import PieceOf
from dr_orchestrator.runner import Born, Store

CALLED = "a stack"


class CloudFormationStack:
    """Creates an environment anew from its template."""

    def __init__(
        self,
        resource: Resource,
        toolkit: Toolkit,
        parts: Parts,
        place: Place,
        born: Sequence[Born] = (),
        stores: Sequence[Store] = (),
        asked: Collection[str] = (),
    ) -> None:
        """`parts` are what a stack may hold that drills know of, `place` is where it stands, `born` are the stores that
        its template makes from recovery points, `stores` those that are restored beside it, `asked` the outputs that
        checks ask at.
        """
        self._resource, self._parts, self._tools, self._place = resource, parts, toolkit, place
        self._born, self._asked = born, asked
        self._made_of = functools.cache(lambda stack: outlets.made_of(self._api, stack))
        self._points: Mapping[str, RecoveryPoint] = {}
        self._stacks = Stacks(resource, toolkit.proofs.sources)
        self._imports = Imports(stores, parts, self._stacks)
        self._judged: dict[str, Given] = {}
        self._bear({})

    def _bear(self, made: Mapping[str, Birth]) -> None:
        self._stacks.bear({**made, **self._imports.births})

    def named(self, stores: Sequence[Store], copy: Copy) -> tuple[Store, ...]:
        """The stores, under the names that they are restored under."""
        self._stacks.bear({})
        found = self._imports.named(stores, copy)
        self._bear({})
        return found

    @functools.cached_property
    def _toolkit(self) -> Toolkit:
        """The tools, where the stack stands."""
        return self._tools.at(self._place)

    @property
    def _api(self) -> Api:
        return self._toolkit.account.api("cloudformation")

    @functools.cached_property
    def _sets(self) -> ChangeSets:
        return ChangeSets(self._toolkit)

    def preflight_checks(self, copy: Copy) -> list[PreflightCheck]:
        """The template, for what a replica would change or reach outside; what holds its roles; what an app needs that
        is published before; and a free name.
        """
        of_app = [
            PreflightCheck("bootstrap stack", lambda: self._look_at_bootstrap(copy)),
            PreflightCheck("assets", lambda: self._look_at_assets(copy)),
        ]
        return [
            PreflightCheck("template", lambda: self._look_at_template(copy)),
            PreflightCheck("names of parts", lambda: self._look_at_parts(copy), must=False),
            PreflightCheck("permissions boundary", lambda: self._look_at_boundary(copy)),
            *(of_app if self._stacks.names else ()),
            PreflightCheck("bucket of templates", lambda: self._look_at_bucket(copy)),
            PreflightCheck("name of the copy", lambda: self._look_at_names(copy)),
        ]

    def billed(self, name: str = "") -> Billed:
        """Nobody can tell what a template's resources will cost."""
        return Billed(besides=f"what {name or 'the template'} makes")

    def copies(self, copy: Copy) -> Sequence[PieceOf]:
        """The stacks that are made, of which the run's own is the last."""
        copies = self._stacks.copies(copy)
        return [PieceOf(each, self._stacks.title(each), self, self.publishes(each)) for each in copies]

    def isolated(self, copy: Copy) -> Seen:
        """Prove that each stack is in its region, and in the account that is declared, where one is."""
        return Seen("; ".join(self._isolated(each) for each in self._stacks.copies(copy)))

    def _isolated(self, copy: Copy) -> str:
        live = self._describe(copy.id)
        if live is None:
            raise NotMeasured(f"{copy.id} is not to be seen", call="cloudformation:DescribeStacks")
        self._toolkit.proofs.same(copy, live["StackId"])
        of = copy.account or self._resource.account or live["StackId"].split(":")[4]
        return place.same(live["StackId"], copy.region, of)

    def _looked_at(self) -> Stacks:
        """The stacks, with the recovery points of now until those of the run are known."""
        if not self._points and any(each.logical_id not in self._stacks.births for each in self._born):
            self._bear(births.of(self._born, births.newest(self._born)))
        return self._stacks

    def make_from(self, points: Mapping[str, RecoveryPoint]) -> None:
        """Take the recovery points that its own stores are made from; NotRecoverable where one is missing."""
        self._points = points
        self._bear(births.of(self._born, points))

    def _look_at_template(self, copy: Copy) -> str:
        told = self._looked_at().look(copy)
        for each in self._stacks.copies(copy):
            if not (given := self._stacks.given(each)).expands:  # else AWS tells first what it makes of it
                self._raise_where_elsewhere(each, given)
        return told

    def _raise_where_elsewhere(self, copy: Copy, given: Given) -> None:
        """NotMeasured where a check would ask at an address that may be production's."""
        stack = self._stacks.of(copy).name if self._stacks.names else ""
        if found := list(outlets.elsewhere(outlets.outline(given.derived), self._asked, stack)):
            told = f"an http-answer may be production's: {'; '.join(found)}"
            raise NotMeasured(told, "let its Value be !GetAtt of what answers, or !Sub that begins with it")

    def _look_at_bucket(self, copy: Copy) -> str:
        with _accepted():
            made = [
                (each, given) for each in self._stacks.copies(copy) if (given := self._looked_at().given(each)).shelved
            ]
        if not made:
            raise NotApplicable("the template is given in the call")
        return "; ".join(dict.fromkeys(Shelving(self._toolkit).look(each, given) for each, given in made))

    def _look_at_parts(self, copy: Copy) -> str:
        with _accepted():
            given = {self._stacks.of(each).name: self._looked_at().given(each) for each in self._stacks.copies(copy)}
        return nameless.look({name: each.derived for name, each in given.items()})

    def _look_at_boundary(self, copy: Copy) -> str:
        with _accepted():
            makes_roles = any(self._looked_at().given(each).makes_roles for each in self._stacks.copies(copy))
        if self._stacks.rebuild.place is replica.Place.DRILL_ACCOUNT:
            raise NotApplicable("the replica's account holds nothing of production's")
        if not makes_roles:
            raise NotApplicable("the replica has no role")
        return boundary.holds(self._toolkit.account, self._stacks.rebuild.boundary)

    def _look_at_bootstrap(self, copy: Copy) -> str:
        return assets.bootstrapped(self._toolkit.account, map(self._stacks.of, self._stacks.copies(copy)))

    def _look_at_assets(self, copy: Copy) -> str:
        with _accepted():
            wanted = list(self._stacks.assets(copy))
        if self._publishes:
            return self._publishing.look(wanted)
        return assets.published(self._toolkit.account, copy.region, wanted)

    @property
    def _publishes(self) -> bool:
        """Whether a drill puts an app's assets where they lack: in an account of replicas alone."""
        return self._stacks.rebuild.place is replica.Place.DRILL_ACCOUNT

    @functools.cached_property
    def _publishing(self) -> Publishing:
        return Publishing(self._toolkit, self._tools.account, self._stacks.rebuild)

    def publishes(self, copy: Copy) -> str:
        """The name of the step in which the assets of a stack are published; empty where none are."""
        has = self._publishes and bool(self._stacks.of(copy).assets)
        return f"publish assets of {self._stacks.title(copy)}" if has else ""

    def publish(self, copy: Copy) -> Seen:
        """Put the assets that a stack's template refers to where it takes them from, unless they are there."""
        return self._publishing.publish(copy, list(self._stacks.assets_of(copy)))

    def _look_at_names(self, copy: Copy) -> str:
        return "; ".join(map(self._look_at_name, self._stacks.copies(copy)))

    def _look_at_name(self, copy: Copy) -> str:
        found = self._describe(copy.id)
        return self._toolkit.proofs.name_is_free(copy, self._sets.live(copy, found) if found else None, CALLED)

    def build(self, copy: Copy) -> Asked:
        """Have AWS expand the template, judge that, and ask for the stack; one that is being made is gone on with.

        What fails is kept as it failed, so that its events tell why; teardown removes it.
        """
        births.of(self._born, self._points)  # whoever asks has chosen the points
        self._raise_where_first_ones_lack(copy)
        made, standing = self._stacks.given(copy), self._describe(copy.id)
        if standing is not None:
            self._toolkit.proofs.adopt(copy, self._sets.live(copy, standing), CALLED)
        if standing is not None and standing["StackStatus"] != REVIEW:
            stack = str(standing["StackId"])
        else:
            making, brought = self._making(copy), self._imports.brought(copy, self._toolkit)
            self._judged[copy.id] = judged = making.judged(copy, made)
            stack = making.bring(copy, judged, brought) if brought else making.make(copy, judged)
        return Asked(Identity(stack, stack))

    def _making(self, copy: Copy) -> Making:
        look = functools.partial(self._raise_where_elsewhere, copy)
        return Making(self._toolkit, self._stacks.alone(copy), self._stacks.named(copy), look)

    def imports(self, copy: Copy) -> Sequence[str]:
        """The names of the stores that a stack imports."""
        return [each.name for each in self._imports.of(copy).values()]

    def bring_in(self, copy: Copy) -> Seen:
        """Wait until a stack has imported its stores, then ask for the rest; what was asked for is gone on with."""
        stores = self._imports.of(copy)
        told = ", ".join(f"{each.copy.id} is {logical}" for logical, each in stores.items())
        try:
            seen = self._toolkit.wait_until_ready(self._feed(), copy, IMPORTING)
        except NotRecoverable as fault:
            why = f"{copy.id} did not import {', '.join(stores)}: {fault.message}{self._first_failure(copy)}"
            raise NotMeasured(why, HINT, "cloudformation:ExecuteChangeSet") from fault
        if seen.detail["StackStatus"] == IMPORTED:
            making, given = self._making(copy), self._judged.get(copy.id) or self._stacks.given(copy)
            making.add(copy, making.judged(copy, given, ADD), stores)
        return Seen(f"imported as restored: {told}")

    def _raise_where_first_ones_lack(self, copy: Copy) -> None:
        """A script of flows from before there were apps asks for the last stack alone: it would find no imports."""
        if not self._stacks.names:
            return
        for each in self._stacks.before(copy):
            if self._toolkit.proofs.record(each) is None:
                told = f"{copy.id} needs {each.id}, which this run did not ask for"
                raise NotMeasured(told, "take flows/replica_rebuild.py as `dro init` writes it: `run.build()`")

    def ready(self, copy: Copy) -> Ready:
        """Wait until every resource is made; the fault names the first that failed."""
        try:
            seen = self._toolkit.wait_until_ready(self._feed(), copy, STATES)
        except NotRecoverable as fault:
            raise NotRecoverable(f"{fault.message}{self._first_failure(copy)}", fault.hint) from fault
        if self._imports.of(copy):
            self._imports.prove_held(copy, self._resources(copy.id), self._toolkit)
        return Ready(self._toolkit.seconds_since(seen))

    def server_times(self, copy: Copy) -> list[ServerTime]:
        """The stack's own events; those of its resources are left out."""
        stack = self._identity(copy) or copy.id
        events = self._api.pages("DescribeStackEvents", "StackEvents", StackName=stack)
        own = [event for event in events if finding.is_of_stack(event)]
        return [finding.told(copy, event) for event in sorted(own, key=lambda event: event["Timestamp"])]

    def member(self, logical_id: str, copy: Copy) -> tuple[Copy, Identity]:
        """A part of a stack that can be filled, as a copy that the stack owns."""
        copy, logical_id = self._stacks.holding(logical_id, copy)
        part = self._part(logical_id, copy)
        name, member = part.name, self._parts.members.get(part.type)
        if member is None or not name:
            what = f"is of {part.type}, which no drill can fill" if name else "was not made"
            raise NotMeasured(f"{logical_id} of {copy.id} {what}", call="cloudformation:ListStackResources")
        known = name in {row.copy.id for row in self._toolkit.proofs.owned(copy) if row.copy.type == member.type}
        identity = member.proven(name, copy, part.stack, empty=not known)
        made = replace(copy, type=member.type, id=name, parent=copy.id, source=None)
        if known:
            self._toolkit.proofs.same(made, identity.unique_id)
        return made, identity

    def _identity(self, copy: Copy) -> str:
        """The id that AWS gave the stack, as the ledger has it; empty where its answer was lost."""
        known = self._toolkit.proofs.intended(copy).identity
        return known.unique_id if known else ""

    def fill(self, interim: Copy, member: Copy) -> int:
        """Copy all that a restored store holds into the stack's own."""
        return self._member_of(member).fill(interim, member)

    def destroy(self, copy: Copy) -> CopyState:
        """Delete the stack by its id, once proven to be this run's, and see it gone with all it held, and its logs.

        One that somebody else deleted may have left a part behind as well: that is looked for all the same.
        """
        live = self._toolkit.describe_confirmed(lambda: self._describe(copy.id))
        state = CopyState.DELETED if live else self._toolkit.never_created(copy)
        stack_id = str(live["StackId"]) if live else self._identity(copy)
        destroying = Destroying(self._toolkit, self._parts, copy, stack_id)
        held = destroying.held() if live is not None else []
        if live is not None:
            destroying.delete(held)
        shelving = Shelving(self._toolkit)
        shelving.clear(copy, self._toolkit.buckets)
        shelving.raise_where_forgotten(copy, live or (self._describe(stack_id) if stack_id else None))
        for row in self._toolkit.proofs.owned(copy):
            destroying.take_down_what_stayed(row)
        if live is None or live["StackStatus"] != REVIEW:  # else nothing was made of it
            destroying.delete_logs()
            destroying.prove_empty(held)
        return state

    def physical(self, logical_id: str, copy: Copy) -> str:
        """The name of a store of a stack in AWS."""
        copy, logical_id = self._stacks.holding(logical_id, copy)
        part = self._part(logical_id, copy)
        name = part.name
        if part.type not in self._parts.members or not name:
            raise NotMeasured(f"{copy.id} has no store {logical_id}", call="cloudformation:ListStackResources")
        member = self._parts.members[part.type]
        restored = self._toolkit.proofs.record(replace(copy, type=member.type, id=name, source=None))
        if restored is not None and not restored.copy.parent and (live := member.identity(name)) is not None:
            self._toolkit.proofs.same(restored.copy, live.unique_id)  # imported, as this run restored it
        else:
            member.proven(name, copy, part.stack, empty=False)
        return name

    def _part(self, logical_id: str, copy: Copy) -> Part:
        """A resource of a stack, or of one within it."""
        return finding.part(self._api, copy.id, self._identity(copy), logical_id)

    def _member_of(self, copy: Copy) -> Member:
        found = next((each for each in self._parts.members.values() if each.type == copy.type), None)
        if found is None:
            raise NotMeasured(f"nothing here knows {copy.type} {copy.id}", "this is a defect: please report")
        return found

    def outputs(self, copy: Copy) -> dict[str, str]:
        """The outputs; an app's with their stack's name, and also without, where no other stack has one called so."""
        return self._called([(each, *found) for each in self._stacks.copies(copy) for found in self._outputs(each)])

    def foreign(self, copy: Copy) -> dict[str, str]:
        """The outputs, by the same names, that may be somebody else's addresses, each with why; or with none."""
        found = []
        for each in self._stacks.copies(copy):
            told = dict(self._outputs(each))
            made = self._made_of(self._identity(each) or each.id) if told else Outline({})
            found += [(each, key, addresses.elsewhere(made, key)) for key in told]
        return self._called(found)

    def _called(self, found: Sequence[tuple[Copy, str, str]]) -> dict[str, str]:
        often = Counter(key for _, key, _ in found)
        alone = {key: value for _, key, value in found if often[key] == 1}
        if not self._stacks.names:
            return alone
        return alone | {f"{self._stacks.of(each).name}.{key}": value for each, key, value in found}

    def _outputs(self, copy: Copy) -> Iterator[tuple[str, str]]:
        live = self._describe(copy.id) or {}
        yield from ((each["OutputKey"], each["OutputValue"]) for each in live.get("Outputs", []))

    def _resources(self, stack: str) -> list[Mapping[str, Any]]:
        return list(self._api.pages("ListStackResources", "StackResourceSummaries", StackName=stack))

    def _first_failure(self, copy: Copy) -> str:
        return finding.first_failure(self._api, copy.id)

    def _describe(self, name: str) -> Mapping[str, Any] | None:
        return describe(self._api, name)

    def _feed(self) -> Feed:
        return feed(self._api, self._toolkit)


@contextmanager
def _accepted() -> Iterator[None]:
    """Within: what is not accepted is told by its own look."""
    try:
        yield
    except NotRecoverable as refused:
        raise NotApplicable("the template is not accepted") from refused
