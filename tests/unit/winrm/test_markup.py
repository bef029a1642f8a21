"""XML from a host: what is within the bounds is read as it is, everything else is refused before another parser sees it."""

from __future__ import annotations

import contextlib
import time
import xml.etree.ElementTree as ET

import pytest

from hyperv_operator.winrm.allowance import AnswerRefused
from hyperv_operator.winrm.markup import ENVELOPE, Bounds, check, parse

SMALL = Bounds(size=100, depth=3, nodes=6, value=10)


@pytest.mark.parametrize(
    "document",
    [
        b"<a/>",
        b"<a><b><c/></b></a>",
        b"<a><b/><b/><b/><b/><b/></a>",
        b'<a b="1" c="2" d="3" e="4" f="5"/>',
        b'<a b="1234567890"/>',
        b"<a>" + b"x" * 93 + b"</a>",
        b'<?xml version="1.0" encoding="UTF-8"?><a/>',
        b'<?xml version="1.0"?><a>&lt;&#x41;</a>',
        "<a>ü</a>".encode("utf-16"),
        '<?xml version="1.0" encoding="utf-16"?><a/>'.encode("utf-16"),
        b"<a><![CDATA[<b>]]></a>",
    ],
)
def test_a_document_within_the_bounds_is_read_as_any_parser_reads_it(document: bytes) -> None:
    check(document, SMALL)
    assert ET.tostring(parse(document, SMALL)) == ET.tostring(ET.fromstring(document))


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (b"<a><b><c><d/></c></b></a>", "more than 3 deep"),
        (b"<a><b/><b/><b/><b/><b/><b/></a>", "more than 6 elements and attributes"),
        (b'<a b="1" c="2" d="3" e="4" f="5" g="6"/>', "more than 6 elements and attributes"),
        (b'<a b="12345678901"/>', "value of more than 10 characters"),
        (b"<a>" + b"x" * 94 + b"</a>", "more than 100 bytes"),
        (b"<!DOCTYPE a><a/>", "document type"),
        (b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', "document type"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "document type"),
        (b'<?xml version="1.0" encoding="latin-1"?><a/>', "encoding other than"),
        (b'<?xml version="1.0" encoding="rot13"?><a/>', "encoding other than"),
        (b"<a>&e;</a>", "no XML"),
        (b"<a>", "no XML"),
        (b"<a></b>", "no XML"),
        (b"<a/><a/>", "no XML"),
        (b"", "no XML"),
        (b"Service Unavailable", "no XML"),
        (b"<a>\xff</a>", "no XML"),
        (b"<a>\x00</a>", "no XML"),
    ],
)
def test_a_document_outside_of_the_bounds_is_refused(document: bytes, problem: str) -> None:
    for read in (check, parse):
        with pytest.raises(AnswerRefused, match=problem):
            read(document, SMALL)


def test_a_document_has_more_than_tags() -> None:
    check(b"<a>" + b"<b/>" * 508 + b"</a>", ENVELOPE)
    with pytest.raises(AnswerRefused, match="hardly anything but tags"):
        check(b"<a>" + b"<b/>" * 515 + b"</a>", ENVELOPE)
    check(b"<a>" + b"<bcdef/>" * 4_000 + b"</a>", ENVELOPE)


@pytest.mark.parametrize("part", ["<{}/>", '<a {}="1"/>'])
def test_names_are_bounded(part: str) -> None:
    check(part.format("n" * 256).encode(), ENVELOPE)
    with pytest.raises(AnswerRefused, match="name of more than 256"):
        check(part.format("n" * 257).encode(), ENVELOPE)


@pytest.mark.parametrize(
    "document",
    [
        b"<a " + b" ".join(b'a%d="1"' % number for number in range(60_000)) + b"/>",
        b"<a>" + b"<b>" * 100_000,
        b"<a>" + b"<b/>" * 100_000 + b"</a>",
        b"<a><!--" + b"-x" * 400_000 + b"--></a>",
        b"<a>" + b"&#65;" * 150_000 + b"</a>",
        b"<a>" + b"\n" * 900_000 + b"</a>",
        b"<a b='" + b"x" * 900_000 + b"'/>",
    ],
    ids=["attributes", "deep", "wide", "comment", "references", "lines", "value"],
)
def test_heavy_documents_take_little_time(document: bytes) -> None:
    began = time.process_time()
    with contextlib.suppress(AnswerRefused):
        check(document, ENVELOPE)
    assert time.process_time() - began < 1
