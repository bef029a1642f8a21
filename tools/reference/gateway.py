"""gateway-api.md and openapi.json: every address of the gateway, from the document that it serves itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hyperv_operator.gateway.app import routes
from hyperv_operator.gateway.problems import MEDIA_TYPE, phrase
from reference.markdown import code, codes, page, table

_INTRO = """The [gateway](../guides/gateway.md) serves this API, the [console](../guides/gateway.md) at `/`, and this description as
`/api/openapi.json` ([the same file](openapi.json), OpenAPI 3.1). Every request but those for `/api/v1/config`, `/healthz` and `/readyz`
carries `Authorization: Bearer <Kubernetes token>`. Keys are in snake_case.

An error is a problem document (RFC 9457, `application/problem+json`): `type` for programs, `detail` says what happened, why, and what
to do, and `instance` is the request's id in the access log. A problem never holds the value of a secret field or of a field that the
schema does not know. A submission with errors (422) names each field in `errors`; a parameter set or a rule between fields that is
broken is named once for each field that belongs to it."""
_STREAMS = """## Messages of streams
`/api/v1/stream` and `/api/v1/jobs/{job_id}/stream` are websockets, and server-sent events for requests with `Accept: text/event-stream`. A
websocket offers two subprotocols, as for the Kubernetes API: `hyperv-operator.v1`, which the gateway selects, and
`base64url.bearer.authorization.k8s.io.<token in base64url>`. Each message is one JSON object:

| `type` | other keys | meaning |
| --- | --- | --- |
| `job` | `id`, `job` | A job as it is now: whole in its own stream, as a summary in the stream of all. |
| `removed` | `id`, `job` (`id`, `namespace`, `name`) | The job does not exist any more. |
| `log` | `id`, `entry` | An entry of the job's live log. |
| `notice` | `reason`, `text` | Something about the stream itself. |
| `ping` | | Nothing has happened for `HVO_GATEWAY_STREAM_PING_SECONDS`. |

`id` is where a stream goes on: `?after=<id>`, or `Last-Event-ID`. If too much has happened since, a notice `Snapshot` comes, then every
job, then a notice `Synced`: a job that is not among them does not exist any more. Other notices: `ClusterUnavailable` and
`ClusterAvailable` (the Kubernetes API), `LogInterrupted`, `LogAvailable` and `LogForbidden` (the live log).

| close code | last notice | meaning |
| --- | --- | --- |
| 1000 | `JobRemoved` | The job does not exist any more. |
| 1012 | `Stopping` | The gateway stops; connect again. |
| 1013 | `TooManyStreams` and others | Connect again, after a pause. |
| 4401 | `TokenExpired` | Kubernetes does not accept the token; get a new one. |
| 4403 | `Forbidden` | The caller may not watch this. |
| 4404 | `JobNotFound` | There is no such job. |
| 4408 | `SlowReader` | The client did not keep up; connect again with the last `id`. |"""


def document() -> str:
    """Return the OpenAPI document."""
    return json.dumps(routes().openapi(), indent=2, ensure_ascii=False) + "\n"


def render() -> str:
    """Return the page."""
    described = routes().openapi()
    return page("The gateway's API", _INTRO, *_sections(described), _STREAMS)


def _sections(described: dict[str, Any]) -> Iterator[str]:
    by_tag: dict[str, list[str]] = {}
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            by_tag.setdefault(operation["tags"][0], []).append(_operation(path, method, operation))
    for tag, texts in by_tag.items():
        yield "\n\n".join([f"## {tag.capitalize()}", *texts])


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    parts = [f"### {method.upper()} {code(path)}", " ".join(operation["description"].split())]
    parameters = operation.get("parameters", [])
    if parameters:
        rows = [(code(one["name"]), one["in"], one.get("description", "")) for one in parameters]
        parts.append(table(("parameter", "in", "meaning"), rows))
    body = operation.get("requestBody")
    if body:
        parts.append(f"Body: {code(_name(body['content']['application/json']['schema']))}.")
    good = {status: one for status, one in operation["responses"].items() if MEDIA_TYPE not in one.get("content", {})}
    problems = [status for status in operation["responses"] if status not in good]
    told = "; ".join(f"{status} {_answer(one)}" for status, one in good.items())
    words = ", ".join(f"{status} {phrase(int(status))}" for status in sorted(problems))
    parts.append(f"Answers: {told}." + (f" Problems: {words}." if problems else ""))
    return "\n\n".join(parts)


def _answer(answer: dict[str, Any]) -> str:
    content = answer.get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    if "$ref" in schema:
        return code(_name(schema))
    return codes(content) if content else "without a body"


def _name(schema: dict[str, Any]) -> str:
    return str(schema["$ref"]).rpartition("/")[2]
