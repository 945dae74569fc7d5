"""The vocabulary that the parts of Solo share; imports pydantic only."""
