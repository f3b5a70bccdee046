"""The name of a run in the drills' own zone: two weighted records of Route 53, and what its name servers tell."""
