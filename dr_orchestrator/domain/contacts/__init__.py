"""Key contacts: who answers for what, in which order they are called, and whether the file of them is still true."""
