"""`dro`: parse, call one thing, print, exit."""
