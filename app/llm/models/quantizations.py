"""The ways in which the numbers of a model are packed."""

from __future__ import annotations

FILE_TYPES = {
    0: "F32",
    1: "F16",
    2: "Q4_0",
    3: "Q4_1",
    7: "Q8_0",
    8: "Q5_0",
    9: "Q5_1",
    10: "Q2_K",
    11: "Q3_K_S",
    12: "Q3_K_M",
    13: "Q3_K_L",
    14: "Q4_K_S",
    15: "Q4_K_M",
    16: "Q5_K_S",
    17: "Q5_K_M",
    18: "Q6_K",
    19: "IQ2_XXS",
    20: "IQ2_XS",
    21: "Q2_K_S",
    22: "IQ3_XS",
    23: "IQ3_XXS",
    24: "IQ1_S",
    25: "IQ4_NL",
    26: "IQ3_S",
    27: "IQ3_M",
    28: "IQ2_S",
    29: "IQ2_M",
    30: "IQ4_XS",
    31: "IQ1_M",
    32: "BF16",
    36: "TQ1_0",
    37: "TQ2_0",
    38: "MXFP4_MOE",
    39: "NVFP4",
    40: "Q1_0",
    41: "Q2_0",
}
"""`general.file_type` of a header → the name that people know."""

BITS = {
    "F32": 32.0,
    "F16": 16.0,
    "BF16": 16.0,
    "Q8_0": 8.5,
    "Q6_K": 6.56,
    "Q5_1": 6.05,
    "Q5_K_M": 5.7,
    "Q5_K_S": 5.57,
    "Q5_0": 5.55,
    "Q4_1": 5.1,
    "Q4_K_M": 4.89,
    "IQ4_NL": 4.68,
    "Q4_K_S": 4.67,
    "Q4_0": 4.6,
    "NVFP4": 4.7,
    "MXFP4_MOE": 4.5,
    "IQ4_XS": 4.46,
    "Q3_K_L": 4.3,
    "Q3_K_M": 4.0,
    "IQ3_M": 3.76,
    "IQ3_S": 3.66,
    "Q3_K_S": 3.64,
    "IQ3_XS": 3.5,
    "IQ3_XXS": 3.25,
    "Q2_K": 3.16,
    "Q2_K_S": 2.97,
    "IQ2_M": 2.93,
    "IQ2_S": 2.74,
    "IQ2_XS": 2.59,
    "IQ2_XXS": 2.38,
    "Q2_0": 2.4,
    "IQ1_M": 2.15,
    "TQ2_0": 2.1,
    "IQ1_S": 2.0,
    "TQ1_0": 1.75,
    "Q1_0": 1.3,
}
"""About how many bits a number takes, in a model of eight billion; small ones take more, because their
embedding weighs more."""

NEED_IMPORTANCE = frozenset(
    {"IQ1_S", "IQ1_M", "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ2_M", "IQ3_XXS", "IQ3_XS", "Q2_K_S"}
)
"""So few bits that llama.cpp only makes them when it is told which weights matter (an importance matrix)."""


def worth(bits: float) -> float:
    """How much of a model's wits is left at so many bits a number, about: 1 is all of it.

    Four bits cost next to nothing, three are felt, two hurt; hence the best that fits is the larger
    model down to four bits, and not the larger one at any price.
    """
    for least, left in ((8.0, 1.0), (6.0, 0.99), (5.0, 0.97), (4.3, 0.94), (3.5, 0.82), (2.9, 0.65)):
        if bits >= least:
            return left
    return 0.4
