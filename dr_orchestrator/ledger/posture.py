"""How rules of the posture stand, in the ledger: written by each look, with since when, and read back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from dr_orchestrator.domain.posture.ruling import Look, Ruling, Standing, Stood
from dr_orchestrator.ledger.tables_of_posture import posture, posture_look

_Key = tuple[str, str, str, str]
_row = posture.c


def keep(connection: Connection, look: Look, rows: Iterable[Stood]) -> list[Stood]:
    """Write what a look saw; return it with since when each rule stands so.

    A row goes on for as long as its rule stands as it does. What could not be asked ends no shortfall: one that is
    seen again after that has stood since it was first seen. A look that is written after a later one changes nothing
    of what that saw.
    """
    named = {"looked_at": look.at, "simulated": look.simulated, "account": look.account}
    told = {"revision": look.revision, "services": look.services, "began_at": look.began}
    connection.execute(insert(posture_look).values(**named, **told))
    before = _before(connection, look)
    kept, new, renewed = [], [], []
    for each in rows:
        known = before.get(_key(each), [])
        stands = replace(each, since=_since(each.ruling.standing, known) or look.at)
        kept.append(stands)
        if known and known[0]["standing"] is each.ruling.standing:
            if known[0]["looked_at"] > look.at:
                continue
            renewed.append({"known": known[0]["number"], **_values(stands, look)})
        else:
            new.append(_values(stands, look))
    if new:
        connection.execute(insert(posture), new)
    if renewed:
        connection.execute(update(posture).where(_row.number == bindparam("known")), renewed)
    return kept


def newest(connection: Connection, services: Collection[str]) -> tuple[Look, list[Stood]] | None:
    """The rows of the newest look at each of the services; of a real one, where there was any.

    The look that is told is the newest of them, and simulated where any is.
    """
    found = _looks(connection, services)
    if not found:
        return None
    newest_of = {name: look for look in reversed(found) for name in look.services if name in services}
    rows = [row for name, look in newest_of.items() for row in _seen(connection, name, look)]
    told = replace(found[0], simulated=any(each.simulated for each in found), services=tuple(sorted(newest_of)))
    return told, sorted(rows, key=lambda each: (each.tier, each.service))


def looks(connection: Connection, services: Collection[str]) -> dict[str, Look]:
    """The newest look at each of the services, each told as a look at it alone; of a real one, where there was any."""
    found = _looks(connection, services)
    return {name: replace(look, services=(name,)) for look in found for name in look.services}


def _looks(connection: Connection, services: Collection[str]) -> list[Look]:
    """The newest looks at which each of the services was seen, newest first; simulated ones only where none is real."""
    found: list[Look] = []
    missing = set(services)
    newest_first = (posture_look.c.looked_at.desc(), posture_look.c.number.desc())
    query = select(posture_look).order_by(posture_look.c.simulated, *newest_first)
    for each in connection.execute(query).mappings():
        if seen := missing & set(each["services"]):
            told = (each["looked_at"], each["simulated"], each["account"], each["revision"])
            found.append(Look(*told, tuple(sorted(seen))))
            missing -= seen
        if not missing:
            break
    return sorted(found, key=lambda each: each.at, reverse=True)


def _seen(connection: Connection, service: str, look: Look) -> list[Stood]:
    of_look = (_row.service == service, _row.looked_at == look.at, _row.simulated == look.simulated)
    found = connection.execute(select(posture).where(*of_look).order_by(_row.number)).mappings()
    return [_stood(dict(each)) for each in found]


def _before(connection: Connection, look: Look) -> Mapping[_Key, list[Mapping[str, Any]]]:
    """The rows of each rule that stood at a look, or ended before it, the newest first: the last, and those behind it
    that a gap of knowledge hides.
    """
    this = (_row.simulated == look.simulated, _row.service.in_(look.services))
    query = select(posture).where(*this, _row.since <= look.at)
    found: dict[_Key, list[Mapping[str, Any]]] = {}
    for each in connection.execute(query.order_by(_row.looked_at.desc(), _row.number.desc())).mappings():
        rows = found.setdefault((each["service"], each["resource"], each["resource_id"], each["rule"]), [])
        if not rows or rows[-1]["standing"] is Standing.UNKNOWN:
            rows.append(dict(each))
    return found


def _since(standing: Standing, before: list[Mapping[str, Any]]) -> datetime | None:
    """Since when it stands so; None where it does so for the first time."""
    known = before[:1]
    if standing is Standing.SHORT:
        known = [each for each in before if each["standing"] is not Standing.UNKNOWN][:1]
    since: datetime | None = next((each["since"] for each in known if each["standing"] is standing), None)
    return since


def _key(of: Stood) -> _Key:
    return of.service, of.resource, of.id, of.ruling.rule


def _values(of: Stood, look: Look) -> dict[str, Any]:
    told = of.ruling
    return {
        "simulated": look.simulated,
        "looked_at": look.at,
        "service": of.service,
        "service_title": of.title,
        "owner": of.owner,
        "tier": of.tier,
        "resource": of.resource,
        "type": of.type,
        "resource_id": of.id,
        "region": of.region,
        "since": of.since,
        "rule": told.rule,
        "standing": told.standing,
        "severity": told.severity,
        "evidence": told.evidence,
        "told_by": told.call,
        "remedy": told.remedy,
        "denied": told.denied,
    }


def _stood(row: Mapping[str, Any]) -> Stood:
    told = ("rule", "standing", "evidence", "told_by", "severity", "remedy", "denied")
    named = {"service": "service", "title": "service_title", "owner": "owner", "tier": "tier", "resource": "resource"}
    named |= {"type": "type", "id": "resource_id", "region": "region", "since": "since"}
    ruling = Ruling(*(row[name] for name in told))
    return Stood(**{field: row[column] for field, column in named.items()}, ruling=ruling)
