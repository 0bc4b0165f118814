"""The small GPT in PyTorch, with its fused attention.

small_gpt       the module, with given weights
"""

from collections.abc import Iterator
from typing import Any

from pellucid.bench.networks import SmallGPT


def small_gpt(layer: SmallGPT, weights: Iterator[Any]) -> Any:
    """A module from ids to logits of each next character; weights are taken in order."""
    import torch

    size = layer.features

    def linear(inside: int, outside: int, bias: bool = True) -> Any:
        made = torch.nn.Linear(inside, outside, bias=bias)
        _give(made.weight, next(weights).T.copy())
        if bias:
            _give(made.bias, next(weights))
        return made

    class Block(torch.nn.Module):
        """Attention and dense layers, each with a way round."""

        def __init__(self) -> None:
            super().__init__()
            self.attention_norm, self.dense_norm = (
                torch.nn.LayerNorm(size),
                torch.nn.LayerNorm(size),
            )
            self.maps = torch.nn.ModuleList(linear(size, size) for _ in range(4))
            self.widen, self.narrow = linear(size, 4 * size), linear(4 * size, size)

        def forward(self, x: Any) -> Any:
            batch, time, _ = x.shape
            normed = self.attention_norm(x)
            *looking, output = self.maps
            split = (batch, time, layer.heads, size // layer.heads)
            heads = [own(normed).view(split).transpose(1, 2) for own in looking]
            mixed = torch.nn.functional.scaled_dot_product_attention(*heads, is_causal=True)
            x = x + output(mixed.transpose(1, 2).reshape(x.shape))
            return x + self.narrow(torch.nn.functional.gelu(self.widen(self.dense_norm(x))))

    class GPT(torch.nn.Module):
        """Embeddings, blocks, and scores."""

        def __init__(self) -> None:
            super().__init__()
            self.token = torch.nn.Embedding(layer.vocabulary, size)
            self.place = torch.nn.Embedding(layer.length, size)
            for table in (self.token, self.place):
                _give(table.weight, next(weights))
            self.blocks = torch.nn.Sequential(*(Block() for _ in range(layer.blocks)))
            self.norm = torch.nn.LayerNorm(size)
            self.output = linear(size, layer.vocabulary, bias=False)

        def forward(self, ids: Any) -> Any:
            x = self.token(ids) + self.place.weight
            # Classes come second in PyTorch's cross-entropy, samples of all kinds first.
            return self.output(self.norm(self.blocks(x))).transpose(1, 2)

    return GPT()


def _give(parameter: Any, value: Any) -> None:
    import torch

    with torch.no_grad():
        parameter.copy_(torch.from_numpy(value))
