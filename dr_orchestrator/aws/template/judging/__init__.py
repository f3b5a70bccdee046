"""Judges what an edited template still reaches outside of its replica."""
