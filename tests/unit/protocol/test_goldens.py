"""The golden files are what the protocol reads and writes, and sealed data opens with the guest's key alone."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from joserfc import jwe
from joserfc.jwk import RSAKey

from hyperv_operator.errors import RecordError
from hyperv_operator.protocol.guest import GuestKey
from hyperv_operator.protocol.inventory_parser import parse_inventory
from hyperv_operator.protocol.job import InventoryJob, ProvisioningJob, RemovalJob, UpdateJob
from hyperv_operator.protocol.records import Outcome, StepRecord, parse_record
from hyperv_operator.protocol.sealing import PART_LENGTH, seal, split

EXAMPLES = Path(__file__).resolve().parents[3] / "Schemas" / "examples"


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("provision-first", ProvisioningJob),
        ("remove", RemovalJob),
        ("update", UpdateJob),
        ("inventory", InventoryJob),
    ],
)
def test_jobs_are_written_as_in_their_goldens(
    name: str, model: type[ProvisioningJob | RemovalJob | UpdateJob | InventoryJob]
) -> None:
    golden = json.loads((EXAMPLES / "jobs" / f"{name}.json").read_text())
    job = model.model_validate(golden)
    assert json.loads(base64.b64decode(job.encode())) == golden


@pytest.mark.parametrize("path", sorted((EXAMPLES / "records").glob("*.json")), ids=lambda path: path.stem)
def test_records_are_read(path: Path) -> None:
    record = parse_record(path.read_text())
    assert isinstance(record, StepRecord if path.stem.startswith("step") else Outcome)


def test_an_inventory_is_read_and_one_without_its_outcome_is_not() -> None:
    lines = (EXAMPLES / "inventory" / "host.jsonl").read_text().splitlines()
    report = parse_inventory(lines)
    assert (len(report.vms), len(report.journals), len(report.images)) == (2, 1, 2)
    with pytest.raises(RecordError, match="before it was complete"):
        parse_inventory(lines[:-1])


def test_sealed_data_opens_with_the_guests_key_and_names_vm_and_run() -> None:
    key = RSAKey.generate_key(2048)
    public = key.as_dict(private=False)
    guest = GuestKey.model_validate({"kty": "RSA", "n": public["n"], "e": public["e"]})
    sealed = seal(b"{}" * 2_000, guest, vm_id="ABC", run_id="run")
    registry = jwe.JWERegistry(algorithms=["RSA-OAEP-256", "A256CBC-HS512"], strict_check_header=False)
    opened = jwe.decrypt_compact(sealed, key, registry=registry)
    assert opened.plaintext == b"{}" * 2_000
    header = opened.headers()
    assert (header["vm"], header["run"], header["kid"]) == ("abc", "run", key.thumbprint())
    parts, manifest = split(sealed)
    assert "".join(parts) == sealed
    assert all(len(part) <= PART_LENGTH for part in parts)
    assert json.loads(manifest)["parts"] == len(parts)
