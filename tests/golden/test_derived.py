"""What is derived from the declarations of the types is committed as it is derived today."""

from __future__ import annotations

from itertools import chain

import pytest

from dr_orchestrator.aws.access import listing
from dr_orchestrator.domain.resource_type import ResourceType
from dr_orchestrator.resources import TYPES
from tests.support.clicks import WITH_FAKE
from tests.support.golden.write import CALLS, JUDGED, README, judgements, with_types

_STALE = "is not what the types declare: run `make samples`, read the difference, commit it"


def test_every_call_that_may_be_made_is_listed_for_review() -> None:
    """A change of what may be called in an account shows in review, as a change of tests/golden/calls.md."""
    assert CALLS.read_text() == listing.calls(TYPES), f"{CALLS} {_STALE}"


def test_the_readme_has_the_types_that_there_are() -> None:
    """README's table of types is derived: a type that is added, or drilled by another kind, is told there."""
    readme = README.read_text()
    assert listing.resource_types(TYPES) in readme, f"README.md {_STALE}"
    assert with_types(readme) == readme


def test_what_a_replica_makes_of_real_templates_is_reviewed() -> None:
    """Each edit, ask and refusal of templates that people have, in both places, is as tests/golden/templates has it."""
    told = dict(judgements())
    assert {path.name for path in JUDGED.iterdir()} == set(told)
    for name, text in told.items():
        assert (JUDGED / name).read_text() == text, f"{JUDGED / name} {_STALE}"


@pytest.mark.parametrize("of", list(WITH_FAKE), ids=lambda each: each.name)
def test_the_list_leaves_no_call_out(of: ResourceType) -> None:
    """Each declared call of each type is a row of its own, with its effect, its target and its IAM actions."""
    rows = listing.calls(WITH_FAKE).splitlines()
    for write in of.writes:
        begins = f"| `{write.operation}` | {of.name} | {write.effect} | {write.target}"
        told = {*of.grants.get(write.operation, (write.operation,)), *write.takes, *chain(*write.actions.values())}
        assert any(all(f"`{each}`" in row for each in told) for row in rows if row.startswith(begins))
    for call in {call for calls in of.kinds.values() for call in calls.reads} | of.listing.reads:
        assert any(row.startswith(f"| `{call}` |") and of.name in row for row in rows)
    if of.beat is not None:
        assert f"| `{of.beat.operation}` | {of.name} |" in rows
