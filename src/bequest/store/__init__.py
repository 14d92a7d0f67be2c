"""The control database: what the product itself remembers about a case. The only home of the ORM.

It is authoritative from `case new`; files are import and export. Open it with `bequest.store.boot.open_store`, work in
`Store.transaction()`, and use the repositories of the `Tx` it gives: they return model types and the frozen records of
`bequest.store.records`, never an ORM row. No table holds a value of a customer; bulk data stays in the workspace.
"""
