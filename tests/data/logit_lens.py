"""A logit lens on GPT-2: what would each layer say if the model stopped there?"""

import matplotlib.pyplot as plt
import torch
from nnsight import LanguageModel

torch.manual_seed(0)

MODEL = "openai-community/gpt2"
PROMPT = "The Eiffel Tower is in the city of"

model = LanguageModel(MODEL, device_map="auto")

# One forward pass; inside it every layer's residual stream is decoded with the model's own head.
with torch.no_grad(), model.trace(PROMPT):
    residual = torch.stack([layer.output[0] for layer in model.transformer.h]).save()
    logits = model.lm_head(model.transformer.ln_f(residual[:, -1]))
    lens = logits.softmax(dim=-1).save()
    final = model.output.logits[0, -1].softmax(dim=-1).save()

probability, token = lens.max(dim=-1)
print(f"{'layer':>5}  {'token':<12} probability")
for index, (one, value) in enumerate(zip(token, probability)):
    print(f"{index:>5}  {model.tokenizer.decode(one)!r:<12} {value:.6f}")

# The last layer, decoded, is the model's own output.
assert torch.allclose(lens[-1], final, atol=1e-5)

figure, axes = plt.subplots(figsize=(6, 3.5))
axes.plot(range(len(probability)), probability.tolist(), marker="o", label="top token of the layer")
axes.plot(range(len(probability)), lens[:, final.argmax()].tolist(), marker="s", label="final token")
axes.set_xlabel("layer")
axes.set_ylabel("probability")
axes.set_title("Logit lens")
axes.legend()
plt.show()
