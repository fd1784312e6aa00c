"""placeholder"""


def install() -> None:
    """Fill later."""
