"""A class that learns together: started by a teacher, joined by a code, a nickname and a key; all in the store."""
