"""Who or what stopped a run, in the record: a request only where somebody asked."""

from __future__ import annotations

import asyncio
import signal

import pytest

from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.runner.ending import error_text
from dr_orchestrator.runner.stop import Stop, by_signal
from tests.support.rehearsal import Drill


class Ended(BaseException):
    """As an engine raises it for a signal to its process."""

    def __init__(self, number: int) -> None:
        self.signal = number


NOTED = Ended(signal.SIGTERM)
NOTED.add_note("its flow run was cancelled")
WORDS = {
    "stopped on request: Ctrl-C (SIGINT)": KeyboardInterrupt(),
    "its terminal, or the process that had started it, went away (SIGHUP)": KeyboardInterrupt(by_signal(signal.SIGHUP)),
    "its process was told to end (SIGTERM)": Ended(signal.SIGTERM),
    "its process was stopped by SIGUSR1": Ended(signal.SIGUSR1),
    "its flow run was cancelled": NOTED,
    "its process was broken off (CancelledError)": asyncio.CancelledError(),
}


@pytest.mark.parametrize("words", WORDS)
def test_the_record_names_who_or_what_stopped_a_run(words: str) -> None:
    """The reason of the run and its step both say it; only a person's Ctrl-C is a request."""
    drill = Drill(failing={"ready": WORDS[words]})
    with pytest.raises(type(WORDS[words])):
        drill.run()
    closing = drill.ledger.closing
    assert closing is not None
    assert closing.verdict is Verdict.ABORTED
    assert closing.reasons[0] == words == error_text(WORDS[words])
    assert words in [step.detail for step in drill.ledger.steps.values()]


def test_the_first_reason_to_stop_stays() -> None:
    """A signal that follows says nothing new of why; without a reason nobody is said to have asked."""
    stop = Stop()
    stop.set()
    stop.set(by_signal(signal.SIGINT))
    assert stop.why == "stopped"
