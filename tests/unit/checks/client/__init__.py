"""Tests of the client that writes while a copy fails over."""
