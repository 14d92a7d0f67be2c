"""The interface for programs: what the console's screens show and do, as JSON under `/api/v1/`."""
