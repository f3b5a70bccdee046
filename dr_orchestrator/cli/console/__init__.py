"""The console of a game day: one screen that follows the ledger, and a key for each thing that somebody does."""
