"""Channels of images: three for models that want colour, one for those that look at grey pages only."""

from __future__ import annotations

import cv2
import numpy as np

from gouji.protocols import Image


def as_bgr(image: Image) -> Image:
    """The image with three channels; a grey one has its channel three times."""
    return np.repeat(image[:, :, None], 3, axis=2) if image.ndim == 2 else image


def as_grey(image: Image) -> Image:
    """The image with one channel, (height, width)."""
    return image if image.ndim == 2 else np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
