"""The claim of one service as a template sees it: its words, and what each part stands on, on one sheet of paper."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.posture.claim import WEAKEST, Claim, Ground, Part, Proof
from dr_orchestrator.domain.posture.ruling import Look
from dr_orchestrator.reporting.view.posture import PROOFS, STAMP, whole
from dr_orchestrator.reporting.view.proof import Fact
from dr_orchestrator.reporting.wording import Badge, instant, told

SHOWN = 3
"""How many grounds of a part stand on the sheet; the file of exact figures holds them all."""
ROOM = 800
"""How many characters of what grounds say the sheet has room for, shared among those that stand on it."""
_SENTENCES = {
    Proof.PROVEN: "Every part of what is claimed is proven.",
    Proof.NOT_PROVEN: "Nothing speaks against it, and not all of it is proven.",
    Proof.DISPROVEN: "At least one part of it does not hold.",
    Proof.NOT_CLAIMED: "Its tier promises nothing that could be proven.",
}


@dataclass(frozen=True)
class GroundRow:
    """One thing that a part stands on; `report` is the report of its run, without its ending, empty where none is."""

    about: str
    badge: Badge
    said: str
    run: str
    report: str


@dataclass(frozen=True)
class ClaimPart:
    """A part of the claim: its words, and what it stands on, what speaks against it first."""

    words: str
    badge: Badge
    grounds: tuple[GroundRow, ...]
    more: str


@dataclass(frozen=True)
class ClaimView:
    """The claim of a service."""

    service: str
    title: str
    tier: str
    owner: str
    words: str
    badge: Badge
    sentence: str
    parts: tuple[ClaimPart, ...]
    at: str
    simulated: bool
    stamp: str
    provenance: tuple[Fact, ...]


def claim_view(claim: Claim, look: Look, reports: Collection[str]) -> ClaimView:
    """Make it, of the newest look at the service; `reports` are the runs whose reports lie in the folder above."""
    room = ROOM // max(1, sum(min(SHOWN, len(each.grounds)) for each in claim.parts))
    return ClaimView(
        service=claim.service,
        title=claim.title,
        tier=f"tier {claim.tier}",
        owner=claim.owner,
        words=claim.words,
        badge=whole(claim),
        sentence=_SENTENCES[claim.proof],
        parts=tuple(_part(each, room, reports) for each in claim.parts),
        at=instant(look.at),
        simulated=look.simulated,
        stamp=STAMP if look.simulated else "",
        provenance=(
            Fact("Looked at", instant(look.at)),
            Fact("Account", told(look.account)),
            Fact("Catalogue revision", told(look.revision)),
        ),
    )


def _part(part: Part, room: int, reports: Collection[str]) -> ClaimPart:
    ordered = sorted(part.grounds, key=lambda each: WEAKEST.index(each.proof))
    rows = tuple(_row(each, room, reports) for each in ordered[:SHOWN])
    return ClaimPart(part.words, Badge(part.proof.value, PROOFS[part.proof]), rows, _more(ordered[SHOWN:]))


def _row(of: Ground, room: int, reports: Collection[str]) -> GroundRow:
    said = of.said if len(of.said) <= room else f"{of.said[:room].rstrip()}…"
    report = f"../{of.run}" if of.run in reports else ""
    return GroundRow(of.about, Badge(of.proof.value, PROOFS[of.proof]), said, of.run, report)


def _more(left: Sequence[Ground]) -> str:
    """How many grounds do not stand on the sheet, by how they stand; empty where all do."""
    if not left:
        return ""
    counts = {each: sum(ground.proof is each for ground in left) for each in WEAKEST}
    stand = ", ".join(f"{number:,} {proof.value}" for proof, number in counts.items() if number)
    return f"{counted(len(left), 'more ground')} ({stand})"
