"""One strict parser for bodies and parameters: exactly read, or refused with a place; never a crash (SPEC 15)."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arledger.core.api.fields import (
    DayField,
    FlagField,
    Input,
    InstantField,
    ListOf,
    MoneyField,
    OneOf,
    ReferenceField,
    TextField,
    WholeField,
)
from arledger.core.api.parsing import DEPTH, parse_json, parse_query
from arledger.core.api.problems import errors_of, place_of, problem
from arledger.core.errors import Refusal


class LineShapeInput(Input):
    amount = MoneyField(negative=True)
    account = ReferenceField(required=False)


class EverythingInput(Input):
    customer = ReferenceField()
    date = DayField(required=False)
    at = InstantField(required=False)
    action = OneOf(["draft", "post"], default="post")
    flag = FlagField(required=False)
    count = WholeField(least=1, most=5, required=False)
    note = TextField(max_length=10, multiline=True, required=False)
    codes = ListOf(TextField(max_length=3), least=1, most=3, required=False)
    lines = LineShapeInput(many=True, least=1, most=3, required=False)


def refused(read: Any) -> list[tuple[str, str]]:
    """The codes and places of what ``read`` raises."""
    with pytest.raises(Refusal) as caught:
        read()
    names = ("pointer", "parameter", "header")
    return [
        (error["code"], next((error[name] for name in names if name in error), ""))
        for error in errors_of(caught.value)
    ]


DEEP = b"[" * DEPTH + b"]" * DEPTH


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", [("json_missing", "")]),
        (b" \n", [("json_missing", "")]),
        (b"{", [("json_invalid", "")]),
        (b'{"a":1} x', [("json_invalid", "")]),
        (b"{'a':1}", [("json_invalid", "")]),
        (b'{"a":1,}', [("json_invalid", "")]),
        (b'{"a":01}', [("json_invalid", "")]),
        (b'{"a":"\n"}', [("json_invalid", "")]),
        (b'{"a":"\x00"}', [("json_invalid", "")]),
        (b"\xef\xbb\xbf{}", [("json_invalid", "")]),
        (b'{"a":"\xff"}', [("json_encoding", "")]),
        ('{"a":"é"}'.encode("latin-1"), [("json_encoding", "")]),
        (b'{"a":"\xed\xa0\x80"}', [("json_encoding", "")]),
        (b'{"a":"\\ud800"}', [("text_unstorable", "/a")]),
        (b'{"a":["x","\\udc00\\ud800"]}', [("text_unstorable", "/a/1")]),
        (b'{"a":{"b\\u0000":1}}', [("text_unstorable", "/a")]),
        (b'{"a":"\\u0000"}', [("text_unstorable", "/a")]),
        (b'{"a/b":{"~":NaN}}', [("number_invalid", "/a~1b/~0")]),
        (b"[Infinity,-Infinity]", [("number_invalid", "/1"), ("number_invalid", "/0")]),
        (b'{"a":1234567890123456789}', [("number_invalid", "/a")]),
        (b'{"a":-0}', [("number_invalid", "/a")]),
        (b'{"a":' + b"1" * 100_000 + b"}", [("number_invalid", "/a")]),
        (b'{"a":0.' + b"1" * 100_000 + b"}", [("number_invalid", "/a")]),
        (b'{"a":1,"a":1}', [("member_repeated", "/a")]),
        (b'{"x":[{"a":1,"a":2}]}', [("member_repeated", "/x/0/a")]),
        (b"[" + DEEP + b"]", [("json_too_deep", "")]),
        (b"[" * 200_000, [("json_too_deep", "")]),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, [("json_too_deep", "")]),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_cannot_be_read_exactly_is_refused_with_its_place(
    raw: bytes, expected: list[tuple[str, str]]
) -> None:
    assert refused(lambda: parse_json(raw)) == expected


def test_what_is_exact_is_read_as_it_is() -> None:
    assert parse_json(DEEP) is not None
    text = '{"a":"\\ud83d\\ude00é","b":[1,-5,1.10,1e3,true,null,999999999999999999],"c":{}}'
    assert parse_json(text.encode()) == {
        "a": "😀é",
        "b": [1, -5, Decimal("1.10"), Decimal("1E+3"), True, None, 999999999999999999],
        "c": {},
    }


def attempt(read: Callable[[], Any]) -> tuple[Any, dict[str, Any] | None]:
    """What is read, or the problem of its refusal."""
    try:
        return read(), None
    except Refusal as refusal:
        return None, problem(refusal)


@given(st.binary(max_size=200))
def test_no_bytes_break_it(raw: bytes) -> None:
    _found, wrong = attempt(lambda: parse_json(raw))
    assert wrong is None or wrong["status"] == 400


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_every_json_value_is_read_the_same_or_refused(value: Any) -> None:
    text = json.dumps(value)
    found, wrong = attempt(lambda: parse_json(text.encode()))
    if wrong is not None:
        assert {error["code"] for error in wrong["errors"]} <= {"number_invalid", "text_unstorable"}
    else:
        sent = json.dumps(json.loads(text, parse_float=str))
        assert sent == json.dumps(found, default=lambda number: _float(number, text))


def _float(value: Decimal, text: str) -> str:
    return next(one for one in _floats(text) if Decimal(one) == value)


def _floats(text: str) -> list[str]:
    found: list[str] = []
    json.loads(text, parse_float=lambda one: found.append(one) or one)  # type: ignore[func-returns-value]
    return found


@given(VALUES | st.dictionaries(st.sampled_from(list(EverythingInput().fields)), VALUES, max_size=9))
def test_no_value_breaks_a_shape(value: Any) -> None:
    _found, wrong = attempt(lambda: EverythingInput.read(parse_json(json.dumps(value).encode())))
    assert wrong is None or wrong["status"] == 400
    json.dumps(wrong)


@pytest.mark.parametrize(
    "text",
    ["1e3", "-0", "-0.00", "1_000", "+1", " 1", "1 ", "", "1,00", "１２", "NaN", "Infinity", ".5", "5.", "0x1F",
     "1 000", "１.00", "1\u00a0000", "--1", "1.2.3", "\u22121", "9" * 70],
)  # fmt: skip
def test_amounts_are_plain_decimals(text: str) -> None:
    body = {"customer": "C", "lines": [{"amount": "1"}, {"amount": text}]}
    assert [place for _code, place in refused(lambda: EverythingInput.read(body))] == ["/lines/1/amount"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ([], [("type_wrong", "")]),
        ({}, [("required", "/customer")]),
        ({"customer": None}, [("required", "/customer")]),
        ({"customer": 5}, [("type_wrong", "/customer")]),
        ({"customer": " "}, [("required", "/customer")]),
        ({"customer": "C", "colour/x": 1}, [("member_unknown", "/colour~1x")]),
        ({"customer": "C", "date": "2026-1-1"}, [("date_invalid", "/date")]),
        ({"customer": "C", "date": "2026-W10-1"}, [("date_invalid", "/date")]),
        ({"customer": "C", "date": "２０２６-01-01"}, [("date_invalid", "/date")]),
        ({"customer": "C", "date": 20260101}, [("type_wrong", "/date")]),
        ({"customer": "C", "at": "2026-01-01T00:00:00"}, [("instant_invalid", "/at")]),
        ({"customer": "C", "at": "2026-01-01T25:00:00Z"}, [("instant_invalid", "/at")]),
        ({"customer": "C", "at": "0001-01-01T00:00:00+14:00"}, [("instant_invalid", "/at")]),
        ({"customer": "C", "action": "POST"}, [("choice_unknown", "/action")]),
        ({"customer": "C", "action": True}, [("type_wrong", "/action")]),
        ({"customer": "C", "flag": "true"}, [("type_wrong", "/flag")]),
        ({"customer": "C", "flag": 1}, [("type_wrong", "/flag")]),
        ({"customer": "C", "count": True}, [("type_wrong", "/count")]),
        ({"customer": "C", "count": 6}, [("number_out_of_range", "/count")]),
        ({"customer": "C", "count": "1"}, [("type_wrong", "/count")]),
        ({"customer": "C", "note": "\x07"}, [("text_character", "/note")]),
        ({"customer": "C", "note": "x" * 11}, [("text_too_long", "/note")]),
        ({"customer": "C", "codes": []}, [("list_length", "/codes")]),
        ({"customer": "C", "codes": ["a", 1, None]}, [("type_wrong", "/codes/1"), ("required", "/codes/2")]),
        ({"customer": "C", "lines": [1]}, [("type_wrong", "/lines/0")]),
        ({"customer": "C", "lines": [{"amount": 10}]}, [("amount_is_number", "/lines/0/amount")]),
        ({"customer": "C", "lines": {"amount": "1"}}, [("type_wrong", "/lines")]),
        (
            {"lines": [{"amount": "x"}, {"account": "1"}]},
            [("amount_character", "/lines/0/amount"), ("required", "/lines/1/amount"), ("required", "/customer")],
        ),
    ],
)  # fmt: skip
def test_each_wrong_member_is_named(body: Any, expected: list[tuple[str, str]]) -> None:
    assert refused(lambda: EverythingInput.read(body)) == expected


def test_a_shape_answers_plain_values_and_defaults() -> None:
    found = EverythingInput.read({"customer": " C ", "date": None, "lines": [{"amount": "-1.50"}]})
    assert found == {"customer": "C", "date": None, "action": "post", "lines": [{"amount": Decimal("-1.50")}]}
    assert EverythingInput.read({}, partial=True) == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=1&a=2", [("parameter_repeated", "a")]),
        ("a=%00", [("text_unstorable", "a")]),
        ("a=%ff", [("query_invalid", "")]),
        ("%00=1", [("query_invalid", "")]),
        ("&".join(f"a{n}=1" for n in range(200)), [("query_invalid", "")]),
    ],
)
def test_parameters_are_read_strictly(text: str, expected: list[tuple[str, str]]) -> None:
    assert refused(lambda: parse_query(text)) == expected


def test_parameters_keep_what_was_sent() -> None:
    assert parse_query("a=&b=x+y%20z&c=%C3%A9") == {"a": "", "b": "x y z", "c": "é"}


@pytest.mark.parametrize(
    ("field", "row", "expected"),
    [
        ("lines.0.account_id", None, {"pointer": "/lines/0/account"}),
        ("customer", 3, {"pointer": "/items/3/customer"}),
        (None, 3, {"pointer": "/items/3"}),
        (None, None, {}),
        ("/a~1b", None, {"pointer": "/a~1b"}),
        ("?limit", None, {"parameter": "limit"}),
        ("!If-Match", None, {"header": "If-Match"}),
    ],
)
def test_fields_of_services_become_places(
    field: str | None, row: int | None, expected: dict[str, str]
) -> None:
    assert place_of(field, row) == expected
