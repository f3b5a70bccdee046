"""Asks addresses of a document whether they answer; no credentials are sent, and nothing of one's own network asked."""
