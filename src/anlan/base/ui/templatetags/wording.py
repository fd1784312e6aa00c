"""`{% load i18n %}`: Django's own, but a text that stands in the template is translated once a
language, not each time it is drawn: a page has eighty."""

from typing import Any

from django import template
from django.template.base import Node, Parser, Token, Variable
from django.template.context import Context
from django.templatetags import i18n
from django.utils.translation import get_language

register = template.Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


class FixedWords(Node):
    """A translation that depends on nothing but the language."""

    child_nodelists = ()

    def __init__(self, words: Node) -> None:
        self._words = words
        self._said: dict[tuple[str | None, bool], str] = {}

    def render(self, context: Context) -> str:
        """Return the words in the active language."""
        key = get_language(), context.autoescape
        said = self._said.get(key)
        if said is None:
            said = self._said[key] = str(self._words.render(context))
        return said


@register.tag("translate")
@register.tag("trans")
def translate(parser: Parser, token: Token) -> Node:
    """Compile `{% translate %}`."""
    node: Any = i18n.do_translate(parser, token)
    words = node.filter_expression
    text = words.var.literal if isinstance(words.var, Variable) else None
    about = node.message_context
    said_by_template = about is None or (isinstance(about.var, str) and not about.filters)
    if text is None or words.filters or node.asvar or not said_by_template:
        return node
    return FixedWords(node)
