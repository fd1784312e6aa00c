"""What the product says is kept as a code with values, and worded when somebody reads it."""

import re

import pytest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from anlan.base import phrases
from anlan.base.inbox.kinds import Kind
from anlan.base.phrases import Phrase, is_phrase

OPEN = phrases.declare("test.open", _("Open"))
OF = phrases.declare("test.of", "%(what)s / %(n)s")


def test_a_declared_text_speaks_the_readers_language() -> None:
    phrase = OPEN()
    with override("en"):
        assert str(phrase) == "Open"
    with override("zh-hans"):
        assert str(phrase) == "打开"
    assert phrase.data == {"say": "test.open", "with": {}}


def test_values_may_be_phrases_themselves_and_lists_of_them() -> None:
    phrase = OF(what=[OPEN(), Phrase.told(zh="泵", en="pump")], n=2)
    with override("en"):
        assert str(phrase) == "Open, pump / 2"
    with override("zh-hans"):
        assert str(phrase) == "打开、泵 / 2"


def test_own_words_stay_as_they_were_written() -> None:
    assert str(Phrase("P-101 泄漏")) == "P-101 泄漏"
    assert Phrase("a") == "a"
    assert Phrase("a") != Phrase("b")
    assert not Phrase()
    assert not is_phrase("a")
    assert not is_phrase({"say": "x"})


def test_what_is_no_longer_declared_or_lacks_a_value_still_shows() -> None:
    assert str(Phrase({"say": "gone.code", "with": {}})) == "gone.code"
    assert str(OF(n=2)) == "%(what)s / %(n)s"
    assert hash(OPEN()) == hash(OPEN())


def test_a_code_is_declared_once() -> None:
    assert phrases.declare("test.of", "%(what)s / %(n)s") is OF
    with pytest.raises(ValueError, match="twice"):
        phrases.declare("test.of", "another")


def test_a_notice_words_the_phrases_it_was_given() -> None:
    kind = Kind("test.kind", "%(title)s!")
    params = {"title": OPEN().data}
    with override("en"):
        assert kind.title_of(params) == "Open!"
    with override("zh-hans"):
        assert kind.title_of(params) == "打开!"


def test_every_declared_text_is_in_the_catalogue() -> None:
    bare = []
    for one in phrases.declared():
        with override("en"):
            english = str(one.text)
        with override("zh-hans"):
            chinese = str(one.text)
        if re.search(r"[A-Za-z]{2}", re.sub(r"%\(\w+\)s", "", english)) and english == chinese:
            bare.append(one.code)
        assert set(re.findall(r"%\(\w+\)s", english)) == set(re.findall(r"%\(\w+\)s", chinese))
    assert not bare
