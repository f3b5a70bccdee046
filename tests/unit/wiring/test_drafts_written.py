"""Drafts come into their files whole or not at all, and over nothing that anybody did meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dr_orchestrator.catalog.drafting.described import described
from dr_orchestrator.cli import main
from dr_orchestrator.errors import CatalogError, Exit, UsageError
from dr_orchestrator.wiring.discovery.proposing import Proposal
from dr_orchestrator.wiring.discovery.writing import write
from tests.support import workspace


@pytest.fixture
def drills(home: Path) -> Path:
    workspace.write(home)
    return home / "drills"


def proposal(drills: Path, name: str, text: str, *, new: bool) -> Proposal:
    before = None if new else next(each for each in described(drills) if each.path.name == name)
    return Proposal(drills / name, f"drills/{name}", "shop", before, text, ("a",), ("a-pitr",), 1)


def test_a_file_is_written_with_the_rights_that_it_has(drills: Path) -> None:
    """Through a link to where it really lies; nothing else is left in the folder."""
    real = drills.parent / "elsewhere.yaml"
    (drills / "shop.yaml").rename(real)
    real.chmod(0o640)
    (drills / "shop.yaml").symlink_to(real)
    write(
        [proposal(drills, "shop.yaml", "service: shop # ü\n", new=False), proposal(drills, "new.yaml", "a", new=True)]
    )
    assert real.read_text(encoding="utf-8") == "service: shop # ü\n"
    assert real.stat().st_mode & 0o777 == 0o640
    assert (drills / "shop.yaml").is_symlink()
    assert sorted(each.name for each in drills.glob("*.yaml*")) == ["new.yaml", "shop.yaml", "tiers.yaml"]
    assert [each for each in drills.parent.iterdir() if each.name.startswith(".elsewhere")] == []


def test_what_was_changed_meanwhile_is_not_written_over(drills: Path) -> None:
    """Nor is any other file of the same look."""
    old = proposal(drills, "shop.yaml", "x", new=False)
    (drills / "shop.yaml").write_text("service: shop # a person's\n")
    with pytest.raises(UsageError, match="was changed meanwhile"):
        write([proposal(drills, "new.yaml", "a", new=True), old])
    assert not (drills / "new.yaml").exists()
    assert (drills / "shop.yaml").read_text() == "service: shop # a person's\n"


def test_a_file_that_came_meanwhile_is_not_written_over(drills: Path) -> None:
    """Somebody else described the service."""
    with pytest.raises(UsageError, match="has come to be meanwhile"):
        write([proposal(drills, "shop.yaml", "x", new=True)])


def test_what_changes_while_others_are_written_is_left(drills: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person's edit, and a file that a person made: both stay, the others are written, and it is told."""
    made = [proposal(drills, name, name, new=name != "shop.yaml") for name in ("a.yaml", "b.yaml", "shop.yaml")]
    ours = os.fsync

    def meanwhile(number: int) -> None:
        ours(number)
        (drills / "shop.yaml").write_text("a person's")
        (drills / "b.yaml").write_text("a person's, too")

    monkeypatch.setattr(os, "fsync", meanwhile)
    with pytest.raises(
        UsageError, match=r"b\.yaml has come to be meanwhile; .*shop\.yaml was changed meanwhile"
    ) as why:
        write(made)
    assert "1 of 3 were written" in why.value.hint
    assert (drills / "a.yaml").read_text() == "a.yaml"
    assert (drills / "shop.yaml").read_text() == "a person's"
    assert (drills / "b.yaml").read_text() == "a person's, too"
    assert [each.name for each in drills.iterdir() if each.name.startswith(".")] == []


def test_a_file_that_comes_at_the_last_moment_is_not_written_over(
    drills: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the last look and the writing there is a moment, too."""
    ours = os.link

    def late(name: str, target: Path) -> None:
        target.write_text("a person's")
        ours(name, target)

    monkeypatch.setattr(os, "link", late)
    with pytest.raises(UsageError, match="has come to be meanwhile"):
        write([proposal(drills, "new.yaml", "x", new=True)])
    assert (drills / "new.yaml").read_text() == "a person's"


def test_a_file_without_a_write_bit_is_left_by_root_too(drills: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever took all of them away meant it."""
    (drills / "shop.yaml").chmod(0o444)
    monkeypatch.setattr(os, "access", lambda *_: True)
    with pytest.raises(UsageError, match="may not be written"):
        write([proposal(drills, "shop.yaml", "x", new=False)])


def test_a_file_stays_its_owners(drills: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever writes it, as far as the system lets them."""
    given: list[tuple[int, int]] = []
    there, ours = (drills / "shop.yaml").stat(), os.fstat
    monkeypatch.setattr(os, "fchown", lambda _, user, group: given.append((user, group)))
    monkeypatch.setattr(os, "fstat", lambda number: os.stat_result((*ours(number)[:4], 4711, *ours(number)[5:])))
    write([proposal(drills, "shop.yaml", "x", new=False)])
    assert given == [(there.st_uid, there.st_gid)]


@pytest.mark.parametrize("shut", ["shop.yaml", "the folder"])
def test_what_may_not_be_written_is_told_before_anything_is(
    drills: Path, monkeypatch: pytest.MonkeyPatch, shut: str
) -> None:
    """A file that its owner made unwritable is meant to stay, though a folder would let it be replaced."""
    ours = os.access
    closed = drills if shut == "the folder" else drills / shut
    monkeypatch.setattr(os, "access", lambda path, mode: path != closed and ours(path, mode))
    with pytest.raises(UsageError, match="may not be written"):
        write([proposal(drills, "new.yaml", "a", new=True), proposal(drills, "shop.yaml", "x", new=False)])
    assert not (drills / "new.yaml").exists()


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [("service: a\nresources: [\n", 3, ""), ("- a\n", 1, "is no mapping"), ("a: 1\na: 2\n", 2, "written twice")],
)
def test_a_drill_file_that_cannot_be_read_is_told_by_its_line(drills: Path, text: str, line: int, told: str) -> None:
    """All that cannot be, at once; AWS is not asked, and nothing is written."""
    (drills / "broken.yaml").write_text(text)
    (drills / "worse.yaml").write_bytes(b"\xff")
    with pytest.raises(CatalogError) as wrong:
        described(drills)
    first, second = wrong.value.problems
    assert (first.file, second.file) == ("drills/broken.yaml", "drills/worse.yaml")
    assert told in first.message
    assert first.line <= line
    assert first.fix


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--rest", "No Such"], "not a legal name of a service"),
        (["Jira!"], "not a legal name of a service"),
        (["--from", "nowhere.csv"], "there is no such file or folder"),
    ],
)
def test_a_wrong_argument_is_told_before_aws_is_asked(
    drills: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    """With what to write."""
    monkeypatch.setenv("DRO_HOME", str(drills.parent))
    assert main.run(["discover", *arguments]) == Exit.USAGE
    assert told in capsys.readouterr().err


def test_without_a_policy_or_a_region_nothing_is_looked_at(
    drills: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever looks at an estate says where."""
    monkeypatch.setenv("DRO_HOME", str(drills.parent))
    (drills / "shop.yaml").unlink()
    assert main.run(["discover"]) == Exit.USAGE
    assert "allowed: {regions: [us-east-1]}" in capsys.readouterr().err
    (drills / "tiers.yaml").write_text("tiers: [")
    assert main.run(["discover"]) == Exit.USAGE
    assert "drills/tiers.yaml:" in capsys.readouterr().err
