"""Keep the translations complete without GNU gettext: extract, merge, check and compile with Babel.

    python -m tools.messages --update     merge what the sources say into locale/*/LC_MESSAGES/django.po
    python -m tools.messages --check      exit 1 and list every entry that is not translated exactly
    python -m tools.messages --compile    write django.mo beside each django.po

``--update`` keeps translations, adds what is missing as empty entries and drops what nothing uses any more.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("fr",)

_PLURAL, _CONTEXT, _CONTEXT_PLURAL = (1, 2), ((1, "c"), 2), ((1, "c"), 2, 3)
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": _PLURAL,
    "pgettext_lazy": _CONTEXT,
    "npgettext_lazy": _CONTEXT_PLURAL,
}
_NAMED = re.compile(r"%\(\w+\)[#0\-+]*\d*(?:\.\d+)?[a-zA-Z]|\{\w*\}")
_POSITIONAL = re.compile(r"%[sdif]")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the three commands; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.messages", description=__doc__.split("\n")[0])
    parser.add_argument("--root", type=Path, default=ROOT, help="the tree to work on")
    command = parser.add_mutually_exclusive_group(required=True)
    for name in ("update", "check", "compile"):
        command.add_argument(f"--{name}", action="store_const", const=name, dest="command")
    options = parser.parse_args(arguments)
    files = {language: po_file(options.root, language) for language in LANGUAGES}
    if options.command == "compile":
        for language, path in files.items():
            compile_catalog(path, language)
        return 0
    template = extract_catalog(options.root)
    if options.command == "update":
        for language, path in files.items():
            update_catalog(path, language, template)
        return 0
    found = [
        f"{path.relative_to(options.root)}: {problem}"
        for language, path in files.items()
        for problem in problems(load_catalog(path, language), template)
    ]
    print("\n".join(found) if found else f"{len(template)} messages are translated to {', '.join(files)}.")
    return 1 if found else 0


def po_file(root: Path, language: str) -> Path:
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def extract_catalog(root: Path) -> Catalog:
    """Every message of the project's Python modules and templates, with the files that use it."""
    catalog = Catalog(project="Arledger", fuzzy=False)
    for path in source_files(root):
        source = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            # Brackets around it, so that the indentation of HTML means nothing to Python's tokenizer.
            source = f"(\n{templatize(source, origin=str(path))}\n)"
        for _line, message, comments, context in extract("python", BytesIO(source.encode()), KEYWORDS):
            place = (path.relative_to(root).as_posix(), 1)
            catalog.add(message, None, [place], auto_comments=comments, context=context)
    return catalog


def source_files(root: Path) -> Iterator[Path]:
    """The modules of the project and of its apps (no tests, no migrations), then all templates, in order."""
    packages = {root / "arledger", *(marker.parent for marker in root.glob("*/apps.py"))}
    modules = [
        path for package in packages for path in package.rglob("*.py") if "migrations" not in path.parts
    ]
    folders = [root / "templates", *(package / "templates" for package in packages)]
    folders += [folder for package in packages for folder in package.glob("*/templates")]
    pages = [path for folder in folders for path in folder.rglob("*") if path.suffix in (".html", ".txt")]
    yield from sorted(modules)
    yield from sorted(set(pages))


def load_catalog(path: Path, language: str) -> Catalog:
    """The translations of a file, obsolete ones apart; an empty catalog when there is no file yet."""
    if not path.exists():
        return Catalog(locale=language, project="Arledger", fuzzy=False)
    with path.open("rb") as stream:
        return read_po(stream, locale=language, abort_invalid=True)


def update_catalog(path: Path, language: str, template: Catalog) -> None:
    """Merge the extracted messages into the file; doing it twice changes nothing."""
    catalog = load_catalog(path, language)
    template.creation_date = catalog.creation_date
    catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        write_po(stream, catalog, width=100, sort_output=True, ignore_obsolete=True, include_lineno=False)


def compile_catalog(path: Path, language: str) -> Path:
    """Write the binary catalog that Django loads."""
    target = path.with_suffix(".mo")
    with target.open("wb") as stream:
        write_mo(stream, load_catalog(path, language))
    return target


def problems(catalog: Catalog, template: Catalog) -> list[str]:
    """What keeps the translations from being complete and exact, one sentence each."""
    found = [f"missing: {_name(m)}" for m in _messages(template) if _same(catalog, m) is None]
    for message in _messages(catalog):
        name = _name(message)
        if _same(template, message) is None:
            found.append(f"obsolete: {name}")
            continue
        if message.fuzzy:
            found.append(f"fuzzy: {name}")
        if not all(_forms(message.string)):
            found.append(f"empty: {name}")
        elif wrong := placeholder_fault(message):
            found.append(f"placeholders differ: {name}: {wrong}")
    return found + [f"obsolete: {_name(message)}" for message in catalog.obsolete.values()]


def placeholder_fault(message: Message) -> str | None:
    """What a translation adds or lacks; a plural form may leave out what an English form leaves out."""
    sources = [placeholders(form) for form in _forms(message.id)]
    allowed, needed = set.union(*sources), set.intersection(*sources)
    for form in _forms(message.string):
        used = placeholders(form)
        if used - allowed or needed - used:
            added, lacking = sorted(used - allowed), sorted(needed - used)
            return f"added {', '.join(added) or 'nothing'}, lacking {', '.join(lacking) or 'nothing'}"
    return None


def placeholders(text: str) -> set[str]:
    """The placeholders of a text: named ones by name, positional ones with how often they occur."""
    plain = text.replace("%%", "")
    positional = Counter(_POSITIONAL.findall(plain))
    return set(_NAMED.findall(plain)) | {f"{sign} (times {count})" for sign, count in positional.items()}


def _messages(catalog: Catalog) -> Iterable[Message]:
    return (message for message in catalog if message.id)


def _same(catalog: Catalog, message: Message) -> Message | None:
    """The entry for the same text, if it is a plural in both catalogs or in none."""
    found = catalog.get(_forms(message.id)[0], message.context)
    return found if found is not None and len(_forms(found.id)) == len(_forms(message.id)) else None


def _forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    if isinstance(text, str) or text is None:
        return (text or "",)
    return tuple(text) or ("",)


def _name(message: Message) -> str:
    context = f" (context {message.context})" if message.context else ""
    places = ", ".join(sorted({place for place, _line in message.locations}))
    return f"“{_forms(message.id)[0]}”{context}" + (f" in {places}" if places else "")


if __name__ == "__main__":
    sys.exit(main())
