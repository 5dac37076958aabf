"""From the tables of a settings file to rows whose values fit, or to the first mistake in words."""
