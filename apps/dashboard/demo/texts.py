"""Who is in the demo course and what they wrote."""

from dataclasses import dataclass

from apps.courses.states import Role
from apps.proposals.states import SourceKind

PEOPLE = {
    "grace": ("Grace Okafor", Role.INSTRUCTOR),
    "ravi": ("Ravi Menon", Role.TA),
    "ada": ("Ada Quist", Role.STUDENT),
    "ben": ("Ben Alvarez", Role.STUDENT),
    "chloe": ("Chloe Tan", Role.STUDENT),
    "dev": ("Dev Patel", Role.STUDENT),
    "elif": ("Elif Kaya", Role.STUDENT),
    "femi": ("Femi Adeyemi", Role.STUDENT),
    "gina": ("Gina Rossi", Role.STUDENT),
    "hugo": ("Hugo Weber", Role.STUDENT),
    "ida": ("Ida Lund", Role.STUDENT),
    "jun": ("Jun Mori", Role.STUDENT),
    "kim": ("Kim Novak", Role.STUDENT),
    "leo": ("Leo Haas", Role.STUDENT),
    "nora": ("Nora Lind", Role.STUDENT),
    "omar": ("Omar Said", Role.STUDENT),
    "pia": ("Pia Berg", Role.STUDENT),
    "quentin": ("Quentin Roy", Role.STUDENT),
    "rosa": ("Rosa Lima", Role.STUDENT),
    "sven": ("Sven Holm", Role.STUDENT),
    "tara": ("Tara Singh", Role.STUDENT),
    "uma": ("Uma Costa", Role.STUDENT),
}

TOPICS = [
    ("Transformers and self-attention", "BERT and what is inside it"),
    ("Modern language modelling", "How do these models work, actually? Interpretability"),
    ("Activation patching", "Probing classifiers"),
    ("Sparse autoencoders", "Steering"),
    ("Project work", "Guest lecture: factuality in language models"),
    ("Diffusion models", "Ethical problems with generative models"),
    ("Reading week", "Reading week"),
    ("Project feedback and help", "Project presentations"),
]


@dataclass(frozen=True)
class ProposalText:
    title: str
    sections: dict[str, str]
    sources: tuple[tuple[str, str, str], ...]


SOURCES = (
    (SourceKind.PAPER, "Meng et al., Locating and Editing Factual Associations in GPT, 2022", "Causal tracing"),
    (SourceKind.WEBSITE, "https://nnsight.net/tutorials/", "How to patch activations"),
    (SourceKind.LANGUAGE_MODEL, "A chat assistant", "Wording of the timeline; all of it rewritten by us"),
)

COMMON = {
    "team": "One of us trained small language models in a summer project; the other has taken linear algebra and "
    "statistics. We both write the code; one of us owns the data, the other the figures.",
    "examples": "| present | absent |\n|---|---|\n| The film was **not** good. | The film was good. |\n"
    "| Nobody liked the soup. | Everybody liked the soup. |\n| She never calls. | She always calls. |\n"
    "| It is hardly true. | It is surely true. |\n| He left without paying. | He left after paying. |",
    "challenges": "The tokens of the two prompts may not line up: we keep only pairs of equal length. If no head "
    "stands out, we report the distribution and test groups of heads.",
    "timeline": "- Week 1: data, sanity checks on GPT-2\n- Week 2: patching, baselines\n- Week 3: the larger model on "
    "NDIF\n- Week 4: figures and talk",
    "impact": "Knowing where a model keeps this could help to mend it. We see no harm in publishing the location.",
    "compute": "GPT-2 on our own machine first. Then `meta-llama/Llama-3.1-8B` on NDIF: about 144 heads on 40 prompts, "
    "ten prompts to a session.",
    "success": "*Strong*: a handful of heads restores 80% of the effect. *Moderate*: one layer does. A null result "
    "says that the concept is spread out, which steering work should know.",
}  # fmt: skip

NEGATION = ProposalText(
    title="Where does GPT-2 keep a “not”?",
    sections=COMMON
    | {
        "concept": "A sentence is **negated** when the thing it says of its subject is denied. People judge this with "
        "ease, models often miss it: we want to find where in the network the denial is carried to the last token.",
        "questions": "1. At which layer can a linear probe tell a negated sentence from its twin?\n2. Does patching "
        "single heads carry the negation over?\n3. Are these heads the same for “not”, “never” and “nobody”?",
        "methods": "A logit lens for a first look, then activation patching of every head between the twins, with "
        "random twins as the control. The metric is the difference of the logits of *good* and *bad*.",
    },
    sources=SOURCES,
)

INDUCTION = ProposalText(
    title="Do induction heads also copy style?",
    sections=COMMON
    | {
        "concept": "Induction heads continue a repeated pattern of tokens. We ask whether the same heads continue a "
        "pattern of *style* (upper case, rhyme, a list's form) where no token repeats.",
        "questions": "1. Do the heads with the highest induction score also raise the style score?\n2. Does ablating "
        "them hurt style more than ablating random heads?\n3. Does it hold in a larger model?",
        "methods": "Induction scores on random repeated sequences, head ablation in one session a prompt, and a "
        "comparison with 50 random sets of heads of the same size.",
    },
    sources=SOURCES,
)

AGREEMENT = ProposalText(
    title="Counting subjects: number agreement across a long clause",
    sections=COMMON
    | {
        "concept": "A verb agrees with its subject in number, however many nouns stand between them.",
        "questions": "1. Which layer writes the number of the subject to the verb's position?\n2. Does a nearby noun "
        "of the other number overwrite it?\n3. Can we flip the verb by patching one position?",
        "methods": "Activation patching between sentences that differ in the subject's number alone, position by "
        "position and layer by layer; attribution patching as the quick map.",
    },
    sources=SOURCES,
)

TRUTH = ProposalText(
    title="Is there a direction of truth in small models?",
    sections={
        "concept": "Statements that are true against statements that are false, of the same form.",
        "questions": "1. Does one direction separate them in every layer?",
    },
    sources=(),
)

PROBING = ProposalText(
    title="What do probes find in an untrained model?",
    sections={
        "concept": "A probe that finds a concept in random weights has found the data, not the model.",
        "questions": "1. How much of a probe's accuracy is left when the weights are random?",
    },
    sources=(),
)

COMMENT = "Question 3 is the best of them. Could it come first, and the probe only serve it?"
NOTE = "Similar to a project of last year; fine as long as they do the control with random twins."
CHANGE = "Say what “restores 80%” is measured against: the clean run, the corrupted one, or both."
REVISE = "A strong start. Please mend the one point we marked, then send it again."
ACCEPT = "Clear, testable, and with the right control. Begin with GPT-2 before you ask for the larger model."
