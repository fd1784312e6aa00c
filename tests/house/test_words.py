"""Every word for people has its Chinese: what code and templates ask for is in a catalogue."""

import io
import re
from functools import cache
from pathlib import Path

import polib
from babel.messages.extract import extract
from django.utils import translation
from django.utils.translation.template import templatize

SOURCE = Path(__file__).resolve().parents[2] / "src" / "anlan"
PLAIN = ("_", "gettext", "gettext_lazy", "gettext_noop")
KEYWORDS = {
    **dict.fromkeys(PLAIN),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
BLANK = re.compile(r"%\(\w+\)[a-z]|%[sd]")
Word = tuple[str, str]  # context, English


@cache
def translated() -> dict[Word, str]:
    """Every entry of every Chinese catalogue that is in force."""
    return {
        (entry.msgctxt or "", entry.msgid): entry.msgstr or entry.msgstr_plural.get(0, "")
        for path in SOURCE.rglob("locale/zh_Hans/LC_MESSAGES/django.po")
        for entry in polib.pofile(str(path))
        if not entry.obsolete and not entry.fuzzy
    }


def asked(path: Path) -> dict[Word, int]:
    """What one file asks for, with the line of the first time."""
    text = path.read_text("utf-8")
    if path.suffix != ".py":
        # The tokenizer minds indentation, templates do not.
        text = "\n".join(line.lstrip() for line in templatize(text).splitlines())
    found: dict[Word, int] = {}
    for line, message, _comments, context in extract(
        "python", io.BytesIO(text.encode()), keywords=KEYWORDS, options={"encoding": "utf-8"}
    ):
        english = message if isinstance(message, str) else message[0]
        found.setdefault((context or "", english), line)
    return found


def files() -> list[Path]:
    return [
        path
        for kind in ("*.py", "*.html", "*.txt")
        for path in sorted(SOURCE.rglob(kind))
        if "tests" not in path.parts and (kind == "*.py" or "templates" in path.parts)
    ]


def test_every_word_has_its_chinese() -> None:
    missing = [
        f"{path.relative_to(SOURCE)}:{line}: {english!r}" + (f" ({context})" if context else "")
        for path in files()
        for (context, english), line in asked(path).items()
        if english and not translated().get((context, english))
    ]
    assert not missing, "add to locale/zh_Hans of the app:\n" + "\n".join(missing)


def test_no_other_catalogue_speaks_for_ours() -> None:
    """A library that stands before us and knows the same English would put its own Chinese on our
    pages: give the word a context."""
    with translation.override("zh-hans"):
        taken = {
            word: said
            for word, chinese in translated().items()
            if (said := translation.pgettext(*word) if word[0] else translation.gettext(word[1]))
            not in (chinese, word[1])
        }
    assert not taken, taken


def test_one_english_has_one_chinese() -> None:
    """Catalogues are merged: of two translations one would win everywhere, unseen."""
    said: dict[Word, dict[str, str]] = {}
    for path in SOURCE.rglob("locale/zh_Hans/LC_MESSAGES/django.po"):
        app = str(path.relative_to(SOURCE)).split("/locale/")[0]
        for entry in polib.pofile(str(path)):
            chinese = entry.msgstr or entry.msgstr_plural.get(0, "")
            if chinese and not entry.obsolete:
                said.setdefault((entry.msgctxt or "", entry.msgid), {})[chinese] = app
    two = {word: ways for word, ways in said.items() if len(ways) > 1}
    assert not two, f"say it alike, or give one a context (pgettext): {two}"


def test_chinese_fills_no_blank_that_the_english_lacks() -> None:
    wrong = {
        english: blanks
        for (_context, english), chinese in translated().items()
        if (blanks := set(BLANK.findall(chinese)) - set(BLANK.findall(english)))
    }
    assert not wrong


def test_words_are_found_in_code_and_in_templates(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        '{% load i18n %}<p>{% if x %}\n   <b title="{% translate "It\'s" %}">'
        '{% translate "Name" context "person" %}</b>{% endif %}\n'
        "{% blocktranslate count n=n trimmed %}\n one row\n {% plural %} {{ n }} rows"
        "{% endblocktranslate %}",
        "utf-8",
    )
    code = tmp_path / "code.py"
    code.write_text('a = _("One" " line")\nb = pgettext("run", "Held")\nc = _(a)\n', "utf-8")
    assert set(asked(page)) == {("", "It's"), ("person", "Name"), ("", "one row")}
    assert set(asked(code)) == {("", "One line"), ("run", "Held")}
