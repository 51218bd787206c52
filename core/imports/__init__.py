"""Runs and weights that people bring in."""
