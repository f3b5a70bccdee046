"""Silences in tiers.yaml: what is written counts, and what might silence production is refused with its place."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from dr_orchestrator.catalog.load import load, problems, silences_alone
from dr_orchestrator.domain.silences.policy import SilencePolicy
from dr_orchestrator.errors import CatalogError
from dr_orchestrator.resources import TYPES
from tests.support import workspace

URL, LABELS = "url_env: DR_ALERTS_URL", 'matchers: {db: "{id}"}'


def read(home: Path, written: str) -> SilencePolicy:
    workspace.write(home, tiers=f"{workspace.TIERS}silences: {{alertmanager: {{{written}}}}}\n")
    return silences_alone(home / "drills")


def test_without_a_word_nothing_is_silenced(tmp_path: Path) -> None:
    """A mistake in a service's file changes nothing in that."""
    workspace.write(tmp_path, shop="service: [")
    assert silences_alone(tmp_path / "drills") == SilencePolicy()


def test_what_is_written_counts(tmp_path: Path) -> None:
    """With the place of each key; the rest is usual."""
    more = 'token_env: DR_TOKEN, margin: 5m, simulated: true, matchers: {arn: "{arn}", where: "{account}/{region}"}'
    of = read(tmp_path, f"{URL}, {more}")
    matchers = {"arn": "{arn}", "where": "{account}/{region}"}
    assert of == SilencePolicy("DR_ALERTS_URL", "DR_TOKEN", matchers, timedelta(minutes=5), True)
    assert of.place("url_env") == "drills/tiers.yaml:8:silences.alertmanager.url_env"
    assert load(tmp_path / "drills", TYPES).drills
    usual = read(tmp_path / "usual", f"{URL}, {LABELS}")
    assert (usual.declared, usual.margin, usual.simulated) == (True, timedelta(minutes=15), False)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (f"{URL}, matchers: {{}}", "alertmanager.matchers"),
        (URL, "alertmanager.matchers"),
        (f'{URL}, matchers: {{region: "{{region}}"}}', "matchers: no matcher is the copy's own id or ARN"),
        (f'{URL}, matchers: {{db: "x{{id}}"}}', "matchers: no matcher is the copy's own id or ARN"),
        (f'{URL}, matchers: {{db: ".*"}}', "matchers: no matcher is the copy's own id or ARN"),
        (f'{URL}, matchers: {{db: "{{id}}", a: "{{regoin}}"}}', "matchers.a: '{regoin}' names no fact of a copy"),
        (f'{URL}, matchers: {{db: "{{id}}", a: "{{regoin}}"}}', "did you mean 'region'?"),
        (f'{URL}, matchers: {{db: "{{id}}", a: "{{id"}}', "matchers.a: '{id' names no fact"),
        (f'{URL}, matchers: {{"a b": "{{id}}"}}', "is not a label of Prometheus"),
        (f"{URL}, {LABELS}, margin: 61m", "margin: a silence ends from 2m to 1h"),
        (f"{URL}, {LABELS}, margin: 1m", "margin: a silence ends from 2m to 1h"),
        (f"url_env: DRO_DATABASE_URL, {LABELS}", "url_env: 'DRO_DATABASE_URL' is nothing of Alertmanager's"),
        (f"{URL}, token_env: aws_session_token, {LABELS}", "token_env: 'aws_session_token' is nothing of"),
        (f"{URL}, token_env: DR_ALERTS_URL, {LABELS}", "token_env: 'DR_ALERTS_URL' holds the URL already"),
        (f'{URL}, matchers: {{db: "{{id}}", a: "x\u2028y"}}', "alertmanager.matchers.a"),
        (f'{URL}, matchers: {{db: "{{id}}", a: "x\\u2029y"}}', "alertmanager.matchers.a"),
        (f'{URL}, matchers: {{db: "{{id}}", a: "x\\x85y"}}', "alertmanager.matchers.a"),
        (f"url_env: 'https://x', {LABELS}", "alertmanager.url_env"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, written: str, told: str) -> None:
    """File, line, key, and what to write; `dro check` tells it, and nothing is silenced by such a file."""
    with pytest.raises(CatalogError) as wrong:
        read(tmp_path, written)
    assert told in str(wrong.value)
    assert "drills/tiers.yaml:8:silences" in str(wrong.value)
    assert any(told in str(each) for each in problems(tmp_path / "drills", TYPES))


@pytest.mark.parametrize("key", ["url_env", "token_env"])
@pytest.mark.parametrize(
    ("other", "whose"),
    [
        ("tracker: {kind: github, project: a/b, token_env: DR_SAME}", "tracker.token_env"),
        ("notices: {channels: {team: {url_env: DR_SAME, events: [verdict]}}}", "notices.channels.team.url_env"),
    ],
)
def test_a_secret_of_another_is_sent_to_no_alertmanager(tmp_path: Path, key: str, other: str, whose: str) -> None:
    """A variable that the tracker or a channel has is refused in either place."""
    written = f"{URL}, token_env: DR_SAME" if key == "token_env" else "url_env: DR_SAME"
    of = f"silences: {{alertmanager: {{{written}, {LABELS}}}}}"
    workspace.write(tmp_path, tiers=f"{workspace.TIERS}{other}\n{of}\n")
    with pytest.raises(CatalogError) as wrong:
        silences_alone(tmp_path / "drills")
    assert f"silences.alertmanager.{key}: 'DR_SAME' is the variable of {whose}" in str(wrong.value)
