"""The API's floor: a view as one writes it with Django REST framework, which inserts the rows that ours inserts.

It knows a token, reads the body with a serializer, writes draft, lines, number, application, audit event, outbox event
and idempotency key with the ORM in one transaction, and answers with a serializer. It has none of the product's rules.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any, cast

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from arledger.api.models import ApiToken
from arledger.api.tokens import hashed, read
from arledger.companies.models import Configuration, NumberSequence
from arledger.core.models import AuditEvent, IdempotencyKey, OutboxEvent
from customers.models import Customer
from ledger.models import Application, Document, Line


class TokenAuthentication(BaseAuthentication):
    """One query for the token and whom it acts for, one statement for the company's scope."""

    def authenticate(self, request: Request) -> tuple[Any, ApiToken]:
        written = read(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if written is None:
            raise AuthenticationFailed
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('arledger.company', %s, false)", [str(written.company_id)])
        found = ApiToken.objects.select_related("membership__user", "membership__role").filter(
            company_id=written.company_id, pk=written.token_id, secret_hash=hashed(written.secret)
        )
        token = found.first()
        if token is None or "invoices.post" not in token.membership.role.rights:
            raise AuthenticationFailed
        return token.membership.user, token


class LineIn(serializers.Serializer[Any]):
    amount = serializers.DecimalField(max_digits=18, decimal_places=2)
    description = serializers.CharField(max_length=500)


class InvoiceIn(serializers.Serializer[Any]):
    customer = serializers.CharField(max_length=40)
    date = serializers.DateField()
    reference = serializers.CharField(max_length=100)
    lines = LineIn(many=True, allow_empty=False)


class LineOut(serializers.ModelSerializer[Line]):
    account_code = serializers.CharField(source="account.code")

    class Meta:
        model = Line
        fields = (
            "id", "position", "description", "account", "account_code", "amount", "open_amount", "reserved_amount",
            "tax_code", "tax_amount", "cash_basis_tax", "tax_receipt_eligible", "service_start", "service_end",
        )  # fmt: skip


class InvoiceOut(serializers.ModelSerializer[Document]):
    customer_code = serializers.CharField(source="customer.code")
    customer_name = serializers.CharField(source="customer.name")
    term_code = serializers.CharField(source="term.code")
    lines = LineOut(many=True)

    class Meta:
        model = Document
        fields = (
            "id", "kind", "number", "state", "customer", "customer_code", "customer_name", "currency",
            "exchange_rate", "date", "gl_date", "due_date", "term", "term_code", "entity", "total", "summary",
            "reference", "description", "bill_to", "reason", "reverses", "lines", "created_at", "updated_at",
            "posted_at", "version",
        )  # fmt: skip


class Invoices(APIView):
    authentication_classes = (TokenAuthentication,)
    permission_classes = (IsAuthenticated,)

    def post(self, request: Request) -> Response:
        entered = InvoiceIn(data=request.data)
        entered.is_valid(raise_exception=True)
        with transaction.atomic():
            document = self._write(cast(ApiToken, request.auth), entered.validated_data)
            lines = document.lines.select_related("account").order_by("position")
            document._prefetched_objects_cache = {"lines": lines}  # type: ignore[attr-defined]
            answer = InvoiceOut(document).data
            IdempotencyKey.objects.create(
                company_id=document.company_id,
                user_id=document.created_by or 0,
                endpoint=request.path,
                key=request.headers["Idempotency-Key"],
                fingerprint=sha256(request._request.body).hexdigest(),
                answer=JSONRenderer().render(answer).decode(),
            )
        return Response(answer, status=201)

    def _write(self, token: ApiToken, data: dict[str, Any]) -> Document:
        company, at, user = token.company_id, timezone.now(), token.membership.user_id
        settings = Configuration.objects.get(company_id=company)
        customer = Customer.objects.select_related("term").get(company_id=company, code=data["customer"])
        total = sum((line["amount"] for line in data["lines"]), Decimal(0))
        document = Document.objects.create(
            company_id=company,
            kind="invoice",
            customer=customer,
            currency=customer.currency,
            date=data["date"],
            term=customer.term,
            due_date=data["date"] + timedelta(days=customer.term.net_days if customer.term else 0),
            reference=data["reference"],
            total=total,
            created_at=at,
            created_by=user,
            updated_at=at,
            updated_by=user,
        )
        lines = Line.objects.bulk_create(
            Line(
                company_id=company,
                document=document,
                customer=customer,
                currency=customer.currency,
                position=position,
                account_id=settings.revenue_account_id,
                control_account_id=settings.receivable_account_id,
                **line,
            )
            for position, line in enumerate(data["lines"], start=1)
        )
        self._post(document, settings, user)
        _offset(document, customer, lines)
        _tell(document, token.membership.user)
        return document

    def _post(self, document: Document, settings: Configuration, user: int) -> None:
        held = NumberSequence.objects.select_for_update(no_key=True)
        sequence = held.get(company_id=document.company_id, pk=settings.invoice_sequence_id)
        sequence.last_value += 1
        sequence.save(update_fields=["last_value"])
        document.sequence, document.sequence_value = sequence, sequence.last_value
        document.number = f"{sequence.prefix}{sequence.last_value:0{sequence.width}d}{sequence.suffix}"
        document.state, document.gl_date = "posted", document.date
        document.posted_at, document.posted_by, document.version = document.created_at, user, 2
        document.save(
            update_fields=[
                "state",
                "number",
                "sequence",
                "sequence_value",
                "gl_date",
                "posted_at",
                "posted_by",
                "version",
            ]
        )


def _offset(document: Document, customer: Customer, lines: list[Line]) -> None:
    """The inline credit against the first charge."""
    charge, credit = lines[0], lines[-1]
    Application.objects.create(
        company_id=document.company_id,
        document=document,
        charge_line=charge,
        credit_line=credit,
        charge_document=document,
        credit_document=document,
        customer=customer,
        amount=-credit.amount,
        date=document.date,
        recorded_at=document.created_at,
        actor_id=document.created_by,
    )


def _tell(document: Document, user: Any) -> None:
    AuditEvent.objects.create(
        company_id=document.company_id,
        sequence=0,
        at=document.created_at,
        user_id=user.pk,
        actor=user.name,
        source="api",
        action="post",
        object_kind="document",
        object_ids=[document.pk],
        after={"number": document.number, "total": str(document.total)},
        previous_hash=b"",
        hash=b"",
    )
    OutboxEvent.objects.create(
        company_id=document.company_id,
        kind="invoice.posted",
        object_ids=[document.pk],
        created_at=document.created_at,
    )


def alive(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [path("api/v1/invoices", Invoices.as_view()), path("healthz", alive)]
