"""The use cases: time a step, write it down, tear down whatever happens, judge; hold a lease; sweep what died."""

from dr_orchestrator.runner.components import Components, Store, plain
from dr_orchestrator.runner.context import RunContext
from dr_orchestrator.runner.ending import cleanup_of, close, fault_of, outcome_of, settle, told
from dr_orchestrator.runner.session import Session

__all__ = [
    "Components",
    "RunContext",
    "Session",
    "Store",
    "cleanup_of",
    "close",
    "fault_of",
    "outcome_of",
    "plain",
    "settle",
    "told",
]
