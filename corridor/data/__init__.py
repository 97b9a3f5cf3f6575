"""Data that ship with the package: rules and rates as YAML."""
