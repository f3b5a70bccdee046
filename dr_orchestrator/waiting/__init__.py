"""How the program waits: looking, at every moment, whether somebody stops it, and telling what it waits for."""
