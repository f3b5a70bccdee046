"""The reports of tabletops and reviews."""
