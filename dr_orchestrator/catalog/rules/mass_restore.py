"""The rules of a large-incident drill's file, beyond its shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dr_orchestrator.catalog.rules.exercise import Mistake
from dr_orchestrator.catalog.rules.query import mistake
from dr_orchestrator.catalog.shapes.fields import likely
from dr_orchestrator.catalog.shapes.mass_restore import MassRestoreFile, Product, TenantCheck, Where
from dr_orchestrator.catalog.sites import OWN
from dr_orchestrator.catalog.source import Key
from dr_orchestrator.domain.drill import Catalogue
from dr_orchestrator.domain.inquiries import refused
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.mass_restore.plan import TENANT
from dr_orchestrator.domain.resource_type import Content, ResourceType, Types
from dr_orchestrator.domain.sql_words import POSTGRES, Unread, words

PLACE = re.compile(r"(?<!:):tenant\b")
_STANDS = "DRO_PLACE_OF_THE_TENANT"
_RESTORES = (Kind.SNAPSHOT_RESTORE, Kind.PITR_RESTORE)


@dataclass(frozen=True)
class Known:
    """All that a file of such drills may name."""

    catalogue: Catalogue
    types: Types[ResourceType]


def mistakes(of: MassRestoreFile, stem: str, known: Known) -> Iterator[Mistake]:
    """All that is wrong with a file, by its keys."""
    if of.mass_restore != stem:
        told, fix = f"'{of.mass_restore}' is not the name of the file", f"call the file {of.mass_restore}.yaml"
        yield ("mass_restore",), told, fix
    if (of.event.at is None) is (of.event.ago is None):
        yield ("event",), "it says not when it struck, or says it twice", "write `at: INSTANT`, or `ago: 30m`"
    yield from _teams(of)
    yield from _stages(of)
    for name, product in of.products.items():
        yield from _product(of, name, product, known)
    yield from _circle(of)
    yield from _twice(of)


def _product(of: MassRestoreFile, name: str, product: Product, known: Known) -> Iterator[Mistake]:
    key: Key = ("products", name)
    for at, each in enumerate(product.needs):
        if each not in of.products:
            yield (*key, "needs", at), f"there is no product '{each}'", likely(each, of.products)
    if product.drills and not product.tenant:
        yield key, "nothing is asked of its tenants", "add `tenant:` with a check of its rows"
    for drill, where in product.drills.items():
        yield from _container((*key, "drills", drill), drill, where, product, known)
    for at, check in enumerate(product.tenant):
        yield from _check((*key, "tenant", at), check)
    names = [check.name for check in product.tenant]
    for at, check in enumerate(product.tenant):
        if check.name in names[:at]:
            yield (*key, "tenant", at, "name"), f"'{check.name}' is written twice", "name each check otherwise"


def _container(key: Key, name: str, where: Where, product: Product, known: Known) -> Iterator[Mistake]:
    if where.column in OWN and where.column != "site":
        told, fix = f"'{where.column}' tells how a site stands, not where", "name a column that tells where it is"
        yield (*key, "column"), told, fix
    if where.equals is not None and where.prefix is not None:
        yield key, "it says `equals` and `prefix`", "keep one of them"
    drill = known.catalogue.drills.get(name)
    if drill is None:
        yield key, f"there is no drill '{name}'", likely(name, known.catalogue.drills)
        return
    content = known.types[drill.resource.type].content
    if drill.kind not in _RESTORES or content not in (Content.ROWS, Content.ITEMS):
        told = f"{name} is a {drill.kind} of {drill.resource.type}: no tenants can be asked for in its copy"
        yield key, told, "name a snapshot-restore or pitr-restore of a database or a table"
        return
    for check in product.tenant:
        if (check.rows is None) is (content is Content.ROWS) and (check.rows or check.items):
            told = f"check '{check.name}' is not of what {name} restores"
            yield key, told, "ask `rows` of a database, `items` of a table"


def _check(key: Key, check: TenantCheck) -> Iterator[Mistake]:
    if (check.rows is None) is (check.items is None):
        yield key, "it asks neither of rows nor of items, or of both", "write `rows:` or `items:`"
    if check.items is not None and TENANT not in check.items.value:
        yield (*key, "items", "value"), f"it has no {TENANT}", f"write {TENANT} where the tenant's key stands"
    if check.items is not None and check.items.within is not None and check.items.newest is None:
        yield (*key, "items", "within"), "nothing tells when an item was written", "add `newest: ATTRIBUTE`"
    if check.rows is not None:
        yield from _statement((*key, "rows", "sql"), check.rows.sql)


def _statement(key: Key, sql: str) -> Iterator[Mistake]:
    """The key of a tenant is a value of the statement: it stands in no quotes, and in no comment."""
    if not PLACE.search(sql):
        yield key, f"it has no {TENANT}, so that it asks the same of each tenant", f"write `WHERE site = {TENANT}`"
    elif unbound := _unbound(sql):
        yield key, *unbound
    elif (wrong := mistake(PLACE.sub("NULL", sql))) is not None:
        yield key, *wrong
    elif why := refused(PLACE.sub("NULL", sql)):
        yield key, why, "write one SELECT that reads the tenant's rows, and no more"


def _unbound(sql: str) -> tuple[str, str] | None:
    """Why the key is not bound wherever it is written, and what to do."""
    try:
        found = words(PLACE.sub(_STANDS, sql), POSTGRES)
    except Unread as unread:
        return f"nobody knows how it is read: {unread}", "write it so that every server reads the same"
    if sum(not each.quoted and each.text == _STANDS for each in found) == len(PLACE.findall(sql)):
        return None
    return f"{TENANT} stands in quotes or in a comment, where nothing is bound", "take the quotes away"


def _teams(of: MassRestoreFile) -> Iterator[Mistake]:
    tiers = [each.tier for each in of.teams]
    for at, tier in enumerate(tiers):
        if tier in tiers[:at]:
            yield ("teams", at, "tier"), f"tier {tier} has an owner already", "name one owner a tier"


def _stages(of: MassRestoreFile) -> Iterator[Mistake]:
    for at, each in enumerate(of.safeguards):
        if each.lasts is None and at + 1 < len(of.safeguards):
            yield ("safeguards", at), "it has no end, and is not the last", "add `lasts: 14d`"
        if each.lasts is None and each.undo is not None:
            yield ("safeguards", at, "undo"), "it could be undone for ever", "say how long it `lasts`"


def _circle(of: MassRestoreFile) -> Iterator[Mistake]:
    """The first product whose needs come back to it."""
    for name in of.products:
        seen, ahead = set[str](), [*of.products[name].needs]
        while ahead:
            each = ahead.pop()
            if each == name:
                yield ("products", name, "needs"), f"{name} needs itself, in the end", "break the circle"
                return
            if each in of.products and each not in seen:
                seen.add(each)
                ahead += of.products[each].needs


def _twice(of: MassRestoreFile) -> Iterator[Mistake]:
    """A drill is one container: it is restored once."""
    first: dict[str, str] = {}
    for name, product in of.products.items():
        for drill in product.drills:
            if drill in first:
                told = f"{drill} is a container of {first[drill]} already"
                yield ("products", name, "drills", drill), told, "make one product of both, or declare another drill"
            first.setdefault(drill, name)
