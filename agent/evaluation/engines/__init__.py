"""Where a model runs that is asked about recorded episodes: here, on a Ray cluster, or in vLLM.

The same agent asks on all of them (`asking.py`), and they write the same file of predictions.
"""
