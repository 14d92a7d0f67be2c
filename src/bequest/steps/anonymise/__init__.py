"""Tables for due diligence: k-anonymous by full-domain generalisation and suppression, measured and chosen."""
