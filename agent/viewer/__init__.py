"""HTML from run folders."""
