"""One contract for every way to make a copy: it is made once, in isolation, proven, and only it is ever deleted."""
