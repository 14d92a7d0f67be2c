"""Dated law: parameters, rules and their evaluation. Packs per jurisdiction live in `packs/`. Pure.

Load a pack with `loader.load_pack`, ask it with `evaluate.decide`; each other module answers one further question
(`retention.bands`, `notices.notice_items`, `duties.case_duties`, `windows.window_rules`).
"""
