# SPDX-License-Identifier: Apache-2.0
"""Makes the fixtures of VisualizationTests: JPEG files and reference numbers.

Needs NumPy, SciPy, Pillow and Captum. Run it in this folder: python make_fixtures.py
"""

import json

import numpy as np
from captum.attr._utils.visualization import _cumulative_sum_threshold, _normalize_attr
from PIL import Image
from scipy.ndimage import gaussian_filter

rng = np.random.default_rng(3)


def jpeg(name, samples, mode, **options):
    Image.fromarray(samples, mode).save(name, quality=95, **options)
    decoded = np.asarray(Image.open(name))
    return {"width": decoded.shape[1], "height": decoded.shape[0],
            "samples": decoded.flatten().tolist()}


rows, columns = np.mgrid[0:11, 0:13]
gray = (rows * 12 + columns * 8).astype(np.uint8)
color = np.stack([gray, 255 - gray, columns.astype(np.uint8) * 18], axis=-1)
jpegs = {
    "gray.jpg": jpeg("gray.jpg", gray, "L"),
    "color.jpg": jpeg("color.jpg", color, "RGB", subsampling=0),
    "subsampled.jpg": jpeg("subsampled.jpg", color, "RGB", subsampling=2),
    "progressive.jpg": jpeg("progressive.jpg", color, "RGB", subsampling=0, progressive=True),
}
Image.fromarray(np.concatenate([color, gray[..., None]], axis=-1), "CMYK").save("cmyk.jpg")

values = rng.standard_normal((6, 9))
values[2, 3] = 25.0
percentiles = {str(p): float(np.percentile(values, p)) for p in (0, 1, 37.5, 50, 99, 100)}
blurs = {str(s): gaussian_filter(values, s, mode="reflect", truncate=4.0).flatten().tolist()
         for s in (0.4, 1.0, 3.0, 7.5)}
captum = {
    "span": float(_cumulative_sum_threshold(np.abs(values), 98)),
    "all": _normalize_attr(values, "all", outlier_perc=2).flatten().tolist(),
    "positive": _normalize_attr(values, "positive", outlier_perc=2).flatten().tolist(),
    "magnitude": _normalize_attr(values, "absolute_value", outlier_perc=2).flatten().tolist(),
}
with open("references.json", "w") as file:
    json.dump({"jpegs": jpegs, "values": values.flatten().tolist(), "width": 9, "height": 6,
               "percentiles": percentiles, "blurs": blurs, "captum": captum}, file)
