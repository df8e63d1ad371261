"""Models made in code, which take bright pixels for the subject. In ONNX's own format (protobuf, by hand), 300 bytes.

https://github.com/onnx/onnx/blob/main/onnx/onnx.proto has the numbers of fields.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

FLOAT, INT, INTS = 1, 2, 7  # TensorProto.FLOAT, AttributeProto.INT and INTS
INT64 = 7  # TensorProto


def bright(side: int, kind: str = "ReduceMean") -> bytes:
    """The mean of the three colours, side × side; with ReduceMax, the strongest of them."""
    return _model(side, _colours(kind, "out"))


def touchy(side: int) -> bytes:
    """The same, but it fails on a picture without dark pixels: it looks beyond the end of a list."""
    nodes = [
        _colours("ReduceMean", "bright"),
        _node("ReduceMin", ["in"], "darkest", _whole("keepdims", 0)),
        _node("Add", ["darkest", "mean"], "lifted"),  # 0 to 1 again
        _node("Mul", ["lifted", "sixteen"], "scaled"),
        _node("Cast", ["scaled"], "index", _whole("to", INT64)),
        _node("Gather", ["one", "index"], "found"),
        _node("Mul", ["bright", "found"], "out"),
    ]
    constants = [_constant("mean", 0.485), _constant("sixteen", 16.0), _constant("one", 1.0, 1)]
    return _model(side, *nodes, *constants)


def installed(directory: Path, model: Callable[[int], bytes] = bright) -> Path:
    """The model as isnet-general-use, of which any file will do."""
    directory.mkdir(exist_ok=True)
    (directory / "isnet-general-use.onnx").write_bytes(model(1024))
    return directory


def _model(side: int, *parts: bytes) -> bytes:
    graph = b"".join(parts) + _text(2, "bright") + _value(11, "in", 3, side) + _value(12, "out", 1, side)
    return _number(1, 8) + _bytes(7, graph) + _bytes(8, _number(2, 13))


def _colours(kind: str, out: str) -> bytes:
    axes = _text(1, "axes") + _number(8, 1) + _number(20, INTS)
    return _node(kind, ["in"], out, _bytes(5, axes), _whole("keepdims", 1))


def _node(kind: str, inputs: list[str], out: str, *attributes: bytes) -> bytes:
    names = b"".join(_text(1, name) for name in inputs)
    return _bytes(1, names + _text(2, out) + _text(4, kind) + b"".join(attributes))


def _whole(name: str, value: int) -> bytes:
    return _bytes(5, _text(1, name) + _number(3, value) + _number(20, INT))


def _constant(name: str, value: float, *shape: int) -> bytes:
    """A float, without `shape` a scalar."""
    sizes = b"".join(_number(1, size) for size in shape)
    return _bytes(5, sizes + _number(2, FLOAT) + _text(8, name) + _bytes(9, struct.pack("<f", value)))


def _value(field: int, name: str, channels: int, side: int) -> bytes:
    shape = b"".join(_bytes(1, _number(1, size)) for size in (1, channels, side, side))
    tensor = _number(1, FLOAT) + _bytes(2, shape)
    return _bytes(field, _text(1, name) + _bytes(2, _bytes(1, tensor)))


def _text(field: int, text: str) -> bytes:
    return _bytes(field, text.encode())


def _bytes(field: int, data: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _number(field: int, number: int) -> bytes:
    return _varint(field << 3) + _varint(number)


def _varint(number: int) -> bytes:
    made = b""
    while number > 0x7F:
        made += bytes([number & 0x7F | 0x80])
        number >>= 7
    return made + bytes([number])
