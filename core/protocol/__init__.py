"""What a run says and obeys; NumPy at most."""
