"""Rules of silences: each names one copy exactly, ends soon by itself, and sends no secret astray."""

from __future__ import annotations

from collections.abc import Iterator

from dr_orchestrator.catalog.declared import Policy
from dr_orchestrator.catalog.shapes.fields import likely, quoted
from dr_orchestrator.catalog.shapes.silences import Alertmanager
from dr_orchestrator.catalog.shapes.tiers import TiersFile
from dr_orchestrator.catalog.source import Key
from dr_orchestrator.domain.silences.matching import exact, unknown
from dr_orchestrator.domain.silences.policy import FACTS, LONGEST, SHORTEST
from dr_orchestrator.errors import Problem

Mistake = tuple[Key, str, str]
_OTHERS = ("AWS_", "DRO_", "PG", "PREFECT_")
"""How the variables begin that hold secrets of others."""


def problems(policy: Policy) -> Iterator[Problem]:
    """The mistakes in the silences of tiers.yaml."""
    if policy.whole is None or (written := policy.whole.silences) is None:
        return
    for key, message, fix in (*_mistakes(written.alertmanager), *_shared(written.alertmanager, policy.whole)):
        yield policy.document.problem(("silences", "alertmanager", *key), message, fix)


def _mistakes(written: Alertmanager) -> Iterator[Mistake]:
    for key, variable in (("url_env", written.url_env), ("token_env", written.token_env)):
        if variable and variable.upper().startswith(_OTHERS):
            told = f"{quoted(variable)} is nothing of Alertmanager's, and is sent to none"
            yield (key,), told, "keep it in a variable of its own, such as DR_ALERTS_URL"
    yield from _matchers(written)
    if not SHORTEST <= written.margin <= LONGEST:
        yield ("margin",), "a silence ends from 2m to 1h after its run was last heard of", "such as 15m"


def _shared(written: Alertmanager, whole: TiersFile) -> Iterator[Mistake]:
    """A variable holds one secret, of one party: that of another is sent to no Alertmanager, nor its URL as a token."""
    theirs = {}
    if whole.tracker is not None and whole.tracker.token_env:
        theirs[whole.tracker.token_env] = "tracker.token_env"
    for name, channel in (whole.notices.channels if whole.notices else {}).items():
        if channel.url_env:
            theirs[channel.url_env] = f"notices.channels.{name}.url_env"
    for key, variable in (("url_env", written.url_env), ("token_env", written.token_env)):
        if variable in theirs:
            told = f"{quoted(variable)} is the variable of {theirs[variable]}, and is sent to nobody else"
            yield (key,), told, "keep it in a variable of its own, such as DR_ALERTS_URL"
    if written.token_env == written.url_env:
        told = f"{quoted(written.url_env)} holds the URL already, which is no token"
        yield ("token_env",), told, "keep the token in a variable of its own, such as DR_ALERTS_TOKEN"


def _matchers(written: Alertmanager) -> Iterator[Mistake]:
    for label, template in written.matchers.items():
        for name in unknown(template):
            told = f"{quoted(template)} names no fact of a copy"
            yield ("matchers", label), told, likely(name, FACTS)
    if not exact(written.matchers):
        told = "no matcher is the copy's own id or ARN, so that production's alerts might be silenced"
        yield ("matchers",), told, 'let one label be exactly "{id}" or "{arn}"'
