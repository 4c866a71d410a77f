"""Letters for a Word file on a machine without Chinese fonts.

The fonts of the official layout are named, never shipped. A machine that has none of them
would show boxes, so the file carries the letters it uses from the font of the charts, once
under each official name; where a font of that name is installed, it is the one that is used.
"""

from __future__ import annotations

import re
import uuid
import zipfile
from collections.abc import Iterable
from io import BytesIO

from zjsim.report.charts.font import chinese_letters, font_of

_FONTS = "word/fontTable.xml"
_RELATIONS = "word/_rels/fontTable.xml.rels"
_OFFICE = "http://schemas.openxmlformats.org"
_KIND = f"{_OFFICE}/officeDocument/2006/relationships/font"
# The first bytes of an embedded font are mixed with its key (ECMA-376, part 4, 4.2.2).
_MIXED = 32


def with_fonts(packed: bytes, names: Iterable[str]) -> bytes:
    """A Word file with the Chinese letters of its text embedded under each of ``names``."""
    with zipfile.ZipFile(BytesIO(packed)) as source:
        parts = {member.filename: source.read(member) for member in source.infolist()}
    text = "".join(
        re.sub(r"<[^>]+>", "", parts[name].decode("utf-8"))
        for name in parts
        if re.fullmatch(r"word/(document|header\d*|footer\d*)\.xml", name)
    )
    letters = chinese_letters(text)
    relations = []
    table = parts[_FONTS].decode("utf-8")
    for place, name in enumerate(dict.fromkeys(names), start=1):
        key = uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.fonts.zjsim")
        parts[f"word/fonts/font{place}.odttf"] = _mixed(_renamed(letters, name), key)
        relations.append(
            f'<Relationship Id="rFont{place}" Type="{_KIND}" Target="fonts/font{place}.odttf"/>'
        )
        embed = f'<w:embedRegular r:id="rFont{place}" w:fontKey="{{{str(key).upper()}}}"/>'
        # The order of elements is fixed: the embedded font is the last of a font's.
        table = re.sub(
            rf'(<w:font w:name="{re.escape(name)}">.*?)(</w:font>)', rf"\1{embed}\2", table,
            count=1, flags=re.DOTALL,
        )  # fmt: skip
    space = f'xmlns:r="{_OFFICE}/officeDocument/2006/relationships"'
    if space not in table:
        table = table.replace("<w:fonts ", f"<w:fonts {space} ", 1)
    parts[_FONTS] = table.encode("utf-8")
    parts[_RELATIONS] = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<Relationships xmlns="{_OFFICE}/package/2006/relationships">{"".join(relations)}'
        "</Relationships>"
    ).encode()
    kinds = parts["[Content_Types].xml"].decode("utf-8")
    odttf = "application/vnd.openxmlformats-officedocument.obfuscatedFont"
    parts["[Content_Types].xml"] = re.sub(
        r"(<Types [^>]*>)", rf'\1<Default Extension="odttf" ContentType="{odttf}"/>', kinds, count=1
    ).encode("utf-8")
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for member, content in parts.items():
            target.writestr(member, content)
    return buffer.getvalue()


def _renamed(letters: set[str], name: str) -> bytes:
    """Letters as a TrueType font that goes by ``name``."""
    font = font_of(letters)
    table = font["name"]
    table.names = [record for record in table.names if record.nameID not in (16, 17, 21, 22)]
    for record in table.names:
        if record.nameID in (1, 3, 4):
            record.string = name
        elif record.nameID == 6:
            record.string = "zjsim-letters"
    buffer = BytesIO()
    font.save(buffer)
    return buffer.getvalue()


def _mixed(font: bytes, key: uuid.UUID) -> bytes:
    """A font as Word embeds it: its first bytes mixed with the key, backwards."""
    reverse = key.bytes[::-1]
    head = bytes(byte ^ reverse[i % 16] for i, byte in enumerate(font[:_MIXED]))
    return head + font[_MIXED:]
