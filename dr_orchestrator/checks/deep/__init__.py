"""Checks that go deep: judged alike of every engine; what speaks SQL to one stands in a room of its own."""
