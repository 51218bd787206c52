"""One sentence under each figure that says what to look for in this run, made from its numbers."""
