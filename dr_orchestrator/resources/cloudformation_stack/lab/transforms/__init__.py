"""The processing of a template before a stack is made of it: parameters looked up, transforms expanded."""
