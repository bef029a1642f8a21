"""A queue that namespaces share."""

from __future__ import annotations

from hyperv_operator.core.shares import Shares


def _shares(*items: str) -> Shares[str]:
    """Return a queue of these items, whose namespace is their first letter."""
    shares: Shares[str] = Shares()
    for item in items:
        shares.add(item[0], item)
    return shares


def _drained(shares: Shares[str]) -> list[str]:
    return [item for _, item in iter(shares.take, None)]


def test_namespaces_take_turns_and_the_items_of_each_stay_in_order() -> None:
    assert _drained(_shares("a1", "a2", "a3", "b1", "c1", "b2")) == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_a_namespace_that_may_have_no_turn_keeps_its_place() -> None:
    shares = _shares("a1", "b1", "a2")
    assert shares.take(lambda namespace: namespace != "a") == ("b", "b1")
    assert shares.take(lambda _: False) is None
    assert _drained(shares) == ["a1", "a2"]


def test_an_empty_queue_has_nothing_to_take() -> None:
    shares = _shares()
    assert (shares.take(), len(shares)) == (None, 0)


def test_the_namespace_with_most_items_loses_its_oldest() -> None:
    shares = _shares("b1", "a1", "a2")
    shares.drop()
    assert (len(shares), _drained(shares)) == (2, ["b1", "a2"])
    assert len(shares) == 0


def test_a_namespace_whose_items_are_gone_begins_anew_at_the_end() -> None:
    shares = _shares("a1", "b1")
    assert shares.take() == ("a", "a1")
    shares.add("a", "a2")
    assert _drained(shares) == ["b1", "a2"]
