"""Programs of the team's own, run on a copy."""
