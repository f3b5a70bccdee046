"""The rules that hold between the parts of the drill files; each rule tells every place where it is broken."""
