"""Markets of work and housing, programmes and central cities."""
