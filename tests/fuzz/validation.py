"""Properties of validation for every schema and submission, generated from arbitrary bytes."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hyperv_operator.protocol.job import guest_plaintext, is_guest_field
from hyperv_operator.schema.model import JobSchema
from hyperv_operator.schema.validation import Accepted, Rejected, validate_job_submission
from submissions.schemas import schemas
from submissions.strategies import submissions

_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(
    max_examples=200,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)
@given(schema=schemas(), strict=st.booleans(), data=st.data())
def target(schema: JobSchema, strict: bool, data: st.DataObject) -> None:
    """Validation accepts or rejects any submission, names only existing fields, and accepts its own output unchanged."""
    fields, secrets = data.draw(submissions(schema))
    fields |= data.draw(
        st.dictionaries(st.sampled_from([*schema.by_id, "nothing"]) | st.text(max_size=8), _ANY, max_size=2)
    )
    result = validate_job_submission(schema, fields, secrets=tuple(secrets), strict=strict)
    if isinstance(result, Rejected):
        assert result.errors
        for error in result.errors:
            assert error.field in {*schema.by_id, *fields, *secrets}
            assert error.message.endswith((".", "$"))
            assert error.code
        return
    assert isinstance(result, Accepted)
    json.dumps(dict(result.fields))
    assert not set(result.fields) & schema.secret_ids
    assert all(schema.by_id[name].applies_to(result.os_family) for name in result.fields)
    again = validate_job_submission(schema, result.fields, secrets=result.secret_fields, strict=True)
    assert again == Accepted(result.fields, result.secret_fields, ())
    assert all(is_guest_field(name) for name in json.loads(guest_plaintext("linux", result.fields, {}))["fields"])
