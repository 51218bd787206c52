"""Softmax regression, MLP and CNN, and what is known of them without PyTorch."""
