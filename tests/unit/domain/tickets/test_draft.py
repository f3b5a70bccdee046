"""The words of tickets: what is known, in bounds, in lines that nobody's text can break, and without secrets."""

from __future__ import annotations

from dataclasses import replace

from dr_orchestrator.domain.findings.tracked import Act, Entry, State
from dr_orchestrator.domain.tickets.draft import (
    NAMES,
    Facts,
    Quoted,
    Said,
    Text,
    comment_of,
    draft_of,
    facts,
    lapse_comment,
    lapse_mark,
    mark_of,
)
from dr_orchestrator.domain.tickets.policy import TrackerPolicy
from dr_orchestrator.domain.tickets.ticket import LABEL, key_of
from tests.support.ledger_samples import START
from tests.support.tracked import DAY, tracked

NOW = START + DAY
NOTE = Entry(START, "ada", Act.NOTED, "line one\nline two", "r-1")


def whole(text: Text) -> str:
    lines = []
    for block in text:
        lines += [f"{n}={v}" for n, v in block.rows] if isinstance(block, Facts) else [block.text]
    return "\n".join(lines)


def test_a_ticket_tells_all_that_is_known() -> None:
    """What, of what, how grave, whose, until when, what became of it, and by what it is closed."""
    draft = draft_of(tracked(), [NOTE], TrackerPolicy(labels=("dr", LABEL)), NOW)
    told = whole(draft.text)
    assert draft.title == "[HIGH] Orders: check 'rows are there' failed"
    assert draft.labels == (LABEL, draft.key, "dr")
    for part in ("0 rows", "service=orders", "tier=0", "owner=payments", "due=2026-11-27", "line one line two"):
        assert part in told
    assert "a passing run of its drill" in told
    assert draft.key in told
    assert tuple(facts(tracked(), NOW)) == NAMES


def test_of_what_is_not_known_it_says_so() -> None:
    """No tier, drill, owner or date is made up; a shortfall is closed by a look."""
    bare = tracked(tier=None, drill="", owner="", due=None, service_title="", detail="")
    draft = draft_of(bare, [], TrackerPolicy(fields={"duedate": "{due}", "text": "due {due}"}), NOW)
    told = whole(draft.text)
    for part in ("tier=none", "drill=none", "owner=nobody", "due=no date", "a later look on AWS"):
        assert part in told
    assert draft.title.startswith("[HIGH] orders:")
    assert draft.fields == {"text": "due no date"}
    assert "What became of it" not in told


def test_fields_are_filled_in_however_deep() -> None:
    """Texts alone; numbers stay such."""
    policy = TrackerPolicy(fields={"a": [{"b": "{service} {nothing}"}, 7], "c": True})
    assert draft_of(tracked(), [], policy, NOW).fields == {"a": [{"b": "orders {nothing}"}, 7], "c": True}


def test_a_date_that_there_is_none_of_is_left_out_however_deep() -> None:
    """With what holds nothing else; words around it are sent."""
    fields = {"a": {"value": "{due}"}, "b": [{"c": "{due}", "d": 1}, "{due}"], "e": ["{due}"], "f": {}, "g": "by {due}"}
    draft = draft_of(tracked(due=None), [], TrackerPolicy(fields=fields), NOW)
    assert draft.fields == {"b": [{"d": 1}], "f": {}, "g": "by no date"}
    assert draft_of(tracked(due=None), [], TrackerPolicy(fields={"a": "{due}"}), NOW).fields == {}
    assert draft_of(tracked(), [], TrackerPolicy(fields=fields), NOW).fields["a"] == {"value": "2026-11-27"}


def test_fields_hold_no_secret_and_no_second_line() -> None:
    """Whoever wrote the facts; nor does a fact name another one."""
    of = tracked(owner="https://u:secret@h/x\nline {service}")
    assert draft_of(of, [], TrackerPolicy(fields={"o": "{owner}"}), NOW).fields == {"o": "https://h/x line {service}"}


def test_a_rehearsals_ticket_is_another_and_stamped() -> None:
    """In its first words, and by its key."""
    of = tracked(simulated=True)
    draft = draft_of(of, [], TrackerPolicy(simulated=True), NOW)
    assert draft.title.startswith("SIMULATED, no evidence: ")
    assert draft.key == key_of(of) != key_of(tracked())
    assert len(key_of(replace(of, fingerprint="f" * 64))) <= 50


def test_nobodys_text_breaks_a_line_or_a_bound() -> None:
    """What no tracker shows is a blank; what is too long is cut, and says so; a login is none of its."""
    of = tracked(title="a\nb\x1b[2J" + "x" * 500, detail="y" * 9000 + "https://u:secret@h/")
    draft = draft_of(of, [NOTE] * 60, TrackerPolicy(), NOW)
    assert "\n" not in draft.title
    assert "\x1b" not in draft.title
    assert len(draft.title) == 200
    quoted = [each for each in draft.text if isinstance(each, Quoted)]
    assert "(cut; `dro finding show` tells it all)" in quoted[0].text
    assert len(quoted[0].text) < 6100
    assert quoted[1].text.count("noted by ada") == 40
    told = whole(draft_of(replace(of, detail="postgres://u:secret@h/db"), [], TrackerPolicy(), NOW).text)
    assert "secret" not in told


def test_a_comment_is_known_by_what_it_tells() -> None:
    """The same entry has the same mark in every ledger, another one another."""
    assert mark_of(NOTE) == mark_of(replace(NOTE))
    others = [replace(NOTE, **change) for change in ({"text": "x"}, {"who": "eve"}, {"at": NOW}, {"source": ""})]
    assert len({mark_of(each) for each in (NOTE, *others)}) == 5
    told = whole(comment_of(NOTE, tracked(), NOW))
    for part in ("noted", "line one\nline two", "by=ada (r-1)", "stands=open", mark_of(NOTE)):
        assert part in told
    bare = comment_of(replace(NOTE, text=" ", source=""), tracked(), NOW)
    assert not [each for each in bare if isinstance(each, Quoted)]
    assert "by=ada\n" in whole(bare)


def test_the_end_of_an_acceptance_has_a_comment_of_its_own() -> None:
    """With the day, and a mark that is that end's."""
    of = tracked(state=State.ACCEPTED, accepted_until=START)
    told = lapse_comment(of, START, NOW)
    assert isinstance(told[0], Said)
    assert "ran out on 2026-11-20" in whole(told)
    assert lapse_mark(START) in whole(told)
    assert lapse_mark(START) != lapse_mark(NOW)
