"""Answers of the API server as problems, and problems as documents."""

from __future__ import annotations

from typing import Any

import pytest

from hyperv_operator.gateway import problems
from hyperv_operator.gateway.cluster import Refused, Unavailable, _warnings, machines_path, secrets_path
from hyperv_operator.gateway.problems import FieldProblem, Problem
from hyperv_operator.gateway.refusals import problem_of, refused_submission

_HOOK = 'admission webhook "hypervmachines.hyperv-operator.io" denied the request: '


@pytest.mark.parametrize(
    ("status", "kind", "shown"),
    [
        (401, "unauthenticated", 401),
        (403, "forbidden", 403),
        (404, "not-found", 404),
        (409, "conflict", 409),
        (429, "cluster-busy", 429),
        (400, "refused", 422),
        (422, "refused", 422),
        (500, "cluster-unavailable", 503),
        (503, "cluster-unavailable", 503),
    ],
)
def test_a_refusal_is_passed_on(status: int, kind: str, shown: int) -> None:
    problem = problem_of(Refused(status, {"message": "said"}))
    assert (problem.kind, problem.status) == (kind, shown)
    assert ("said" in problem.detail) is (status not in (401, 429))


def test_silence_is_told_from_a_refusal() -> None:
    problem = problem_of(Unavailable("TimeoutError"))
    assert (problem.status, problem.headers) == (503, {"Retry-After": "5"})
    assert problem_of(Refused(429, {}, "17")).headers == {"Retry-After": "17"}


@pytest.mark.parametrize(
    ("error", "status", "fields"),
    [
        (Refused(403, {"message": _HOOK + "ImageNotAllowed: no"}), 422, [("image_name", "ImageNotAllowed")]),
        (Refused(403, {"message": _HOOK + "VlanNotAllowed: no"}), 422, [("vlan_id", "VlanNotAllowed")]),
        (Refused(403, {"message": _HOOK + "DuplicateName: no"}), 409, [("vm_name", "DuplicateName")]),
        (Refused(403, {"message": _HOOK + "InvalidFields: no"}), 422, [("", "InvalidFields")]),
        (Refused(400, {"message": 'admission webhook "x" denied the request: other'}), 422, [("", "denied")]),
        (Refused(422, {"message": "all"}), 422, [("", "refused")]),
        (Refused(400, {"message": 'unknown field "spec.fields.vlann"'}), 422, [("vlann", "refused")]),
        (
            Refused(
                422,
                {
                    "details": {
                        "causes": [
                            {"reason": "FieldValueInvalid", "message": "no", "field": "spec.fields.vlan_id"},
                            {
                                "reason": "FieldValueInvalid",
                                "message": "no",
                                "field": "spec.secretFields[guest_la_pw].secretKeyRef",
                            },
                            {"reason": "FieldValueInvalid", "message": "no", "field": "spec.targetHost"},
                            {"reason": "FieldValueInvalid", "message": "no", "field": "metadata.name"},
                            {"reason": "FieldValueInvalid", "message": "no", "field": "spec"},
                        ]
                    }
                },
            ),
            422,
            [(name, "FieldValueInvalid") for name in ("vlan_id", "guest_la_pw", "target_host", "name", "")],
        ),
    ],
)
def test_a_refused_submission_names_fields(error: Refused, status: int, fields: list[tuple[str, str]]) -> None:
    problem = refused_submission(error)
    assert problem.status == status
    assert [(one.field, one.code) for one in problem.errors or ()] == fields


def test_rbac_is_not_taken_for_a_webhook() -> None:
    assert refused_submission(Refused(403, {"message": "user cannot create"})).status == 403


@pytest.mark.parametrize("details", [None, [], {"causes": None}, {"causes": ["x"]}, {"causes": {}}])
def test_a_status_of_another_shape_breaks_nothing(details: Any) -> None:
    assert refused_submission(Refused(422, {"details": details, "message": None})).status == 422


def test_a_document_has_what_the_rfc_asks_for() -> None:
    problem = Problem("kind", 422, "detail", errors=[FieldProblem(field="a", code="b", message="c")], job_id="7")
    assert problem.document("urn:uuid:1") == {
        "type": "urn:hyperv-operator:problem:kind",
        "title": "Unprocessable Content",
        "status": 422,
        "detail": "detail",
        "instance": "urn:uuid:1",
        "errors": [{"field": "a", "code": "b", "message": "c"}],
        "job_id": "7",
    }
    assert problems.ProblemDocument.model_validate(problem.document())


def test_every_text_of_a_problem_is_cleaned() -> None:
    problem = Problem("kind", 422, "canary", errors=[FieldProblem(field="canary", code="b", message="canary")])
    assert "canary" not in str(problem.cleaned(lambda text: text.replace("canary", "-")).document())
    assert "canary" not in str(Problem("kind", 422, "canary").cleaned(lambda _: "-").document())


def test_names_cannot_leave_their_place_in_a_path() -> None:
    assert (
        machines_path("a/b", "../c?d#e")
        == "/apis/hyperv-operator.io/v1alpha1/namespaces/a%2Fb/hypervmachines/..%2Fc%3Fd%23e"
    )
    assert machines_path(None) == "/apis/hyperv-operator.io/v1alpha1/hypervmachines"
    assert secrets_path("team") == "/api/v1/namespaces/team/secrets"


def test_warnings_of_the_api_server_are_unquoted() -> None:
    assert _warnings(['299 - "say \\"x\\" now"', "other", '299 - "a", 299 - "b"']) == ('say "x" now', "a", "b")
