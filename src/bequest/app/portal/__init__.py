"""The customer portal: cards prepared inside, opened by the link's secret outside, choices taken back inside.

Modules that only read the control database (`open_card`, `choices`, `ask`) run where no source and no key of a case is;
`cards` and `take` run inside.
"""
