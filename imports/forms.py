"""Forms of imports: what to upload, and how the file is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arledger.core.csvfile import ENCODINGS
from arledger.core.dates import PATTERNS, example
from arledger.core.http.forms import KeyedForm, offer
from imports.models import Import
from imports.upload_services import Format

DELIMITER_WORDS = (("comma", ",", _("comma")), ("semicolon", ";", _("semicolon")), ("tab", "\t", _("tab")))
DELIMITER_OF = {word: mark for word, mark, _label in DELIMITER_WORDS}
WORD_OF = {mark: word for word, mark in DELIMITER_OF.items()}
ENCODING_LABELS = {"utf-8": "UTF-8", "windows-1252": "Windows-1252"}


class UploadForm(KeyedForm):
    type = forms.ChoiceField(label=_("What the file holds"))
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        help_text=_("CSV, or an XLSX workbook of which the first sheet is read; up to 200 MB."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )
    again = forms.BooleanField(
        label=_("Import it again although it was uploaded before"),
        required=False,
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        files: Any = None,
        *,
        types: Sequence[tuple[str, str | Promise]] = (),
        **options: Any,
    ) -> None:
        super().__init__(data, files=files, **options)
        offer(self, "type", types)


class FormatForm(KeyedForm):
    """How a file is read and what becomes of it; the fields of a CSV file are left out for workbooks."""

    encoding = forms.ChoiceField(
        label=_("Encoding"), choices=[(name, ENCODING_LABELS[name]) for name in ENCODINGS]
    )
    delimiter = forms.ChoiceField(
        label=_("Columns are separated by"), choices=[(word, label) for word, _m, label in DELIMITER_WORDS]
    )
    dates = forms.ChoiceField(
        label=_("Dates are written"),
        choices=[(pattern, f"{pattern} ({example(pattern)})") for pattern in PATTERNS],
    )
    decimal_mark = forms.ChoiceField(
        label=_("Decimals follow"), choices=[(".", _("a point (1234.50)")), (",", _("a comma (1234,50)"))]
    )
    mode = forms.ChoiceField(
        label=_("If some rows are refused"),
        choices=[
            (Import.Mode.ALL, _("import nothing")),
            (Import.Mode.GOOD, _("import the good ones only")),
        ],
    )
    action = forms.ChoiceField(
        label=_("Documents of the file"),
        choices=[(Import.Action.POST, _("are posted")), (Import.Action.DRAFT, _("stay drafts"))],
    )

    def __init__(self, row: Import, data: QueryDict | None = None, *, may_post: bool) -> None:
        initial = {
            "encoding": row.encoding,
            "delimiter": WORD_OF.get(row.delimiter, "comma"),
            "dates": row.dates,
            "decimal_mark": row.decimal_mark,
            "mode": row.mode,
            "action": row.action if may_post else Import.Action.DRAFT,
        }
        super().__init__(data, initial=initial)
        if row.is_workbook:
            del self.fields["encoding"], self.fields["delimiter"]
        if row.type == Import.Type.CUSTOMERS:
            del self.fields["action"]
        elif not may_post:
            offer(self, "action", [(Import.Action.DRAFT, _("stay drafts"))])
            self.fields["action"].help_text = _("Your role does not allow posting them.")

    def format(self) -> Format:
        values = self.cleaned_data
        return Format(
            encoding=values.get("encoding", ""),
            delimiter=DELIMITER_OF.get(values.get("delimiter", ""), ""),
            dates=values["dates"],
            decimal_mark=values["decimal_mark"],
            mode=values["mode"],
            action=values.get("action", Import.Action.POST),
        )


class ImportFilter(forms.Form):
    """The filters of the history."""

    type = forms.ChoiceField(
        label=_("Type"), required=False, choices=[("", _("All types")), *Import.Type.choices]
    )
