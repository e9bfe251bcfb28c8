"""Star codes: short dialogues between an agent's phone and the engine, written as generators."""
