"""How a stack is taken down wholly: what it holds is read, emptied and opened, and what stays is named."""
