"""Who asks, whether that is allowed, and how many may follow."""

from __future__ import annotations

from dataclasses import replace

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from hyperv_operator.errors import ClusterError
from hyperv_operator.livelogs.authorization import REMEMBERED_SECONDS, Authorization
from hyperv_operator.livelogs.followers import Followers
from hyperv_operator.livelogs.front_proxy import authenticate
from hyperv_operator.livelogs.statuses import StatusError
from hyperv_operator.ports import FrontProxy, User

PROXY = FrontProxy(
    authority="PEM",
    allowed_names=("front-proxy-client",),
    username_headers=("X-Remote-User", "X-Other-User"),
    group_headers=("X-Remote-Group",),
    extra_prefixes=("X-Remote-Extra-",),
    uid_headers=("X-Remote-Uid",),
)
PEER = {"subject": ((("organizationName", "x"),), (("commonName", "front-proxy-client"),))}


def _headers(*pairs: tuple[str, str]) -> CIMultiDictProxy[str]:
    return CIMultiDictProxy(CIMultiDict(pairs))


def test_the_api_server_names_the_user() -> None:
    headers = _headers(
        ("x-remote-user", "jane"),
        ("X-Remote-Uid", "7"),
        ("X-Remote-Group", "b"),
        ("X-Remote-Group", "a"),
        ("X-Remote-Extra-Acme.com%2fproject", "p1"),
        ("X-Remote-Extra-Acme.com%2fproject", "p2"),
        ("X-Unrelated", "z"),
    )
    expected = User("jane", "7", ("b", "a"), {"acme.com/project": ("p1", "p2")})
    assert authenticate(PROXY, PEER, headers) == expected


def test_the_first_header_with_a_user_counts() -> None:
    headers = _headers(("X-Remote-User", ""), ("X-Other-User", "joe"))
    assert authenticate(PROXY, PEER, headers) == User("joe")


@pytest.mark.parametrize(
    ("proxy", "peer", "user", "sentence"),
    [
        (None, PEER, "jane", "extension-apiserver-authentication"),
        (PROXY, None, "jane", "for the API server only"),
        (PROXY, {}, "jane", "for the API server only"),
        (PROXY, {"subject": ((("commonName", "somebody"),),)}, "jane", "has a name"),
        (PROXY, {"subject": ()}, "jane", "has a name"),
        (PROXY, {"subject": ((("organizationName", "front-proxy-client"),),)}, "jane", "has a name"),
        (PROXY, PEER, "", "named no user"),
    ],
)
def test_others_are_refused(proxy: FrontProxy | None, peer: dict[str, object] | None, user: str, sentence: str) -> None:
    with pytest.raises(StatusError, match=sentence) as error:
        authenticate(proxy, peer, _headers(("X-Remote-User", user)))
    assert error.value.code == 401


def test_any_name_is_allowed_if_none_is_listed() -> None:
    peer = {"subject": ((("commonName", "somebody"),),)}
    assert authenticate(replace(PROXY, allowed_names=()), peer, _headers(("X-Remote-User", "jane"))) == User("jane")


class Reviews:
    """The API server's answers."""

    def __init__(self, answer: bool | ClusterError) -> None:
        self.answer = answer
        self.asked: list[tuple[object, ...]] = []

    async def allowed(self, user: User, resource: str, *, subresource: str, namespace: str, name: str) -> bool:
        """Answer."""
        self.asked.append((user.name, resource, subresource, namespace, name))
        if isinstance(self.answer, ClusterError):
            raise self.answer
        return self.answer


class Watch:
    """A clock that stands still until it is set."""

    seconds = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.seconds


async def _check(authorization: Authorization, user: User = User("jane"), name: str = "web") -> None:  # noqa: B008
    await authorization.check(user, "hypervmachines", "log", namespace="team", name=name)


async def test_the_api_server_is_asked_for_this_object() -> None:
    reviews = Reviews(answer=True)
    await _check(Authorization(reviews, Watch()))
    assert reviews.asked == [("jane", "hypervmachines", "log", "team", "web")]


async def test_a_permission_is_remembered_for_some_seconds() -> None:
    reviews, watch = Reviews(answer=True), Watch()
    authorization = Authorization(reviews, watch)
    await _check(authorization)
    reviews.answer = False
    watch.seconds += REMEMBERED_SECONDS - 0.1
    await _check(authorization)
    watch.seconds += 0.1
    with pytest.raises(StatusError):
        await _check(authorization)


@pytest.mark.parametrize(
    ("user", "name"),
    [
        (User("joe"), "web"),
        (User("jane", uid="7"), "web"),
        (User("jane", groups=("g",)), "web"),
        (User("jane", extra={"k": ("v",)}), "web"),
        (User("jane"), "db"),
    ],
)
async def test_it_counts_for_nobody_and_nothing_else(user: User, name: str) -> None:
    reviews = Reviews(answer=True)
    authorization = Authorization(reviews, Watch())
    await _check(authorization)
    await _check(authorization, user, name)
    assert len(reviews.asked) == 2


async def test_the_memory_of_permissions_is_bounded() -> None:
    reviews = Reviews(answer=True)
    authorization = Authorization(reviews, Watch())
    for number in range(1_001):
        await _check(authorization, name=str(number))
    await _check(authorization, name="1")
    assert len(reviews.asked) == 1_001
    await _check(authorization, name="0")
    assert len(reviews.asked) == 1_002


async def test_a_refusal_is_not_remembered_and_says_what_is_missing() -> None:
    reviews = Reviews(answer=False)
    authorization = Authorization(reviews, Watch())
    with pytest.raises(StatusError) as error:
        await _check(authorization)
    assert (error.value.code, error.value.message) == (
        403,
        (
            'hypervmachines/log "web" is forbidden: User "jane" cannot get resource "hypervmachines/log" in API group '
            '"subresources.hyperv-operator.io" in the namespace "team".'
        ),
    )
    reviews.answer = True
    await _check(authorization)


async def test_a_refusal_of_what_has_no_namespace_says_so() -> None:
    with pytest.raises(StatusError, match=r'"executors" in API group "[a-z.-]+" at the cluster scope'):
        await Authorization(Reviews(answer=False), Watch()).check(
            User("jane"), "executors", "", namespace="", name="current"
        )


async def test_a_failure_is_no_permission() -> None:
    authorization = Authorization(Reviews(ClusterError("No answer.")), Watch())
    for _ in range(2):
        with pytest.raises(StatusError, match="No answer") as error:
            await _check(authorization)
        assert (error.value.code, error.value.retry_after) == (503, 5)


def test_followers_are_limited_for_each_user_and_all_together() -> None:
    counts: list[int] = []
    followers = Followers(3, 2, counts.append)
    with followers.admitted("jane"), followers.admitted("jane"):
        with pytest.raises(StatusError, match="You follow 2 logs already") as error, followers.admitted("jane"):
            pytest.fail("one too many of a user")
        assert (error.value.code, error.value.retry_after) == (429, 30)
        with followers.admitted("joe"):
            with pytest.raises(StatusError, match="3 logs are followed") as error, followers.admitted("jim"):
                pytest.fail("one too many")
            assert (error.value.code, error.value.retry_after) == (429, 30)
        with followers.admitted("jim"):
            pass
    assert counts == [1, 2, 3, 2, 3, 2, 1, 0]
    assert followers._users == {}
