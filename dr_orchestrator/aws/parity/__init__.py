"""Reads the settings of a live object, of production's and of a copy alike."""
