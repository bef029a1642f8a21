"""The Secret of targets: read strictly, each target on its own, and no value is ever shown."""

from __future__ import annotations

import base64
from typing import Any

import pytest
import yaml

from hyperv_operator.notifications.targets import Filter, parse
from unit.notifications.samples import KEY, subject, transition

SECRET = "Canary-Header-Pw1"
DATA = {
    "key": base64.b64encode(KEY),
    "token": f"Bearer {SECRET}\n".encode(),
    "lines": f"{SECRET}\nnext".encode(),
    "pem": b"-----BEGIN nothing",
    "short": base64.b64encode(b"short"),
}
GOOD: dict[str, Any] = {"name": "tickets", "url": "https://tickets.example.com/hook?code=1", "signingKey": "key"}


def _data(*targets: object) -> dict[str, bytes]:
    return {**DATA, "targets.yaml": yaml.safe_dump({"targets": list(targets)}).encode()}


def test_a_target_has_what_the_secret_says() -> None:
    item = {
        **GOOD,
        "headers": {"Authorization": "token"},
        "filter": {"severities": ["Warning"], "reasons": ["RunFailed"], "namespaces": ["team"]},
    }
    read = parse(_data(item))
    (target,) = read.targets
    assert (read.problems, set(read.named), read.readable) == ((), {"tickets"}, True)
    assert (target.name, target.url, target.keys) == ("tickets", GOOD["url"], (KEY,))
    assert target.headers == {"Authorization": f"Bearer {SECRET}"}
    assert target.filter == Filter(severities=["Warning"], reasons=["RunFailed"], namespaces=["team"])
    assert SECRET not in repr(target)
    assert "code=1" not in repr(target)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"url": "http://tickets.example.com/"}, "url is http"),
        ({"url": "ftp://tickets.example.com/"}, "url is not a URL"),
        ({"url": "https:///path"}, "url is not a URL"),
        ({"url": "https://[::1/"}, "url is not a URL"),
        ({"url": "https://host:99999/"}, "url is not a URL"),
        ({"url": f"https://user:{SECRET}@tickets.example.com/"}, "user name"),
        ({"url": "https://x/" + "a" * 2_048}, "url: "),
        ({"signingKey": "missing"}, "signingKey names the key missing"),
        ({"signingKey": "short"}, "the signing key in short cannot be used: it has 5 bytes"),
        ({"signingKey": None}, "signingKey: "),
        ({"headers": {"Authorization": "missing"}}, "header Authorization names the key missing"),
        ({"headers": {"Authorization": "lines"}}, "not one line"),
        ({"headers": {"Webhook-Id": "token"}}, "one that the operator sets"),
        ({"headers": {"a b": "token"}}, "no name of a header"),
        ({"caBundle": "missing"}, "caBundle names the key missing"),
        ({"caBundle": "pem"}, "is not PEM"),
        ({"filter": {"reasons": ["Provisoned"]}}, "Provisoned, which no Event has"),
        ({"filter": {"severities": ["Error"]}}, "filter.severities.0"),
        ({"filter": {"namespaces": []}}, "filter.namespaces"),
        ({"filter": {"names": ["a"]}}, "filter.names"),
        ({"allowInsecure": "yes"}, "allowInsecure"),
        ({"signing_key": "key"}, "signing_key"),
        ({"novel": SECRET}, "novel"),
    ],
)
def test_a_bad_target_costs_itself_only_and_says_why(change: dict[str, Any], sentence: str) -> None:
    bad = {**GOOD, "name": "bad", **change}
    read = parse(_data({key: value for key, value in bad.items() if value is not None}, GOOD))
    assert [one.name for one in read.targets] == ["tickets"]
    (problem,) = read.problems
    assert problem.startswith("Target bad is not used: ")
    assert sentence in problem
    assert SECRET not in problem
    assert read.named == {"bad", "tickets"}


@pytest.mark.parametrize("item", [5, "text", None, [], {}, {"name": "Upper", **{k: GOOD[k] for k in ("url",)}}])
def test_a_target_without_a_name_is_known_by_its_place(item: object) -> None:
    read = parse(_data(GOOD, item))
    assert len(read.targets) == 1
    assert read.problems[0].startswith("Target 2 of the list is not used: ")


def test_the_second_target_of_a_name_is_refused() -> None:
    read = parse(_data(GOOD, {**GOOD, "url": "https://other.example.com"}))
    assert [one.url for one in read.targets] == [GOOD["url"]]
    assert "same name" in read.problems[0]


@pytest.mark.parametrize("url", ["http://localhost:8080/", "http://127.0.0.1/", "http://[::1]:1/"])
def test_http_is_allowed_to_loopback(url: str) -> None:
    assert parse(_data({**GOOD, "url": url})).problems == ()


def test_http_is_allowed_where_it_is_asked_for() -> None:
    assert parse(_data({**GOOD, "url": "http://tickets.example.com", "allowInsecure": True})).problems == ()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "has no key targets.yaml"),
        (b"targets: [", "is not YAML"),
        (b"\xff", "is not YAML"),
        (b"- a", "is not a mapping"),
        (b"targets: {}", "is not a mapping"),
        (b"targets: []\nmore: 1", "is not a mapping"),
        (yaml.safe_dump({"targets": [GOOD] * 17}).encode(), "17 targets"),
    ],
)
def test_a_list_that_cannot_be_read_has_no_targets_and_says_so(text: bytes | None, sentence: str) -> None:
    read = parse(DATA if text is None else {**DATA, "targets.yaml": text})
    assert (read.targets, read.readable) == ((), False)
    assert sentence in read.problems[0]


@pytest.mark.parametrize(
    ("chosen", "severity", "namespace", "accepted"),
    [
        (Filter(), "Normal", "team", True),
        (Filter(), "Warning", None, True),
        (Filter(severities=["Warning"]), "Normal", "team", False),
        (Filter(severities=["Warning"]), "Warning", "team", True),
        (Filter(reasons=["RunFailed"]), "Normal", "team", False),
        (Filter(reasons=["Queued"]), "Normal", "team", True),
        (Filter(namespaces=["team"]), "Normal", "team", True),
        (Filter(namespaces=["team"]), "Normal", "other", False),
        (Filter(namespaces=["team"]), "Normal", None, False),
        (Filter(severities=["Normal"], namespaces=["other"]), "Normal", "team", False),
    ],
)
def test_a_filter_needs_all_that_it_names(chosen: Filter, severity: Any, namespace: str | None, accepted: Any) -> None:
    one = subject([1], namespace=namespace)
    assert chosen.accepts(one, transition(1, severity=severity)) is accepted
