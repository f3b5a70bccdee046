"""The silences of tiers.yaml -> the domain's policy, with where each key is written."""

from __future__ import annotations

from collections.abc import Mapping

from dr_orchestrator.catalog.shapes.silences import Silences as Written
from dr_orchestrator.domain.silences.policy import SilencePolicy


def silences(written: Written | None, places: Mapping[str, str]) -> SilencePolicy:
    """The silences that are declared, else none; `places` tell where each key is written."""
    if written is None:
        return SilencePolicy(places=places)
    of = written.alertmanager
    return SilencePolicy(of.url_env, of.token_env or "", of.matchers, of.margin, of.simulated, places)
