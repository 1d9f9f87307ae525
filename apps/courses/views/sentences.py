"""Words that several pages say in the same way."""

# After a sentence that says who was mailed; written by a sweeper of the pairs, which looks for those who have left.
PARTNERS_HEAR = "; students left without a partner, and then the staff, hear of it within minutes"
