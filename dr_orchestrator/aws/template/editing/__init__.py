"""Edits a team's template into that of a replica: each change is told, none is hidden."""
