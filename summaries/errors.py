"""What summaries refuse (SPEC 13)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from arledger.core.errors import Invalid, Refusal


class SummaryMissing(Refusal):
    code = "summary_missing"
    sentence = _("%(type)s go into a summary that somebody opened for them: choose one that is open.")


class SummaryUnknown(Invalid):
    code = "summary_unknown"
    sentence = _("Choose a summary that this company has.")


class SummaryAmbiguous(Refusal):
    code = "summary_ambiguous"
    status = 409
    sentence = _(
        "Several open summaries of this type are called “%(summary)s”. Name one by its id, or rename the others."
    )


class SummaryClosed(Refusal):
    code = "summary_closed"
    status = 409
    sentence = _("The summary “%(summary)s” is closed: nothing goes in or out until somebody opens it again.")


class SummaryUnfit(Refusal):
    code = "summary_unfit"
    sentence = _(
        "The summary “%(summary)s” is for other documents: look at its type, entity and bank account."
    )


class SummaryNotChosen(Refusal):
    code = "summary_not_chosen"
    sentence = _("%(type)s go into their summary automatically (%(frequency)s): name none.")


class SummariesNotByUsers(Refusal):
    code = "summaries_not_by_users"
    sentence = _("Summaries of %(type)s are made automatically (%(frequency)s), as the configuration says.")


class SummaryAutomatic(Refusal):
    code = "summary_automatic"
    status = 409
    sentence = _("“%(summary)s” was made automatically: nobody edits or deletes it.")


class SummaryNotEmpty(Refusal):
    code = "summary_not_empty"
    status = 409
    sentence = _(
        "“%(summary)s” is not empty (documents, drafts included: %(count)s). Only an empty summary is deleted."
    )


class SummaryHolds(Refusal):
    """Its GL date, entity and bank account have ruled for posted documents."""

    code = "summary_holds_documents"
    status = 409
    sentence = _(
        "“%(summary)s” holds posted documents: its GL date, entity and bank account stay as they are."
    )


class SummaryIsOpen(Refusal):
    code = "summary_is_open"
    status = 409
    sentence = _("“%(summary)s” is open already.")


class SummaryDiffers(Refusal):
    code = "summary_differs"
    status = 409
    sentence = _(
        "“%(summary)s” has the count %(count)s and the total %(total)s; its control count is %(control_count)s and "
        "its control total %(control_total)s. Correct the difference, or have it closed by somebody who may override "
        "it."
    )


class ControlCountNegative(Invalid):
    code = "control_count_negative"
    sentence = _("Enter a number of documents: 0 or more.")
