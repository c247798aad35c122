"""How alike short texts are, Chinese or Latin: the cosine of their words, rare ones weighing more (Salton and Buckley 1988)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from jingwei.engines.text.words import indexed


def likeness(texts: Sequence[str]) -> npt.NDArray[np.float64]:
    """(texts, texts) cosines between 0 and 1; a text without words is like nothing but itself.

    A word weighs ln((1 + texts) / (1 + texts that hold it)) + 1: what all texts say, such as 查询, tells few of them apart.
    """
    from scipy.sparse import csr_matrix

    words = [Counter(indexed(t).split()) for t in texts]
    held = Counter(w for each in words for w in each)
    place = {w: n for n, w in enumerate(held)}
    rows = [i for i, each in enumerate(words) for _ in each]
    columns = [place[w] for each in words for w in each]
    weights = [n * (math.log((1 + len(texts)) / (1 + held[w])) + 1) for each in words for w, n in each.items()]
    matrix = csr_matrix((weights, (rows, columns)), shape=(len(texts), max(1, len(held))))
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    length[length == 0] = 1
    cosines: npt.NDArray[np.float64] = np.clip((matrix @ matrix.T).toarray() / np.outer(length, length), 0, 1)
    np.fill_diagonal(cosines, 1)
    return cosines
