"""Attention layers: what a position takes from others depends on what is there.

MultiHeadAttention      several attentions side by side
TransformerBlock        attention and a dense layer, each with a way round it
"""

from pellucid.creation import arange
from pellucid.errors import OptionError, ShapeError
from pellucid.functional import gelu
from pellucid.functional.attention import scaled_dot_product_attention
from pellucid.nn.dropout import Dropout
from pellucid.nn.init import XavierUniform
from pellucid.nn.linear import Linear
from pellucid.nn.module import Module
from pellucid.nn.normalization import LayerNorm
from pellucid.random import Generator
from pellucid.tensor import Tensor


class MultiHeadAttention(Module):
    """Attention of several heads, each in features of its own.

        q = x W_q + b_q, k = context W_k + b_k, v = context W_v + b_v, in each head its features
        y = softmax(q k^T / sqrt(features of a head)) v W_o + b_o

    Called with x alone, positions look at each other; with `context`, at that; `mask` is true
    for positions of the context that are there. A `causal` one looks at no later position. One
    that may look nowhere takes nothing, and gives b_o.

    Shapes: x (batch, positions, features), context (batch, keys, features), mask (batch, keys)
    -> (batch, positions, features).
    Start:  W by Xavier's uniform rule, biases 0.
    Errors: OptionError where the heads do not split the features; ShapeError for other shapes,
    or a causal look at another context.
    Source: Vaswani et al. 2017 (arXiv 1706.03762), section 3.2.2.

    >>> from pellucid.creation import zeros
    >>> MultiHeadAttention(8, 2)(zeros((3, 5, 8))).shape
    (3, 5, 8)
    """

    formula = "y = softmax(q k^T / sqrt(features of a head)) v W_o + b_o"
    takes = "batch, positions, features"
    takes_too = ("context",)

    def __init__(
        self,
        features: int,
        heads: int,
        *,
        causal: bool = False,
        dropout: float = 0.0,
        rng: Generator | None = None,
    ) -> None:
        if min(features, heads) < 1 or features % heads:
            raise OptionError(
                f"MultiHeadAttention: {features} features, {heads} heads. Both are at least 1, "
                "and the heads split the features evenly."
            )
        self.features = features
        self.heads = heads
        self.causal = causal
        rule = XavierUniform()
        self.query = Linear(features, features, rng=rng, initializer=rule)
        self.key = Linear(features, features, rng=rng, initializer=rule)
        self.value = Linear(features, features, rng=rng, initializer=rule)
        self.output = Linear(features, features, rng=rng, initializer=rule)
        self.dropout = Dropout(dropout, rng=rng)

    def forward(
        self, x: Tensor, context: Tensor | None = None, mask: Tensor | None = None
    ) -> Tensor:
        """What each position takes from those it may look at."""
        source = x if context is None else context
        self._check(x, source, context is not None, mask)
        query = self._split(self.query(x))
        key = self._split(self.key(source))
        value = self._split(self.value(source))
        y = scaled_dot_product_attention(query, key, value, self._seen(x, source, mask))
        joined = y.permute_dims((0, 2, 1, 3)).reshape(*x.shape)
        return self.dropout(self.output(joined))  # type: ignore[no-any-return]

    def _split(self, x: Tensor) -> Tensor:
        """(batch, positions, features) -> (batch, heads, positions, features of a head)."""
        batch, positions, features = x.shape
        parts = x.reshape(batch, positions, self.heads, features // self.heads)
        return parts.permute_dims((0, 2, 1, 3))

    def _seen(self, x: Tensor, source: Tensor, mask: Tensor | None) -> Tensor | None:
        """True where a position may look: (batch or 1, 1, positions or 1, keys)."""
        seen = None
        if self.causal:
            positions = arange(x.shape[1])
            seen = (positions.reshape(-1, 1) >= positions).reshape(1, 1, x.shape[1], x.shape[1])
        if mask is None:
            return seen
        there = mask.reshape(mask.shape[0], 1, 1, mask.shape[1])
        return there if seen is None else seen & there

    def _check(self, x: Tensor, source: Tensor, other: bool, mask: Tensor | None) -> None:
        for name, given in (("x", x), ("context", source)):
            if given.ndim != 3 or given.shape[2] != self.features or given.shape[0] != x.shape[0]:
                raise ShapeError(
                    f"{name} of shape {given.shape}. It must be (batch, positions, "
                    f"{self.features}), with the same batch as x."
                )
        if self.causal and other:
            raise ShapeError(
                "a causal attention with a context of its own. Later and earlier are defined "
                "among the positions of one sequence: leave context out, or causal."
            )
        if mask is not None and (mask.shape != source.shape[:2] or mask.dtype.kind != "b"):
            raise ShapeError(
                f"mask of shape {mask.shape}, {mask.dtype}. It must be booleans of shape "
                f"{source.shape[:2]}: true for each position that is there."
            )

    def describe(self) -> str:
        """Its sizes, and whether it looks ahead."""
        return f"{self.features}, {self.heads}" + (", causal=True" if self.causal else "")


class TransformerBlock(Module):
    """Attention, then two dense layers, each behind a layer norm and with a way round it.

        x <- x + attention(norm(x));   y = x + (gelu(norm(x) W1 + b1) W2 + b2)

    with four times as many features between W1 and W2. The norm comes before, not after: so the
    way round is free from first layer to last, and deep stacks train without a warm-up.

    Shapes: x (batch, positions, features), mask (batch, positions) -> the same as x.
    Start:  as its parts; W1 and W2 by Xavier's uniform rule.
    Errors: as MultiHeadAttention.
    Source: Vaswani et al. 2017; the norm's place: Xiong et al. 2020 (arXiv 2002.04745).

    >>> from pellucid.creation import zeros
    >>> TransformerBlock(8, 2, causal=True)(zeros((3, 5, 8))).shape
    (3, 5, 8)
    """

    takes = "batch, positions, features"

    def __init__(
        self,
        features: int,
        heads: int,
        *,
        causal: bool = False,
        dropout: float = 0.0,
        rng: Generator | None = None,
    ) -> None:
        self.attention_norm = LayerNorm(features)
        self.attention = MultiHeadAttention(
            features, heads, causal=causal, dropout=dropout, rng=rng
        )
        self.dense_norm = LayerNorm(features)
        rule = XavierUniform()
        self.widen = Linear(features, 4 * features, rng=rng, initializer=rule)
        self.narrow = Linear(4 * features, features, rng=rng, initializer=rule)
        self.dropout = Dropout(dropout, rng=rng)

    @property
    def features(self) -> int:
        """The size of the last axis of x and y."""
        return self.attention.features

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Both ways, each added to what came in."""
        x = x + self.attention(self.attention_norm(x), None, mask)
        wide = gelu(self.widen(self.dense_norm(x)))
        return x + self.dropout(self.narrow(wide))  # type: ignore[no-any-return]
