"""Puts the sample company's environment into a fresh lab: a stack that was made long ago."""

from __future__ import annotations

from moto.cloudformation.models import cloudformation_backends

from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION
from dr_orchestrator.lab.estate import company
from dr_orchestrator.lab.estate.seed import Seed
from dr_orchestrator.settings import shipped


def make(seed: Seed) -> None:  # noqa: ARG001 - it is as old as the moment at which it is made
    """Make the stack, with all that its template declares."""
    template = shipped() / "drills" / "infrastructure" / company.TEMPLATE
    cloudformation_backends[ACCOUNT][REGION].create_stack(
        company.ENVIRONMENT,
        template.read_text(encoding="utf-8"),
        {"EnvironmentName": company.ENVIRONMENT},
        tags={"env": "production"},
        enable_termination_protection=True,
    )
