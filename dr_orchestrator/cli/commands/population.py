"""The command for an auditor: all runs of a span of time, how they were asked for, and a sample of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from dr_orchestrator import settings
from dr_orchestrator.cli.output import hang, json_option, print_json, stamp
from dr_orchestrator.cli.selecting import instant_of
from dr_orchestrator.cli.terminal.table import print_table
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.errors import UsageError

if TYPE_CHECKING:
    from dr_orchestrator.domain.outline import Outline
    from dr_orchestrator.domain.population import Population

COLUMNS = ("No.", "Run", "Began (UTC)", "Service", "Drill", "Kind", "Exercise", "Outcome", "Clean-up")


@click.command()
@click.option("--since", required=True, metavar="TIME", help="The first instant; a day is that of UTC.")
@click.option("--until", required=True, metavar="TIME", help="The first instant that no longer counts.")
@click.option("--service", default="", help="Only runs of this service.")
@click.option("--sample", type=click.IntRange(1), metavar="N", help="Draw so many of them, by --seed.")
@click.option("--seed", metavar="TEXT", help="Any word: the same one draws the same runs.")
@json_option
def population(since: str, until: str, service: str, sample: int | None, seed: str | None, as_json: bool) -> None:
    """List all runs that began in a span of time: passed, failed, aborted, open and simulated ones alike.

    Nothing is left out: it is told how many runs of the ledger began before and after. A sample is the N runs whose
    SHA-256 of SEED:RUN comes first, which any other program finds, too. The same ledger gives the same JSON, byte for
    byte. What was planned and not run is in `dro programme`.
    """
    from dr_orchestrator.domain.population import listed
    from dr_orchestrator.ledger.ledger import connect

    if (sample is None) != (seed is None):
        raise UsageError("--sample and --seed go together", "name both: --sample 25 --seed WORD")
    here = settings.load()
    name, found = connect(here.database_url, own=here.own_ledger).queries.all_outlines(service)
    if service and not found:
        raise UsageError(f"no run of a service '{service}' is in the ledger", "`dro runs` lists those that are")
    whole = listed(name, found, _day("--since", since), _day("--until", until), service)
    chosen = list(enumerate(whole.runs, 1)) if sample is None else whole.drawn(sample, seed or "")
    if as_json:
        print_json(_as_json(whole, chosen, sample, seed))
        return
    if chosen:
        print_table(COLUMNS, [_row(*each) for each in chosen])
    _tell(whole, len(chosen), sample, seed)


def _day(option: str, text: str) -> Any:
    return instant_of(option, f"{text}T00:00:00Z" if len(text) == len("2026-07-01") else text)


def _query(of: Population) -> str:
    within = f" of service {of.service}" if of.service else ""
    return f"all runs of ledger {of.ledger}{within} that began from {stamp(of.since)} on and before {stamp(of.until)}"


def _tell(of: Population, drawn: int, size: int | None, seed: str | None) -> None:
    hang("Asked for:   ", _query(of))
    outcomes = ", ".join(f"{number} {told}" for told, number in of.outcomes.items())
    hang("Found:       ", f"{counted(len(of.runs), 'run')}{f': {outcomes}' if outcomes else ''}")
    hang("Besides:     ", f"{of.before} began before, {of.after} from then on; SHA-256 of the list {of.digest}")
    if size is not None:
        rule = f"the first {size} by SHA-256 of '{seed}:RUN'" if drawn == size else f"all, for there are no {size}"
        hang("Sample:      ", f"{drawn} of {len(of.runs)}, {rule}; No. is the place in the whole list")


def _row(number: int, of: Outline) -> Sequence[str]:
    from dr_orchestrator.domain.population import outcome

    header, closing = of.header, of.closing
    return (
        *(str(number), header.id, f"{header.started_at:%Y-%m-%d %H:%M:%S}", header.service, header.drill),
        *(header.kind.value, header.exercise or "-", outcome(of), closing.cleanup.value if closing else "-"),
    )


def _as_json(of: Population, chosen: Sequence[tuple[int, Outline]], size: int | None, seed: str | None) -> Any:
    return {
        "query": _query(of),
        "ledger": of.ledger,
        "since": stamp(of.since),
        "until": stamp(of.until),
        "service": of.service or None,
        "count": len(of.runs),
        "outcomes": of.outcomes,
        "began_before": of.before,
        "began_after": of.after,
        "sha256": of.digest,
        "sample": None if size is None else {"size": size, "seed": seed, "rule": "first by SHA-256 of SEED:RUN"},
        "runs": [_run(*each) for each in chosen],
    }


def _run(number: int, of: Outline) -> Any:
    header, closing = of.header, of.closing
    return {
        "number": number,
        "id": header.id,
        "started_at": stamp(header.started_at),
        "ended_at": stamp(closing.ended_at) if closing else None,
        "service": header.service,
        "drill": header.drill,
        "kind": header.kind.value,
        "exercise": header.exercise or None,
        "verdict": closing.verdict.value if closing else None,
        "cleanup": closing.cleanup.value if closing else None,
        "simulated": header.provenance.simulated,
        "account": header.provenance.account or None,
    }
