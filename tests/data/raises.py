"""Fails inside a trace: the model has 12 layers, numbered from 0."""

from nnsight import LanguageModel

model = LanguageModel("openai-community/gpt2", device_map="auto")

with model.trace("The Eiffel Tower is in the city of"):
    early = model.transformer.h[5].output.save()
    late = model.transformer.h[40].output.save()

print(early.shape, late.shape)
