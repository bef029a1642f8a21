"""Benchmark of validation: a full submission takes at most 1 ms; also shown as a multiple of a JSON round trip."""

from __future__ import annotations

import json
from pathlib import Path

from bench.timing import seconds
from hyperv_operator.schema.loader import load_schema
from hyperv_operator.schema.validation import Accepted, validate_job_submission

LIMIT_MS = 1.0
_ROOT = Path(__file__).resolve().parents[2]


def run() -> bool:
    """Print the results; return whether they are within the limits."""
    schema = load_schema((_ROOT / "Schemas" / "job-inputs.yaml").read_text(encoding="utf-8"))
    fields = {one.id: one.example for one in schema.fields if not one.is_secret}
    secrets = tuple(schema.secret_ids)
    text = json.dumps(fields)
    assert isinstance(validate_job_submission(schema, fields, secrets=secrets, strict=True), Accepted)
    own = seconds(lambda: validate_job_submission(schema, fields, secrets=secrets, strict=True), 500)
    reference = seconds(lambda: json.dumps(json.loads(text)), 500)
    print(
        f"validation: {own * 1e3:.3f} ms for {len(fields)} fields (at most {LIMIT_MS:g}); "
        f"{own / reference:.1f} times a JSON round trip of the same"
    )
    return own * 1e3 <= LIMIT_MS
