"""The arrays that matching works with, over n people numbered from 0. All numbers are exact integers."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]  # (n,) or (n, n)
Truths = NDArray[np.bool_]  # (n, n): symmetric, False on the diagonal

Pairs = list[tuple[int, int]]  # each (smaller, larger), in order; nobody twice
Groups = list[tuple[int, ...]]  # of one, two or three; nobody twice
