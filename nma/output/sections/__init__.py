"""Sections of the report that are made of blocks: each module has ``blocks(reading)``, empty where there is nothing."""
