"""The shape of a finding text: what is wrong with which thing, apart from where.

Words of the same meaning become one private-use character, places, numbers and tags are taken
out, so that two phrasings of one defect in two places get almost the same shape.
"""

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from anlan.engines.findings_text.normalise import clean
from anlan.facts.loader import load_packaged

# Private use area: such characters do not occur in texts. Things and defects sort behind the rest.
_FIRST, _FIRST_WITH_BIT = 0xE000, 0xE800
THING_WEIGHT, DEFECT_WEIGHT = 6, 5  # at most; a row of concepts.csv may weigh less
_DEFAULT_WEIGHT = {"thing": THING_WEIGHT, "substance": 3, "defect": DEFECT_WEIGHT}
_TAGS = re.compile(
    r"[A-Z]{1,5}[-_/#]?\d+[A-Z0-9#/_-]*"  # T-101, P101A/B
    r"|\d+(?:\.\d+)?(?:号楼|[#号栋楼层幢座台个处瓶具只桶张名罐组吨米年月日]|KG|公斤|毫升|ML|L|%|MM)?"
    r"|[一二三四五六七八九十两ー]+(?:号楼|[号栋楼层幢座台个处瓶具只桶张名期])"
    r"|[一二三四五六七八九十]+(?=车间|厂房|库房|仓库)"
    r"|[A-Z]+(?:栋|区|座|线)"
)
_NOT_WORDS = re.compile(r"[^\w\ue000-\uf8ff]+")


@dataclass(frozen=True, slots=True)
class Shape:
    """`key`: the text with its concepts, in order. `bag`: the same weighted and sorted.

    `bag` repeats each character as often as it weighs, so that the similarity of two bags is a
    weighted overlap. `defects` and `things` are bit sets. `where`: the words taken out.
    """

    key: str
    bag: str
    things: int
    defects: int
    where: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Concept:
    name: str
    kind: str
    weight: int
    sign: str
    bit: int
    shown: str


@dataclass(frozen=True, slots=True)
class _Words:
    by_first: Mapping[str, tuple[tuple[str, _Concept], ...]]
    by_sign: Mapping[str, _Concept]
    manner: re.Pattern[str]


def shape_of(text: str) -> Shape:
    """Return the shape of a finding text. An empty text has an empty shape."""
    known = _words()
    where: list[str] = []

    def take_out(match: re.Match[str]) -> str:
        where.append(match[0])
        return " "

    # 未按要求设置 must read as 未设置 before words are looked for.
    line = _TAGS.sub(take_out, known.manner.sub("", clean(text)))
    signs: list[str] = []
    at = 0
    while at < len(line):
        for word, concept in known.by_first.get(line[at], ()):
            if line.startswith(word, at):
                if concept.kind == "place":
                    where.append(word)
                elif concept.kind != "filler":
                    signs.append(concept.sign)
                at += len(word)
                break
        else:
            signs.append(line[at])
            at += 1
    key = _NOT_WORDS.sub("", "".join(signs))
    things = defects = 0
    bag: list[str] = []
    for sign in sorted(set(key)):
        found = known.by_sign.get(sign)
        if found is None:
            bag.append(sign * key.count(sign))
            continue
        # Said twice is not twice as much: a concept counts once.
        bag.append(sign * found.weight)
        if found.kind == "thing":
            things |= found.bit
        elif found.kind == "defect":
            defects |= found.bit
    return Shape(key, "".join(bag), things, defects, tuple(where))


def plain_length(bag: str) -> int:
    """Return how many characters of a bag belong to no thing and no defect."""
    return bisect_left(bag, chr(_FIRST_WITH_BIT))


def shown(signs: str) -> tuple[str, ...]:
    """Return what the characters of a key stand for, in words; plain characters run together."""
    known = _words().by_sign
    parts: list[str] = []
    plain = ""
    for sign in signs:
        concept = known.get(sign)
        if concept is None:
            plain += sign
            continue
        if plain:
            parts.append(plain)
            plain = ""
        parts.append(concept.shown)
    if plain:
        parts.append(plain)
    return tuple(dict.fromkeys(parts))


@cache
def _words() -> _Words:
    by_first: dict[str, list[tuple[str, _Concept]]] = {}
    by_sign: dict[str, _Concept] = {}
    bits = {"thing": 0, "defect": 0}
    manner = re.compile("(?!)")
    for number, row in enumerate(load_packaged("findings_text/concepts.csv")):
        kind = row["kind"]
        weight = int(row["weight"]) if row["weight"] else _DEFAULT_WEIGHT.get(kind, 0)
        bit = 0
        if kind in bits:
            bit = 1 << bits[kind]
            bits[kind] += 1
        words = [clean(word) for word in row["words"].split("|")]
        sign = chr((_FIRST_WITH_BIT if bit else _FIRST) + number)
        concept = _Concept(row["name"], kind, weight, sign, bit, words[-1])
        by_sign[concept.sign] = concept
        if kind == "manner":
            manner = re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)))
            continue
        for word in words:
            by_first.setdefault(word[0], []).append((word, concept))
    longest_first = {
        first: tuple(sorted(pairs, key=lambda pair: -len(pair[0])))
        for first, pairs in by_first.items()
    }
    return _Words(longest_first, by_sign, manner)
