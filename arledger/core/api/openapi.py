"""The OpenAPI document, generated from the calls themselves (SPEC 15)."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.utils import translation
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer

from arledger.core.api.encoding import encode


def document() -> dict[str, Any]:
    """The document, in English whoever asks: it is committed and compared."""
    with translation.override("en"):
        made = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
        found: dict[str, Any] = json.loads(encode(made))  # lazy texts become texts here
    return found


def as_yaml() -> tuple[str, list[str]]:
    """The document as committed, and what the generator could not make out."""
    with GENERATOR_STATS.silence():
        GENERATOR_STATS.reset()
        renderer: Any = OpenApiYamlRenderer()
        text: bytes = renderer.render(document(), renderer_context={})
        complaints = [*GENERATOR_STATS._error_cache, *GENERATOR_STATS._warn_cache]
    return text.decode(), complaints


@cache
def as_json() -> str:
    """The document as it is served; made once in a process."""
    return encode(document())
