"""The shapes of the drill files: what may be written where, and what it is for."""
