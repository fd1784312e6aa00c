"""Exchange with outside systems: what a national or provincial interface dictates.

Nothing of the product imports this package but the wiring of `config`.
"""
