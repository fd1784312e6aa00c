"""`anlan up`, backup and doctor on real engines in temporary folders."""
