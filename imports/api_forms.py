"""The form of an upload, taken as strictly as a body of JSON: each part once, and none left over (SPEC 15)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from arledger.core.api.parsing import MemberRepeated, unknown_member
from arledger.core.api.views import ApiRequest
from arledger.core.errors import Refusal, refuse

FILE = "file"


def parts(request: ApiRequest, known: Mapping[str, Any]) -> tuple[dict[str, str], UploadedFile | None]:
    """What a form says beside its file, empty parts left out, and the file itself.

    ``known`` are the names of its other parts. Raises MemberRepeated, or MemberUnknown for a file under another name.
    """
    errors: list[Refusal] = []
    for sent in (request.POST, request.FILES):
        for name, values in sent.lists():
            if len(values) > 1:
                errors.append(MemberRepeated(field=f"/{name[:40]}", member=name[:40]))
    errors += [unknown_member(name, {**known, FILE: None}) for name in request.FILES if name != FILE]
    refuse(errors)
    return {name: str(text) for name, text in request.POST.items() if text != ""}, request.FILES.get(FILE)
