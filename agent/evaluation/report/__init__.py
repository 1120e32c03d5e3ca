"""One page about a file of predictions, and one about two of them side by side."""
