"""How well a model points, and what is wrong where it doesn't: `targets` are pictures with one thing to point at,
`asking` gets the model's answers, `readings` are the ways in which they may be meant, `diagnosis` decides among those,
`sheet` draws it all.
"""
