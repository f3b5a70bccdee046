"""Names of copies, and the proofs without which nothing is deleted."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dr_orchestrator.aws.copies import Live, Proofs, name
from dr_orchestrator.domain.copy import Copy, CopyRecord, CopyState, Identity
from dr_orchestrator.domain.resource_type import CopyType
from dr_orchestrator.errors import UnsafeToDelete
from dr_orchestrator.resources import TYPES

RUN = "20261120-abc123"
COPY = Copy("rds-instance", f"dro-{RUN}-orders-prod", "us-east-1", RUN, "drill", "orders")
IDENTITY = Identity("arn:copy", "db-1")
ROW = CopyRecord(COPY, CopyState.CREATED, IDENTITY, datetime(2026, 11, 20, tzinfo=UTC))
LIVE = Live(COPY.id, "db-1", COPY.tags)
RUNS = st.from_regex(r"20[0-9]{6}-[0-9a-f]{6}", fullmatch=True)


@given(RUNS, st.text(max_size=300), st.sampled_from([*TYPES.copies.values()]))
def test_a_copys_name_is_legal_whatever_its_source_is_called(run: str, resource: str, of: CopyType) -> None:
    """Charset and length of its type, no double or trailing hyphen, a letter first, the run's id inside, and stable."""
    made = name(run, resource, of)
    assert re.fullmatch(TYPES.making(of.name).naming.pattern, made)
    assert len(made) <= of.longest
    assert "--" not in made
    assert not made.endswith("-")
    assert run in made
    assert made == name(run, resource, of)


@given(RUNS, RUNS, st.from_regex(r"[a-z][a-z0-9-]{0,250}", fullmatch=True), st.sampled_from([*TYPES.copies.values()]))
def test_two_runs_never_share_a_name(one: str, other: str, resource: str, of: CopyType) -> None:
    """Even the longest resource id leaves the run's id whole, so copies of different runs cannot meet."""
    assert (name(one, resource, of) == name(other, resource, of)) is (one == other)


def proofs(row: CopyRecord | None = ROW, sources: frozenset[str] = frozenset({"orders-prod"})) -> Proofs:
    return Proofs(lambda _: row, sources, lambda _: ())


def test_three_agreeing_proofs_allow_a_deletion() -> None:
    """Ledger row, tag and identity agree: only then nothing is raised."""
    proofs().prove(COPY, LIVE)


@pytest.mark.parametrize(
    ("row", "sources", "live", "why"),
    [
        (None, frozenset(), LIVE, "not in the ledger of this run"),
        (ROW, frozenset({COPY.id}), LIVE, "registered source"),
        (ROW, frozenset({COPY.id.upper()}), LIVE, "registered source"),
        (ROW, frozenset(), replace(LIVE, name=COPY.id.upper()), "is not dro-"),
        (ROW, frozenset(), replace(LIVE, name="orders-prod"), "orders-prod is not"),
        (ROW, frozenset(), replace(LIVE, tags={}), "does not wear the tag"),
        (ROW, frozenset(), replace(LIVE, tags={**COPY.tags, "dr-drill:run": "20261120-ffffff"}), "does not wear"),
        (ROW, frozenset(), replace(LIVE, tags={"DR-DRILL:RUN": RUN}), "does not wear the tag"),
        (ROW, frozenset(), replace(LIVE, unique_id="db-2"), "is db-2, but this run made db-1"),
        (ROW, frozenset(), replace(LIVE, unique_id=""), "but this run made db-1"),
        (ROW, frozenset(), replace(LIVE, unique_id="db-2", derived=True), "is db-2, but this run made db-1"),
    ],
)
def test_each_proof_failing_alone_refuses(
    row: CopyRecord | None, sources: frozenset[str], live: Live, why: str
) -> None:
    """A production object that wears our tag, a row that names a source, another object under the name: not deleted."""
    with pytest.raises(UnsafeToDelete, match=why):
        proofs(row, sources).prove(COPY, live)


def test_a_copy_whose_creation_was_never_confirmed_still_needs_its_tag() -> None:
    """With no identity in the ledger (the answer was lost) the tag decides; without it nothing is deleted."""
    unconfirmed = replace(ROW, identity=None, state=CopyState.INTENDED)
    proofs(unconfirmed).prove(COPY, LIVE)
    with pytest.raises(UnsafeToDelete):
        proofs(unconfirmed).prove(COPY, replace(LIVE, tags={}))
