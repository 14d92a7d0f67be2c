"""The personal information protection impact assessment (PIPL Arts. 55, 56; GB/T 39335-2020) as a form."""
