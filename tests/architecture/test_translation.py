"""Nothing is translated when a module is loaded: it would speak for ever the language of whoever came first."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.sources import name, product, tree

AT_ONCE = {"gettext", "ngettext", "pgettext", "npgettext"}


def loaded(node: ast.AST) -> Iterator[ast.AST]:
    """What of a module runs when it is loaded: no body of a function, but its defaults and decorators."""
    yield node
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            for part in (*child.decorator_list, *child.args.defaults, *filter(None, child.args.kw_defaults)):
                yield from loaded(part)
        elif not isinstance(child, ast.Lambda):
            yield from loaded(child)


def translated_at_once(module: ast.Module) -> list[int]:
    """The lines where a text is translated while the module is loaded."""
    names = {
        one.asname or one.name
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for one in node.names
        if one.name in AT_ONCE
    }
    return [
        node.lineno
        for node in loaded(module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names
    ]


def test_no_module_translates_while_it_is_loaded() -> None:
    assert {name(file): lines for file in product() if (lines := translated_at_once(tree(file)))} == {}


def test_it_is_seen_where_it_happens() -> None:
    source = """
from django.utils.translation import gettext as _, gettext_lazy
class Form:
    label = _("Reason")
    late = gettext_lazy("Reason")
    def clean(self, text=_("None")):
        return _("Said when it is asked for")
"""
    assert translated_at_once(ast.parse(source)) == [4, 6]
