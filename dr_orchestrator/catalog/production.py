"""The words of a drill, and of the policy, by which production is failed over."""

from __future__ import annotations

from collections.abc import Mapping

from dr_orchestrator.catalog.shapes.service import Drill, Where
from dr_orchestrator.catalog.shapes.tiers import TiersFile
from dr_orchestrator.catalog.source import Document, Key, dotted
from dr_orchestrator.domain.production import Consent, OnProduction, Window


def said(
    name: str, drill: Drill, policy: TiersFile, document: Document, places: Mapping[str, str]
) -> OnProduction | None:
    """Both, as a drill is performed by them; None of one on a copy. `places` are those of the entries in tiers.yaml."""
    probe, entry = drill.probe, policy.production.get(name)
    if drill.on is not Where.PRODUCTION or probe is None or entry is None:
        return None
    hours, place = entry.window, places.get(name, f"tiers.yaml:production.{name}")
    window = Window(tuple(dict.fromkeys(hours.days)), hours.since, hours.until, hours.timezone)
    consent = Consent(entry.owner, entry.reason, entry.expires, window, place)
    key: Key = ("drills", name, "on")
    where = f"{document.file}:{document.line(key)}:{dotted(key)}"
    writers = drill.writer.model_dump(exclude_none=True) if drill.writer else {}
    return OnProduction(probe.table, probe.secret, drill.fail_back is not False, consent, where, writers)
