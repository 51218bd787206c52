"""Who may do what with what: one table of rules. Whatever keeps things asks it; a page asks only to grey out."""
