"""What was found, as JSON in the words of the public label files."""

import json

from bequest.model.datamap import DataMap, TableState


def found(data_map: DataMap) -> dict[str, object]:
    """Columns with class, verdict and evidence, shares as numbers from 0 to 1, and the tables not scanned."""
    return {
        "columns": [
            {
                "source": t.source,
                "table": t.name,
                "column": c.name,
                "class": c.cls.value,
                "personal": c.personal,
                "sensitive": c.sensitive,
                "confidence": c.confidence / 1000,
                "coverage": c.coverage / 1000,
                "evidence": list(c.evidence),
            }
            for t in data_map.tables
            for c in t.columns
        ],
        "not_scanned": [
            {"source": t.source, "table": t.name, "reason": t.why_not_scanned}
            for t in data_map.tables
            if t.state is TableState.NOT_SCANNED
        ],
    }


def found_json(data_map: DataMap) -> str:
    """The same as text, one line for each column."""
    return json.dumps(found(data_map), ensure_ascii=False, indent=1) + "\n"
