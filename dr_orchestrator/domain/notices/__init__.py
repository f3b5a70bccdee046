"""Notices: what people are told of exercises, when, over which channels, and what became of each message."""
