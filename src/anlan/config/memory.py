"""How often Python looks for garbage in the processes of the product."""

import gc

# One page makes some ten thousand objects and drops them again: with Python's own thresholds the
# whole heap of half a million was gone through every few pages.
_THRESHOLDS = (25_000, 20, 50)


def ease() -> None:
    """Look more rarely; call before anything is loaded, of which nothing is garbage."""
    gc.set_threshold(*_THRESHOLDS)


def settle() -> None:
    """Take what start-up made out of the collector's sight; call once when all is loaded."""
    gc.collect()
    gc.freeze()
    ease()
