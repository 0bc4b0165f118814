"""Ask PyTorch what recurrent layers and attention give: writes sequence_values.json.

    PYTHONPATH=tests python tests/nn/make_sequence_values.py

For each case, in float64, the projections of the output, of the last state, and of the
gradients of the sum of the projections by the input and by every weight.
"""

import json
from pathlib import Path

import torch
from nn.sequence_cases import ATTENTION, FROM_STATE, RECURRENT, numbers

torch.set_default_dtype(torch.float64)


def given(shape, seed, scale=0.5):
    return torch.from_numpy(numbers(tuple(shape), seed, scale))


def projection(tensor):
    return (tensor * given(tensor.shape, 99, 1.0)).sum() / max(tensor.numel(), 1) ** 0.5


def recurrent(case):
    batch, time, inside, hidden = case.sizes
    kind = getattr(torch.nn, case.kind)
    layer = kind(inside, hidden, case.layers, batch_first=True, bidirectional=case.bidirectional)
    cells = []
    with torch.no_grad():
        for i in range(case.layers):
            for way in ("", "_reverse")[: 1 + case.bidirectional]:
                names = [f"{name}_l{i}{way}" for name in ("weight_ih", "weight_hh", "bias_ih")]
                wx, wh, bx = (getattr(layer, name) for name in names)
                bh = getattr(layer, f"bias_hh_l{i}{way}")
                seed = 10 * len(cells)
                wx.copy_(given(wx.T.shape, seed + 1).T)
                wh.copy_(given(wh.T.shape, seed + 2).T)
                bx.copy_(given(bx.shape, seed + 3))
                bh.zero_()
                if case.kind == "GRU":
                    bh[2 * hidden :] = given((hidden,), seed + 4)
                cells.append((wx, wh, bx, bh))
    x = given((batch, time, inside), 0).requires_grad_()
    fed = x
    if case.varied:
        fed = torch.nn.utils.rnn.pack_padded_sequence(
            x, torch.tensor(case.lengths()), batch_first=True, enforce_sorted=False
        )
    start = [torch.from_numpy(s).requires_grad_() for s in case.states() if case.from_state]
    outputs, state = layer(fed, *([tuple(start)] if len(start) > 1 else start))
    if case.varied:
        outputs, _ = torch.nn.utils.rnn.pad_packed_sequence(
            outputs, batch_first=True, total_length=time
        )
    states = state if isinstance(state, tuple) else (state,)
    found = [projection(outputs), *(projection(s) for s in states)]
    sum(found).backward()
    found += [projection(s.grad) for s in start]
    found.append(projection(x.grad))
    for wx, wh, bx, bh in cells:
        found += [projection(wx.grad.T), projection(wh.grad.T), projection(bx.grad)]
        if case.kind == "GRU":
            found.append(projection(bh.grad[2 * hidden :]))
    return found


def attention(case):
    features, heads = case.heads
    layer = torch.nn.MultiheadAttention(features, heads, batch_first=True)
    block = None
    if case.layer == "block":
        block = torch.nn.TransformerEncoderLayer(
            features, heads, 4 * features, 0.0, "gelu", batch_first=True, norm_first=True
        )
        layer = block.self_attn
    weights = [given((features, features), 1 + i) for i in range(4)]
    biases = [given((features,), 11 + i) for i in range(4)]
    with torch.no_grad():
        layer.in_proj_weight.copy_(torch.cat([w.T for w in weights[:3]]))
        layer.in_proj_bias.copy_(torch.cat(biases[:3]))
        layer.out_proj.weight.copy_(weights[3].T)
        layer.out_proj.bias.copy_(biases[3])
    x = given((case.batch, case.positions, features), 0, 2.0).requires_grad_()
    ahead = torch.ones(case.positions, case.positions, dtype=torch.bool).triu(1)
    hidden = ahead if case.look == "causal" else None
    absent = None if case.mask() is None else ~torch.from_numpy(case.mask())
    if block is not None:
        with torch.no_grad():
            block.linear1.weight.copy_(given((features, 4 * features), 5).T)
            block.linear1.bias.copy_(given((4 * features,), 15))
            block.linear2.weight.copy_(given((4 * features, features), 6).T)
            block.linear2.bias.copy_(given((features,), 16))
        y = block(x, src_mask=hidden, src_key_padding_mask=absent)
    else:
        other = given((case.batch, case.keys(), features), 7, 2.0)
        source = other if case.look == "other" else x
        y, _ = layer(x, source, source, key_padding_mask=absent, attn_mask=hidden)
    found = [projection(y)]
    found[0].backward()
    found.append(projection(x.grad))
    found += [projection(part.T) for part in layer.in_proj_weight.grad.chunk(3)]
    found += [projection(layer.out_proj.weight.grad.T), projection(layer.out_proj.bias.grad)]
    if block is not None:
        found += [projection(block.linear1.weight.grad.T), projection(block.norm1.weight.grad)]
    return found


def rounded(found):
    return [float(f"{number.item():.9g}") for number in found]


if __name__ == "__main__":
    values = {
        "recurrent": [rounded(recurrent(case)) for case in RECURRENT],
        "from state": [rounded(recurrent(case)) for case in FROM_STATE],
        "attention": [rounded(attention(case)) for case in ATTENTION],
    }
    path = Path(__file__).parent / "sequence_values.json"
    path.write_text(json.dumps(values, separators=(",", ":")) + "\n")
