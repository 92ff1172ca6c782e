"""Words of files as people write them: headings, and the few fixed words of cells, in English and French."""

from __future__ import annotations

import re
import unicodedata

from ledger.models import Kind, Method

_BETWEEN = re.compile(r"[^0-9a-z]+", re.ASCII)
_ARTICLES = frozenset({"", "d", "de", "des", "du", "l", "la", "le"})
YES = frozenset({"yes", "true", "1", "y", "oui", "vrai", "o"})
NO = frozenset({"", "no", "false", "0", "n", "non", "faux"})
ACTIONS = {
    "": "",
    "draft": "draft",
    "brouillon": "draft",
    "provisoire": "draft",
    "post": "post",
    "comptabiliser": "post",
}
METHODS: dict[str, str] = {
    "cheque": Method.CHECK,
    "especes": Method.CASH,
    "carte": Method.CARD,
    "carte_bancaire": Method.CARD,
    "credit_card": Method.CARD,
    "virement": Method.TRANSFER,
    "bank_transfer": Method.TRANSFER,
    "en_ligne": Method.ONLINE,
} | {method.value: method.value for method in Method}
CREDIT_KINDS = {
    "adjustment": Kind.ADJUSTMENT,
    "credit_memo": Kind.ADJUSTMENT,
    "regularisation": Kind.ADJUSTMENT,
    "avoir": Kind.ADJUSTMENT,
    "advance": Kind.ADVANCE,
    "acompte": Kind.ADVANCE,
    "payment": Kind.PAYMENT,
    "overpayment": Kind.PAYMENT,
    "paiement": Kind.PAYMENT,
    "trop_percu": Kind.PAYMENT,
    "invoice": Kind.INVOICE,
    "negative_invoice": Kind.INVOICE,
    "facture": Kind.INVOICE,
    "facture_negative": Kind.INVOICE,
}


def plain(text: str) -> str:
    """A heading without case, accents, marks and articles: “Date d’échéance” is ``date_echeance``."""
    spread = unicodedata.normalize("NFKD", text.replace("°", " ")).casefold()
    bare = "".join(letter for letter in spread if not unicodedata.combining(letter))
    return "_".join(word for word in _BETWEEN.split(bare) if word not in _ARTICLES)


def method(text: str) -> str:
    """The method that a cell means; what is unknown comes back as it is, and is refused by the service."""
    return METHODS.get(plain(text), text)
