"""Run untrusted programs under bubblewrap: warm, single-use, without network, bounded in everything.

Standard library only. `pool.Pool` is what the runner uses; `canary.failures` proves that the walls stand.
"""
