"""The one use case: time a step, write it down, tear down whatever happens, judge."""

from dr_orchestrator.runner.session import Parts, Session, Store, outcome_of, plain

__all__ = ["Parts", "Session", "Store", "outcome_of", "plain"]
