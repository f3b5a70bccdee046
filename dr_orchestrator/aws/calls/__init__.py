"""How calls are made: spaced by as much as AWS bears."""
