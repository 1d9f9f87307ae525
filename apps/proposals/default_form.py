"""The proposal form a course begins with: about two pages, every question one that a reader will ask."""

from typing import Any

# Keys stay for ever: versions and comments refer to them.
SECTIONS: list[dict[str, Any]] = [
    {
        "key": "team",
        "title": "Team and expertise",
        "help": "Who are you, what has each of you done before that helps here, and who will do what?",
        "word_limit": 150,
    },
    {
        "key": "concept",
        "title": "Concept",
        "help": "Which concept do you look for inside a model? Say it so that a stranger could decide for any text "
        "whether the concept is in it, and why it is worth finding.",
        "word_limit": 250,
    },
    {
        "key": "questions",
        "title": "Questions",
        "help": "Three to five questions that an experiment can answer with yes, no, or a number. "
        "Say for each what you expect and what would change your mind.",
        "word_limit": 300,
    },
    {
        "key": "examples",
        "title": "Examples",
        "help": "Five to ten short texts with the concept present and as many with it absent. The best absent ones "
        "differ from a present one in nothing else.",
        "word_limit": 400,
    },
    {
        "key": "methods",
        "title": "Methods",
        "help": "How will you find the concept and how will you show that it matters: logit lens, probes, activation "
        "patching, steering, sparse autoencoders? Name the baseline and the controls.",
        "word_limit": 400,
    },
    {
        "key": "success",
        "title": "Success criteria",
        "help": "What would be a strong result, what a moderate one, and why is a null result still worth reporting? "
        "Numbers beat adjectives.",
        "word_limit": 250,
    },
    {
        "key": "challenges",
        "title": "Challenges and mitigation",
        "help": "What is most likely to go wrong, how will you notice, and what will you do then?",
        "word_limit": 200,
    },
    {
        "key": "timeline",
        "title": "Timeline",
        "help": "What is done by when, week by week, until the presentation? Put the riskiest step first.",
        "word_limit": 200,
    },
    {
        "key": "impact",
        "title": "Broader impact",
        "help": "Whom could the result help or harm, and what of it would you not publish?",
        "word_limit": 150,
    },
    {
        "key": "compute",
        "title": "Models and compute",
        "help": "Which models, run where (your own machine or NDIF), about how many forward passes, and which smaller "
        "model do you try it on first? You ask for the quota itself on the Quota page.",
        "word_limit": 200,
    },
]
