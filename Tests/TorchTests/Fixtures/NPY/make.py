# SPDX-License-Identifier: Apache-2.0
"""Writes the arrays that NPYTests reads: `python3 make.py`, beside this file.

Arrays of numbers are [2, 3, 4] and hold in C order -12, -11, ... where the type has a sign, the
greatest number of the type, one less, two less, ... where it has none, and otherwise 0, 1, 2, ...
"""

import numpy as np

shape = (2, 3, 4)
numbers = np.arange(24).reshape(shape)


def save(name, array, version=None):
    with open(name + ".npy", "wb") as file:
        np.lib.format.write_array(file, array, version=version)


for name in ["i1", "i2", "i4", "i8", "f2", "f4", "f8"]:
    for order, word in [("<", "little"), (">", "big")]:
        if name != "i1" or order == "<":
            save(f"{name}-{word}", (numbers - 12).astype(order + name))
for name in ["u1", "u2", "u4"]:
    top = np.iinfo(name).max
    save(f"{name}-little", (top - numbers).astype("<" + name))
    if name != "u1":
        save(f"{name}-big", (top - numbers).astype(">" + name))
save("b1-little", numbers % 3 == 0)

save("fortran", np.asfortranarray(numbers.astype("<f4")))
save("fortran-big", np.asfortranarray(numbers.astype(">f8")))
save("fortran-vector", np.asfortranarray(numbers[0, 0].astype("<f4")))
save("version-2", numbers.astype("<f4"), version=(2, 0))
save("version-3", numbers.astype("<f4"), version=(3, 0))
save("scalar", np.array(2.5, "<f4"))
save("empty", np.zeros((0, 3), "<f4"))
save("special", np.array([np.nan, np.inf, -np.inf, -0.0, 1e-45], "<f4"))

save("refused-u8", numbers.astype("<u8"))
save("refused-c8", numbers.astype("<c8"))
save("refused-text", np.array(["one", "two"]))
save("refused-date", np.array(["2001-01-01"], "datetime64[D]"))
save("refused-structured", np.zeros(2, [("a", "<f4"), ("b", "<i4", (2,))]))
save("refused-nonascii", np.zeros(2, [("größe", "<f4")]), version=(3, 0))
save("refused-object", np.array([None, 1], dtype=object))
