"""Typed refusals: one class per rule that can say no.

A refusal is raised beside the rule (in a service), carries a stable ``code`` for machines and a sentence for
people in the active language, and is turned into a form message or a problem document in one place
(``arledger.core.http.errors``). Raising one inside ``transaction.atomic`` changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from arledger.core.formats import shown


class Refusal(Exception):
    """A rule said no. Subclasses set ``code``, ``status`` (HTTP) and ``sentence`` (with named placeholders).

    ``field`` names the input at fault; ``values`` are the limits and current values that fill the sentence,
    where Decimals and dates show in the reader's language.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 422
    sentence: ClassVar[str | Promise] = _("This cannot be done.")

    def __init__(self, *, field: str | None = None, row: int | None = None, **values: Any) -> None:
        self.field = field
        self.row = row
        self.values = values
        super().__init__(self.code)

    def __str__(self) -> str:
        if not self.values:
            return str(self.sentence)
        language = get_language() or "en"
        return str(self.sentence) % {name: shown(value, language) for name, value in self.values.items()}


class Invalid(Refusal):
    """An input is not acceptable as such, whatever the state of the books."""

    code = "invalid"
    status = 400
    sentence = _("This value is not valid.")


class Required(Invalid):
    code = "required"
    sentence = _("This field is required.")


class NotFound(Refusal):
    """The object does not exist for this company (a foreign company's object is no different: SPEC 4)."""

    code = "not_found"
    status = 404
    sentence = _("Not found.")


class Forbidden(Refusal):
    """The person lacks the right (SPEC 4)."""

    code = "forbidden"
    status = 403
    sentence = _("Your role does not allow this: it needs the right “%(right)s”.")


class Stale(Refusal):
    """Somebody else changed the draft since it was read."""

    code = "stale"
    status = 412
    sentence = _("%(who)s changed this on %(when)s, after you opened it. Reload to see the change.")


class Busy(Refusal):
    """Another person holds the customer's lock for too long; trying again is safe."""

    code = "busy"
    status = 409
    sentence = _("Somebody else is working on this customer right now. Nothing was changed: try again.")


class Refusals(Refusal):
    """Several refusals of one input, so that a form or a file shows them all at once."""

    code = "several"

    def __init__(self, errors: list[Refusal]) -> None:
        self.errors = errors
        super().__init__()

    def __str__(self) -> str:
        return " ".join(str(error) for error in self.errors)


def refuse(errors: Sequence[Refusal]) -> None:
    """Raise what was found wrong: the one refusal, or all of them together. Nothing wrong, nothing raised."""
    if errors:
        raise errors[0] if len(errors) == 1 else Refusals(list(errors))
