"""The roles of tiers.yaml: ARNs of roles, of one account where drills may work."""

from __future__ import annotations

from pathlib import Path

import pytest

from dr_orchestrator.domain.drill import Roles
from dr_orchestrator.errors import CatalogError
from tests.support import workspace
from tests.support.types import load

READ, DRILL = "arn:aws:iam::123456789012:role/dro-read", "arn:aws:iam::123456789012:role/path/dro-drill"


def loaded(home: Path, monkeypatch: pytest.MonkeyPatch, lines: str) -> Roles:
    monkeypatch.setattr(workspace, "TIERS", workspace.TIERS + lines)
    return load(workspace.write(home).drills).roles


@pytest.mark.parametrize(
    ("lines", "roles"),
    [
        ("", Roles()),
        (f"roles: {{source: '{READ}'}}\n", Roles(READ)),
        (
            f"roles: {{source: '{READ}', drill: '{DRILL}'}}\nallowed: {{accounts: ['123456789012']}}\n",
            Roles(READ, DRILL),
        ),
    ],
)
def test_roles_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str, roles: Roles) -> None:
    """Both are optional."""
    assert loaded(tmp_path, monkeypatch, lines) == roles


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("roles: {source: dro-read}\n", "roles.source"),
        ("roles: {source: 'arn:aws:iam::123456789012:user/dro'}\n", "is not the ARN of an IAM role"),
        (
            f"roles: {{drill: '{DRILL}'}}\nallowed: {{accounts: ['999999999999']}}\n",
            "account 123456789012 is not among",
        ),
        (f"roles: {{source: '{READ}', drill: 'arn:aws:iam::999999999999:role/x'}}\n", "are of two accounts"),
    ],
)
def test_a_role_that_could_never_work_is_told_with_its_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str, told: str
) -> None:
    """Before anything is started: no role at all, one of an account that is not allowed, two of two accounts."""
    with pytest.raises(CatalogError) as wrong:
        loaded(tmp_path, monkeypatch, lines)
    assert told in str(wrong.value)
