"""The one error that ends a command of `anlan` with a sentence instead of a traceback."""

import click


class Problem(click.ClickException):
    """Something the operator can put right. The text says what is wrong and what to do."""
