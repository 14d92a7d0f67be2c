"""Provisions on the Online Protection of Children's Personal Information."""
