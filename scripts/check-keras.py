"""What Keras makes of a file: images as float32 on stdin, outputs as float32 on stdout. See check-exports.mjs."""
import os
import sys

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np

model = keras.models.load_model(sys.argv[1], compile=False)
images = np.frombuffer(sys.stdin.buffer.read(), "<f4").reshape(-1, *model.input_shape[1:])
sys.stdout.buffer.write(model.predict(images, batch_size=250, verbose=0).astype("<f4").tobytes())
