"""Looks that several restorers share, all read-only: keys, quotas, rights, and where a copy stands."""
