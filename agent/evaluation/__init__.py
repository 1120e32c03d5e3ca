"""Replay evaluation: recorded steps (`step`), what reads them (`datasets`), rules that score them (`protocols`), and
the scoring pass over a file of predictions (`predictions`, `scoring`). Nothing here loads a model or torch.
"""
