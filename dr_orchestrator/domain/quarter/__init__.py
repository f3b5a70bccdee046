"""The quarter's programme report as facts: pure functions of the ledger's records and of what is declared."""
