"""The flow, one folder a step; each has a pure core, and no step imports another: only `app` composes them.

sources → discover → link → assess → plan → notify → cutover → deliver → destroy → close

discover says where personal data lies, link who is who, assess what can be said of each person and record (facts),
plan what happens to whom, notify tells people and hears their answers, cutover freezes, transform and deliver hand
over, destroy erases and has an independent verifier look, close reports back and purges our own stores.
"""
