"""Datasets in Parquet files."""
