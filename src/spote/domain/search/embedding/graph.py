"""Writes the embedded model as an ONNX model, straight from its weights: a few messages of Protocol Buffers.

The package that could do it takes 27 MB and imports half a second; these are the fields that are needed of
onnx.proto3 (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3). Matrices stay in 4 bits: MatMulNBits of
onnxruntime's own operators multiplies with them as they are.
"""

import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spote.domain.search.embedding.weights import BLOCK, Quantized, Weights

IR_VERSION = 9
OPSET = 17
INT8_ACCURACY = 4  # of MatMulNBits: multiply in 8 bits, three times as fast as float32
_FLOAT, _UINT8, _INT32, _INT64 = 1, 2, 6, 7  # TensorProto.DataType
_TYPES = {"float32": _FLOAT, "uint8": _UINT8, "int64": _INT64}
_ATTRIBUTE_FLOAT, _ATTRIBUTE_INT = 1, 2  # AttributeProto.AttributeType
_OWN_OPERATORS = "com.microsoft"


def model_bytes(weights: Weights) -> bytes:
    """A BERT encoder and the mean of its output.

    In: `words` float32[texts, tokens, width], word and place vectors added up; `lengths` int32[texts];
    `shares` float32[texts, tokens, 1], 1 / length where there is a token, else 0.
    Out: `means` float32[texts, width], not of length 1.
    """
    graph = _Graph(weights)
    state = graph.normalized("words", "emb.ln", "start")
    for layer in range(weights.shape.layers):
        state = graph.layer(state, f"l{layer}")
    graph.mean(state)
    return _model(graph)


class _Graph:
    def __init__(self, weights: Weights) -> None:
        self.nodes: list[bytes] = []
        self.constants: list[bytes] = []
        self._weights = weights
        self.shape = weights.shape

    def layer(self, state: str, layer: str) -> str:
        attended = self._attention(state, layer)
        summed = self._node("Add", [state, attended], f"{layer}.a")
        middle = self.normalized(summed, f"{layer}.aln", f"{layer}.middle")
        inner = self._linear(middle, f"{layer}.fi", self.shape.inner_width, self.shape.width)
        active = self._node("Gelu", [inner], f"{layer}.active", domain=_OWN_OPERATORS)
        outer = self._linear(active, f"{layer}.fo", self.shape.width, self.shape.inner_width)
        summed = self._node("Add", [middle, outer], f"{layer}.b")
        return self.normalized(summed, f"{layer}.oln", f"{layer}.end")

    def normalized(self, value: str, part: str, out: str) -> str:
        scale = self._numbers(f"{part}.w")
        shift = self._numbers(f"{part}.b")
        epsilon = self.shape.epsilon
        return self._node(
            "LayerNormalization", [value, scale, shift], out, axis=-1, epsilon=epsilon
        )

    def mean(self, state: str) -> None:
        axes = self._constant("axes", np.array([1], np.int64))
        shared = self._node("Mul", [state, "shares"], "shared")
        self._node("ReduceSum", [shared, axes], "means", keepdims=0)

    def _attention(self, state: str, layer: str) -> str:
        width = self.shape.width
        inputs = [self._product(state, f"{layer}.{part}", width, width) for part in "qkv"]
        biases = np.concatenate([self._weights.numbers(f"{layer}.{part}.b") for part in "qkv"])
        context = self._node(
            "MultiHeadAttention",
            [*inputs, self._constant(f"{layer}.qkv.b", biases), "lengths"],
            f"{layer}.context",
            domain=_OWN_OPERATORS,
            num_heads=self.shape.heads,
        )
        return self._linear(context, f"{layer}.ao", width, width)

    def _linear(self, value: str, part: str, outputs: int, inputs: int) -> str:
        product = self._product(value, part, outputs, inputs)
        return self._node("Add", [product, self._numbers(f"{part}.b")], f"{part}.sum")

    def _product(self, value: str, part: str, outputs: int, inputs: int) -> str:
        quantized = self._weights.quantized(f"{part}.w")
        matrix = self._constant(f"{part}.w", _packed(quantized, outputs))
        scales = self._constant(f"{part}.s", quantized.scales)
        return self._node(
            "MatMulNBits",
            [value, matrix, scales],
            f"{part}.product",
            domain=_OWN_OPERATORS,
            K=inputs,
            N=outputs,
            bits=4,
            block_size=BLOCK,
            accuracy_level=INT8_ACCURACY,
        )

    def _numbers(self, name: str) -> str:
        return self._constant(name, self._weights.numbers(name))

    def _constant(self, name: str, values: NDArray[np.generic]) -> str:
        dimensions = b"".join(_number(1, size) for size in values.shape)
        kind = _number(2, _TYPES[values.dtype.name])
        tensor = dimensions + kind + _text(8, name) + _bytes(9, values.tobytes())
        self.constants.append(_bytes(5, tensor))
        return name

    def _node(
        self,
        operator: str,
        inputs: Sequence[str],
        output: str,
        *,
        domain: str = "",
        **attributes: float,
    ) -> str:
        node = (
            b"".join(_text(1, name) for name in inputs)
            + _text(2, output)
            + _text(4, operator)
            + b"".join(_bytes(5, _attribute(*item)) for item in attributes.items())
            + _text(7, domain)
        )
        self.nodes.append(_bytes(1, node))
        return output


def _packed(quantized: Quantized, outputs: int) -> NDArray[np.uint8]:
    """uint8[outputs, blocks, 16]: neighbours share a byte, the first in its lower half."""
    nibbles = quantized.nibbles
    packed: NDArray[np.uint8] = nibbles[:, 0::2] | (nibbles[:, 1::2] << np.uint8(4))
    return packed.reshape(outputs, -1, BLOCK // 2)


def _model(graph: _Graph) -> bytes:
    """Put together in one step, as each copy would be 14 MB."""
    width = graph.shape.width
    parts = [
        *graph.nodes,
        _text(2, "encoder"),
        *graph.constants,
        _bytes(11, _value("words", _FLOAT, "texts", "tokens", width)),
        _bytes(11, _value("lengths", _INT32, "texts")),
        _bytes(11, _value("shares", _FLOAT, "texts", "tokens", 1)),
        _bytes(12, _value("means", _FLOAT, "texts", width)),
    ]
    begin = _number(1, IR_VERSION) + _key(7, 2) + _varint(sum(map(len, parts)))
    operators = [
        _bytes(8, _number(2, OPSET)),
        _bytes(8, _text(1, _OWN_OPERATORS) + _number(2, 1)),
    ]
    return b"".join([begin, *parts, *operators])


def _value(name: str, kind: int, *dimensions: str | int) -> bytes:
    """ValueInfoProto; a dimension that is a word may be of any size."""
    shape = b"".join(
        _bytes(1, _text(2, size) if isinstance(size, str) else _number(1, size))
        for size in dimensions
    )
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, shape)))


def _attribute(name: str, value: float) -> bytes:
    if isinstance(value, int):
        return _text(1, name) + _number(3, value) + _number(20, _ATTRIBUTE_INT)
    return _text(1, name) + _key(2, 5) + struct.pack("<f", value) + _number(20, _ATTRIBUTE_FLOAT)


def _text(field: int, text: str) -> bytes:
    return _bytes(field, text.encode())


def _bytes(field: int, content: bytes) -> bytes:
    return _key(field, 2) + _varint(len(content)) + content


def _number(field: int, number: int) -> bytes:
    return _key(field, 0) + _varint(number & 0xFFFF_FFFF_FFFF_FFFF)


def _key(field: int, wire_type: int) -> bytes:
    return _varint(field << 3 | wire_type)


def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first; the high bit says that more follow."""
    encoded = bytearray()
    while number > 127:
        encoded.append(number & 127 | 128)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
