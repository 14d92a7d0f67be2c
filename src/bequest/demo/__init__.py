"""The demo company: an online shop being sold, made from a seed, messy the way real ones are, with its truth beside it.

`make_company` writes the company's systems, its case file, the corrections of the data map, how its customers will
react, and, apart from all that, a truth folder: who is who, what is where, and what must happen to each value.
"""

from bequest.demo.company import DemoCompany, make_company

__all__ = ["DemoCompany", "make_company"]
