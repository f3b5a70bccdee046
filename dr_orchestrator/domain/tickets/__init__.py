"""Tickets: where findings stand in a team's tracker, what is to be told there, and what may be asked of a tracker."""
