"""Scripts for those who build Anlan; not part of the product."""
