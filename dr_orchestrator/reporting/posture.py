"""The page of the posture as files: HTML, Markdown, and JSON with the exact facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from dr_orchestrator.domain.posture.claim import Claim, Ground
from dr_orchestrator.domain.posture.ruling import NOBODY, Look, Standing, Stood
from dr_orchestrator.reporting.records import Json
from dr_orchestrator.reporting.render import render, to_json, write_file
from dr_orchestrator.reporting.view.posture import PostureView, posture_view
from dr_orchestrator.reporting.wording import iso

STEM = "posture"
SCHEMA = 1


def posture_json(look: Look, rows: Sequence[Stood], claims: Iterable[Claim]) -> Json:
    """The rows of a look with their claims, for programs."""
    counts = {each.value: sum(row.ruling.standing is each for row in rows) for each in Standing}
    return {
        "schema_version": SCHEMA,
        "looked_at": iso(look.at),
        "simulated": look.simulated,
        "account": look.account,
        "revision": look.revision,
        "counts": counts,
        "claims": [claim_as_json(each) for each in claims],
        "rows": [_row(each) for each in rows],
    }


def write_posture(
    look: Look, rows: Sequence[Stood], claims: Sequence[Claim], out: Path, templates: Sequence[Path]
) -> dict[str, Path]:
    """Write the page; returns its files by format. The JSON comes first: no template can be in its way."""
    written = {"json": write_file(out, STEM, "json", to_json(posture_json(look, rows, claims)))}
    view = posture_view(look, rows, claims)
    for ending in ("md", "html"):
        written[ending] = write_file(out, STEM, ending, rendered(view, ending, templates))
    return written


def rendered(view: PostureView, ending: str, templates: Sequence[Path]) -> str:
    """The page in one format."""
    return render(f"posture.{ending}.j2", templates, posture=view, stem=STEM)


def claim_as_json(claim: Claim) -> Json:
    """A claim with all that each part stands on, for programs."""
    parts = [
        {
            "words": each.words,
            "proof": each.proof.value,
            "why": each.why,
            "runs": list(each.runs),
            "grounds": [_ground(ground) for ground in each.grounds],
        }
        for each in claim.parts
    ]
    return {"service": claim.service, "tier": claim.tier, "proof": claim.proof.value, "parts": parts}


def _ground(of: Ground) -> Json:
    told = {"about": of.about or None, "said": of.said, "proof": of.proof.value}
    return {**told, "run": of.run or None, "run_started_at": iso(of.at)}


def _row(row: Stood) -> Json:
    of = row.ruling
    return {
        "service": row.service,
        "tier": None if row.service == NOBODY else row.tier,
        "owner": row.owner,
        "resource": row.resource,
        "type": row.type,
        "id": row.id,
        "region": row.region,
        "rule": of.rule.value,
        "standing": of.standing.value,
        "severity": of.severity.value if of.severity else None,
        "evidence": of.evidence,
        "call": of.call or None,
        "remedy": of.remedy or None,
        "since": iso(row.since),
        "fingerprint": row.finding.fingerprint,
    }
