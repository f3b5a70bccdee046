"""Reads the findings that are followed up, and finds the one that somebody means."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, Row, Select, func, literal, select

from dr_orchestrator.domain.findings.tracked import Entry, State, TrackedFinding, shortened
from dr_orchestrator.errors import UsageError
from dr_orchestrator.ledger import assembly, rows
from dr_orchestrator.ledger.tables_of_findings import finding_history, tracked_finding

Key = tuple[str, bool]
_row, _entry = tracked_finding.c, finding_history.c
_NAMED = 5


def finding_of(row: Row[Any]) -> TrackedFinding:
    """A finding from its row."""
    return rows.record_of(TrackedFinding, row._mapping)


def by_key(connection: Connection, keys: Collection[Key]) -> dict[Key, Row[Any]]:
    """The rows of those of the keys that there are, in the order of the keys."""
    wanted, found = list(dict.fromkeys(keys)), {}
    for some in assembly.chunks([fingerprint for fingerprint, _ in wanted]):
        for each in connection.execute(select(tracked_finding).where(_row.fingerprint.in_(some))):
            found[each.fingerprint, each.simulated] = each
    return {key: found[key] for key in wanted if key in found}


def listed(
    connection: Connection, states: Collection[State] | None = None, service: str | None = None
) -> list[TrackedFinding]:
    """The findings in those states, as they were last written, oldest first; of a service where one is named.

    One that was seen on AWS hides the one that a rehearsal saw.
    """
    query = select(tracked_finding).where(_real_before_simulated()).order_by(_row.number)
    if states is not None:
        query = query.where(_row.state.in_(states))
    if service is not None:
        among = literal(", ").concat(_row.service).concat(", ")  # a finding of several services together names each
        query = query.where(among.contains(f", {service}, ", autoescape=True))
    return [finding_of(each) for each in connection.execute(query)]


def services(connection: Connection) -> list[str]:
    """The services that ever had one."""
    return sorted(connection.scalars(select(_row.service).distinct()))


def meant(connection: Connection, name: str) -> TrackedFinding:
    """The finding of a fingerprint, or of the beginning of one that no other shares; UsageError where none is."""
    query = select(tracked_finding).where(_real_before_simulated())
    start = name.strip().lower()
    exact = connection.execute(query.where(_row.fingerprint == start)).one_or_none()
    if exact is not None:
        return finding_of(exact)
    begin = func.substr(_row.fingerprint, 1, len(start)) == start
    found = [finding_of(each) for each in connection.execute(query.where(begin).limit(_NAMED + 1))] if start else []
    if len(found) == 1:
        return found[0]
    if found:
        told = "; ".join(f"{each.fingerprint} ({each.title})" for each in found[:_NAMED])
        more = " and more" if len(found) > _NAMED else ""
        raise UsageError(f"'{name}' begins the fingerprints of several findings: {told}{more}", "write more of it")
    near = difflib.get_close_matches(start, shortened(connection.scalars(select(_row.fingerprint))).values(), 3)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    raise UsageError(f"there is no finding '{name}'", f"{hint}`dro findings --all` lists them")


def history(connection: Connection, of: Iterable[Key]) -> dict[Key, list[Entry]]:
    """The history of findings, each line as it was written, oldest first."""
    return {key: _lines(connection, row.number) for key, row in by_key(connection, list(of)).items()}


def _lines(connection: Connection, number: int) -> list[Entry]:
    query: Select[Any] = select(finding_history).where(_entry.finding == number).order_by(_entry.number)
    return [rows.record_of(Entry, each) for each in connection.execute(query).mappings()]


def _real_before_simulated() -> Any:
    other = tracked_finding.alias("other")
    real = select(other.c.number).where(other.c.fingerprint == _row.fingerprint, other.c.simulated.is_(False))
    return _row.simulated.is_(False) | ~real.exists()
