"""The rows that a terminal shows for runs: plain strings, nothing left to decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dr_orchestrator.domain.outline import Outlined
from dr_orchestrator.reporting.measure.target import Target, targets
from dr_orchestrator.reporting.wording import ARITHMETIC, SIMULATED, cleanup_badge, verdict_badge


@dataclass(frozen=True)
class SummaryRow:
    """One run in a table; tones are for colour only, the words say it all."""

    run: str
    service: str
    tier: str
    drill: str
    rto: str
    rpo: str
    verdict: str
    cleanup: str
    simulated: str
    rto_tone: str
    rpo_tone: str
    verdict_tone: str
    cleanup_tone: str


def summary_rows(runs: Iterable[Outlined]) -> list[SummaryRow]:
    """The rows of runs, in their order."""
    return [_row(run) for run in runs]


def _row(run: Outlined) -> SummaryRow:
    header, (rto, rpo) = run.header, targets(run)
    verdict = verdict_badge(run.closing.verdict if run.closing else None)
    cleanup = cleanup_badge(run.closing.cleanup if run.closing else None)
    return SummaryRow(
        run=header.id,
        service=header.service,
        tier=str(header.tier),
        drill=header.drill,
        rto=_against(rto),
        rpo=_against(rpo),
        verdict=verdict.word,
        cleanup=cleanup.word,
        simulated=SIMULATED if header.provenance.simulated else "",
        rto_tone=rto.badge.tone,
        rpo_tone=rpo.badge.tone,
        verdict_tone=verdict.tone,
        cleanup_tone=cleanup.tone,
    )


def _against(target: Target) -> str:
    doubt = f" ({ARITHMETIC})" if target.actual is not None and not target.evident else ""
    return f"{target.figure.text}{doubt} / {target.objective}"
