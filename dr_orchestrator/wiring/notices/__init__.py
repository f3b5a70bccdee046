"""Notices as a process performs them: raised of what the ledger shows, sent, announced, and listed."""
