"""The process that runs a model: a picture in, a mask out.

A request is a picture of the model's own size: 32-bit floats, 3 × height × width, its length in bytes in front
(8 bytes, little-endian). The answer is the mask, 32-bit floats, height × width, with its length in front.
"""

import struct
import sys
from pathlib import Path
from typing import IO, Any

LENGTH = struct.Struct("<Q")


def serve(weights: Path, requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answers requests until there are no more."""
    # only here: the service does without both
    import numpy as np
    import onnxruntime

    onnxruntime.set_default_logger_severity(4)
    session = _session(onnxruntime, weights)
    name, shape = session.get_inputs()[0].name, session.get_inputs()[0].shape
    while len(head := requests.read(LENGTH.size)) == LENGTH.size:
        data = requests.read(LENGTH.unpack(head)[0])
        picture = np.frombuffer(data, np.float32).reshape(1, *shape[1:])
        try:
            mask = np.ascontiguousarray(session.run(None, {name: picture})[0], np.float32)
        except Exception as error:
            # onnxruntime has an exception for each kind of failure; the caller's log needs one line
            sys.exit(f"The model {weights.stem} failed: {type(error).__name__}")
        answers.write(LENGTH.pack(mask.nbytes) + mask.tobytes())
        answers.flush()


def _session(onnxruntime: Any, weights: Path) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # it would keep a fifth more
    return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
