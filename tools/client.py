"""Keep the Python client's shapes and calls what docs/openapi.yaml says.

python -m tools.client --update    write clients/python/arledger_client/shapes.py and calls.py
python -m tools.client --check     exit 1 when they differ
"""

from __future__ import annotations

import argparse
import difflib
import keyword
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import yaml

from tools.openapi import FILE

PACKAGE = FILE.parent.parent / "clients" / "python" / "arledger_client"
ROOT = "/api/v1/"
JSON = "application/json"
SHOWN = 40
MADE = '"""Made by tools/client.py from docs/openapi.yaml: change that, not this."""\n'
# The document itself is read by tools; files are sent by hand (files.py).
LEFT_OUT = {("get", "/api/v1/openapi.json"), ("post", "/api/v1/imports")}
# Pages are gone through by a cursor that the client follows; chosen fields would leave members out.
PAGING = {"cursor", "fields"}
VERBS = {"get": "show", "post": "create", "patch": "change", "delete": "delete"}
WRITE = ["idempotency_key: str | None = None", "validate_only: bool = False"]
MONEY = re.compile(r"\[0-9\](\+|\{1,9\})\(\\.\[0-9\]")

Schema = Mapping[str, Any]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--update", action="store_true")
    chosen.add_argument("--check", action="store_true")
    wanted = parser.parse_args(arguments)
    differs = False
    for name, text in generated(yaml.load(FILE.read_text(), Loader=yaml.CSafeLoader)).items():
        file = PACKAGE / name
        if wanted.update:
            file.write_text(text)
            continue
        before = file.read_text() if file.exists() else ""
        changed = difflib.unified_diff(before.splitlines(), text.splitlines(), name, "generated", lineterm="")
        shown = list(islice(changed, SHOWN))
        if shown:
            differs = True
            print("\n".join(shown), "Run: python -m tools.client --update", sep="\n", file=sys.stderr)
    return int(differs)


def generated(document: Schema) -> dict[str, str]:
    """The client's generated modules by their name, for an OpenAPI document."""
    calls = list(calls_of(document))
    return {"shapes.py": tidy(shapes(document, calls)), "calls.py": tidy(modules(calls))}


def tidy(text: str) -> str:
    """As ruff has it, with the project's settings."""
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(PACKAGE / "made.py"), "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    return done.stdout


# Shapes --------------------------------------------------------------------------------------------------------


def shapes(document: Schema, calls: Sequence[Call]) -> str:
    """Every shape of the document that is not a page, and the parameters of each call that has some."""
    named: Schema = document["components"]["schemas"]
    sent = set(reached(named, [call.body for call in calls if call.body]))
    parts = [
        typed_dict(name, members(schema, sent=name in sent), schema.get("description", ""))
        for name, schema in named.items()
        if not name.endswith("Page")
    ]
    parts += [
        typed_dict(call.query, call.parameters, f"Parameters of {call.name}.") for call in calls if call.query
    ]
    head = [
        MADE,
        "from __future__ import annotations\n",
        "import datetime as dt",
        "from collections import abc",
        "from decimal import Decimal",
        "from typing import Any, Literal, NotRequired, TypedDict\n",
        "# What is sent as an amount: exact either way, never a float.",
        "Amount = Decimal | str\n",
    ]
    return "\n".join([*head, *parts])


def reached(named: Schema, names: Sequence[str]) -> Iterator[str]:
    """The shapes that these hold, and these."""
    waiting, seen = list(names), set[str]()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            yield name
            waiting += re.findall(r"#/components/schemas/(\w+)", str(named[name]))


def members(schema: Schema, *, sent: bool) -> dict[str, str]:
    """The hint of each member, by its name."""
    required = set(schema.get("required", ()))
    found = {name: hint(one, sent=sent) for name, one in schema.get("properties", {}).items()}
    return {name: text if name in required else f"NotRequired[{text}]" for name, text in found.items()}


def typed_dict(name: str, fields: Mapping[str, str], said: str) -> str:
    said = f"{' '.join(said.split())}"
    if all(plain(field) for field in fields):
        body = [f"    {field}: {text}" for field, text in fields.items()] or ["    pass"]
        return "\n".join([f"class {name}(TypedDict):", f'    """{said}"""\n' if said else "", *body, "\n"])
    body = [f'        "{field}": {quoted(text)},' for field, text in fields.items()]
    return "\n".join(
        [f"# {said}" if said else "", f'{name} = TypedDict(\n    "{name}",\n    {{', *body, "    },\n)\n"]
    )


def quoted(text: str) -> str:
    """As a call wants a hint whose shapes may come later."""
    found = re.fullmatch(r"NotRequired\[(.*)\]", text)
    return f'NotRequired["{found[1]}"]' if found else f'"{text}"'


def plain(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name)


def hint(schema: Schema, *, sent: bool) -> str:
    """The type of a value; what is sent may be more than what is answered."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "oneOf" in schema:
        found = " | ".join(hint(one, sent=sent) for one in schema["oneOf"]).split(" | ")
        return " | ".join(sorted(dict.fromkeys(found), key=lambda one: one == "None"))
    kinds = schema["type"] if isinstance(schema.get("type"), list) else [schema.get("type")]
    found = [one_hint(kind, schema, sent) for kind in kinds if kind != "null"]
    return " | ".join([*found, *(["None"] if "null" in kinds else [])])


def one_hint(kind: str | None, schema: Schema, sent: bool) -> str:
    if kind == "array":
        inner = hint(schema["items"], sent=sent)
        return f"abc.Sequence[{inner}]" if sent else f"list[{inner}]"
    if kind == "object":
        return "abc.Mapping[str, Any]" if sent else "dict[str, Any]"
    if kind != "string":
        return {"integer": "int", "boolean": "bool", "number": "Decimal"}.get(kind or "", "Any")
    words = [word for word in schema.get("enum", ()) if word is not None]
    if words:
        return f"Literal[{', '.join(repr(word) for word in words)}]".replace("'", '"')
    if MONEY.search(schema.get("pattern", "")):
        return "Amount" if sent else "Decimal"
    return {"date": "dt.date", "date-time": "dt.datetime"}.get(schema.get("format", ""), "str")


# Calls ---------------------------------------------------------------------------------------------------------


class Call:
    """One operation: where it is, what it takes, what it answers."""

    def __init__(self, path: str, method: str, said: Schema, pages: Mapping[str, str], lists: bool) -> None:
        self.method, self.said = method, said
        self.resource, *rest = path.removeprefix(ROOT).split("/")
        self.steps = [step[1:-1] for step in rest if step.startswith("{")]
        self.path = "/" + path.removeprefix(ROOT)
        answers = [
            answer["content"] for status, answer in said["responses"].items() if status.startswith("2")
        ]
        answered = full_answer(answers[0].get(JSON, {}).get("schema", {}))
        self.pages = answered in pages
        self.answer = pages.get(answered, answered)
        self.body = body_of(said)
        self.name = self.named([step for step in rest if not step.startswith("{")], lists or self.pages)
        names = [
            one for one in said.get("parameters", ()) if one["in"] == "query" and one["name"] not in PAGING
        ]
        self.parameters = {
            safe(one["name"]): parameter(one) for one in names if one["name"] != "validate_only"
        }
        self.query = self.class_name(self.name) + "Query" if self.parameters else ""
        self.headers = {one["name"] for one in said.get("parameters", ()) if one["in"] == "header"}

    def named(self, words: Sequence[str], lists: bool) -> str:
        verb = "list" if self.method == "get" and not self.steps and lists else VERBS[self.method]
        if not words:
            return verb
        action = re.sub(r"[^a-z0-9]", "_", "_".join(words))
        return action if self.method in ("get", "post") else f"{verb}_{action}"

    def class_name(self, *words: str) -> str:
        return "".join(part.title() for part in re.split(r"[^a-z0-9]", "_".join([self.resource, *words])))

    @property
    def address(self) -> str:
        """The path as a Python string: ids put in."""
        text = self.path
        for name in self.steps:
            text = text.replace(f"{{{name}}}", f"{{step({argument(name)})}}")
        return f'f"{text}"' if self.steps else f'"{text}"'

    def code(self) -> str:
        """The method of the resource."""
        first = ["self", *(f"{argument(name)}: str" for name in self.steps)]
        said = " ".join(f"{self.said['summary']}. {self.said.get('description', '')}".split()).strip()
        taken, returned, done = self.reading() if self.method == "get" else self.writing()
        head = f"    def {self.name}({', '.join([*first, *taken])}) -> {returned}:"
        return "\n".join([head, *docstring(said), f"        return {done}", ""])

    def reading(self) -> tuple[list[str], str, str]:
        if not self.answer:
            return [], "bytes", f"self._file({self.address})"
        taken = [f"**query: Unpack[shapes.{self.query}]"] if self.query else []
        query, shape = "query" if self.query else "{}", f"shapes.{self.answer}"
        if self.pages:
            return taken, f"Rows[{shape}]", f"self._rows({self.address}, {query}, {shape})"
        return taken, shape, f"self._get({self.address}, {query}, {shape})"

    def writing(self) -> tuple[list[str], str, str]:
        shape, body = f"shapes.{self.answer}", "body" if self.body else "None"
        given = [f"**body: Unpack[shapes.{self.body}]"] if self.body else []
        if "Idempotency-Key" not in self.headers:
            return given, shape, f"self._ask({self.address}, {body}, {shape})"
        options = [*WRITE, *(["if_match: int | None = None"] if "If-Match" in self.headers else [])]
        handed = ", ".join(f"{name}={name}" for name in (one.partition(":")[0] for one in options))
        done = f'self._write("{self.method.upper()}", {self.address}, {body}, {shape}, {handed})'
        return ["*", *options, *given], shape, done


def full_answer(schema: Schema) -> str:
    """The shape of an answer; of a list the full one: the client chooses no ``fields``."""
    first: Schema = schema.get("anyOf", [schema])[0]
    return str(first.get("$ref", "")).rpartition("/")[2]


def calls_of(document: Schema) -> Iterator[Call]:
    named: Schema = document["components"]["schemas"]
    pages = {
        name: hint(schema["properties"]["results"]["items"], sent=False)
        for name, schema in named.items()
        if name.endswith("Page")
    }
    members = {path.split("/")[3] for path in document["paths"] if path.count("/") > 3 and "{" in path}
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            if (method, path) not in LEFT_OUT:
                yield Call(path, method, said, pages, path.split("/")[3] in members)


def modules(calls: Sequence[Call]) -> str:
    by_resource: dict[str, list[Call]] = {}
    for call in calls:
        by_resource.setdefault(call.resource, []).append(call)
    parts = [
        MADE,
        "from __future__ import annotations\n",
        "from typing import Unpack\n",
        "from arledger_client import shapes",
        "from arledger_client.resource import Resource, Rows, step",
        "from arledger_client.transport import Transport\n\n",
    ]
    for found in by_resource.values():
        parts += [f"class {found[0].class_name()}(Resource):", *(call.code() for call in found), ""]
    parts += ["class Calls:", '    """Every call there is, by what it is about."""\n']
    parts += ["    def __init__(self, transport: Transport) -> None:"]
    for resource, found in by_resource.items():
        parts.append(f"        self.{resource.replace('-', '_')} = {found[0].class_name()}(transport)")
    return "\n".join(parts) + "\n"


def body_of(said: Schema) -> str:
    content = said.get("requestBody", {}).get("content", {})
    return str(content.get(JSON, {}).get("schema", {}).get("$ref", "")).rpartition("/")[2]


def parameter(one: Schema) -> str:
    text = hint(one["schema"], sent=True)
    return text if one.get("required") else f"NotRequired[{text} | None]"


def safe(name: str) -> str:
    return name if plain(name) else f"{name}_"


def argument(name: str) -> str:
    return "id" if name == "key" else name


def docstring(said: str) -> list[str]:
    """Lines of at most 110 signs."""
    words, lines, line = said.split(), list[str](), '        """'
    for word in words:
        if len(line) + len(word) > 104:
            lines.append(line)
            line = "        "
        line += word if line.endswith(('"""', "        ")) else f" {word}"
    return [*lines, f'{line}"""']


if __name__ == "__main__":
    sys.exit(main())
