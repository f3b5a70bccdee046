"""What a drill accepts is a setting that its run compares, told by file, line and key where it is none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dr_orchestrator.catalog.load import load
from dr_orchestrator.errors import CatalogError
from dr_orchestrator.resources import TYPES
from dr_orchestrator.settings import CHECKOUT
from tests.support import workspace


def written(home: Path, drill: str, accept: str) -> Path:
    """A workspace whose drill accepts that."""
    drills = workspace.write(home).drills
    file = drills / "shop.yaml"
    bare = re.sub(r"\n    accept: .*", "", file.read_text())
    before, _, after = bare.partition(f"\n  {drill}:")
    file.write_text(f"{before}\n  {drill}:" + after.replace("\n    checks:", f"\n    accept: {accept}\n    checks:", 1))
    return drills


@pytest.mark.parametrize(
    ("drill", "accept"),
    [
        ("orders-snapshot", "{enhanced-monitoring: nobody looks}"),
        ("sessions-pitr", "{stream: the runbook switches it on}"),
        ("shop-replica", "{stream: the runbook switches it on}"),
        ("shop-replica", "{sessions.stream: the runbook switches it on}"),
    ],
)
def test_a_setting_may_be_accepted(tmp_path: Path, drill: str, accept: str) -> None:
    """Of the drill's own resource, or of a store of a replica; it changes the drill's digest."""
    with_it = load(written(tmp_path / "a", drill, accept), TYPES).drills[drill]
    without = load(workspace.write(tmp_path / "b").drills, TYPES).drills[drill]
    assert len(with_it.accept) == 1
    assert with_it.digest != without.digest


@pytest.mark.parametrize(
    ("drill", "name", "fix"),
    [
        ("sessions-pitr", "streams", "did you mean 'stream'?"),
        ("sessions-pitr", "multi-az", "one of: "),
        ("orders-snapshot", "orders-db.tags", "one of: "),
        ("shop-replica", "sessions.streams", "did you mean 'sessions.stream'?"),
    ],
)
def test_what_is_no_setting_of_the_drill_is_a_mistake(tmp_path: Path, drill: str, name: str, fix: str) -> None:
    """With its line and what was probably meant: a word that nobody reads would accept nothing."""
    with pytest.raises(CatalogError) as wrong:
        load(written(tmp_path, drill, f"{{{name}: because}}"), TYPES)
    (problem,) = wrong.value.problems
    assert re.search(rf"shop.yaml:\d+:drills.{drill}.accept.*{re.escape(name)}.* is no setting", str(problem))
    assert fix in str(problem)


def test_the_readme_lists_every_setting() -> None:
    """By type, as the types declare them."""
    told = (CHECKOUT / "drills" / "README.md").read_text()
    for each in TYPES:
        if each.settings:
            assert f"| `{each.name}` | {', '.join(f'`{one.name}`' for one in each.settings)} |" in told
