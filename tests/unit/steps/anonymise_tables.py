"""Tables of the literature and random ones, for tests of anonymity."""

import polars as pl

INPATIENTS = pl.DataFrame(
    {
        "zip": [
            "13053", "13068", "13068", "13053", "14853", "14853", "14850", "14850", "13053", "13053", "13068", "13068",
        ],
        "age": ["28", "29", "21", "23", "50", "55", "47", "49", "31", "37", "36", "35"],
        "nationality": [
            "Russian", "American", "Japanese", "American", "Indian", "Russian", "American", "American", "American",
            "Indian", "Japanese", "American",
        ],
        "condition": [
            "Heart Disease", "Heart Disease", "Viral Infection", "Viral Infection", "Cancer", "Heart Disease",
            "Viral Infection", "Viral Infection", "Cancer", "Cancer", "Cancer", "Cancer",
        ],
    }
)  # fmt: skip
"""Figure 1 of Machanavajjhala, Gehrke, Kifer, Venkitasubramaniam: l-Diversity (2007)."""

SALARIES = pl.DataFrame(
    {
        "group": ["1", "1", "1", "2", "2", "2", "3", "3", "3"],
        "salary": ["3", "4", "5", "6", "11", "8", "7", "9", "10"],
    }
)
"""The salaries of tables 3 and 4 of Li, Li, Venkatasubramanian: t-Closeness (2007), in thousands."""
