"""The kit by which types read how their backups are kept: it changes nothing."""
