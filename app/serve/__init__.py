"""A library for other programs of the same person: a local assistant asks over standard input and output."""
