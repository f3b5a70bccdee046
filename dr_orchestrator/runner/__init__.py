"""The use cases: time a step, write it down, tear down whatever happens, judge; hold a lease; sweep what died."""

from dr_orchestrator.runner.ending import cleanup_of, close, outcome_of, settle, told
from dr_orchestrator.runner.parts import Parts, Store, plain
from dr_orchestrator.runner.session import Session

__all__ = ["Parts", "Session", "Store", "cleanup_of", "close", "outcome_of", "plain", "settle", "told"]
