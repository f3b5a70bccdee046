"""Where a copy stands: in the account and region of its source, and nowhere else."""

from __future__ import annotations

from dr_orchestrator.errors import NotRecoverable


def same(arn: str, region: str, account: str) -> str:
    """Account and region of a live copy; NotRecoverable where they are not the expected ones."""
    _, _, _, in_region, of, *_ = [*arn.split(":"), *[""] * 6]
    if (in_region, of) != (region, account):
        raise NotRecoverable(f"{arn} was made in {in_region} of account {of}, not in {region} of {account}")
    return f"in {region} of account {account}"
