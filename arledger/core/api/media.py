"""Bodies and answers in JSON, in one module without views: the framework's settings name it."""

from __future__ import annotations

from typing import Any

from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from arledger.core.api.encoding import encode
from arledger.core.api.parsing import parse_json
from arledger.core.api.problems import MediaTypeUnsupported


class JsonParser(BaseParser):
    """Bodies in JSON and UTF-8, read by ``parsing.parse_json``."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        request = parser_context["request"]._request
        charset = request.content_params.get("charset", "utf-8")
        if charset.lower() not in ("utf-8", "utf8"):
            raise MediaTypeUnsupported(expected=self.media_type)
        # Not from the stream: the body is read once, within the size that the settings allow.
        return parse_json(request.body)


class JsonRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else encode(data).encode()
