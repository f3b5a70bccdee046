"""A derived template is accepted where nothing is left to be asked, and nothing is refused."""

from __future__ import annotations

import pytest

from dr_orchestrator.domain.replica import Ask, Birth, Derived, Edit, Note, Place, Refusal

EDIT = Edit("Table", "DeletionPolicy", "Retain", "Delete", "it would stay behind")
NOTE = Note("Api", "needs a value", "it has none")
ASK = Ask("Topic", "tells people", "of a drill", "leave_out: [Topic]")
REFUSAL = Refusal("Peering", "joins networks", "production's could be reached")


@pytest.mark.parametrize(
    ("derived", "accepted"),
    [
        (Derived({}), True),
        (Derived({}, edits=[EDIT], notes=[NOTE]), True),
        (Derived({}, asks=[ASK]), False),
        (Derived({}, refused=[REFUSAL]), False),
    ],
)
def test_edits_and_notes_need_nobodys_word(derived: Derived, accepted: bool) -> None:
    """What is asked keeps a template from being taken, and what is refused does for good."""
    assert derived.accepted is accepted


def test_places_are_called_as_drill_files_call_them() -> None:
    """Both words are part of the command line, of drill files and of reports."""
    assert [place.value for place in Place] == ["drill-account", "beside"]


def test_a_store_says_what_it_is_made_from() -> None:
    """In the words that stand in the list of edits."""
    born, brought = (Birth("orders-prod", "the snapshot orders-1", {}, imported=each) for each in (False, True))
    assert born.why == "it is made from the newest recovery point of orders-prod: the snapshot orders-1"
    assert brought.why == "AWS restores it from the snapshot orders-1, and CloudFormation imports it"
