"""A look at the estate, for programs."""

from __future__ import annotations

from typing import Any

from dr_orchestrator.domain.discovery.found import Unseen
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.discovery.discovering import Discovered
from dr_orchestrator.wiring.estate.statements import remedy_for

SCHEMA = 1


def as_json(here: App, found: Discovered, *, written: bool) -> dict[str, Any]:
    """All of it."""
    seen = found.seen
    return {
        "schema_version": SCHEMA,
        "account": seen.account,
        "regions": list(seen.regions),
        "simulated": seen.simulated,
        "resources": len(seen.found),
        "declared": found.declared,
        "written": written,
        "proposals": [
            {
                "file": each.file,
                "service": each.service,
                "new": each.before is None,
                "resources": list(each.resources),
                "drills": list(each.drills),
                "gaps": each.gaps,
                "diff": each.diff,
            }
            for each in found.proposals
        ],
        "remarks": [
            {"kind": each.kind.value, "subject": each.subject, "text": each.text, "hint": each.hint or None}
            for each in found.remarks
        ],
        "unseen": [
            {
                "what": each.what,
                "region": each.region,
                "call": each.why.call or None,
                "why": each.why.why,
                "hint": remedy(here, each) or None,
            }
            for each in found.unseen
        ],
    }


def remedy(here: App, unseen: Unseen) -> str:
    """The remedy for something that could not be seen: the statement to add, where a right is missing."""
    return remedy_for(here, unseen.why)
