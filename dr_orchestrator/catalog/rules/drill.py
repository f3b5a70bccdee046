"""Rules of one drill: it can be performed, it is held to the right promise, and it proves something."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from dr_orchestrator.catalog.declared import Declared
from dr_orchestrator.catalog.rules import (
    arrivals,
    blocks,
    canary,
    destinations,
    failover,
    machines,
    outputs,
    parity,
    programs,
    promotion,
    proofs,
    stores,
    switchover,
    there,
    vaults,
)
from dr_orchestrator.catalog.shapes.checks import (
    DEEP_OF_DATABASE,
    OF_DATABASE,
    OF_TABLE,
    CanaryItem,
    Check,
    EventArrives,
    HttpAnswer,
    NewestRow,
    Query,
    RestoredState,
    RowsAtLeast,
    of_system,
)
from dr_orchestrator.catalog.shapes.checks import ItemsAtLeast as Items
from dr_orchestrator.catalog.shapes.fields import OUTPUT, likely, quoted
from dr_orchestrator.catalog.shapes.proofs import AnswersWithin, Command, Files, SameObjects
from dr_orchestrator.catalog.shapes.service import Drill, Resource, Selection, Where
from dr_orchestrator.catalog.shapes.there import SameInBoth
from dr_orchestrator.catalog.source import Key
from dr_orchestrator.catalog.template import Template
from dr_orchestrator.domain import engines
from dr_orchestrator.domain.drill import RecoveryPath
from dr_orchestrator.domain.engines import Engine
from dr_orchestrator.domain.resource_type import Content, ResourceType, Types
from dr_orchestrator.domain.service import Via
from dr_orchestrator.errors import Problem

LONGEST_BY_STATEMENTS = timedelta(seconds=40)
"""The most that a limit may be where the Data API ends what takes 45 seconds."""

Mistake = tuple[Key, str, str]


def problems(service: Declared, types: Types[ResourceType]) -> Iterator[Problem]:
    """The mistakes in the drills of a service."""
    for name, drill in service.drills.legal.items():
        for key, message, fix in _mistakes(service, drill, types):
            yield service.document.problem(("drills", name, *key), message, fix)


def _mistakes(service: Declared, drill: Drill, types: Types[ResourceType]) -> Iterator[Mistake]:
    yield from _promise(drill)
    yield from _names(drill)
    proven = any(check.mandatory and check.proves_data for check in drill.checks)
    if not proven and drill.on is not Where.PRODUCTION:  # there what a client wrote is looked for
        message = "no mandatory check proves the data, so the drill could never pass"
        yield ("checks",), message, "add a mandatory check of rows, items or a query"
    resource = service.resources.legal.get(drill.resource)
    if resource:
        of = types[resource.type]
        yield from _kind(drill, resource, of)
        yield from failover.mistakes(drill, resource)
        yield from switchover.mistakes(drill, resource)
        yield from there.mistakes(service, drill, resource, types)
        yield from promotion.mistakes(service, drill, resource)
        yield from destinations.mistakes(drill, resource, of)
        yield from parity.mistakes(service, drill, resource, types)
        parts = [name for name in _restored(drill, resource) if _is_partial(service, types, name)]
        if parts and drill.path is RecoveryPath.PRIMARY:
            message = f"a part of '{parts[0]}' tells nothing of the time for all of it, which is promised"
            yield ("resource",), message, "add `path: fallback` and an `objective` of its own, or restore all of it"
        for index, check in enumerate(drill.checks):
            found = _of_machines(drill, resource, of, check) or _check(service, drill, resource, types, check)
            for key, message, fix in found:
                yield ("checks", index, *key), message, fix
    elif drill.resource not in service.resources.names:
        fix = likely(drill.resource, service.resources.names) or "declare it under `resources`"
        yield ("resource",), f"the service has no resource '{drill.resource}'", fix


def _of_machines(drill: Drill, resource: Resource, of: ResourceType, check: Check) -> Iterable[Mistake]:
    """The mistakes in what a machine is asked; none where no machine is."""
    if of.content is Content.MACHINE:
        return machines.mistakes(of, resource, check)
    read = of.content in (Content.BLOCKS, Content.FILES) or isinstance(check.claim, Files)
    return blocks.mistakes(of, drill, check) if read else ()


def _restored(drill: Drill, resource: Resource) -> list[str]:
    """The resources whose data a drill restores, by name."""
    return [drill.resource, *(resource.rebuild.filled.values() if resource.rebuild else ())]


def _is_partial(service: Declared, types: Types[ResourceType], name: str) -> bool:
    resource = service.resources.legal.get(name)
    return resource is not None and types[resource.type].partial(resource)


def _promise(drill: Drill) -> Iterator[Mistake]:
    if drill.objective and drill.path is RecoveryPath.PRIMARY:
        message = "a primary drill is held to the service's promise and has none of its own"
        yield ("objective",), message, "remove it, or add `path: fallback`"
    if drill.selection != Selection() and not drill.kind.selects:
        message = f"a {drill.kind} takes the latest recovery point of each store, and no other"
        yield ("selection",), message, "remove it, or drill the store itself by a pitr-restore"


def _names(drill: Drill) -> Iterator[Mistake]:
    seen: set[str] = set()
    for index, check in enumerate(drill.checks):
        if check.name in seen:
            yield ("checks", index, "name"), f"the drill has two checks named '{check.name}'", "rename one"
        seen.add(check.name)


def _kind(drill: Drill, resource: Resource, of: ResourceType) -> Iterator[Mistake]:
    kinds = of.kinds
    if (said := drill.recovery_points) is not None and (said.vault or not said.region):
        yield from vaults.mistakes(drill, resource, of)
    elif of.is_only_vaulted(drill.kind):
        message = f"{of.name}s are restored from a vault of AWS Backup, and from nowhere else"
        yield ("resource",), message, "add `recovery_points: {vault: …, role: …}`"
    elif drill.kind not in kinds:
        beside = " but out of a vault of AWS Backup" if drill.kind in of.vaulted else ""
        message = f"{resource.type}s cannot be drilled by {drill.kind}{beside}"
        out_of = ", or add `recovery_points: {vault: …, role: …}`" if drill.kind in of.vaulted else ""
        yield ("kind",), message, f"one of: {', '.join(sorted(kinds))}{out_of}"
    elif drill.kind.rebuilds and not resource.rebuild:
        yield ("resource",), f"'{drill.resource}' does not say how it is rebuilt", "add `rebuild` to the resource"


def _check(
    service: Declared, drill: Drill, resource: Resource, types: Types[ResourceType], check: Check
) -> Iterator[Mistake]:
    claim, written, of = check.claim, next(iter(check.claims)), types[resource.type]
    if isinstance(claim, RestoredState) and claim.database:
        yield from stores.restored(service, types, drill.resource, claim, written)
    elif isinstance(claim, RestoredState):
        yield from canary.place(of, claim, (written,), "a restored-state")
        if of.content is Content.ROWS:
            yield from _of_database(resource, of, written)
        else:
            yield from _of_table(service, drill, types, claim, written)
    elif isinstance(claim, OF_DATABASE):
        yield from _of_rows(service, drill, types, check, claim)
    elif isinstance(claim, OF_TABLE):
        yield from _of_table(service, drill, types, claim, written)
    elif isinstance(claim, DEEP_OF_DATABASE):
        yield from _in_database(service, drill, types, claim.database, written)
        yield from _beside_a_program(resource, claim, written)
        asked = stores.asked(service, resource, claim.database)
        yield from proofs.mistakes(drill, check, claim, written, _engine(asked))
        yield from _answers_in_time(asked, claim, written)
    elif isinstance(claim, Command):
        if of.content is Content.ROWS or claim.database:
            yield from _in_database(service, drill, types, claim.database, written)
            yield from _without_address(resource, written)
        elif of.content is not Content.STORES:
            message = f"a program gets no credential by which it could read {of.article}"
            yield (written,), message, "remove it; only databases and replicas have one"
    elif isinstance(claim, SameObjects):
        yield from _of_objects(service, drill, types, claim, written)
    elif isinstance(claim, SameInBoth | HttpAnswer | EventArrives):
        yield from _of_others(service, drill, resource, types, claim, written)


def _of_others(
    service: Declared,
    drill: Drill,
    resource: Resource,
    types: Types[ResourceType],
    claim: SameInBoth | HttpAnswer | EventArrives,
    written: str,
) -> Iterator[Mistake]:
    """The mistakes in what asks no restored data: the surface of a replica, or what stands in two regions."""
    if isinstance(claim, SameInBoth):
        yield from there.both(service, drill, resource, types, claim, written)
    elif isinstance(claim, EventArrives):
        yield from arrivals.mistakes(service, drill, claim, written)
    else:
        yield from _of_endpoint(service, drill, claim, written)


def _of_objects(
    service: Declared, drill: Drill, types: Types[ResourceType], claim: SameObjects, written: str
) -> Iterator[Mistake]:
    of = types[service.resources.legal[drill.resource].type]
    if of.content is Content.STORES:
        yield from _of_store(service, drill, types, "bucket", claim.bucket, written)
    elif of.content is not Content.OBJECTS:
        yield (written,), f"{of.name}s hold no objects", "use rows, items or a query"
    elif claim.bucket:
        yield (written, "bucket"), "the drill restores one of them, which needs no naming", "remove it"
    if claim.seed is not None and claim.sample is None:
        yield (written, "seed"), "without a sample nothing is drawn", "add `sample`, or remove it"


def _without_address(resource: Resource, written: str) -> Iterator[Mistake]:
    if resource.database and resource.database.via is Via.DATA_API:
        message = "a program needs the copy's address, and by `via: data-api` it has none"
        yield (written,), message, "remove it, or drill where the copy can be reached"


def _answers_in_time(asked: Resource, claim: object, written: str) -> Iterator[Mistake]:
    """By the Data API no statement takes longer than it lets one."""
    if not asked.database or asked.database.via is not Via.DATA_API or not isinstance(claim, AnswersWithin):
        return
    if claim.limit is not None and claim.limit > LONGEST_BY_STATEMENTS:
        yield (written, "limit"), "the Data API ends a statement after 45 s", "write 40s or less"


def _of_database(resource: Resource, of: ResourceType, written: str) -> Iterator[Mistake]:
    if of.content is not Content.ROWS:
        yield (written,), f"{resource.type}s have no rows to query", "use items-at-least or canary-item"
    elif not resource.database:
        message = "the resource does not say how to log in to a copy"
        yield (written,), message, "add `database: {name: ..., secret: ...}` to the resource"


def _in_database(
    service: Declared, drill: Drill, types: Types[ResourceType], database: str | None, written: str
) -> Iterator[Mistake]:
    """The mistakes in which database is asked: the drill's own, or one of those that a replica has."""
    resource = service.resources.legal[drill.resource]
    of = types[resource.type]
    if of.content is Content.STORES:
        yield from stores.of_database(service, types, drill.resource, database, written)
        return
    yield from _of_database(resource, of, written)
    if database and of.content is Content.ROWS:
        yield (written, "database"), "the drill restores one database, which needs no naming", "remove it"


def _beside_a_program(resource: Resource, claim: object, written: str) -> Iterator[Mistake]:
    """The mistakes in a deep check of what a program restored."""
    if resource.rebuild and resource.rebuild.command and getattr(claim, "against", None) is not None:
        for message, fix in programs.asked(resource.rebuild, "", source=True):
            yield (written, "against"), message, fix


def _engine(resource: Resource) -> Engine | None:
    """The engine that a resource declares; None where it leaves that to RDS."""
    return engines.called(resource.database.engine or "") if resource.database else None


def _of_rows(
    service: Declared, drill: Drill, types: Types[ResourceType], check: Check, claim: RowsAtLeast | NewestRow | Query
) -> Iterator[Mistake]:
    """The mistakes in a check of rows."""
    resource, written = service.resources.legal[drill.resource], next(iter(check.claims))
    yield from _in_database(service, drill, types, claim.database, written)
    if check.mandatory:
        yield from _of_source(claim, written, _engine(stores.asked(service, resource, claim.database)))


def _of_source(claim: RowsAtLeast | NewestRow | Query, written: str, engine: Engine | None) -> Iterator[Mistake]:
    """A proof of data reads a table of the source: anything else would hold of an empty database, too."""
    if isinstance(claim, Query):
        from dr_orchestrator.catalog.rules import query  # noqa: PLC0415 - what reads SQL takes a while to load

        if told := query.mistake(claim.sql, engine.word if engine else ""):
            yield (written, "sql"), *told
    elif of_system(*claim.table.lower().rpartition(".")[::2]):
        message = f"'{claim.table}' is the server's own, and as full in an empty database"
        yield (written, "table"), message, "name a table of the source, with its schema where it begins with pg_"


_HELD = {"table": Content.ITEMS, "bucket": Content.OBJECTS}
"""How the data of a store is read, by the key that names it."""


def _of_store(
    service: Declared, drill: Drill, types: Types[ResourceType], key: str, named: str | None, written: str
) -> Iterator[Mistake]:
    """The mistakes in which table, or bucket, of a replica a check reads."""
    resource = service.resources.legal[drill.resource]
    if resource.rebuild and resource.rebuild.command:
        message = "what a program made is asked by SQL, by HTTP, or by a command of the team's own"
        yield (written,), message, "use rows-at-least, newest-row, query, http-answer or command"
        return
    filled = stores.named(types, resource, service.templates.get(drill.resource), _HELD[key])
    if not named:
        yield (written,), f"in a replica the {key} has to be named", f"add `{key}`, {likely('', filled) or 'a store'}"
    elif not _filled(service, drill, named, filled):
        fix = likely(named, filled) or "add it to the resource's `rebuild.stores`"
        yield (written, key), f"'{named}' is not among the stores that are filled", fix


def _filled(service: Declared, drill: Drill, table: str, stores: Mapping[str, str]) -> bool:
    """Whether a table is among the stores, whichever of them says its stack."""
    template = service.templates.get(drill.resource)
    if not isinstance(template, Template):
        return table in stores
    return template.whole(table) in map(template.whole, stores)


def _of_table(
    service: Declared,
    drill: Drill,
    types: Types[ResourceType],
    claim: Items | CanaryItem | RestoredState,
    written: str,
) -> Iterator[Mistake]:
    resource = service.resources.legal[drill.resource]
    of, key = types[resource.type], "bucket" if claim.bucket else "table"
    if of.content is Content.ROWS:
        yield (written,), f"{resource.type}s have no items", "use rows-at-least, newest-row or query"
    elif of.content in (Content.ITEMS, Content.OBJECTS):
        if claim.store:
            yield (written, key), "the drill restores one of them, which needs no naming", "remove it"
        if isinstance(claim, CanaryItem | RestoredState):
            yield from canary.kept(of, resource, claim.key, (written,))
    else:
        yield from _of_store(service, drill, types, key, claim.store, written)
        if claim.bucket and isinstance(claim, CanaryItem | RestoredState):
            source = stores.source(service, resource, claim.bucket)
            yield from canary.kept(types[source.type], source, claim.key, (written,)) if source else ()


def _of_endpoint(service: Declared, drill: Drill, claim: HttpAnswer, written: str) -> Iterator[Mistake]:
    if not drill.kind.rebuilds:
        yield (written,), f"a {drill.kind} makes no endpoint of its own", "remove it; only a replica answers"
        return
    if not re.fullmatch(rf"\{{{OUTPUT}\}}(?:[^\s{{}}@.:][^\s{{}}@]*)?", claim.url, re.ASCII):
        message = f"{quoted(claim.url)} is not an address in the copy"
        yield (written, "url"), message, "begin with one output, which is all of the host: {HealthUrl}/path"
        return
    template = service.templates.get(drill.resource)
    if isinstance(template, Template) and not template.silent:
        for output in re.findall(rf"\{{({OUTPUT})\}}", claim.url, re.ASCII):
            if output not in template.outputs:
                several = sorted(each for each in template.outputs if each.partition(".")[2] == output)
                fix = likely(output, template.outputs) or "the template has no Outputs"
                fix = f"name its stack: {' or '.join(several)}" if several else fix
                yield (written, "url"), f"the template has no output '{output}'", fix
            elif wrong := outputs.mistake(*template.output(output)):
                fix = "let its Value be !GetAtt of what answers, or !Sub that begins with it"
                yield (written, "url"), f"the output '{output}' {wrong}", fix
