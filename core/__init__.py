"""Inkling's core: datasets, models, the training loop, the run store and the workers. Knows no screen."""
