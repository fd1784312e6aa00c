"""Let operations of the API that answer alike share the model of the answer.

ninja makes one for each status of each operation. Here all operations answer with the same
problems under nine statuses, so that a thousand models were made, a quarter of the time that the
web server takes to start, and described in `/api/openapi.json` one by one.
"""

from typing import Any

from ninja.operation import Operation


def share_answers() -> None:
    """Make each model once; call before any router is loaded."""
    make = Operation._create_response_model
    made: dict[object, Any] = {}

    def once(self: Operation, answer: Any) -> Any:
        try:
            if answer not in made:
                made[answer] = make(self, answer)
        except TypeError:  # an annotation that cannot be a key
            return make(self, answer)
        return made[answer]

    Operation._create_response_model = once  # type: ignore[assignment, method-assign]
