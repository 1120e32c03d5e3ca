"""Recorded episodes as training data, in any dialect: `examples` makes them, `formats` are the trainers' files,
`folder` writes them.
"""
