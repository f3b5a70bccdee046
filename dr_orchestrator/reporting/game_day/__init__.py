"""The after-action record of a game day: for programs, and as a page."""
