"""Runs and exercises as templates see them: strings only, with nothing left to decide."""
