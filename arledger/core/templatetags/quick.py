"""Django's tags that pages are full of, drawn with less work; what comes out is the same (docs/adr/0060).

Builtins that take the place of Django's own: ``translate`` remembers a fixed sentence in each language, ``url`` the
address of a route without arguments.
"""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.template.base import Node, Parser, Token
from django.template.context import Context
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as django_url
from django.templatetags.i18n import TranslateNode, do_translate
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.html import conditional_escape
from django.utils.translation import get_language

register = template.Library()


class FixedTranslation(Node):
    """``{% translate "…" %}`` without filters: the same on every page of a language."""

    child_nodelists = ()

    def __init__(self, node: TranslateNode) -> None:
        self.asvar = node.asvar
        self.node = node
        node.asvar = None
        self.shown: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        language = get_language()
        value = self.shown.get(language)
        if value is None:
            value = self.shown[language] = self.node.render(context)
        if self.asvar:
            context[self.asvar] = value
            return ""
        return value


@register.tag("translate")
@register.tag("trans")
def translate(parser: Parser, token: Token) -> Node:
    node = do_translate(parser, token)
    expression, where = node.filter_expression, node.message_context
    fixed = expression.var.lookups is None and not expression.filters
    return FixedTranslation(node) if fixed and (where is None or not where.is_var) else node


class FixedAddress(Node):
    """``{% url "…" %}`` without arguments: the same below one script prefix, which is a company's."""

    child_nodelists = ()

    def __init__(self, node: URLNode) -> None:
        self.route, self.asvar = str(node.view_name.var), node.asvar

    def render(self, context: Context) -> str:
        try:
            found = address(self.route, get_script_prefix(), get_urlconf())
        except NoReverseMatch:
            if self.asvar is None:
                raise
            found = ""
        if self.asvar:
            context[self.asvar] = found
            return ""
        return conditional_escape(found) if context.autoescape else found


@lru_cache(maxsize=4_096)
def address(route: str, _prefix: str, urlconf: str | None) -> str:
    """Where a route without arguments leads below a script prefix. Raises NoReverseMatch."""
    return reverse(route, urlconf=urlconf)


@register.tag
def url(parser: Parser, token: Token) -> Node:
    node = django_url(parser, token)
    name = node.view_name
    fixed = not (name.is_var or name.filters or node.args or node.kwargs)
    return FixedAddress(node) if fixed else node
