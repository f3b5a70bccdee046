"""The file of contacts: a page, cards, JSON and a PDF, and the seal by which a stranger can check them offline."""
