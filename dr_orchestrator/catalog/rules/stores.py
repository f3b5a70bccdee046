"""Rules of the stores of an environment: each is filled, or made, from a resource whose backups can be that."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from dr_orchestrator.catalog.declared import Declared
from dr_orchestrator.catalog.rules import programs
from dr_orchestrator.catalog.shapes.checks import RestoredState
from dr_orchestrator.catalog.shapes.fields import likely
from dr_orchestrator.catalog.shapes.rebuild import Rebuild
from dr_orchestrator.catalog.shapes.service import Resource
from dr_orchestrator.catalog.source import Key
from dr_orchestrator.catalog.template import NESTED, Template, Unusable
from dr_orchestrator.domain.resource_type import Content, ResourceType, Types
from dr_orchestrator.domain.service import Fill, Via

Mistake = tuple[Key, str, str]
_ELSEWHERE = "AWS restores there only what is shared or copied: let it stand beside, or drill that resource on its own"


def mistakes(
    service: Declared, types: Types[ResourceType], stack: Resource, rebuild: Rebuild, template: Template
) -> Iterator[Mistake]:
    """The mistakes in which part of a template is of which resource."""
    first: dict[str, str] = {}
    for logical, store in rebuild.filled.items():
        yield from _store(service, types, stack, template, logical, store)
        yield from _fill(service, types, rebuild, template, logical)
        if (
            template.all_types.get(template.whole(logical)) in _stores(types)
            and first.setdefault(store, logical) != logical
        ):
            # one backup cannot be told apart in two: neither their copies nor their checks
            what = f"'{store}' already fills the {_called(template, first[store])} '{first[store]}'"
            yield ("rebuild", "stores", logical), what, f"fill one {_called(template, logical)} from one resource"


def elsewhere(service: Declared, types: Types[ResourceType], rebuild: Rebuild, bucket: str | None) -> Iterator[Mistake]:
    """The stores that cannot be made in an account of its own: nothing of theirs is shared with it."""
    if rebuild.command:
        return  # how they come there is the program's own affair
    for logical, store in rebuild.filled.items():
        source = service.resources.legal.get(store)
        if source and types[source.type].born.all and not types[source.type].carried.all:
            message = f"a replica in an account of its own cannot be made from the recovery points of '{store}' yet"
            yield ("rebuild", "stores", logical), message, _ELSEWHERE
        if rebuild.stores[logical].fill is Fill.IMPORT and not bucket:
            message = f"'{store}' comes into another account through a bucket there, and none is declared"
            fix = "write `replica: {bucket: ...}` in tiers.yaml, or `fill: items`"
            yield ("rebuild", "stores", logical, "fill"), message, fix


def _fill(
    service: Declared, types: Types[ResourceType], rebuild: Rebuild, template: Template, logical: str
) -> Iterator[Mistake]:
    """The mistakes in how a store is filled: only some types leave a choice."""
    store = rebuild.stores[logical]
    if store.fill is Fill.IMPORT and template.whole(logical) in template.nested:
        message = f"'{logical}' is of a stack within, into which CloudFormation imports nothing in one go"
        yield ("rebuild", "stores", logical, "fill"), message, "write `fill: items`"
    source = service.resources.legal.get(store.resource)
    of = types[source.type] if source else None
    if store.fill is not None and of is not None and not of.imported.all:
        made = "is filled from its versions" if of.direct.all else "the template makes from its recovery point"
        message = f"'{store.resource}' is {of.article}, which {made}"
        yield ("rebuild", "stores", logical, "fill"), message, "remove `fill`"


def of_database(
    service: Declared, types: Types[ResourceType], stack: str, database: str | None, written: str
) -> Iterator[Mistake]:
    """The mistakes in the database of a replica that a check names."""
    resource = service.resources.legal[stack]
    known = named(types, resource, service.templates.get(stack), Content.ROWS)
    if not known:
        yield (written,), f"{resource.type}s have no rows to query", "use items-at-least or canary-item"
    elif not database:
        yield (written,), "in a replica the database has to be named", f"add `database`, {likely('', known)}"
    elif not (found := _meant_by(service.templates.get(stack), database, known)):
        fix = likely(database, known) or "add it to the resource's `rebuild.stores`"
        yield (written, "database"), f"'{database}' is not among the databases that are made", fix
    else:
        source = service.resources.legal.get(known[found])
        if source and not source.database:
            message = f"the resource '{known[found]}' does not say how to log in"
            yield (written,), message, "add `database: {name: ..., secret: ...}` to it"
        elif source and source.database and source.database.via is Via.DATA_API:
            message = f"in a replica a database is asked at its address, and '{known[found]}' by `via: data-api`"
            yield (written,), message, "drill that resource on its own, or let it be asked at its address"
        elif resource.rebuild and resource.rebuild.command:
            for message, fix in programs.asked(resource.rebuild, found):
                yield (written, "database"), message, fix


def source(service: Declared, resource: Resource, part: str) -> Resource | None:
    """The resource whose data a part of a replica has, as a check names that."""
    named = {
        name.rpartition("/")[2]: store for name, store in (resource.rebuild.filled if resource.rebuild else {}).items()
    }
    return service.resources.legal.get(named.get(part.rpartition("/")[2], ""))


def asked(service: Declared, resource: Resource, database: str | None) -> Resource:
    """The resource whose engine a check speaks: of a replica the one that its database is made from."""
    store = (resource.rebuild.filled if resource.rebuild else {}).get(database or "", "")
    return service.resources.legal.get(store, resource)


def restored(
    service: Declared, types: Types[ResourceType], stack: str, claim: RestoredState, written: str
) -> Iterator[Mistake]:
    """The mistakes in a marker that is to be read in a database of a replica."""
    resource = service.resources.legal[stack]
    if types[resource.type].content is not Content.STORES:
        yield (written, "database"), "the drill restores one database, which needs no naming", "remove it"
        return
    if resource.rebuild and resource.rebuild.command:
        for message, fix in programs.asked(resource.rebuild, claim.database or "", source=True):
            yield (written,), message, fix
        return
    yield from of_database(service, types, stack, claim.database, written)
    if not (claim.table and claim.column) or claim.key or claim.attribute:
        message = "the marker in a database is a row: it has a 'table' and a 'column'"
        yield (written,), message, "such as {database: LogicalId, table: dr_canary, column: at}"


def named(
    types: Types[ResourceType], stack: Resource, template: Template | Unusable | None, content: Content
) -> dict[str, str]:
    """The stores of an environment whose data is read so, by logical id; what the template does not tell may be any."""
    if stack.rebuild and stack.rebuild.command and content is not Content.ROWS:
        return {}  # what a program made is asked by SQL, by HTTP, or by a program
    possible, known = _stores(types), template.all_types if isinstance(template, Template) else {}
    return {
        logical: store
        for logical, store in (stack.rebuild.filled if stack.rebuild else {}).items()
        if (of := possible.get(known.get(_whole(template, logical), ""))) is None or of.content is content
    }


def meant(name: str, known: Collection[str]) -> str:
    """A guess what a name means that the template does not have; of an app it may be that of several stacks, and of one
    within.
    """
    several = [each for each in known if each.endswith(f"/{name}")]
    return f"name its stack: {' or '.join(sorted(several))}" if several else likely(name, known)


def _whole(template: Template | Unusable | None, logical: str) -> str:
    return template.whole(logical) if isinstance(template, Template) else logical


def _meant_by(template: Template | Unusable | None, database: str, known: Mapping[str, str]) -> str:
    """The store that a check means, whichever of them says its stack; empty where there is none."""
    return next((each for each in known if _whole(template, each) == _whole(template, database)), "")


def _stores(types: Types[ResourceType]) -> dict[str, ResourceType]:
    """The types that can be the store of an environment, by their type in CloudFormation."""
    return {each.made.cloudformation: each for each in types if each.filling.all or each.born.all or each.direct.all}


def _called(template: Template, logical: str) -> str:
    """The word for a store: table, instance, cluster, bucket."""
    return template.all_types.get(template.whole(logical), "").rpartition("::")[2].removeprefix("DB").lower() or "store"


def _unread(template: Template, part: str) -> str:
    """The way out where a part is of a stack within whose template is not at hand; empty elsewhere."""
    lead = part.rpartition("/")[0]
    if template.all_types.get(lead) != NESTED:
        return ""
    return f"the template of {lead} is not beside this one: let its TemplateURL name a file that is"


def _one_of(each: Mapping[str, ResourceType]) -> str:
    return " or ".join(of.article for of in each.values())


def _store(
    service: Declared, types: Types[ResourceType], stack: Resource, template: Template, logical: str, store: str
) -> Iterator[Mistake]:
    key: Key = ("rebuild", "stores", logical)
    possible = _stores(types)
    known = [name for name, type_ in template.all_types.items() if type_ in possible]
    written = template.whole(logical)
    if written not in known:
        fix = _unread(template, written) or meant(logical, known) or "the template has none"
        yield key, f"the template has no table, database or bucket '{logical}'", fix
    source = service.resources.legal.get(store)
    if store not in service.resources.names:
        yield key, f"the service has no resource '{store}'", likely(store, service.resources.names)
    elif source and types[source.type] not in possible.values():
        fix = f"name {_one_of(possible)}; drill {source.type}s on their own"
        yield key, f"a replica cannot be filled from '{store}' yet, which is of type {source.type}", fix
    elif source and written in known and possible[template.all_types[written]] is not types[source.type]:
        fix = f"name {possible[template.all_types[written]].article}"
        yield (
            key,
            f"'{logical}' is of {template.all_types[written]}, and '{store}' is {types[source.type].article}",
            fix,
        )
    elif source and (source.region, source.account) != (stack.region, stack.account):
        yield key, f"'{store}' is not in the region and account of the stack", "declare both in one place"
