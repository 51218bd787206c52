"""A picture in, a prediction out."""
