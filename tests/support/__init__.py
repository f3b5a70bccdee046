"""What the tests stand on: labs, workspaces, ledgers and fakes; no test module imports from another."""
