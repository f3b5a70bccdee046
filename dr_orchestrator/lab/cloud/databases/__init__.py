"""What RDS's kinds of database share: windows of restorable instants, events, pages, the network they stand in."""
