"""The matchers of a copy's silence: its templates filled in, and refused where they do not name that copy alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from dr_orchestrator.domain.silences.policy import EXACT, FACTS, SilencePolicy
from dr_orchestrator.domain.silences.silence import Standing

_NAMED = re.compile(r"\{([^{}]*)\}")
_PARTS = re.compile(r"[:/]")


class NotSilenced(Exception):
    """A copy gets no silence, and why."""


def unknown(template: str) -> list[str]:
    """The names in a template that are no facts of a copy; a brace by itself is such."""
    found = [name for name in _NAMED.findall(template) if name not in FACTS]
    return [*found, *re.findall(r"[{}]", _NAMED.sub("", template))]


def exact(templates: Mapping[str, str]) -> str:
    """The label whose matcher is the copy's own id or ARN, empty where there is none."""
    return next((label for label, template in templates.items() if template in EXACT), "")


def matchers_of(of: Standing, policy: SilencePolicy, production: Collection[str]) -> dict[str, str]:
    """The matchers by label, each an equality; NotSilenced where one of them cannot be told, or might be production's.

    `production` are the AWS names of all that is declared, or was ever drilled.
    """
    label = exact(policy.matchers)
    if not label:
        raise NotSilenced("no matcher is the copy's own id or ARN: mend tiers.yaml")
    facts = _facts(of)
    made = {name: _NAMED.sub(lambda found: facts.get(found[1], ""), text) for name, text in policy.matchers.items()}
    if empty := [name for name, value in made.items() if not value]:
        raise NotSilenced(f"the matcher of {', '.join(empty)} is not known yet")
    _refuse_production(of, made[label], production)
    return made


def _facts(of: Standing) -> Mapping[str, str]:
    copy, identity = of.record.copy, of.record.identity
    return {
        "id": copy.id,
        "arn": identity.arn if identity else "",
        "region": copy.region,
        "account": of.account,
        "type": copy.type,
        "run": copy.run,
        "drill": copy.drill,
        "service": copy.service,
    }


def _refuse_production(of: Standing, value: str, production: Collection[str]) -> None:
    """An ARN holds its object's name as a part; AWS does not heed the case of most names."""
    theirs = {each.casefold() for each in (*production, *of.sources) if each}
    said = {part.casefold() for part in (value, of.record.copy.id, *_PARTS.split(value)[5:])}
    if both := said & theirs:
        raise NotSilenced(f"'{min(both)}' is a name of production's, whose alerts are never silenced")
