"""Whether a user may read a log: SubjectAccessReviews, of which those that allow are remembered for a few seconds."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from hyperv_operator.errors import ClusterError
from hyperv_operator.livelogs.statuses import StatusError
from hyperv_operator.ports import AccessReviews, User

REMEMBERED_SECONDS: Final = 10.0
_MOST_REMEMBERED: Final = 1_000

_Key = tuple[object, ...]


class Authorization:
    """Asks the API server before anything is looked up, so that a refusal does not show what exists."""

    def __init__(self, reviews: AccessReviews, monotonic: Callable[[], float]) -> None:
        self._reviews = reviews
        self._monotonic = monotonic
        self._allowed: OrderedDict[_Key, float] = OrderedDict()
        """Until when an answer is used, oldest first."""

    async def check(self, user: User, resource: str, subresource: str, *, namespace: str, name: str) -> None:
        """Return if the user may `get` this; otherwise `StatusError` 403, or 503 if the API server does not answer."""
        extra = tuple(sorted(user.extra.items()))
        key = (user.name, user.uid, user.groups, extra, resource, subresource, namespace, name)
        if self._allowed.get(key, 0.0) > self._monotonic():
            return
        try:
            allowed = await self._reviews.allowed(
                user, resource, subresource=subresource, namespace=namespace, name=name
            )
        except ClusterError as error:
            raise StatusError(
                503, f"Whether you may read this could not be found out. {error.message}", retry_after=5
            ) from None
        if not allowed:
            raise StatusError(403, _refusal(user, resource, subresource, namespace, name))
        self._allowed[key] = self._monotonic() + REMEMBERED_SECONDS
        self._allowed.move_to_end(key)
        if len(self._allowed) > _MOST_REMEMBERED:
            self._allowed.popitem(last=False)


def _refusal(user: User, resource: str, subresource: str, namespace: str, name: str) -> str:
    what = f"{resource}/{subresource}" if subresource else resource
    where = f' in the namespace "{namespace}"' if namespace else " at the cluster scope"
    return (
        f'{what} "{name}" is forbidden: User "{user.name}" cannot get resource "{what}" in API group '
        f'"subresources.hyperv-operator.io"{where}.'
    )
