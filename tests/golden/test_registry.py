"""What is known of CloudFormation's resource types is committed as the locked cfn-lint gives it."""

from __future__ import annotations

import pytest

from dr_orchestrator.aws.template.registry import source
from dr_orchestrator.aws.template.registry.table import FILE
from tests.support.registry.source import told
from tests.support.registry.write import text

_STALE = "run `make registry`, read the difference, commit it"


@pytest.fixture(scope="module")
def fresh() -> str:
    return text()


def test_the_types_are_those_of_the_source(fresh: str) -> None:
    """A type that AWS adds or changes shows in review, as a line of types.json."""
    assert source() == told(), f"{FILE} is of another release: {_STALE}"
    stored, now = FILE.read_text(encoding="utf-8").splitlines(), fresh.splitlines()
    other = sorted({line.split(":{")[0] for line in {*stored} ^ {*now}})
    assert not other, f"{FILE} is not what cfn-lint gives for {', '.join(other[:10])}: {_STALE}"


def test_the_file_is_written_the_same_each_time(fresh: str) -> None:
    """Byte for byte, so that a difference is one of the source; a type a line, in order."""
    assert fresh.encode() == FILE.read_bytes()
    assert text() == fresh
    rows = [line for line in fresh.splitlines() if line.startswith('"') and not line.startswith('"types"')]
    assert rows == sorted(rows, key=lambda row: row.split('"')[1])
