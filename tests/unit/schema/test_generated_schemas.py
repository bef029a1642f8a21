"""Any valid schema works for validation, resources and forms: no code knows its fields."""

from __future__ import annotations

import crd
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from fuzz import validation
from hyperv_operator.schema.forms import json_schema
from hyperv_operator.schema.model import JobSchema
from submissions.schemas import schemas


def test_the_validation_fuzzer_finds_nothing() -> None:
    validation.target()


@settings(max_examples=50)
@given(schema=schemas())
def test_resource_and_form_name_every_field(schema: JobSchema) -> None:
    definition = crd.definitions(schema)["hypervmachines.yaml"]["spec"]["versions"][0]
    spec = definition["schema"]["openAPIV3Schema"]["properties"]["spec"]
    assert set(spec["properties"]["fields"]["properties"]) == set(schema.by_id)
    assert set(spec["properties"]["secretFields"]["properties"]) == schema.secret_ids
    sentences = {rule["message"].split(" Missing:")[0] for rule in spec["x-kubernetes-validations"]}
    assert {group.message for group in schema.parameter_sets} <= sentences
    form = json_schema(schema)
    Draft202012Validator.check_schema(form)
    assert isinstance(form["properties"], dict)
    assert set(form["properties"]) == set(schema.by_id)
