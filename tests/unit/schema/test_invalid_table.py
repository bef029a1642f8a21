"""Each invalid submission of the table gets exactly the errors in its row."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperv_operator.schema.loader import load_schema
from hyperv_operator.schema.validation import Rejected, validate_job_submission
from submissions import table

SCHEMA = load_schema((Path(__file__).resolve().parents[3] / "Schemas" / "job-inputs.yaml").read_text())
CASES = table.cases()


def test_the_table_has_its_rows() -> None:
    assert len(CASES) >= 120
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_validation_reports_exactly_these_errors(case: table.Case) -> None:
    result = validate_job_submission(SCHEMA, case.fields, secrets=tuple(case.secrets), strict=True)
    assert isinstance(result, Rejected)
    told = [{"field": one.field, "code": one.code, "message": one.message} for one in result.errors]
    assert told == [{key: error[key] for key in ("field", "code", "message")} for error in case.errors]


def test_every_rule_of_the_schema_is_in_the_table() -> None:
    """A new field or set needs rows for the mistakes that it allows."""
    named = {error["field"] for case in CASES for error in case.errors}
    assert {one.id for one in SCHEMA.fields} - named <= {"os_family"}
    messages = " ".join(error["message"] for case in CASES for error in case.errors)
    assert all(group.message in messages for group in SCHEMA.parameter_sets)
