"""Files chosen on a form: looked at, kept while the form comes back with an error, attached when it goes through.

How a page whose form makes a document takes files along::

    tray = Tray.of(request, Kind.REFUND)       # the same one wherever the request asks for it
    def verb() -> Done:
        key = services.enter(...)
        tray.attach(key)                        # in the verb's own transaction
        return Done(...)
    if tray.accepted(form) and form.is_valid():   # puts what is wrong with a file on top of the form
        ... submit(request, verb) ...
    context["tray"] = tray.keep()               # for components/attachments_field.html, inside the form

The form is a KeyedForm and is sent as ``multipart/form-data``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from arledger.core.actor import Actor
from arledger.core.errors import Refusal
from arledger.core.filetypes import LARGEST, CheckedFile, allowed, check_file, endings, require_size
from arledger.core.formats import format_size
from arledger.core.http.doors import PageRequest
from arledger.core.http.forms import KEY, KeyedForm, TextField
from ledger import attachment_services
from ledger.attachment_models import MOST_FILES
from ledger.attachment_selectors import may_attach, staged
from ledger.attachment_services import TooManyFiles
from ledger.models import StagedFile

FILES = "files"
DROPPED = "drop_file"


class RemoveForm(KeyedForm):
    """Taking a file off a draft asks nothing more."""


class RemovePostedForm(KeyedForm):
    """Why a file of a posted document is removed."""

    reason = TextField(label=gettext_lazy("Reason"), max_length=500)


@dataclass
class Tray:
    """What was chosen: ``chosen`` with this request, ``kept`` since the form was first sent, ``wrong`` refused."""

    actor: Actor
    kind: str
    form: str = ""
    chosen: list[CheckedFile] = field(default_factory=list)
    kept: list[StagedFile] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)
    wrong: list[Refusal] = field(default_factory=list)

    @classmethod
    def of(cls, request: PageRequest, kind: str) -> Tray:
        """The tray of a form, empty when it is opened; read from the request once."""
        found = getattr(request, "tray", None)
        if not isinstance(found, cls):
            found = cls._read(request, kind)
            request.tray = found  # type: ignore[attr-defined]
        return found

    @classmethod
    def _read(cls, request: PageRequest, kind: str) -> Tray:
        if request.method != "POST":
            return cls(request.actor, kind)
        form = request.POST.get(KEY, "")[:64].replace("\0", "")
        chosen, wrong = read(request.FILES.getlist(FILES))
        texts = request.POST.getlist(DROPPED)[:MOST_FILES]
        dropped = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 18]
        kept = list(staged(request.actor, form).exclude(pk__in=dropped)) if form else []
        known = {(row.name, bytes(row.sha256)) for row in kept}
        fresh = [file for file in chosen if (file.name, sha256(file.content).digest()) not in known]
        tray = cls(request.actor, kind, form, fresh, kept, dropped, wrong)
        if len(kept) + len(fresh) > MOST_FILES:
            tray.wrong.append(TooManyFiles(field=FILES, limit=MOST_FILES, count=len(kept) + len(fresh)))
        return tray

    @property
    def offered(self) -> bool:
        """Whether the person may attach files here at all."""
        return may_attach(self.actor, self.kind)

    @property
    def errors(self) -> list[str]:
        return [str(refusal) for refusal in self.wrong]

    @property
    def waiting(self) -> list[tuple[int, str, str]]:
        """What was chosen before: (key, name, size in words)."""
        language = get_language() or "en"
        return [(row.pk, row.name, format_size(row.size, language)) for row in self.kept]

    @property
    def accept(self) -> str:
        return endings()

    @property
    def hint(self) -> str:
        return hint()

    def accepted(self, form: forms.Form) -> bool:
        """Whether all that was chosen may be attached; what may not is said on top of ``form``."""
        if not self.wrong:
            return True
        form.is_valid()  # first: cleaning later would sweep the errors away
        for error in self.errors:
            form.add_error(None, format_html('<a href="#id_files">{}</a> – {}', _("Files"), error))
        return False

    def attach(self, document: int) -> None:
        """Attach everything to the document just made; in the transaction of the verb that makes it."""
        if self.chosen or self.kept:
            self._forget_dropped()
            attachment_services.attach(
                actor=self.actor, kind=self.kind, document=document, files=self.chosen, form=self.form
            )

    def keep(self) -> Tray:
        """Keep what may be attached for when the form comes back: a browser cannot show it again. Gives itself."""
        if not self.form or not self.offered or self.actor.user_id is None:
            return self
        fitting = self.chosen[: MOST_FILES - len(self.kept)]
        if not (fitting or self.dropped):
            return self
        attachment_services.stage(actor=self.actor, form=self.form, files=fitting, dropped=self.dropped)
        self.kept, self.chosen = list(staged(self.actor, self.form)), []
        return self

    def _forget_dropped(self) -> None:
        if self.dropped and self.form:
            attachment_services.stage(actor=self.actor, form=self.form, files=[], dropped=self.dropped)


def hint() -> str:
    """What may be attached, for the field's hint."""
    return _("%(allowed)s; up to %(size)s MB each, %(count)s files a document.") % {
        "allowed": allowed(),
        "size": LARGEST // 1024**2,
        "count": MOST_FILES,
    }


def read(uploads: Sequence[object]) -> tuple[list[CheckedFile], list[Refusal]]:
    """The files that may be attached, and why the others may not."""
    good: list[CheckedFile] = []
    wrong: list[Refusal] = []
    for upload in uploads:
        if not isinstance(upload, UploadedFile):
            continue
        name = upload.name or ""
        try:
            require_size(name, upload.size or 0)
            good.append(check_file(name, upload.read()))
        except Refusal as refusal:
            wrong.append(refusal)
    return good, wrong
