"""No verdict and no finding follows from the words of a record: whatever they are, the same rules apply."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields
from typing import Any, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dr_orchestrator.domain.judge.judgement import Judgement, judge
from dr_orchestrator.domain.posture.ruling import TITLES
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import Measures
from tests.support.cases import CASES, MISLEADING
from tests.support.wording import IDS, RECORDS, SENTENCES, UNSHRUNK, reworded

words = st.one_of(st.sampled_from(MISLEADING), st.text(max_size=12))


def structure(judged: Judgement) -> tuple[Any, ...]:
    """All of a judgement but its words."""
    figures = {
        field.name: getattr(judged.measures, field.name)
        for field in fields(Measures)
        if field.name not in SENTENCES[Measures]
    }
    reasons = [(reason.rule, reason.subject) for reason in judged.grounds]
    findings = [(found.rule, found.fingerprint, found.severity) for found in judged.findings]
    return judged.verdict, judged.worst_case_verdict, figures, reasons, findings


@pytest.mark.parametrize("case", CASES)
def test_every_rule_has_its_case(case: Rule | str) -> None:
    """Each case below gives its reason or finding, so that the next promise is held to every rule."""
    judged = judge(CASES[case]())
    if isinstance(case, Rule):
        assert case in {*(found.rule for found in judged.findings), *judged.reason_rules}


def test_no_rule_is_without_a_case() -> None:
    """A rule that is added is held to the promise, too."""
    # no run is judged by them: of backups, of the calendar, and of exercises of people
    people = {Rule.CRITERION_NOT_MET, Rule.CRITERION_NOT_RATED, Rule.CONTACT_NOT_REACHED, Rule.DOCUMENT_DEFECT}
    people |= {Rule.EXERCISE_GAP, Rule.EXERCISE_ABORTED}
    people |= {
        Rule.TENANT_MISSING,
        Rule.TENANT_UNREAD,
        Rule.TENANT_TOO_OLD,
        Rule.POINT_AFTER_EVENT,
        Rule.CONTAINER_LOST,
    }
    people |= {Rule.NO_CONTAINER, Rule.NO_DRILL, Rule.SITE_HELD, Rule.SITE_DELETED}
    people |= {Rule.SITES_LOST, Rule.NOT_LARGER}
    of_others = {*TITLES, Rule.OVERDUE, *people}
    assert set(Rule) - set(CASES) - of_others == {Rule.RTO_MET, Rule.RPO_MET, Rule.NOT_KEPT}


@settings(phases=UNSHRUNK, deadline=None)
@given(st.sampled_from(list(CASES)), st.lists(words, unique=True, min_size=30))
def test_other_words_judge_alike(case: Rule | str, drawn: list[str]) -> None:
    """With any words, even misleading ones, in every sentence of the record: same verdict, reasons and findings."""
    record, left = CASES[case](), iter(drawn)
    anew: defaultdict[str, str] = defaultdict(lambda: next(left))
    word = anew.__getitem__

    assert structure(judge(reworded(record, word))) == structure(judge(record))


def test_each_text_of_a_record_is_a_sentence_or_an_id() -> None:
    """A new field is words for people, or it tells one thing from another; never both, and never neither."""
    for kind in RECORDS:
        hints = get_type_hints(kind)
        texts = {field.name for field in fields(kind) if hints[field.name] in (str, tuple[str, ...])}
        sentences, ids = SENTENCES.get(kind, set()), IDS.get(kind, set())
        assert not sentences & ids
        assert texts <= sentences | ids, kind
