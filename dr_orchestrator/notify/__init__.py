"""Brings notices to people, by Apprise in a process of its own."""
