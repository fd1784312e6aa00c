"""Expressions over tags: calculated tags, and plant states that suppress alarms.

    {LI-101A} + {LI-101B}        {RUN-7} == 0 and {FI-7} < 2.5        max({TI-1}, {TI-2}) - 20

A tag stands in braces; without them where its name is a plain word. Numbers, + - * / % **,
comparisons, `and or not`, `a if b else c`, parentheses and the functions abs, min, max, round,
sqrt, exp, log; nothing else. simpleeval evaluates what is left after that check: nothing is
compiled or given to Python.
"""

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from simpleeval import InvalidExpression, SimpleEval

LONGEST = 1000
_TAG = re.compile(r"\{([^{}]*)\}")
# A tag in braces, a number (whose exponent is no name), a word.
_TOKEN = re.compile(r"\{[^{}]*\}|\d[\w.]*|[^\W\d]\w*")
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "abs": abs,
    "min": min,
    "max": max,
    "round": round,
    "sqrt": math.sqrt,
    "exp": math.exp,
    "log": math.log,
}
_OPERATORS: Mapping[type, Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Gt: operator.gt,
    ast.Lt: operator.lt,
    ast.GtE: operator.ge,
    ast.LtE: operator.le,
    ast.Not: operator.not_,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
_SHAPES = (
    ast.BinOp,
    ast.UnaryOp,
    ast.BoolOp,
    ast.Compare,
    ast.IfExp,
    ast.Call,
    ast.Name,
    ast.Constant,
)
_ARITY = {"min": (2, 50), "max": (2, 50), "log": (1, 2)}
_DEEPEST = 40


class ExpressionError(ValueError):
    """An expression that cannot be used; `column` counts its characters from 1."""

    def __init__(self, text: str, column: int, problem: str) -> None:
        self.text, self.column, self.problem = text, column, problem
        super().__init__(f"expression {text!r}, column {column}: {problem}")


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression; `tags` in the order in which they first stand in it."""

    text: str
    tags: tuple[str, ...]
    _names: Mapping[str, str] = field(repr=False)
    _tree: ast.expr = field(repr=False, compare=False)

    def value(self, values: Mapping[str, float]) -> float | None:
        """Return the value for these values of its tags; yes is 1.0 and no 0.0.

        None where there is none: a division by nought, a root of a negative, no finite number.
        """
        names = {name: values[tag] for name, tag in self._names.items()}
        # One each time: threads may evaluate at once.
        machine = SimpleEval(operators=_OPERATORS, functions=_FUNCTIONS, names=names)
        try:
            found = float(machine.eval(self.text, previously_parsed=self._tree))
        except (ArithmeticError, ValueError, TypeError, InvalidExpression):
            return None
        return found if math.isfinite(found) else None

    def renamed(self, names: Mapping[str, str]) -> str:
        """Return the text with its tags called otherwise. Raises KeyError for one without name."""

        def other(found: re.Match[str]) -> str:
            token = found[0]
            tag = token[1:-1].strip() if token.startswith("{") else token
            return "{" + names[tag] + "}" if tag in self.tags else token

        return _TOKEN.sub(other, self.text)


@cache
def parsed(text: str) -> Expression:
    """Check an expression. Raises ExpressionError naming the column."""
    if len(text) > LONGEST:
        raise ExpressionError(text[:40] + "…", LONGEST + 1, f"longer than {LONGEST} characters")
    if not text.strip():
        raise ExpressionError(text, 1, "is empty")
    tags: dict[str, str] = {}

    def plain(found: re.Match[str]) -> str:
        tag = found[1].strip()
        if not tag:
            raise ExpressionError(text, found.start() + 1, "empty braces; write {TAG}")
        name = next((name for name, one in tags.items() if one == tag), f"_{len(tags):x}")
        tags[name] = tag
        # Of the same length, so that columns stay what they are.
        return name.ljust(len(found[0]))

    try:
        source = "(" + _TAG.sub(plain, text).replace("\n", " ").replace("\r", " ") + ")"
        tree = ast.parse(source, mode="eval").body
    except SyntaxError as error:
        column = min(max((error.offset or 2) - 1, 1), len(text) + 1)
        raise ExpressionError(text, column, "cannot be read from here on") from None
    except (RecursionError, MemoryError):
        raise ExpressionError(text, 1, "is nested too deeply") from None
    if _depth(tree) > _DEEPEST:
        raise ExpressionError(text, 1, "is nested too deeply")
    _check(text, source, tree, tags)
    return Expression(text, tuple(dict.fromkeys(tags.values())), tags, tree)


def _depth(tree: ast.AST) -> int:
    deepest, level = 0, [tree]
    while level:
        deepest += 1
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return deepest


def _check(text: str, source: str, tree: ast.expr, tags: dict[str, str]) -> None:
    called = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.expr):
            continue
        # The tree counts bytes, people characters; the first is the parenthesis put before.
        column = max(1, len(source.encode()[: node.col_offset].decode(errors="ignore")))
        if not isinstance(node, _SHAPES):
            raise ExpressionError(text, column, "only numbers, tags, operators and functions")
        if isinstance(node, ast.Constant):
            if type(node.value) not in (int, float):
                raise ExpressionError(text, column, "only numbers may stand here")
            try:
                # Whole numbers of Python grow without bound; these do not.
                node.value = float(node.value)  # type: ignore[arg-type]
            except OverflowError:
                raise ExpressionError(text, column, "the number is too large") from None
        elif isinstance(node, ast.Call):
            called.add(_checked_call(text, column, node))
        elif isinstance(node, ast.Name) and node not in called and node.id not in tags:
            if node.id in _FUNCTIONS or node.id.startswith("_"):
                raise ExpressionError(text, column, f"{node.id} is no tag; put tags in braces")
            tags[node.id] = node.id
        operators = (
            [node.op]
            if isinstance(node, ast.BinOp | ast.UnaryOp)
            else node.ops
            if isinstance(node, ast.Compare)
            else []
        )
        for one in operators:
            if type(one) not in _OPERATORS:
                raise ExpressionError(text, column, f"{type(one).__name__} is no operator here")


def _checked_call(text: str, column: int, node: ast.Call) -> ast.expr:
    if not isinstance(node.func, ast.Name) or node.func.id not in _FUNCTIONS:
        known = ", ".join(sorted(_FUNCTIONS))
        raise ExpressionError(text, column, f"only these functions may be called: {known}")
    least, most = _ARITY.get(node.func.id, (1, 1))
    if node.keywords or not least <= len(node.args) <= most:
        raise ExpressionError(text, column, f"{node.func.id} takes {least} to {most} values")
    return node.func
