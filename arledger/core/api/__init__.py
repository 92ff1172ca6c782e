"""The REST API's toolkit. An app's ``api.py`` is written with these:

views      ``class ApiView``: ``rights: Mapping[method, right]``, ``feature``, ``names`` (service field → member or
           pointer), ``bulk``; handlers ``def get(self, request: ApiRequest, …) -> HttpResponse``; refusals raised
           anywhere become problems. ``request.actor``, ``request.company``, ``request.features``.
           ``body(request, Shape, partial=False) -> dict`` · ``query(request, Shape) -> dict`` (strict parameters) ·
           ``no_parameters(request)`` · ``respond(value, status=200)`` (ETag from ``version``).
fields     ``class Input``: strict members, ``SomeInput.read(data, partial=False) -> dict``, nested
           ``LineInput(many=True, least=1, most=500)``; ``TextField(max_length, multiline)``,
           ``MoneyField(negative=False, zero=True)`` → Decimal, ``DayField``, ``InstantField``, ``ReferenceField``,
           ``OneOf([...])``, ``FlagField``, ``WholeField(least, most)``, ``ListOf(child, least, most)``. Each takes
           ``required=False`` (then null is allowed and arrives as None; what is left out does not arrive),
           ``default=…``, ``help_text=…``.
ids        ``id_of("document", 42) == "doc_42"``; ``key_of("document", text)`` raises NotFound; ``key_in`` gives None.
           Documents of every kind are ``doc_…``, lines ``lin_…``, so that a charge may name either. Kinds in PREFIXES.
           In addresses: ``path("<str:id>", …)`` and ``key_of`` in the handler.
references ``resolve("customer", queryset_of_the_company, texts, code="code") -> References``; one query;
           ``.key(text, field)`` raises NotFound there, ``.optional(text_or_None, field)``.
writing    ``perform(request, effect, *, status=201, kept=None) -> HttpResponse``: Idempotency-Key, ``validate_only``,
           one transaction; ``effect()`` calls the service and returns the JSON-able answer.
           ``if_match(request, version) -> version`` raises 412; ``wanted_version(request) -> int | None``.
           ``bulk(items, enter, show, atomic=…, names=…) -> {"results": …}`` inside an effect; an item that could not
           be read is its Refusal.
lists      ``listed(request, rows, *, name, filters: {name: Filter(field, narrow, help)}, sorts: [Sort], default_sort,
           answer: rows -> list[dict], fields=(names), search=None)``; a ``narrow(rows, value)`` returns a queryset.
encoding   ``amount(value, currency) -> str`` with the currency's decimals; ``instant(at) -> str``; Decimals, dates
           and lazy texts in answers are written by themselves.
parsing    ``parse_json``, ``parse_query``; ``PARAMETER + name`` and ``HEADER + name`` as ``field`` of a refusal name a
           parameter or header; a ``field`` that begins with ``/`` is a JSON pointer; ``pointed(refusal, "/items/3")``.
problems   ``problem(refusal) -> dict``; ``catalogue()`` of all codes.
schema     ``@described(tag=, summary=, request=InputClass, answers=ShapeClass, status=, query=InputClass,
           filters=FILTERS, sorts=SORTS, conditional=True (If-Match), examples=[…])`` on each handler.
"""
