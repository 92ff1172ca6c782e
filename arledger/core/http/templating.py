"""Django's templates, drawn with less work (docs/adr/0060).

Nine tenths of what a page costs Django's engine is looking up names and asking of each value what it is. Here the
usual answers come first: a name of the context, an attribute or a key, a text, a number. Whatever is not usual goes
to Django's own code, so that what comes out is the same to the character. With ``DEBUG`` on everything is Django's, for
the sake of its error pages.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.template import Template, TemplateDoesNotExist
from django.template.base import (
    FilterExpression,
    Lexer,
    Node,
    NodeList,
    Parser,
    Token,
    Variable,
    VariableDoesNotExist,
    VariableNode,
    render_value_in_context,
)
from django.template.context import Context
from django.template.loaders.base import Loader as BaseLoader
from django.template.loaders.cached import Loader as CachedLoader
from django.utils.safestring import SafeData, SafeString, mark_safe
from django.utils.timezone import template_localtime  # type: ignore[attr-defined]

# Calls what a template names without calling it, by Django's rules.
CALLED = Variable("called")
# Of properties: what a template takes for "there is none", or has to be told apart with care.
UNUSUAL = (TypeError, AttributeError, ObjectDoesNotExist)
# What Django writes on a filter's function.
MARKS = ("expects_localtime", "needs_autoescape", "is_safe")


class QuickVariable(Variable):
    """A name, and what is looked up in it: ``row.customer.name``."""

    __slots__ = ("first", "rest")

    def __init__(self, var: str) -> None:
        super().__init__(var)
        lookups: Any = self.lookups
        self.first, *self.rest = lookups

    def resolve(self, context: Any) -> Any:
        first = self.first
        for names in reversed(context.dicts):
            if first in names:
                current = names[first]
                break
        else:
            return self._missing(context, first)
        if callable(current):
            current = _called(current, context)
        for name in self.rest:
            try:
                if not hasattr(type(current), "__getitem__"):
                    current = getattr(current, name)
                else:
                    try:
                        current = current[name]
                    except (TypeError, AttributeError, KeyError, ValueError, IndexError):
                        current = getattr(current, name)
            except UNUSUAL:
                return super().resolve(context)
            if callable(current):
                current = _called(current, context)
        return current

    def _missing(self, context: Any, name: str) -> Any:
        if hasattr(context, name):
            return super().resolve(context)
        raise VariableDoesNotExist("Failed lookup for key [%s] in %r", (name, context))


def _called(value: Any, context: Context) -> Any:
    with context.push(called=value):
        return CALLED.resolve(context)


class QuickExpression(FilterExpression):
    """A variable with filters: ``row.total|money:row.currency``."""

    __slots__ = ("steps",)

    def __init__(self, token: str, parser: Parser) -> None:
        super().__init__(token, parser)
        self.var = _quick(self.var)
        self.steps = [_step(function, arguments) for function, arguments in self.filters]

    def resolve(self, context: Any, ignore_failures: bool = False) -> Any:
        if not self.is_var:
            value: Any = self.var
        else:
            try:
                value = self.var.resolve(context)
            except VariableDoesNotExist:
                if not ignore_failures:
                    return super().resolve(context)
                value = None
        for function, arguments, local, escaping, safe in self.steps:
            given = [one.resolve(context) if lookup else one for lookup, one in arguments]
            if local:
                value = template_localtime(value, context.use_tz)
            named = {"autoescape": context.autoescape} if escaping else {}
            found = function(value, *given, **named)
            value = mark_safe(found) if safe and isinstance(value, SafeData) else found
        return value


def _step(function: Any, arguments: Any) -> tuple[Any, list[tuple[bool, Any]], bool, bool, bool]:
    """A filter with its arguments (whether to look it up, and what) and what it says of itself."""
    prepared = [(True, _quick(one)) if lookup else _constant(one) for lookup, one in arguments]
    marks = [bool(getattr(function, name, False)) for name in MARKS]
    return function, prepared, *marks


def _constant(value: Any) -> tuple[bool, Any]:
    """A text as it is; a sentence is to be translated when the page is drawn."""
    return (False, mark_safe(value)) if isinstance(value, str) else (True, Sentence(value))


@dataclass(frozen=True)
class Sentence:
    """``_("…")`` as the argument of a filter."""

    value: Any

    def resolve(self, _context: Any) -> str:
        return mark_safe(self.value)


def _quick(value: Any) -> Any:
    """The same variable, looked up quickly; constants as they are."""
    named = type(value) is Variable and value.lookups is not None
    return QuickVariable(value.var) if named else value


class QuickValue(VariableNode):
    """``{{ … }}``: texts and whole numbers directly, everything else as Django writes it."""

    def render(self, context: Context) -> str:
        value = self.filter_expression.resolve(context)
        kind = type(value)
        if kind is SafeString:
            return value
        if kind is str and context.autoescape:
            return escape(value)
        if kind is int:
            # Whole numbers are never grouped here: ``USE_THOUSAND_SEPARATOR`` is off, figures have their own filter.
            return str(value)
        return render_value_in_context(value, context)

    def render_annotated(self, context: Context) -> str:
        return self.render(context)


class QuickNodes(NodeList):
    """Nodes whose errors nobody annotates: that is for ``DEBUG``."""

    def render(self, context: Context) -> SafeString:
        return SafeString("".join([node.render(context) for node in self]))


class QuickParser(Parser):
    def compile_filter(self, token: str) -> FilterExpression:
        return QuickExpression(token, self)

    def parse(self, parse_until: Iterable[str] | None = None) -> NodeList:
        found = super().parse(parse_until)
        nodes = QuickNodes(found)
        nodes.contains_nontext = found.contains_nontext
        return nodes

    def extend_nodelist(self, nodelist: NodeList, node: Node, token: Token) -> None:
        if type(node) is VariableNode:
            node = QuickValue(node.filter_expression)
        super().extend_nodelist(nodelist, node, token)


class QuickTemplate(Template):
    def compile_nodelist(self) -> NodeList:
        engine = self.engine
        tokens = Lexer(self.source).tokenize()
        parser = QuickParser(tokens, engine.template_libraries, engine.template_builtins, self.origin)
        nodes = parser.parse()
        self.extra_data = parser.extra_data
        return nodes


class _Compiling(BaseLoader):
    """Where :class:`Loader` gets what it has not kept yet."""

    def get_template(self, template_name: str, skip: Any = None) -> Template:
        if self.engine.debug:
            return super().get_template(template_name, skip)
        tried = []
        for origin in self.get_template_sources(template_name):
            if skip is not None and origin in skip:
                tried.append((origin, "Skipped to avoid recursion"))
                continue
            try:
                loader: Any = origin.loader
                contents = loader.get_contents(origin)
            except TemplateDoesNotExist:
                tried.append((origin, "Source does not exist"))
                continue
            return QuickTemplate(contents, origin, str(origin.template_name), self.engine)
        raise TemplateDoesNotExist(template_name, tried=tried)


class Loader(CachedLoader, _Compiling):
    """Django's cached loader around the loaders given, of templates that are drawn quickly."""
