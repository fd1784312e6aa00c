"""The interactive description of the API in the product's own frame, colours and theme."""

from ninja.openapi.docs import Swagger


class Docs(Swagger):
    """Swagger UI below our head; what it says of each operation stays English."""

    template = "api/docs.html"
