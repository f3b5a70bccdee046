"""The kits of RDS's kinds of database: windows of restorable instants, events, pages, the network they stand in."""
