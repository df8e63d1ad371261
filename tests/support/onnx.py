"""A model made in code: it takes bright pixels for the subject. In ONNX's own format (protobuf, by hand), 300 bytes.

https://github.com/onnx/onnx/blob/main/onnx/onnx.proto has the numbers of fields.
"""

from __future__ import annotations

from pathlib import Path

FLOAT, INT, INTS = 1, 2, 7  # TensorProto.FLOAT, AttributeProto.INT and INTS


def bright(side: int, kind: str = "ReduceMean") -> bytes:
    """The mean of the three colours, side × side; with ReduceMax, the strongest of them."""
    axes = _text(1, "axes") + _number(8, 1) + _number(20, INTS)
    kept = _text(1, "keepdims") + _number(3, 1) + _number(20, INT)
    node = _text(1, "in") + _text(2, "out") + _text(4, kind) + _bytes(5, axes) + _bytes(5, kept)
    graph = _bytes(1, node) + _text(2, "bright") + _value(11, "in", 3, side) + _value(12, "out", 1, side)
    return _number(1, 8) + _bytes(7, graph) + _bytes(8, _number(2, 13))


def installed(directory: Path) -> Path:
    """The model as isnet-general-use, of which any file will do."""
    directory.mkdir(exist_ok=True)
    (directory / "isnet-general-use.onnx").write_bytes(bright(1024))
    return directory


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
