"""What a run's record proves: its measures, its verdict, and both in words."""
