"""The notices beside a result: what to do next, and what is wrong with the surroundings."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from dr_orchestrator.cli.output import visible
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.verdict import Cleanup
from dr_orchestrator.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from dr_orchestrator.domain.outline import Outlined
    from dr_orchestrator.domain.run import Lease
    from dr_orchestrator.wiring.app import App

NO_AWS = 'AWS_PROFILE or the AWS_* variables; or for the lab: dro lab start; eval "$(dro lab env)"'
"""The way to AWS where nobody answered who the caller is."""


def plain(text: str) -> str:
    """Text on one line of a terminal: control characters show instead of acting."""
    return visible(" ".join(text.split()))


def reasons(run: Outlined) -> list[str]:
    """Why a run ended as it did, with the checks that were not reached in one line; the ledger keeps each."""
    if run.closing is None:
        return []
    grounds = run.closing.grounds
    missed = sum(reason.rule is Rule.CHECK_NOT_REACHED for reason in grounds)
    if missed < 2:
        return [plain(reason.text) for reason in grounds]
    told = [plain(reason.text) for reason in grounds if reason.rule is not Rule.CHECK_NOT_REACHED]
    return [*told, f"{missed} checks were not reached"]


def next_steps(run: Outlined) -> list[str]:
    """The next steps after a closed run that did not reach AWS, came to no copy, or did not prove its copies gone."""
    steps = [] if run.header.provenance.account else [f"→ {NO_AWS}"]
    rules = {reason.rule for reason in run.closing.grounds} if run.closing else set()
    if run.header.provenance.account and Rule.NO_DATA_CHECK in rules and rules & {Rule.FAULT, Rule.FAULT_UNKNOWN}:
        steps.append(f"→ `dro plan {run.header.drill}` looks again, and says what to do")
    if run.closing is not None and run.closing.cleanup is not Cleanup.CLEAN:
        steps.append("→ `dro sweep` takes it down")
    return steps


def warn_of_pace(here: App, environ: Mapping[str, str] | None = None) -> None:
    """Tell, once a command, that a lab's time is being counted on the real clock."""
    from dr_orchestrator.aws.endpoints import is_endpoint

    env = os.environ if environ is None else environ
    named = [value for name, value in env.items() if name.startswith("AWS_ENDPOINT_URL") and value]
    if here.clock.pace == 1 and not all(
        any(is_endpoint(url, service) for service in here.types.services) for url in named
    ):
        click.echo(
            "Warning: the endpoint is not AWS's own, yet DRO_CLOCK_PACE is not set: the lab's time would be counted "
            'on the real clock.\n  → eval "$(dro lab env)"',
            err=True,
        )


def held(lease: Lease, now: datetime) -> str:
    """The words for who drives a run, and until when nobody else may, even if that process is dead; the machine's
    own time.
    """
    left = max(1, math.ceil(lease.left.total_seconds()))
    return (
        f"driven by {plain(lease.holder)}, whose lease runs until {now + lease.left:%H:%M:%S} UTC ({left} s from now)"
    )


@contextmanager
def writing(what: str, hint: str) -> Iterator[None]:
    """Within: a file or folder that cannot be written is the user's to mend, and told by its name."""
    try:
        yield
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise UsageError(f"{what} cannot be written: {where}{error.strerror or error}", hint) from error
