"""One function per indicator; each returns a table on its input's index."""
