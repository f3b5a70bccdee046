"""The draft of a service that nobody has described: a whole file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dr_orchestrator.catalog.drafting.words import Entry, block, flow
from dr_orchestrator.catalog.gaps import gap
from dr_orchestrator.domain.discovery.facts import Facts, Told

_HEAD = """\
# yaml-language-server: $schema=./drill.schema.json
# Drafted by `dro discover`, of what AWS, tags and directories tell. What begins with GAP: a person has to write;
# `dro check` names each, and until they are filled no drill runs.
"""
_CONTACTS = "whom to reach in a drill, such as [{name: Jira on-call, role: on-call, reach: '#jira-oncall'}]"


def drafted(service: str, facts: Facts, resources: Sequence[Entry], drills: Sequence[Entry]) -> str:
    """The text of its file."""
    lines = [_line("service", service), _fact("title", facts.title), _fact("tier", facts.tier, number=True)]
    lines += [_fact("owner", facts.owner), _fact("dr_champion", facts.dr_champion)]
    if facts.contacts:
        lines += [f"contacts:{_source(facts.contacts_from)}"]
        lines += [f"  - {flow({'name': each.name, 'role': each.role, 'reach': each.reach})}" for each in facts.contacts]
    else:
        lines.append(_line("contacts", gap(_CONTACTS)))
    url, day = facts.runbook, facts.reviewed
    lines.append(_line("runbook", {"url": _value(url), "reviewed": _value(day)}) + _source(url.source or day.source))
    for key, entries in (("resources", resources), ("drills", drills)):
        if entries:
            lines += ["", f"{key}:"]
            lines += [line for number, each in enumerate(entries) for line in ([""] if number else []) + block(each, 2)]
    return _HEAD + "\n".join(lines) + "\n"


def _fact(key: str, told: Told, *, number: bool = False) -> str:
    value: Any = int(told.value) if number and told.value else _value(told)
    return _line(key, value) + _source(told.source)


def _value(told: Told) -> str:
    return told.value or gap(told.lacking)


def _line(key: str, value: Any) -> str:
    return f"{key}: {flow(value)}"


def _source(source: str) -> str:
    """Where a fact is from; a line break in a file's name would end the comment."""
    told = "".join(each if each.isprintable() else "?" for each in source)
    return f"  # {told}" if told else ""
