"""Three channels for models that want colour."""

from __future__ import annotations

import numpy as np

from gouji.protocols import Image


def as_bgr(image: Image) -> Image:
    """The image with three channels; a grey one has its channel three times."""
    return np.repeat(image[:, :, None], 3, axis=2) if image.ndim == 2 else image
