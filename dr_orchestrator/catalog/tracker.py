"""The tracker of tiers.yaml -> the domain's policy, with the usual addresses, and with where each key is written."""

from __future__ import annotations

from collections.abc import Mapping

from dr_orchestrator.catalog.shapes.tracker import STATES
from dr_orchestrator.catalog.shapes.tracker import Tracker as Written
from dr_orchestrator.domain.tickets.policy import TrackerKind, TrackerPolicy

USUAL_URLS = {TrackerKind.GITHUB: "https://api.github.com", TrackerKind.GITLAB: "https://gitlab.com"}
FOLDER, ISSUE_TYPE = "findings", "Task"


def tracker(written: Written | None, places: Mapping[str, str]) -> TrackerPolicy:
    """The tracker that is declared, else a folder of Markdown; `places` tell where each key is written."""
    if written is None:
        return TrackerPolicy(places=places)
    return TrackerPolicy(
        kind=written.kind,
        url=(written.url or USUAL_URLS.get(written.kind, "")).rstrip("/"),
        project=written.project or "",
        user=written.user or "",
        token_env=written.token_env or "",
        folder=written.folder or FOLDER,
        issue_type=written.issue_type or ISSUE_TYPE,
        labels=tuple(dict.fromkeys(written.labels)),
        assignees=written.assignees,
        transitions={STATES[name]: status for name, status in written.transitions.items()},
        fields=written.fields,
        settles=written.settles,
        simulated=written.simulated,
        anew=written.anew,
        places=places,
    )
