"""Rules of drills that come back in another region: nothing that they need is asked of the one that counts as lost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from dr_orchestrator.catalog.declared import Declared, Policy
from dr_orchestrator.catalog.rules import outputs, promotion, stores
from dr_orchestrator.catalog.shapes.checks import Check
from dr_orchestrator.catalog.shapes.fields import likely
from dr_orchestrator.catalog.shapes.rebuild import Rebuild, Store
from dr_orchestrator.catalog.shapes.service import Drill, Resource
from dr_orchestrator.catalog.shapes.there import LONGEST_TTL, SameInBoth, There
from dr_orchestrator.catalog.shapes.tiers import TiersFile
from dr_orchestrator.catalog.source import Key
from dr_orchestrator.catalog.template import Template
from dr_orchestrator.documents import addresses
from dr_orchestrator.domain.leading import By, RecordType
from dr_orchestrator.domain.objective import Disruption
from dr_orchestrator.domain.proof import Tolerance
from dr_orchestrator.domain.replica import Place
from dr_orchestrator.domain.resource_type import Content, ResourceType, Types
from dr_orchestrator.domain.service import Via
from dr_orchestrator.errors import Problem

Mistake = tuple[Key, str, str]


def mistakes(service: Declared, drill: Drill, resource: Resource, types: Types[ResourceType]) -> Iterator[Mistake]:
    """The mistakes in a drill that comes back in another region, or says that it does."""
    if not drill.kind.leads:
        if drill.there is not None:
            yield ("there",), f"a {drill.kind} comes back where its resource says", "remove it"
        return
    if drill.disruption is not Disruption.REGION:
        message = f"what comes back in another region says nothing of the disruption '{drill.disruption}'"
        yield ("disruption",), message, "write `disruption: region`"
    if drill.there is None:
        yield (), "nothing says in which region it comes back", "add `there: {region: ..., output: ..., stores: {...}}`"
        return
    if resource.rebuild is None:
        return
    yield from _place(drill.there, resource)
    if resource.rebuild.cdk:
        yield ("resource",), "no app of the CDK comes back in another region yet", "drill it by a replica-rebuild"
        return
    yield from _stores(service, drill.there, resource, resource.rebuild, types)
    yield from promotion.of_stores(service, drill, drill.there, types)
    yield from _output(service, drill, drill.there)


def _place(there: There, resource: Resource) -> Iterator[Mistake]:
    if there.region == resource.region:
        yield ("there", "region"), "that is the region that counts as lost", "name another region"
    if there.ttl > LONGEST_TTL:
        yield ("there", "ttl"), "an answer that is kept for so long leads nobody anywhere in time", "write 1h or less"


def _stores(
    service: Declared, there: There, resource: Resource, rebuild: Rebuild, types: Types[ResourceType]
) -> Iterator[Mistake]:
    template = service.templates.get(resource_name(service, resource))
    whole = template.whole if isinstance(template, Template) else lambda name: name
    named = {whole(logical) for logical in there.stores}
    for logical in rebuild.stores:
        if whole(logical) not in named:
            message = f"nothing says from what '{logical}' comes back in {there.region}: its own region counts as lost"
            fix = f"name a resource of {there.region}: {logical}: ..., declared under `resources`"
            yield ("there", "stores"), message, fix
    for logical in there.stores:
        if whole(logical) not in set(map(whole, rebuild.stores)):
            fix = likely(logical, rebuild.stores) or "remove it"
            yield ("there", "stores", logical), f"the resource's `rebuild.stores` has no '{logical}'", fix
    if isinstance(template, Template):
        moved = resource.model_copy(update={"region": there.region})
        theirs = {logical: _store(rebuild, logical, name) for logical, name in there.stores.items()}
        asked = rebuild.model_copy(update={"stores": theirs})
        for (_, _, *rest), message, fix in stores.mistakes(service, types, moved, asked, template):
            yield ("there", "stores", *rest), message.replace("of the stack", f"({there.region}) of the drill"), fix


def _store(rebuild: Rebuild, logical: str, name: str) -> Store:
    known = rebuild.stores.get(logical)
    return known.model_copy(update={"resource": name}) if known else Store(resource=name)


def both(
    service: Declared,
    drill: Drill,
    resource: Resource,
    types: Types[ResourceType],
    claim: SameInBoth,
    written: str,
) -> Iterator[Mistake]:
    """The mistakes in a check of what stands in both regions."""
    if drill.there is None or resource.rebuild is None:
        message = f"a {drill.kind} has one region: nothing stands in two"
        yield (written,), message, "remove it; only a region-failover compares two"
        return
    names = {logical.rpartition("/")[2]: logical for logical in resource.rebuild.stores}
    logical = claim.store if claim.store in resource.rebuild.stores else names.get(claim.store.rpartition("/")[2])
    if logical is None:
        fix = likely(claim.store, resource.rebuild.stores) or "remove it"
        yield (written, "store"), f"the resource's `rebuild.stores` has no '{claim.store}'", fix
        return
    here = service.resources.legal.get(resource.rebuild.stores[logical].resource)
    named = drill.there.stores.get(claim.store) or drill.there.stores.get(logical.rpartition("/")[2], "")
    other = service.resources.legal.get(named)
    if here is None or other is None:
        return  # told already, of the store
    content = types[here.type].content
    if here.type != other.type:
        message = f"'{claim.store}' is {types[here.type].article} here, and {types[other.type].article} there"
        yield (written, "store"), message, "compare what is of one type"
    elif content is Content.ROWS:
        yield from _asked(here, other, claim, written)
    if claim.read and content is not Content.OBJECTS:
        yield (written, "read"), f"{here.type}s are read whole in any case", "remove it"
    if claim.tolerance != Tolerance() and content is not Content.ROWS:
        yield (written, "tolerance"), f"a {here.type} has no rows", "remove it"


def _asked(here: Resource, other: Resource, claim: SameInBoth, written: str) -> Iterator[Mistake]:
    """The mistakes in how the rows of two databases are to be counted: both are logged in to, at their addresses."""
    for one in (here, other):
        if one.database is None:
            message = f"'{claim.store}' is counted by SQL, and {one.id} in {one.region} does not say how to log in"
            yield (written, "store"), message, "add `database: {name: ..., secret: ...}` to both resources"
        elif one.database.via is Via.DATA_API:
            message = f"both are asked at their addresses, and {one.id} in {one.region} by `via: data-api`"
            yield (written, "store"), message, "let it be asked at its address, or remove the check"


def resource_name(service: Declared, resource: Resource) -> str:
    """The name that a service gives a resource."""
    return next((name for name, each in service.resources.legal.items() if each is resource), "")


def _output(service: Declared, drill: Drill, there: There) -> Iterator[Mistake]:
    template = service.templates.get(drill.resource)
    if not isinstance(template, Template) or template.silent:
        return
    if there.output not in template.outputs:
        fix = likely(there.output, template.outputs) or "the template has no Outputs"
        yield ("there", "output"), f"the template has no output '{there.output}'", fix
    elif why := outputs.mistake(*template.output(there.output)):
        fix = "let its Value be !GetAtt of what answers, or !Sub that begins with it"
        yield ("there", "output"), f"the output '{there.output}' {why}", fix
    else:
        yield from _led(there, *outputs.ends_at(*template.output(there.output)))
    if not any(_asks(check, there.output) for check in drill.checks):
        message = f"no mandatory http-answer asks at '{there.output}': the name could lead to what serves nobody"
        yield ("there", "output"), message, f'add a check: {{name: ..., http-answer: {{url: "{{{there.output}}}"}}}}'


def _led(there: There, of: str, attribute: str) -> Iterator[Mistake]:
    """The mistakes in what the name leads to: a host that is not the environment's, or not what the record takes."""
    if of in addresses.SHARED:
        message = f"the host of '{there.output}' is one of AWS's own, and not of the {of} alone"
        yield ("there", "output"), message, "name an output whose host is what serves people"
    elif of and ((of, attribute) in addresses.NUMBERS) is not (there.record is RecordType.A):
        is_, fits = ("a name", RecordType.CNAME) if there.record is RecordType.A else ("an address", RecordType.A)
        message = f"'{there.output}' is {is_}, and no {there.record} record leads to that"
        yield ("there", "record"), message, f"write `record: {fits}`"


def _asks(check: Check, output: str) -> bool:
    claim = check.http_answer
    return check.mandatory and claim is not None and claim.url.startswith(f"{{{output}}}")


def problems(policy: Policy, services: Sequence[Declared]) -> Iterator[Problem]:
    """The drills whose region, zone or place of replicas tiers.yaml does not allow."""
    if policy.whole is None:
        return
    for service in services:
        for name, drill in service.drills.legal.items():
            resource = service.resources.legal.get(drill.resource)
            if not drill.kind.leads or drill.there is None or resource is None:
                continue
            for key, message, fix in _outside(policy.whole, drill.there, resource):
                yield service.document.problem(("drills", name, *key), message, fix)


def _outside(policy: TiersFile, there: There, resource: Resource) -> Iterator[Mistake]:
    regions = policy.allowed.regions
    if regions and there.region not in regions:
        message = f"{there.region} is not among those that tiers.yaml allows"
        yield ("there", "region"), message, f"one of: {', '.join(regions)}"
    if policy.drill_zone is None:
        message = "no zone is declared in which a drill may have a name"
        yield ("there",), message, "write `drill_zone: {id: ..., domain: ...}` in tiers.yaml"
    if there.by is By.ROUTING_CONTROL:
        yield from _switched(policy, resource)
    if resource.rebuild is not None and (resource.rebuild.place or policy.replica.place) is Place.DRILL_ACCOUNT:
        message = "what comes back in another region stands beside production: an account of its own is not offered yet"
        yield ("resource",), message, "drill one that is rebuilt beside production"


def _switched(policy: TiersFile, resource: Resource) -> Iterator[Mistake]:
    """The mistakes in what is declared for names that routing controls switch."""
    if (controls := policy.drill_controls) is None:
        message = "no control panel is declared in which a drill may have routing controls"
        yield ("there", "by"), message, "write `drill_controls: {cluster: ..., control_panel: ..., endpoints: {...}}`"
        return
    if not set(controls.endpoints) - {resource.region}:
        message = f"tiers.yaml declares no endpoint of the cluster outside of {resource.region}, which counts as lost"
        yield ("there", "by"), message, "declare all that DescribeCluster tells"
    for region, url in controls.endpoints.items():
        if url.startswith("https:") and not re.search(rf"\.{region}\.(?:amazonaws|api)\.", url):
            message = f"{url} is no endpoint of {region}"
            yield ("there", "by"), message, "mend `drill_controls.endpoints` in tiers.yaml: by the region of each"
