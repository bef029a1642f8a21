"""The job-inputs schema, and the validation of submissions against it. Pure: text in, values out; no I/O and no clock."""
