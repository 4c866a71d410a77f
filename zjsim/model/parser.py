"""Text of an equation → its tree, for Vensim and XMILE alike.

A descent from the loosest operator to the tightest. The languages differ in where ``not``
stands, in MOD, ``//`` and IF THEN ELSE, and in the points of a lookup.
"""

from __future__ import annotations

import re

from zjsim.errors import ModelError
from zjsim.model.syntax import (
    Apply,
    Chain,
    Choice,
    Literal,
    Name,
    Node,
    Numbers,
    Points,
    Prefix,
    Text,
)
from zjsim.model.tokens import Language, Token, tokens_of, unreadable

# Vensim's number for "not available".
NOT_AVAILABLE = -(2.0**109)
MOST_NESTED = 150  # levels of brackets; models have about ten
_END = Token("end", "", -1, -1)
_LIMITS = re.compile(r"[\d\s.,()eE+\-?\\]*")


_QUOTE = re.compile(r'(?<!\\)"')


def without_quotes(name: str) -> str:
    """A name of XMILE without the quotes around it or around its parts, as in ``a."b-c"``."""
    return _QUOTE.sub("", name)


def parse_expression(text: str, language: Language) -> Node:
    """The tree of an expression.

    Raises
    ------
    ModelError
        When it cannot be read, with the place; the caller says in which equation.
    """
    parser = Parser(text, language)
    tree = parser.expression()
    parser.expect_end()
    return tree


def parse_right_side(text: str, language: Language) -> Node:
    """The tree of an expression, or a list of numbers for the elements of an array."""
    parser = Parser(text, language)
    tree = parser.numbers() or parser.expression()
    parser.expect_end()
    return tree


class Parser:
    """A text, its tokens and how far they have been read."""

    def __init__(self, text: str, language: Language) -> None:
        self.text = text
        self.language = language
        self.tokens = tokens_of(text, language)
        self.position = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        """The next token."""
        return self.tokens[self.position] if self.position < len(self.tokens) else _END

    def take(self) -> Token:
        """The next token, which is then behind."""
        token = self.token
        self.position += 1
        return token

    def at(self, *texts: str) -> bool:
        """Whether a sign or keyword of these comes next."""
        return self.token.kind in ("sign", "word") and self.token.text in texts

    def skip(self, text: str) -> bool:
        """Whether the sign came next; it is then behind."""
        found = self.at(text)
        self.position += found
        return found

    def expect(self, text: str) -> Token:
        """The sign, which must come next."""
        if not self.at(text):
            raise self.wrong()
        return self.take()

    def expect_end(self) -> None:
        """Nothing must follow."""
        if self.token is not _END:
            raise self.wrong()

    def wrong(self) -> ModelError:
        """The error at the next token."""
        begin = len(self.text) if self.token is _END else self.token.begin
        return unreadable(self.text, begin)

    def expression(self) -> Node:
        """An expression of any rank."""
        self.depth += 1
        if self.depth > MOST_NESTED:
            raise ModelError("the equation is nested too deeply. Split it into several.")
        tree = self._choice() if self.at("if") else self._chain(self._and, "or")
        self.depth -= 1
        return tree

    def _and(self) -> Node:
        return self._chain(self._not, "and")

    def _chain(self, inner: object, *operators: str) -> Node:
        assert callable(inner)
        operands, found = [inner()], []
        while self.at(*operators):
            found.append(self.take().text)
            operands.append(inner())
        return Chain(tuple(found), tuple(operands)) if found else operands[0]

    def _not(self) -> Node:
        if self.language == "vensim" and self.at("not"):
            self.take()
            return Prefix("not", self._not())
        return self._equality()

    def _equality(self) -> Node:
        return self._chain(self._comparison, "=", "<>")

    def _comparison(self) -> Node:
        return self._chain(self._sum, "<", "<=", ">", ">=")

    def _sum(self) -> Node:
        return self._chain(self._product, "+", "-")

    def _product(self) -> Node:
        return self._chain(self._signed, "*", "/", "//", "mod")

    def _signed(self) -> Node:
        self.depth += 1
        if self.depth > 3 * MOST_NESTED:
            raise ModelError("the equation is nested too deeply. Split it into several.")
        if self.at("+", "-") or (self.language == "xmile" and self.at("not")):
            sign = self.take().text
            operand = self._signed()
            tree = operand if sign == "+" else Prefix(sign, operand)
        else:
            tree = self._power()
        self.depth -= 1
        return tree

    def _power(self) -> Node:
        base = self._atom()
        if self.at("^"):
            self.take()
            return Chain(("^",), (base, self._signed()))
        return base

    def _choice(self) -> Node:
        self.expect("if")
        condition = self.expression()
        self.expect("then")
        when_true = self.expression()
        self.expect("else")
        return Choice(condition, when_true, self.expression())

    def _atom(self) -> Node:
        token = self.token
        match token.kind:
            case "number":
                return Literal(float(self.take().text))
            case "text":
                return Text(self.take().text[1:-1])
            case "name":
                return self._named()
        if self.at("na"):
            self.take()
            return Literal(NOT_AVAILABLE)
        if self.at("if"):
            return self._choice()
        if self.at("mod"):
            return self._named()
        self.expect("(")
        tree = self.expression()
        self.expect(")")
        return tree

    def _named(self) -> Node:
        name = self.take().text
        # Some tools write names with blanks into XMILE, as Vensim has them.
        while self.language == "xmile" and self.token.kind == "name":
            name += " " + self.take().text
        if self.language == "xmile":
            name = without_quotes(name)
        subscripts = self.subscripts()
        if not self.skip("("):
            return Name(name, subscripts)
        if self.language == "vensim" and " ".join(name.lower().split()) == "with lookup":
            argument = self.expression()
            self.expect(",")
            points = self.points()
            self.expect(")")
            return Apply(name, (argument, points))
        if self.language == "vensim" and " ".join(name.lower().split()) == "tabbed array":
            return self._tabbed()
        arguments: list[Node] = []
        outputs: tuple[str, ...] = ()
        while not self.at(")"):
            arguments.append(self.expression())
            if self.at(":") and self.language == "vensim":
                outputs = self._outputs()
            if not self.skip(","):
                break
            if self.at(")"):
                raise self.wrong()
        self.expect(")")
        return Apply(name, tuple(arguments), subscripts, outputs)

    def _outputs(self) -> tuple[str, ...]:
        self.expect(":")
        names = []
        while self.token.kind == "name":
            names.append(self.take().text)
            if not self.skip(","):
                break
        return tuple(names)

    def subscripts(self) -> tuple[str, ...]:
        """What stands between square brackets, as written; nothing when there are none."""
        return self.items("]") if self.skip("[") else ()

    def items(self, end: str) -> tuple[str, ...]:
        """Texts between commas up to a closing sign, brackets inside kept whole."""
        found: list[str] = []
        begin, depth = self.position, 0
        while True:
            token = self.take()
            if token is _END:
                self.position -= 1
                raise self.wrong()
            if depth == 0 and token.kind == "sign" and token.text in (",", end):
                inside = self.tokens[begin : self.position - 1]
                if not inside:
                    self.position -= 1
                    raise self.wrong()
                found.append(self.text[inside[0].begin : inside[-1].end])
                begin = self.position
                if token.text == end:
                    return tuple(found)
            elif token.kind == "sign":
                depth += (token.text in "([") - (token.text in ")]")

    def number(self) -> float:
        """A number with its sign."""
        negative = False
        while self.at("+", "-"):
            negative ^= self.take().text == "-"
        if self.token.kind != "number":
            raise self.wrong()
        value = float(self.take().text)
        return -value if negative else value

    def points(self) -> Points:
        """The points of a lookup of Vensim: pairs, or all x and then all y."""
        self.expect("(")
        if self.at("["):
            self._limits()
            self.skip(",")
        xs: list[float] = []
        ys: list[float] = []
        flat: list[float] = []
        while not self.at(")"):
            if self.skip("("):
                xs.append(self.number())
                self.expect(",")
                ys.append(self.number())
                self.expect(")")
            else:
                flat.append(self.number())
            self.skip(",")
        self.expect(")")
        if flat:
            if xs or len(flat) % 2:
                raise ModelError(
                    f"a lookup has {len(flat)} numbers outside brackets; write points as (x, y)."
                )
            half = len(flat) // 2
            xs, ys = flat[:half], flat[half:]
        return Points(tuple(xs), tuple(ys))

    def _limits(self) -> None:
        """Limits of the axes of a picture, which no equation reads."""
        begin = self.expect("[").end
        while not self.at("]"):
            if self.token is _END:
                raise self.wrong()
            self.take()
        inside = self.text[begin : self.take().begin]
        if not _LIMITS.fullmatch(inside):
            raise ModelError(f"expected numbers only, got {inside.strip()[:40]!r}.")

    def _tabbed(self) -> Numbers:
        values = []
        while not self.at(")"):
            values.append(self.number())
            self.skip(",")
        self.expect(")")
        return Numbers(tuple(values))

    def numbers(self) -> Numbers | None:
        """A list of numbers up to the end; None when something else stands there."""
        before = self.position
        values: list[float] = []
        try:
            while self.token is not _END:
                values.append(self.number())
                if self.token is not _END and not (self.skip(",") or self.skip(";")):
                    break
        except ModelError:
            values = []
        if len(values) > 1 and self.token is _END:
            return Numbers(tuple(values), self.text[self.tokens[before].begin :].strip())
        self.position = before
        return None
