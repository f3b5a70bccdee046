"""The posture as a template sees it: per service its claim, its resources with each rule, and what falls short."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.posture.claim import Claim, Part, Proof
from dr_orchestrator.domain.posture.ruling import TITLES, Look, Standing, Stood, of_standing, shortfalls
from dr_orchestrator.reporting.view.proof import Fact
from dr_orchestrator.reporting.wording import SEVERITIES, Badge, instant, told

_TONES = {Standing.HELD: "pass", Standing.SHORT: "fail", Standing.UNKNOWN: "unsure", Standing.NONE: "none"}
PROOFS = {Proof.PROVEN: "pass", Proof.NOT_PROVEN: "unsure", Proof.DISPROVEN: "fail", Proof.NOT_CLAIMED: "none"}
CLAIMS = "claims"
"""The folder beside the page that holds the claim of each service on a page of its own."""
STAMP = "Looked at in a simulated AWS, never evidence of how backups are kept."


@dataclass(frozen=True)
class Cell:
    """A rule of a resource: how it stands, and what was seen."""

    rule: str
    badge: Badge
    evidence: str


@dataclass(frozen=True)
class ResourceRow:
    """A resource, rule by rule."""

    name: str
    id: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class PartRow:
    """A part of a claim: its words, whether it is proven, why, and by which runs."""

    words: str
    badge: Badge
    why: str
    runs: str


@dataclass(frozen=True)
class ServiceRow:
    """A service: its claim, the page of that (without its ending), and its resources."""

    title: str
    tier: str
    owner: str
    claim: str
    badge: Badge
    parts: tuple[PartRow, ...]
    resources: tuple[ResourceRow, ...]
    counts: str
    page: str


@dataclass(frozen=True)
class ShortRow:
    """Something that falls short, or that nobody knows, as a finding."""

    badge: Badge
    service: str
    title: str
    evidence: str
    call: str
    remedy: str
    since: str
    owner: str
    rule: str
    fingerprint: str


@dataclass(frozen=True)
class PostureView:
    """The page of the posture."""

    at: str
    simulated: bool
    stamp: str
    badge: Badge
    sentence: str
    services: tuple[ServiceRow, ...]
    short: tuple[ShortRow, ...]
    unknown: tuple[ShortRow, ...]
    provenance: tuple[Fact, ...]


def posture_view(look: Look, rows: Sequence[Stood], claims: Iterable[Claim]) -> PostureView:
    """Make it."""
    short, silent = shortfalls(rows), of_standing(rows, Standing.UNKNOWN)
    return PostureView(
        at=instant(look.at),
        simulated=look.simulated,
        stamp=STAMP if look.simulated else "",
        badge=_overall(short, silent),
        sentence=_sentence(rows, short, silent),
        services=tuple(_service(each, rows) for each in claims),
        short=tuple(map(_short, short)),
        unknown=tuple(map(_short, silent)),
        provenance=(
            Fact("Looked at", instant(look.at)),
            Fact("Account", told(look.account)),
            Fact("Simulated", told(look.simulated)),
            Fact("Catalogue revision", told(look.revision)),
        ),
    )


def whole(claim: Claim) -> Badge:
    """The word for a whole claim."""
    return Badge(claim.proof.value.upper(), PROOFS[claim.proof])


def _overall(short: Sequence[Stood], silent: Sequence[Stood]) -> Badge:
    if short:
        return Badge("FALLS SHORT", "fail" if short[0].ruling.severity is Severity.HIGH else "warn")
    return Badge("NOT KNOWN", "unsure") if silent else Badge("HELD", "pass")


def _sentence(rows: Sequence[Stood], short: Sequence[Stood], silent: Sequence[Stood]) -> str:
    resources = {(each.service, each.resource) for each in rows}
    worse = {(each.service, each.resource) for each in short}
    said = f"{counted(len(short), 'shortfall')} of {len(worse):,} of {counted(len(resources), 'resource')}"
    return f"{said}; {counted(len(silent), 'rule')} could not be judged."


def _service(claim: Claim, rows: Sequence[Stood]) -> ServiceRow:
    own = [each for each in rows if each.service == claim.service]
    resources = dict.fromkeys((each.resource, each.id) for each in own)
    counts = ", ".join(f"{len(of_standing(own, each)):,} {each.value}" for each in Standing)
    return ServiceRow(
        claim.title,
        f"tier {claim.tier}",
        claim.owner,
        claim.words,
        whole(claim),
        tuple(map(_part, claim.parts)),
        tuple(_resource(name, id, own) for name, id in resources),
        counts,
        f"{CLAIMS}/{claim.service}",
    )


def _part(part: Part) -> PartRow:
    return PartRow(part.words, Badge(part.proof.value, PROOFS[part.proof]), part.why, ", ".join(part.runs) or "none")


def _resource(name: str, id: str, rows: Iterable[Stood]) -> ResourceRow:
    told_of = (each.ruling for each in rows if (each.resource, each.id) == (name, id))
    cells = (
        Cell(TITLES[each.rule], Badge(each.standing.value, _TONES[each.standing]), each.evidence) for each in told_of
    )
    return ResourceRow(name, id, tuple(cells))


def _short(row: Stood) -> ShortRow:
    of, severity = row.ruling, row.ruling.severity
    badge = Badge(severity.value, SEVERITIES[severity]) if severity else Badge(of.standing.value, _TONES[of.standing])
    return ShortRow(
        badge,
        row.title,
        f"{TITLES[of.rule]} of {row.resource}",
        of.evidence,
        of.call,
        of.remedy,
        instant(row.since),
        row.owner,
        of.rule.value,
        row.finding.fingerprint,
    )
