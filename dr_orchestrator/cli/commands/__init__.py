"""The commands of `dro`, a module each group; imported when they are called."""
