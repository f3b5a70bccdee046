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
from dr_orchestrator.errors import NotMeasured, UnsafeToDelete
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
    if not of.arn.endswith("/*"):  # where the id is EC2's own, this is a tag, of any letters
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


BEGUN = st.from_regex(r"[a-z][a-z0-9]{0,62}", fullmatch=True)


@given(RUNS, st.tuples(BEGUN, BEGUN), st.sampled_from([*TYPES.copies.values()]))
def test_two_resources_of_a_run_never_share_a_name(run: str, ends: tuple[str, str], of: CopyType) -> None:
    """However long their ids are, and however alike they begin; a name that needs no cut is that of its resource."""
    one, other = (name(run, f"promoted-{'long' * 10}{each}", of) for each in ends)
    assert (one == other) is (ends[0] == ends[1])


def test_what_fits_is_not_cut_and_what_a_run_has_named_stays() -> None:
    """A run that is resumed finds its copy under the name that it wrote down, by whichever version."""
    of = TYPES.copies["rds-instance"]
    assert name(RUN, "orders-prod", of) == COPY.id
    long = f"promoted-{'long' * 20}"
    before = f"dro-{RUN}-{long}"[: of.longest]
    assert name(RUN, long, of) != before
    assert name(RUN, long, of, lambda: [before]) == before
    assert name(RUN, "orders-prod", of, lambda: [before]) == COPY.id


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
        (ROW, frozenset(), replace(LIVE, tags={"dr-drill:run": "another"}, derived=True), "does not wear the tag"),
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


STACK = Copy("cloudformation-stack", f"dro-{RUN}-shop", "us-east-1", RUN, "drill", "shop")
STACK_ID = "arn:aws:cloudformation:us-east-1:123456789012:stack/dro-shop/1"
MADE = datetime(2026, 11, 20, 0, 10, tzinfo=UTC)
MEMBER = Live("config", "t-1", {"dr-drill:run": RUN}, created_at=MADE)


@pytest.mark.parametrize("tags", [{"dr-drill:run": RUN}, {"aws:cloudformation:stack-id": STACK_ID}])
def test_a_part_is_of_a_stack_by_the_tag_of_either(tags: dict[str, str]) -> None:
    """The run's tag, which CloudFormation hands on, or the one that it alone can set."""
    row = replace(ROW, copy=STACK)
    proofs(row).prove_member(STACK, STACK_ID, replace(MEMBER, tags=tags))


@pytest.mark.parametrize(
    ("live", "why"),
    [
        (replace(MEMBER, tags={}), "wears neither"),
        (replace(MEMBER, tags={"dr-drill:run": "20261120-ffffff"}), "wears neither"),
        (replace(MEMBER, tags={"aws:cloudformation:stack-id": f"{STACK_ID}2"}), "wears neither"),
        (replace(MEMBER, name="Orders-Prod"), "is a registered source"),
        (replace(MEMBER, created_at=datetime(2026, 11, 19, tzinfo=UTC)), "from before this run asked"),
        (replace(MEMBER, created_at=None), "from before this run asked"),
    ],
)
def test_what_does_not_prove_itself_is_no_part_of_a_stack(live: Live, why: str) -> None:
    """Untagged, another run's or stack's, production, older than the run, or of no age: not ours, whoever names it."""
    with pytest.raises(NotMeasured, match=why):
        proofs(replace(ROW, copy=STACK)).prove_member(STACK, STACK_ID, live)


def test_without_an_id_of_the_stack_its_tag_proves_nothing() -> None:
    """A stack whose id was never told: a tag of an empty value is not of it."""
    with pytest.raises(NotMeasured, match="wears neither"):
        proofs(replace(ROW, copy=STACK)).prove_member(
            STACK, "", replace(MEMBER, tags={"aws:cloudformation:stack-id": ""})
        )


def test_what_aws_shows_of_a_copy_is_the_object_that_it_made() -> None:
    """Another identity under the copy's name is not looked at further; one that is not known yet is no other."""
    proofs().same(COPY, "db-1")
    proofs(replace(ROW, identity=None)).same(COPY, "db-2")
    with pytest.raises(NotMeasured, match="is db-2, but this run made db-1"):
        proofs().same(COPY, "db-2")
