"""Refusals of services as text beside the field."""

from collections.abc import Callable
from typing import TypeVar

from django.forms import Form

from anlan.base.errors import BadInput, Refused

T = TypeVar("T")


def attempt(form: Form, call: Callable[[], T]) -> T | None:
    """Return what the call returns, or None after its refusal was written into the form.

    What is not yours and what your role forbids flies on: those are answers of the whole page.
    """
    try:
        return call()
    except BadInput as error:
        for problem in error.problems:
            form.add_error(
                problem.field if problem.field in form.fields else None, str(problem.text)
            )
    except Refused as error:
        form.add_error(None, f"{error.message()} {error.remedy_text()}".strip())
    return None
