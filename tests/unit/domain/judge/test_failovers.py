"""How a failover is judged: by its client's outage and count alone, and green by neither zone nor state."""

from __future__ import annotations

from datetime import timedelta

from dr_orchestrator.domain.failover import REFERENCE, Zones
from dr_orchestrator.domain.judge.judgement import judge
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.verdict import Verdict
from tests.support.cases import failed_over
from tests.support.records import MINUTE, RTO, US

S = timedelta(seconds=1)


def test_the_recovery_time_is_the_outage_and_nothing_is_allowed_on_top() -> None:
    """From the first write that failed to the first that was served again; what came before is no recovery."""
    judged = judge(failed_over())
    assert judged.verdict is Verdict.PASSED, judged.reasons
    measures = judged.measures
    assert measures.rta == measures.rta_from_disruption == measures.rta_from_declaration == measures.rta_net == MINUTE
    assert (measures.rpa, measures.rpa_grade) == (timedelta(), "A")


def test_a_lost_write_fails_whatever_the_rpo_allows() -> None:
    """Three acknowledged writes are gone: within any RPO, and a failed promise all the same."""
    judged = judge(failed_over(lost=3))
    assert judged.verdict is Verdict.FAILED
    assert judged.measures.rpa == 3 * S
    assert any("3 writes lost of 200 acknowledged" in reason for reason in judged.reasons)


def test_a_loss_that_has_no_span_is_no_loss_of_nothing() -> None:
    """Where it cannot be told how far back the lost writes reach, there is no figure: never zero, never a grade."""
    measures = judge(failed_over(lost=3, dated=False)).measures
    assert (measures.rpa, measures.rpa_grade, measures.newest_data) == (None, "", None)


def test_an_outage_that_nobody_saw_is_inconclusive() -> None:
    """A client that was always served measured nothing: there is no figure, and no pass."""
    judged = judge(failed_over(outage=None))
    assert judged.verdict is Verdict.INCONCLUSIVE
    assert (judged.measures.rta, judged.measures.rpa) == (None, None)


def test_a_zone_that_stayed_is_no_failover() -> None:
    """It was out for a minute and serves again, from where it stood: FAILED, for no zone was left."""
    judged = judge(failed_over(after=Zones("a", "b")))
    assert judged.verdict is Verdict.FAILED
    assert any("a still serves" in reason for reason in judged.reasons)


def test_an_outage_beyond_the_objective_fails_and_beyond_awss_word_is_a_finding() -> None:
    """The objective judges; what AWS tells of is a reference: longer than that is worth a look, and no failure."""
    assert judge(failed_over(outage=RTO)).verdict is Verdict.FAILED
    slow = judge(failed_over(outage=REFERENCE[1] + US))
    assert slow.verdict is Verdict.PASSED_WITH_FINDINGS
    assert [each.rule for each in slow.findings] == [Rule.FAILOVER_SLOW]
    assert judge(failed_over(outage=REFERENCE[1])).verdict is Verdict.PASSED
    quick = judge(failed_over(outage=REFERENCE[1], usual=(30 * S, MINUTE)))
    assert any("against 1 m" in each.title for each in quick.findings)


def test_a_way_back_beyond_the_objective_is_a_finding() -> None:
    """The way back is an outage like the first, and judged by nothing else than being told."""
    back = judge(failed_over(back=RTO))
    assert back.verdict is Verdict.PASSED_WITH_FINDINGS
    assert Rule.FAILBACK_SLOW in {each.rule for each in back.findings}
