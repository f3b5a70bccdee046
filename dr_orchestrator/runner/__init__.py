"""The use cases: time a step, write it down, tear down whatever happens, judge; hold a lease; sweep what died."""

from dr_orchestrator.runner.components import Born, Components, Direct, Followed, Restored, Store, plain, stands_there
from dr_orchestrator.runner.context import RunContext
from dr_orchestrator.runner.ending import cleanup_of, close, error_text, fault_of, outcome_of, record_outcome
from dr_orchestrator.runner.session import Session

__all__ = [
    "Born",
    "Components",
    "Direct",
    "Followed",
    "Restored",
    "RunContext",
    "Session",
    "Store",
    "cleanup_of",
    "close",
    "error_text",
    "fault_of",
    "outcome_of",
    "plain",
    "record_outcome",
    "stands_there",
]
