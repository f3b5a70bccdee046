"""The proofs in a run's record: its measures, its verdict, and both in words."""
