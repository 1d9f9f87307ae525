"""Pairs, the ways into them and out of them, and what students and staff say on the way."""

from apps.pairs.models.invitations import Invitation, InvitationQuerySet, JoinCode
from apps.pairs.models.leaving import UNDO_FOR, Separation, SoloRequest
from apps.pairs.models.matching import LockDigest, MatchingRun
from apps.pairs.models.offers import Offer, OfferMember, OfferQuerySet
from apps.pairs.models.pairs import Pair, PairMember, PairQuerySet, people_known_to, readable_by
from apps.pairs.models.partners import Message, Profile, RankedChoice, Veto

__all__ = [
    "UNDO_FOR",
    "Invitation",
    "InvitationQuerySet",
    "JoinCode",
    "LockDigest",
    "MatchingRun",
    "Message",
    "Offer",
    "OfferMember",
    "OfferQuerySet",
    "Pair",
    "PairMember",
    "PairQuerySet",
    "Profile",
    "RankedChoice",
    "Separation",
    "SoloRequest",
    "Veto",
    "people_known_to",
    "readable_by",
]
