"""Whether a patch passes the checks: one patch and its repairs, or the best of several drafts."""
