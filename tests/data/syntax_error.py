"""Cannot be parsed: line 7 misses its colon."""

from nnsight import LanguageModel

model = LanguageModel("openai-community/gpt2", device_map="auto")

with model.trace("The Eiffel Tower is in the city of")
    hidden = model.transformer.h[5].output.save()
