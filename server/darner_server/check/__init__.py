"""Running the checks of a project on a draft: in a copy, confined, with the level of isolation named."""
