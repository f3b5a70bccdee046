"""Game days: the plan that was approved, the log that only grows, and how it stands by both."""
