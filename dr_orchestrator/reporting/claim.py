"""The claim of each service as files of its own, in a folder beside the page of the posture."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from dr_orchestrator.domain.posture.claim import Claim
from dr_orchestrator.domain.posture.ruling import Look
from dr_orchestrator.reporting.posture import SCHEMA, claim_as_json
from dr_orchestrator.reporting.records import Json
from dr_orchestrator.reporting.render import render, safe_stem, to_json, write_file
from dr_orchestrator.reporting.view.claim import claim_view
from dr_orchestrator.reporting.view.posture import CLAIMS
from dr_orchestrator.reporting.wording import iso

_ENDINGS = ("json", "md", "html")


def write_claims(
    claims: Iterable[Claim], looks: Mapping[str, Look], out: Path, templates: Sequence[Path]
) -> dict[str, Path]:
    """Write the page of each claim; returns the HTML files by service.

    Pages of services that are not among them are taken away first: nobody is to read what is said no more. Of the runs
    those are linked whose reports lie in `out`. The JSON of all comes before any page: no template can be in its way.
    """
    folder, told = out / CLAIMS, {safe_stem(each.service): each for each in claims}
    _take_away(folder, told)
    for name, each in told.items():
        for ending in ("md", "html"):  # a page that cannot be written is none: an older one would tell of another look
            (folder / f"{name}.{ending}").unlink(missing_ok=True)
        write_file(folder, name, "json", to_json(claim_json(each, looks[name])))
    written = {}
    for name, each in told.items():
        for ending in ("md", "html"):
            text = rendered(each, looks[name], ending, templates, _reported(each, out, ending))
            written[name] = write_file(folder, name, ending, text)
    return written


def claim_json(claim: Claim, look: Look) -> Json:
    """A claim with the look that it stands on, for programs."""
    looked = {
        "looked_at": iso(look.at),
        "simulated": look.simulated,
        "account": look.account,
        "revision": look.revision,
    }
    about = {"title": claim.title, "owner": claim.owner, "words": claim.words}
    return {"schema_version": SCHEMA, **looked, **about, **claim_as_json(claim)}


def rendered(
    claim: Claim, look: Look, ending: str, templates: Sequence[Path], reports: Collection[str] = frozenset()
) -> str:
    """The page in one format."""
    return render(f"claim.{ending}.j2", templates, claim=claim_view(claim, look, reports), stem=claim.service)


def _reported(claim: Claim, out: Path, ending: str) -> frozenset[str]:
    """The runs among what it stands on that have a report in that format."""
    runs = {run for part in claim.parts for run in part.runs}
    return frozenset(run for run in runs if (out / f"{safe_stem(run)}.{ending}").exists())


def _take_away(folder: Path, names: Collection[str]) -> None:
    """Nothing but pages of ours lies there, and nothing else is touched."""
    for ending in _ENDINGS:
        for path in folder.glob(f"*.{ending}"):
            if path.stem not in names and path.is_file():
                path.unlink(missing_ok=True)
