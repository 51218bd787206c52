"""A run as its viewers see it."""
