"""The tool that keeps translations complete (tools/messages.py), on a small tree of its own."""

from __future__ import annotations

import gettext
from pathlib import Path

import pytest

from tools.messages import main, placeholders, po_file

MODULE = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext_lazy, npgettext

SENTENCE = _(
    "Only %(open)s is open; "
    "use %(open)s."
)
MARK = pgettext_lazy("mark", "none")


def count(n):
    return ngettext("%(n)s row", "%(n)s rows", n) + npgettext("files", "One file", "%(n)s files", n)
"""
PAGE = """{% load i18n %}
{% block main %}
        <h1>{% translate "Home" %}</h1>
  <p title="{% translate 'none' context 'nobody' %}">{{ _("Search") }} 100%</p>
    {% blocktranslate trimmed count n=rows %}
      {{ n }} match
    {% plural %}
      {{ n }} matches
    {% endblocktranslate %}
  {% blocktranslate %}Pay 100% (or {{ share }}{% endblocktranslate %}
{# Translators: said of a person #}
{% endblock %}
"""
TRANSLATIONS = {
    "Only %(open)s is open; use %(open)s.": ["Reste %(open)s : utilisez %(open)s."],
    "none": ["aucun"],
    "%(n)s row": ["%(n)s ligne", "%(n)s lignes"],
    "One file": ["Un fichier", "%(n)s fichiers"],
    "Home": ["Accueil"],
    "Search": ["Chercher"],
    "%(n)s match": ["%(n)s résultat", "%(n)s résultats"],
    "Pay 100%% (or %(share)s": ["Payer 100 %% (ou %(share)s"],
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A project with one app, one page, a test and a migration that say things."""
    for name, text in {
        "arledger/__init__.py": "",
        "arledger/core/templates/core/page.html": PAGE,
        "sales/apps.py": "",
        "sales/errors.py": MODULE,
        "sales/migrations/0001_initial.py": "_('from a migration')",
        "tests/test_sales.py": "_('from a test')",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def run(tree: Path, command: str) -> int:
    return main(["--root", str(tree), f"--{command}"])


def translate(tree: Path, translations: dict[str, list[str]]) -> None:
    """Fill the empty entries of the file as a translator would, by hand."""
    path = po_file(tree, "fr")
    lines: list[str] = []
    forms: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("msgid ") and line != 'msgid ""':
            forms = list(translations.get(line[7:-1], []))
        if line.startswith("msgstr") and line.endswith(' ""') and forms:
            line = line[:-2] + f'"{forms.pop(0)}"'
        lines.append(line)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def translated(tree: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert run(tree, "update") == 0
    translate(tree, TRANSLATIONS)
    assert run(tree, "check") == 0, capsys.readouterr().out
    capsys.readouterr()
    return tree


def listed(tree: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert run(tree, "check") == 1
    return [line.partition("django.po: ")[2] for line in capsys.readouterr().out.splitlines()]


def test_without_a_file_everything_is_missing(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = listed(tree, capsys)
    assert len(found) == 9
    assert all(line.startswith("missing: ") for line in found)
    assert "missing: “Home” in arledger/core/templates/core/page.html" in found
    assert "missing: “none” (context mark) in sales/errors.py" in found
    assert "missing: “none” (context nobody) in arledger/core/templates/core/page.html" in found


def test_an_update_adds_empty_entries_that_the_check_names(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(tree, "update")
    text = po_file(tree, "fr").read_text(encoding="utf-8")
    assert "from a migration" not in text
    assert "from a test" not in text
    found = listed(tree, capsys)
    assert len(found) == 9
    assert all(line.startswith("empty: ") for line in found)


def test_an_update_keeps_translations_and_is_stable(translated: Path) -> None:
    before = po_file(translated, "fr").read_bytes()
    run(translated, "update")
    assert po_file(translated, "fr").read_bytes() == before
    assert "Reste %(open)s" in before.decode()


def test_an_update_drops_what_nothing_uses(translated: Path, capsys: pytest.CaptureFixture[str]) -> None:
    module = translated / "sales/errors.py"
    module.write_text(MODULE.replace("Only %(open)s is open; ", "Left: "), encoding="utf-8")
    assert listed(translated, capsys) == [
        "missing: “Left: use %(open)s.” in sales/errors.py",
        "obsolete: “Only %(open)s is open; use %(open)s.” in sales/errors.py",
    ]
    run(translated, "update")
    assert "Reste" not in po_file(translated, "fr").read_text(encoding="utf-8")
    assert listed(translated, capsys) == ["empty: “Left: use %(open)s.” in sales/errors.py"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Reste %(open)s : utilisez %(open)s.", "Reste.", "lacking %(open)s"),
        ("Reste %(open)s : utilisez", "Reste %(ouvert)s : utilisez", "added %(ouvert)s"),
        ("%(n)s lignes", "lignes", "lacking %(n)s"),
        ("Payer 100 %% (ou %(share)s", "Payer %(share)d", "added %(share)d"),
        ('"Accueil"', '"Accueil {name}"', "added {name}"),
        ('"Accueil"', '"Accueil %s"', "added %s (times 1)"),
    ],
)
def test_placeholders_must_agree(
    translated: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, expected: str
) -> None:
    path = po_file(translated, "fr")
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    [line] = listed(translated, capsys)
    assert line.startswith("placeholders differ: ")
    assert expected in line


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('msgid "Home"', '#, fuzzy\nmsgid "Home"', "fuzzy: “Home”"),
        ('"%(n)s lignes"', '""', "empty: “%(n)s row”"),
        ('msgid "Home"', '#~ msgid "Old"\n#~ msgstr "Vieux"\n\nmsgid "Home"', "obsolete: “Old”"),
    ],
)
def test_fuzzy_empty_and_obsolete_entries_are_named(
    translated: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, expected: str
) -> None:
    path = po_file(translated, "fr")
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    [line] = listed(translated, capsys)
    assert line.startswith(expected)


def test_the_compiled_file_is_what_gettext_reads(translated: Path) -> None:
    assert run(translated, "compile") == 0
    with po_file(translated, "fr").with_suffix(".mo").open("rb") as stream:
        compiled = gettext.GNUTranslations(stream)
    assert compiled.gettext("Home") == "Accueil"
    assert compiled.pgettext("mark", "none") == "aucun"
    assert compiled.ngettext("%(n)s row", "%(n)s rows", 0) == "%(n)s ligne"
    assert compiled.ngettext("%(n)s row", "%(n)s rows", 2) == "%(n)s lignes"


def test_placeholders_of_a_text() -> None:
    assert placeholders("100%% of %(a)s and {b}") == {"%(a)s", "{b}"}
    assert placeholders("%s %s %d") == {"%s (times 2)", "%d (times 1)"}
    assert placeholders("100 % sure") == set()
