"""Notices in tiers.yaml: what is written counts, the rest is usual, and mistakes are told with their place."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from dr_orchestrator.catalog.load import load, notices_alone, problems
from dr_orchestrator.catalog.rules import notices as rules
from dr_orchestrator.domain.notices.event import Event
from dr_orchestrator.domain.notices.policy import NoticePolicy, Wording
from dr_orchestrator.domain.notices.quiet import QuietHours
from dr_orchestrator.errors import CatalogError
from dr_orchestrator.resources import TYPES
from tests.support import workspace

TEAM = "channels: {team: {url_env: DR_TEAM_URL}}"


def read(home: Path, written: str) -> NoticePolicy:
    workspace.write(home, tiers=f"{workspace.TIERS}notices: {{{written}}}\n")
    return notices_alone(home / "drills")


def test_without_a_word_nobody_is_told(tmp_path: Path) -> None:
    """A mistake in a service's file changes nothing in that."""
    workspace.write(tmp_path, shop="service: [")
    assert notices_alone(tmp_path / "drills") == NoticePolicy()


def test_what_is_written_counts(tmp_path: Path) -> None:
    """With the place of each key."""
    more = (
        "channels: {team: {url_env: DR_TEAM_URL}, pager: {url_file: /run/pager, events: [leftovers]}}, "
        'templates: {verdict: {title: "{{ what }}"}}, remind_before: [7d, 1d, 7d], mark: "EXERCISE, EXERCISE", '
        'quiet_hours: {since: "22:00", until: "24:00", timezone: Europe/Berlin}, simulated: true, '
    )
    of = read(tmp_path, more)
    assert of.to(Event.LEFTOVERS) == ("team", "pager")
    assert of.to(Event.VERDICT) == ("team",)
    assert of.wordings == {Event.VERDICT: Wording("{{ what }}")}
    assert of.remind_before == (timedelta(days=1), timedelta(days=7))
    assert of.quiet == QuietHours(timedelta(hours=22), timedelta(hours=24), "Europe/Berlin")
    assert (of.mark, of.simulated) == ("EXERCISE, EXERCISE", True)
    assert of.place("channels.team.url_env") == "drills/tiers.yaml:8:notices.channels.team.url_env"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("channels: {team: {}}", "notices.channels.team: no place holds its URL"),
        ("channels: {team: {url_env: A, url_file: b}}", "notices.channels.team: two places hold its URL"),
        ("channels: {team: {url_env: AWS_SECRET}}", "channels.team.url_env: 'AWS_SECRET' is no channel's URL"),
        ("channels: {team: {url_file: 'slack://a/b'}}", "url_file: a URL stands here, which is a secret"),
        ("channels: {team: {url_env: 'json://x'}}", "notices.channels.team.url_env"),
        ("channels: {team: {url_env: A, events: [verdikt]}}", "did you mean 'verdict'?"),
        ("channels: {team: {url_env: A, events: []}}", "channels.team.events: it is told of nothing"),
        ("templates: {verdict: {}}", "templates.verdict: says nothing"),
        ("templates: {verdikt: {title: x}}", "notices.templates"),
        ('templates: {verdict: {body: "{{ verdikt }}"}}', "did you mean 'verdict'?"),
        ('templates: {verdict: {body: "{% if %}"}}', "templates.verdict.body: cannot be filled in"),
        ('templates: {verdict: {body: "{{ what.__class__.__mro__ }}"}}', "cannot be filled in"),
        ("templates: {verdict: {body: \"{{ 'x' * 9999999 }}\"}}", "may not calculate by '*'"),
        ("templates: {held: {body: '{{ \"x\"|center(400000000) }}'}}", "may not use the filter 'center'"),
        ("templates: {held: {body: '{{ \"{:>400000000}\".format(1) }}'}}", "may not use 'call'"),
        ("templates: {held: {body: '{% for a in range(3000) %}{% endfor %}'}}", "may not use 'call'"),
        ("templates: {held: {body: '{% set a = \"x\" %}'}}", "may not use 'assign'"),
        ("templates: {started: {body: '{{ drills|join(drills|join) }}'}}", "no more than a text of its own"),
        (
            "templates: {held: {body: '" + "{% for a in what %}" * 3 + "{% endfor %}" * 3 + "'}}",
            "may not nest more than 2 loops",
        ),
        ('templates: {held: {title: "{{ drills }}"}}', "templates.held.title: cannot be filled in"),
        ('templates: {verdict: {body: "{{ results[0] }}"}}', "cannot be filled in"),
        ('quiet_hours: {since: "00:00", until: "24:00", timezone: UTC}', "quiet_hours.until"),
        ('quiet_hours: {since: "8", until: "9", timezone: UTC}', "quiet_hours.since"),
        ("remind_before: [100d]", "remind_before[0]: it is longer than 92 days"),
        ("mark: REHEARSAL", "does not begin with EXERCISE"),
        ("mark: THIS IS NOT AN EXERCISE", "does not begin with EXERCISE"),
        ("mark: EXERCISES", "does not begin with EXERCISE"),
        ('mark: "<!-- EXERCISE -->"', "does not begin with EXERCISE"),
        ('mark: "EXERCISE <b>"', "does not begin with EXERCISE"),
        ('mark: "EXERCISE\\x85LIVE"', "does not begin with EXERCISE"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, written: str, told: str) -> None:
    """File, line, key, and what to write; neither a drill nor a notice is started by such a file."""
    with pytest.raises(CatalogError) as wrong:
        read(tmp_path, written)
    assert told in str(wrong.value)
    assert "drills/tiers.yaml:8:notices" in str(wrong.value)
    with pytest.raises(CatalogError):
        load(tmp_path / "drills", TYPES)


@pytest.mark.parametrize("url", ["slack://SECRETA/b/c", "https://hooks.example.com/SECRETA", "mailto://u:SECRETA@x.y"])
@pytest.mark.parametrize(
    "written",
    [
        "channels: {team: {url_env: 'URL'}}",
        "channels: {team: {url: 'URL'}}",
        "channels: {team: 'URL'}",
        "channels: {team: ['URL']}",
        "channels: {'URL': {url_env: X}}",
        "channels: {team: {url_env: X, 'URL': 1}}",
        "channels: {team: {url_env: X, 'URL': 1, 'URL': 2}}",
        "channels: {team: {url_file: 'URL'}}",
    ],
)
def test_a_url_that_was_written_is_not_told_back(tmp_path: Path, written: str, url: str) -> None:
    """It is a secret, wherever it was put."""
    with pytest.raises(CatalogError) as wrong:
        read(tmp_path, written.replace("URL", url))
    assert "SECRETA" not in str(wrong.value)


def test_without_apprise_only_the_check_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drills run all the same; where no channel is declared nothing is missing."""
    monkeypatch.setattr(rules, "find_spec", lambda _: None)
    read(tmp_path / "one", TEAM)
    read(tmp_path / "none", "simulated: true")
    flows, one, none = tmp_path / "flows", tmp_path / "one" / "drills", tmp_path / "none" / "drills"
    found = [each for each in problems(one, TYPES, flows) if "apprise" in each.message]
    assert [each.key for each in found] == ["notices.channels"]
    assert "dr_orchestrator[notify]" in found[0].fix
    assert load(one, TYPES).services
    assert not [each for each in problems(none, TYPES, flows) if "apprise" in each.message]
