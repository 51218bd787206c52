"""The demo screen: a run that trains from noise for all who look, and what its model makes of a drawing."""
