"""Tasks for the bounded executor, as its tests and its benchmark use them."""
