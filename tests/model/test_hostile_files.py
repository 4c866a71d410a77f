"""Files that are broken, half-written or hostile: one clear error each, nothing else happens."""

import os
import sys
import warnings
from pathlib import Path

import pytest

from tests.model.texts import CONTROL, xmile_text
from zjsim.errors import ModelError
from zjsim.model.reader import parse_model, read_model

RUNS_CODE = "__import__('os').mkdir('pwned')"


def aux(equation, name="a", rest=""):
    return f'<aux name="{name}"><eqn>{equation}</eqn>{rest}</aux>'


def gf(inner, kind="continuous"):
    return aux("TIME", rest=f'<gf type="{kind}">{inner}</gf>')


# Equations of a Vensim model that is fine but for them → what the message must say.
VENSIM = {
    "no equation": ("a = ~~|", "a: has no equation"),
    "only a name": ("a ~~|", "a: has no equation"),
    "only a unit": ("~ Year ~ text|", "no equation"),
    "no right side": ("a = 1 + ~~|", "line 2, a"),
    "no operator": ("a = Time Time Time) ~~|", "line 2, a"),
    "open bracket": ("a = (Time + 1 ~~|", "line 2, a"),
    "closed bracket": ("a = Time + 1) ~~|", "line 2, a"),
    "double operator": ("a = Time * / 2 ~~|", "line 2, a"),
    "bare comma": ("a = MAX(, 1) ~~|", "line 2, a"),
    "too few arguments": ("a = MAX(Time) ~~|", "MAX takes 2 arguments"),
    "too many arguments": ("a = EXP(Time, 1) ~~|", "EXP takes 1 argument"),
    "smooth of one": ("a = SMOOTH(Time) ~~|", "SMOOTH takes 2 arguments; here it has 1"),
    "integ of one": ("a = INTEG(Time) ~~|", "INTEG takes 2"),
    "integ of three": ("a = INTEG(Time, 1, 2) ~~|", "INTEG takes 2"),
    "integ inside": ("a = 1 + INTEG(Time, 1) ~~|", "must be the only term"),
    "unknown name": ("a = nowhere ~~|", "no variable is named 'nowhere'"),
    "unknown function": ("a = WARP(Time) ~~|", "WARP is not known"),
    "text as number": ("a = MAX('x', 1) ~~|", "expected a number, got"),
    "lookup without argument": ("t((1,1),(2,2)) ~~|\na = t + 1 ~~|", "without an argument"),
    "lookup with two arguments": ("t((1,1),(2,2)) ~~|\na = t(1, 2) ~~|", "takes one argument"),
    "call of a variable": ("b = Time ~~|\na = b(1) ~~|", "called like a lookup"),
    "lookup with a falling x": ("t((2,1),(1,2)) ~~|", "line 2, t: the x values of a lookup must"),
    "lookup in place that falls": (
        "a = WITH LOOKUP(Time, ([(0,0)-(9,9)],(0,1),(2,2),(1,3))) ~~|",
        "line 2, a: the x values of a lookup must rise; 1 follows 2",
    ),
    "one and a half stages": ("a = DELAY N(Time, 1, 0, 1.5) ~~|", "line 2, a: .* order 1.5"),
    "a constant of stages": ("a = SMOOTH N(Time, 1, 0, n) ~~|\nn = 2.5 ~~|", "a: .* order 2.5"),
    "lookup without points": ("t() ~~|", "line 2, t"),
    "lookup with half a point": ("t((1,1),(2)) ~~|", "line 2, t"),
    "lookup of words": ("t((a,b),(c,d)) ~~|", "line 2, t"),
    "lookup of infinity": ("t((1,1e999),(2,2)) ~~|", "not a finite number"),
    "lookup cut off": ("t((1,1),(2,2) ~~|", "line 2, t"),
    "code in lookup limits": (f"t([{RUNS_CODE}],(0,0),(1,1)) ~~|", "line 2, t: .*cannot be read"),
    "code in limits of a table": (
        f"a = WITH LOOKUP(Time, ([{RUNS_CODE}],(0,0),(1,1))) ~~|",
        "line 2, a: .*cannot be read",
    ),
    "words in lookup limits": ("t([(a,b)-(c,d)],(0,0),(1,1)) ~~|", "expected numbers only"),
    "code as equation": (f"a = {RUNS_CODE} ~~|", "line 2, a"),
    "code as unit": (f"a = 1 ~ m [{RUNS_CODE}] ~|", "line 2, a"),
    "odd unit range": ("a = 1 ~ m [x,y] ~|", "line 2, a"),
    "Time redefined": ("Time = 3 ~~|", "the model's own clock"),
    "defined twice": ("a = 1 ~~|\na = 2 ~~|", "defined twice"),
    "defined twice in other case": ("a b = 1 ~~|\nA_B = 2 ~~|", "same name as 'a b'"),
    "parentheses without end": ("a = " + "(" * 25_000 + "~~|", "nested too deeply"),
    "parentheses by the thousand": (
        "a = " + "(" * 5_000 + "1" + ")" * 5_000 + "~~|",
        "nested too deeply",
    ),
    "powers by the thousand": ("a = Time" + "^-Time" * 3_000 + "~~|", "nested too deeply"),
    "an endless equation": ("a = " + "1+" * 500_000 + "1 ~~|", "longer than"),
    "an endless quote": ('a = "' + "x" * 1_000 + " ~~|", "line 2, a"),
    "INITIAL TIME twice": ("INITIAL TIME = 3 ~~|", "defined twice"),
    "internal node as function": ("a = reference(1, 2) ~~|", "REFERENCE is not known"),
    "internal data as function": ("a = data() ~~|", "DATA is not known"),
    "template text": ("a = {{ Time }} ~~|", "line 2, a"),
    "percent signs": ("a = %s%n ~~|", "line 2, a"),
    "html": ("<script>alert(1)</script> ~~|", "line 2"),
    "chinese punctuation": ("a = MAX\uff08Time\uff0c1\uff09 ~~|", "line 2, a"),
    "a colon word": ("a = :XOR: Time ~~|", "line 2, a"),
    "two equals signs apart": ("a = b = 2 ~~|", "no variable is named 'b'"),
}


@pytest.mark.parametrize("case", VENSIM)
def test_a_bad_vensim_equation_is_one_clear_error(case, empty_folder):
    text, said = VENSIM[case]
    with pytest.raises(ModelError, match=said) as caught:
        parse_model("{UTF-8}\n" + text + "\n" + CONTROL, ".mdl", "bad", "bad.mdl")
    assert_is_told_well(caught.value)


XMILE = {
    "no equation": ('<aux name="a"/>', "has no equation"),
    "empty equation": (aux(" "), "has no equation"),
    "only a comment": (aux("{later}"), "has no equation"),
    "two equations": ('<aux name="a"><eqn>1</eqn><eqn>2</eqn></aux>', "2 equations"),
    "no name": ("<aux><eqn>1</eqn></aux>", "no name"),
    "empty name": (aux("1", " "), "no name"),
    "bad equation": (aux("1 +"), "line 5, a"),
    "unknown name": (aux("nowhere"), "no variable is named 'nowhere'"),
    "unknown flow": ('<stock name="s"><eqn>1</eqn><inflow>f</inflow></stock>', "'f'"),
    "empty flow": ('<stock name="s"><eqn>1</eqn><inflow/></stock>', "empty <inflow>"),
    "stock without value": ('<stock name="s"/>', "has no equation"),
    "too few arguments": (aux("SMTH1(TIME)"), "SMTH1 takes 2 or 3 arguments; here it has 1"),
    "table without points": (gf(""), "no ypts"),
    "table without x": (gf("<ypts>1,2</ypts>"), "no xpts"),
    "table with words": (gf('<xscale min="0" max="1"/><ypts>1,b</ypts>'), "'b' in ypts"),
    "table with a bad scale": (gf('<xscale min="0" max="b"/><ypts>1,2</ypts>'), "xscale max"),
    "table of two lengths": (gf("<xpts>1,2,3</xpts><ypts>1,2</ypts>"), "3 x and 2 y"),
    "table with a falling x": (gf("<xpts>2,1</xpts><ypts>1,2</ypts>"), "must rise; 1 follows"),
    "table of no known kind": (gf("<ypts>1</ypts>", "cubic"), "of type 'cubic'"),
    "infinite table": (gf("<xpts>1,inf</xpts><ypts>1,2</ypts>"), "is not a number"),
    "conveyor": ('<stock name="s"><eqn>1</eqn><conveyor/></stock>', "conveyor"),
    "nesting": (aux("(" * 9_000), "nested too deeply"),
    "endless equation": (aux("1+" * 500_000 + "1"), "longer than"),
    "too deep tree": ("<a>" * 2_000 + "</a>" * 2_000, "well-formed"),
    "code": (aux(RUNS_CODE), "line 5, a"),
    "two equal names": (aux("1", "a b") + aux("1", "A_B"), "same name"),
    "a module": ('<module name="m"/>', "module m has no <model>"),
}


@pytest.mark.parametrize("case", XMILE)
def test_a_bad_xmile_variable_is_one_clear_error(case, empty_folder):
    text, said = XMILE[case]
    with pytest.raises(ModelError, match=said) as caught:
        parse_model(xmile_text(text), ".xmile", "bad", "bad.xmile")
    assert_is_told_well(caught.value)


GOOD = xmile_text(aux("1"))
BOMB = (
    '<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;">'
    '<!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;">]>'
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/hostname">]>'
# Suffix and bytes of a whole file → what the message must say.
FILES = {
    "empty": (".mdl", b"", "empty"),
    "blank": (".mdl", b" \n\t\n", "empty"),
    "only a byte order mark": (".mdl", b"\xef\xbb\xbf", "empty"),
    "NUL": (".mdl", b"a = 1 \x00 ~~|", "NUL"),
    "UTF-16": (".mdl", "a = 1 ~~|".encode("utf-16"), "NUL|UTF-16"),
    "an image": (".mdl", b"\x89PNG\r\n\x1a\n\x00\x00", "NUL"),
    "control characters": (".mdl", b"a = 1 \x07 ~~|", "U\\+0007"),
    "a wrong declaration": (".mdl", "{ascii}\n产出 = 1 ~~|".encode("gbk"), "ascii"),
    "a codec that is no encoding": (".mdl", b"{zlib}\n\xff\xfe ~~|", "neither UTF-8 nor zlib"),
    "prose": (".mdl", b"Dear all, please find attached", "cut off"),
    "no entries": (".mdl", b"{UTF-8}\n", "no Vensim equations"),
    "cut off": (".mdl", b"a = 1 ~ Year ~ half a docum", "line 1.*cut off"),
    "no time settings": (".mdl", b"a = 1 ~~|", "no INITIAL TIME, FINAL TIME, TIME STEP"),
    "no TIME STEP": (".mdl", b"INITIAL TIME=0~~|FINAL TIME=1~~|", "no TIME STEP"),
    "time backwards": (".mdl", b"INITIAL TIME=5~~|FINAL TIME=1~~|TIME STEP=1~~|", "must not"),
    "no step": (".mdl", b"INITIAL TIME=0~~|FINAL TIME=1~~|TIME STEP=0~~|", "above 0"),
    "time of itself": (
        ".mdl",
        b"INITIAL TIME=x~~|FINAL TIME=1~~|TIME STEP=1~~|x=INITIAL TIME+y~~|y=x~~|",
        "depends on itself",
    ),
    "endless time": (".mdl", b"INITIAL TIME=0~~|FINAL TIME=1/0~~|TIME STEP=1~~|", "finite"),
    "XML as Vensim": (".mdl", GOOD.encode(), "cut off|line"),
    "Vensim as XML": (".xmile", b"a = 1 ~~|", "well-formed"),
    "other XML": (".xml", b"<html><body/></html>", "first element is <html>"),
    "xmile without a namespace": (".xmile", b"<xmile><model/></xmile>", "xmlns"),
    "cut off XML": (".xmile", GOOD[: len(GOOD) // 2].encode(), "cut off"),
    "cut off at the end": (".xmile", GOOD[:-12].encode(), "cut off"),
    "no settings": (
        ".xmile",
        GOOD.replace("sim_specs", "x_specs").encode(),
        "no <sim_specs>",
    ),
    "words as step": (".xmile", GOOD.replace("0.25", "soon").encode(), "soon"),
    "no model": (".xmile", GOOD.replace("model>", "note>").encode(), "no <model>"),
    "billion laughs": (".xmile", GOOD.replace("<xmile", BOMB + "<xmile").encode(), "DOCTYPE"),
    "a file from outside": (
        ".xmile",
        GOOD.replace("<xmile", OUTSIDE + "<xmile").replace("<eqn>1", "<eqn>&secret;").encode(),
        "DOCTYPE",
    ),
    "an undeclared entity": (".xmile", GOOD.replace("<eqn>1", "<eqn>&x;").encode(), "line"),
    "too large": (".mdl", b"a" * 5_000_001, "larger than 5 MB"),
}


@pytest.mark.parametrize("case", FILES)
def test_a_bad_file_is_one_clear_error(case, empty_folder):
    suffix, data, said = FILES[case]
    path = empty_folder / f"file{suffix}"
    path.write_bytes(data)
    with pytest.raises(ModelError, match=said) as caught:
        read_model(path)
    assert_is_told_well(caught.value)
    path.unlink()


@pytest.mark.parametrize("suffix", [".txt", "", ".vmf", ".yaml", ".mdl.bak"])
def test_another_suffix_is_refused(tmp_path, suffix):
    path = tmp_path / f"model{suffix}"
    path.write_text("a = 1 ~~|")
    with pytest.raises(ModelError, match=r"ends in \.mdl"):
        read_model(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(ModelError, match="no such file"):
        read_model(tmp_path / "none.mdl")
    (tmp_path / "folder.mdl").mkdir()
    with pytest.raises(ModelError, match="this is a folder"):
        read_model(tmp_path / "folder.mdl")


def test_reading_leaves_no_file_and_no_setting_behind(tmp_path):
    path = tmp_path / "模型 1.mdl"
    path.write_text("{UTF-8}\n产出 = Time ~~|\n" + CONTROL, encoding="utf-8")
    limit, filters = sys.getrecursionlimit(), list(warnings.filters)
    assert "产出" in read_model(path).elements
    assert os.listdir(tmp_path) == [path.name]
    assert (sys.getrecursionlimit(), list(warnings.filters)) == (limit, filters)


@pytest.mark.parametrize("ends", ["\r\n", "\n", "\r"])
def test_line_ends_and_byte_order_mark_do_not_matter(tmp_path, ends):
    path = tmp_path / "m.mdl"
    text = ("{UTF-8}\na = Time + \\\n\t1 ~~|\n" + CONTROL).replace("\n", ends)
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert "a" in read_model(path).elements


def test_a_declared_encoding_is_honoured_and_the_kept_source_says_utf8(tmp_path):
    path = tmp_path / "m.mdl"
    path.write_bytes(("{GBK}\n产出 = Time ~~|\n" + CONTROL).encode("gbk"))
    model = read_model(path)
    assert "产出" in model.elements
    assert model.source.startswith("{UTF-8}\n产出")


@pytest.fixture
def empty_folder(tmp_path, monkeypatch):
    """The working folder, empty before and after."""
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    assert os.listdir(Path(tmp_path)) == []


def assert_is_told_well(error):
    text = str(error)
    assert len(text) < 600
    assert "Traceback" not in text
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None  # no chained traceback
