"""The file of a baseline: what is none is refused by file and key, and what is written is there whole or not at all."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator.catalog import baseline
from dr_orchestrator.domain.customer_stack import Aspect, CustomerStack

STACK = CustomerStack("acme", "444455556666", "eu-west-1", "hook", "arn:aws:iam::444455556666:role/looks")
ROLE = {"attached": {"arn:aws:iam::444455556666:policy/p": {"version": "v1"}}, "boundary": None}
DOCUMENTS: dict[Aspect, Any] = {
    Aspect.STACK: {"hook": {"id": "arn:stack", "resources": {}}},
    Aspect.DRIFT: {"hook": {"status": "IN_SYNC", "resources": {}}},
    Aspect.TEMPLATE: {"hook": {"Resources": {}}},
    Aspect.POLICIES: {"roles": {"r": ROLE, "gone": None}, "rules": {"q": None}},
    Aspect.HISTORY: {"r": {"at": "2026-11-20T09:00:00+00:00", "events": {"e": {"call": "PutRule", "by": "ada"}}}},
}
TEXT = baseline.text(STACK, datetime(2026, 11, 20, 9, tzinfo=UTC), DOCUMENTS)


def read(path: Path) -> Any:
    return baseline.read(path, STACK.account, STACK.region, STACK.stack)


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    """Also where parts of it were gone when it was recorded, and where all of it was."""
    baseline.write(tmp_path / "a" / "b.json", TEXT)
    assert read(tmp_path / "a" / "b.json").documents == DOCUMENTS
    gone = {**DOCUMENTS, **{key: {"hook": None} for key in (Aspect.STACK, Aspect.DRIFT, Aspect.TEMPLATE)}}
    baseline.write(tmp_path / "gone.json", baseline.text(STACK, datetime(2026, 11, 20, tzinfo=UTC), gone))
    assert read(tmp_path / "gone.json").documents == gone


@pytest.mark.parametrize(
    ("way", "value", "told"),
    [
        (("recorded_at",), "2026-11-20T09:00:00", "recorded_at has no time zone"),
        (("documents", "stack"), [], "documents / stack is no mapping"),
        (("documents", "stack"), {}, "documents / stack is not about hook alone"),
        (("documents", "stack", "hook"), "x", "documents / stack / hook is no mapping"),
        (("documents", "stack", "hook", "id"), None, "documents / stack / hook / id is no text"),
        (("documents", "stack", "hook", "resources"), [], "documents / stack / hook / resources is no mapping"),
        (("documents", "drift", "hook", "resources"), 1, "documents / drift / hook / resources is no mapping"),
        (("documents", "template"), {"other": {}}, "documents / template is not about hook alone"),
        (("documents", "policies", "roles"), None, "documents / policies / roles is no mapping"),
        (("documents", "policies", "rules"), ["q"], "documents / policies / rules is no mapping"),
        (("documents", "policies", "roles", "r"), "x", "documents / policies / roles / r is no mapping"),
        (("documents", "policies", "roles", "r", "attached"), 1, "policies / roles / r / attached is no mapping"),
        (("documents", "policies", "roles", "r", "boundary"), {"x": 1}, "roles / r / boundary / x is no ARN"),
        (("documents", "last change", "r"), None, "documents / last change / r is no mapping"),
        (("documents", "last change", "r", "at"), 5, "documents / last change / r / at is no time"),
        (("documents", "last change", "r", "at"), "2026-11-20T09:00:00", "last change / r / at is no time with its"),
        (("documents", "last change", "r", "events"), ["e"], "documents / last change / r / events is no mapping"),
        (("documents", "last change", "r", "events", "e"), "x", "last change / r / events / e is no mapping"),
        (("documents", "last change", "r", "events", "e", "by"), 1, "last change / r / events / e / by is no text"),
    ],
)
def test_what_somebody_edited_into_another_form_is_refused_by_its_key(
    tmp_path: Path, way: tuple[str, ...], value: Any, told: str
) -> None:
    """Before a drill reads it: none of it may come to light as a defect in the midst of one."""
    edited = json.loads(TEXT)
    *around, last = way
    within = edited
    for each in around:
        within = within[each]
    within[last] = value
    file = tmp_path / "b.json"
    file.write_text(json.dumps(edited))
    with pytest.raises(baseline.NoBaseline) as wrong:
        read(file)
    assert told in str(wrong.value)


def refuse(*_: Any) -> None:
    raise OSError("no space left")


def test_a_file_that_cannot_be_written_whole_leaves_what_stood_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk or a death in the midst costs nobody the old baseline, and leaves nothing beside it."""
    file = tmp_path / "b.json"
    baseline.write(file, TEXT)
    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(OSError, match="no space left"):
        baseline.write(file, TEXT.replace("hook", "other"))
    assert file.read_text() == TEXT
    assert [each.name for each in tmp_path.iterdir()] == ["b.json"]


def test_a_file_keeps_its_mode_and_a_link_its_place(tmp_path: Path) -> None:
    """What is replaced is the content alone; a new file is as readable as any that this user makes."""
    kept, link, other = tmp_path / "kept.json", tmp_path / "link.json", tmp_path / "other"
    kept.write_text("old")
    kept.chmod(0o640)
    link.symlink_to(kept)
    baseline.write(link, TEXT)
    assert (link.is_symlink(), kept.read_text(), kept.stat().st_mode & 0o777) == (True, TEXT, 0o640)
    other.touch()
    baseline.write(tmp_path / "new.json", TEXT)
    assert (tmp_path / "new.json").stat().st_mode == other.stat().st_mode
